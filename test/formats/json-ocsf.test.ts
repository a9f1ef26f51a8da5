import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { ocsfFormat } from "#formats/json-ocsf";
import { decisions, hostile, render, reported } from "#test/formats/samples";

const rows = [
  ...Object.values(decisions).map((decision) => reported(decision)),
  reported({ ...decisions.fail, severity: "critical" }, { region: "global", tags: {} }, { controls: [] }),
  { ...reported(decisions.fail), aside: { status: "accepted" as const, until: 1_800_000_000_000, exception: "E-5" } },
  ...hostile.map((name) => reported(decisions.fail, { name, tags: { [name]: name } })),
];
const events = JSON.parse(render(ocsfFormat({ version: "0.1.0" }), rows));

describe("json-ocsf", () => {
  it("says Suppressed of what is set aside, with until when", () => {
    const until = Date.UTC(2027, 1, 19, 9);
    const aside = { status: "accepted", until, exception: "E-5" } as const;
    const list = [
      { ...reported(decisions.fail), aside },
      { ...reported(decisions.fail), aside: { ...aside, status: "snoozed" as const } },
    ];
    expect(JSON.parse(render(ocsfFormat({ version: "0.1.0" }), list))).toMatchObject([
      { status_id: 3, status: "Suppressed", status_detail: "risk accepted until 2027-02-19T09:00:00.000Z (E-5)" },
      { status_id: 3, status: "Suppressed", status_detail: "snoozed until 2027-02-19T09:00:00.000Z (E-5)" },
    ]);
  });

  it("has what class 2003 requires, with times in milliseconds", () => {
    expect(events).toHaveLength(rows.length);
    for (const event of events)
      expect(event).toMatchObject({
        activity_id: 1,
        category_uid: 2,
        class_uid: 2003,
        type_uid: 200301,
        time: 1_764_000_000_123,
        metadata: { version: "1.8.0", profiles: ["cloud"], product: { name: "Stance" } },
        cloud: { provider: "AWS", account: { uid: "111122223333", type_id: 10 } },
      });
  });

  it("says pass, fail, unknown and not applicable in OCSF's own numbers", () => {
    expect(
      events.slice(0, 4).map((event: { compliance: { status_id: number } }) => event.compliance.status_id),
    ).toEqual([1, 3, 0, 99]);
    expect(events.slice(0, 4).map((event: { status_id: number }) => event.status_id)).toEqual([99, 1, 1, 99]);
    expect(events[1]).toMatchObject({
      severity_id: 4,
      severity: "High",
      finding_info: { uid: rows[1]?.row.fingerprint, analytic: { uid: "aws.s3.bucket-is-not-public" } },
      compliance: {
        standards: ["cis-aws-3.0", "aws-fsbp"],
        requirements: ["cis-aws-3.0:2.1.4", "aws-fsbp:S3.2", "aws-fsbp:S3.3"],
      },
      resources: [{ uid: "arn:aws:s3:::invoices", labels: ["team:payments"], owner: { name: "payments" } }],
      remediation: { desc: "Open the bucket. Block public access." },
      unmapped: { stance: { evidence: { policy: "*" }, remediation: "aws.s3.block-bucket-public-access" } },
    });
    expect(events[2].compliance.status_details).toEqual(["missing permission s3:GetBucketAcl"]);
    expect(events[4].severity_id).toBe(5);
  });
});

/** A Python with PyPI's `ocsf-json-schema`, which makes the schema that schema.ocsf.io serves. */
const python = [process.env["STANCE_OCSF_PYTHON"], ".venv-ocsf/bin/python", ".venv-moto/bin/python"].find(
  (path) => path !== undefined && existsSync(path) && spawnSync(path, ["-c", "import ocsf_json_schema"]).status === 0,
);
if (python === undefined) {
  const missing =
    "ocsf-json-schema is missing: pip install ocsf-json-schema==1.2.0 in .venv-ocsf, or set STANCE_OCSF_PYTHON";
  if (process.env["CI"]) throw new Error(missing);
  console.warn(`SKIPPED the OCSF schema test: ${missing}`);
}

describe.skipIf(python === undefined)("the OCSF schema", () => {
  let accepts: (event: unknown) => boolean;
  let problems: () => string;
  beforeAll(() => {
    const script = `
import json
from ocsf_json_schema import get_ocsf_schema, OcsfJsonSchemaEmbedded
schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
print(json.dumps(schema.get_class_schema(class_name="compliance_finding", profiles=["cloud"])))`;
    const made = spawnSync(python ?? "", ["-c", script], { encoding: "utf8", maxBuffer: 64 << 20 });
    expect(made.stderr).toBe("");
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(made.stdout));
    accepts = (event) => validate(event);
    problems = () => ajv.errorsText(validate.errors);
  });

  it("accepts every event", () => {
    for (const event of events) expect(accepts(event) || problems()).toBe(true);
  });

  it("would refuse a wrong class, an unknown attribute, a severity of its own", () => {
    for (const wrong of [{ class_uid: 2004 }, { extra: 1 }, { severity_id: 12 }, { time: "now" }])
      expect(accepts({ ...events[1], ...wrong })).toBe(false);
  });
});
