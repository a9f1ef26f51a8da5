import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checks as all } from "#checks";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { AccountSpec, Estate } from "#cloud/aws/memory/estate";
import type { Fault } from "#cloud/aws/memory/faults";
import { scan } from "#flows/scan";
import type { ScanFilter } from "#flows/scan-filter";
import type { UnitEnd } from "#flows/scan-summary";
import type { Evaluated } from "#posture/evaluate";
import { planted } from "#test/support/account-a";

/** A check that is added later may find more in these accounts. */
const checks = all.filter(({ id }) => Object.hasOwn(planted, id));
const now = Date.parse("2026-01-05T08:00:00Z");
const publicRead = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::leaky/*" }],
};

const shop: AccountSpec = {
  id: "111111111111",
  name: "shop",
  regions: ["eu-central-1", "us-east-1"],
  rootAccessKeys: 1,
  buckets: [
    { name: "leaky", region: "us-east-1", policy: publicRead, tags: { team: "web" } },
    { name: "tight", region: "eu-central-1", publicAccessBlock: allOn() },
    { name: "plain-a", region: "eu-central-1" },
    { name: "plain-b", region: "eu-central-1" },
  ],
  places: [
    {
      region: "eu-central-1",
      vpcs: [{ id: "vpc-1" }],
      subnets: [{ id: "subnet-1", vpc: "vpc-1", internetRoute: true }],
      groups: [
        {
          id: "sg-1",
          name: "ssh",
          vpc: "vpc-1",
          ingress: [{ protocol: "tcp", from: 22, to: 22, source: "0.0.0.0/0" }],
        },
        { id: "sg-2", name: "quiet", vpc: "vpc-1" },
      ],
      volumes: [
        { id: "vol-1", encrypted: true },
        { id: "vol-2", encrypted: false },
      ],
    },
    { region: "us-east-1", encryptsVolumesByDefault: true },
  ],
};
const lab: AccountSpec = { id: "222222222222", name: "lab", regions: ["eu-central-1"] };
const gone: AccountSpec = { id: "333333333333", name: "gone", state: "suspended", regions: ["eu-central-1"] };

function allOn() {
  return { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
}

async function run(
  estate: Estate,
  { faults = [], filter = {} }: { faults?: readonly Fault[]; filter?: ScanFilter } = {},
) {
  const door = memoryCloud(estate, { now: () => now });
  for (const fault of faults) door.fault(fault);
  const results: Evaluated[] = [];
  const units: UnitEnd[] = [];
  const summary = await scan({
    clouds: [awsCloud(door)],
    checks,
    filter,
    now: () => now,
    sink: {
      page: (_, page) => void results.push(...page.results),
      unit: (end) => void units.push(end),
    },
  });
  return { summary, results, units, calls: door.calls.length };
}
const failing = (results: readonly Evaluated[]): string[] =>
  results
    .filter(({ decision }) => decision.status === "fail")
    .map(({ check, asset }) => `${check.id} ${asset.account} ${asset.region} ${asset.name}`)
    .sort();
const key = ({ check, asset }: Evaluated): string => `${check.id} ${asset.id}`;

const estate: Estate = { accounts: [shop, lab, gone] };

describe("a scan of the embedded cloud", () => {
  it("finds what was planted, page by page, and tells accounts and regions apart", async () => {
    const { summary, results } = await run(estate);
    const bare = [
      "aws.cloudtrail.account-records-all-regions",
      "aws.iam.password-policy-is-strong",
      "aws.iam.password-policy-length",
      "aws.iam.password-policy-reuse",
      "aws.s3.account-blocks-public-access",
    ].flatMap((check) => ["111111111111", "222222222222"].map((id) => `${check} ${id} global ${id}`));
    expect(failing(results)).toEqual(
      [
        ...bare,
        "aws.ec2.region-encrypts-volumes-by-default 111111111111 eu-central-1 eu-central-1",
        "aws.ec2.region-encrypts-volumes-by-default 222222222222 eu-central-1 eu-central-1",
        "aws.ec2.security-group-closes-admin-ports-ipv4 111111111111 eu-central-1 sg-1",
        "aws.ec2.volume-is-encrypted 111111111111 eu-central-1 vol-2",
        "aws.ec2.vpc-records-flow-logs 111111111111 eu-central-1 vpc-1",
        "aws.iam.root-has-no-access-keys 111111111111 global 111111111111",
        "aws.s3.bucket-blocks-public-access 111111111111 eu-central-1 plain-a",
        "aws.s3.bucket-blocks-public-access 111111111111 eu-central-1 plain-b",
        "aws.s3.bucket-blocks-public-access 111111111111 us-east-1 leaky",
        "aws.s3.bucket-is-not-publicly-readable 111111111111 us-east-1 leaky",
      ].sort(),
    );
    expect(new Set(results.map(key)).size).toBe(results.length);
    expect(summary.accounts.read.map(({ name }) => name).sort()).toEqual(["lab", "shop"]);
    expect(summary.accounts.suspended.map(({ name }) => name)).toEqual(["gone"]);
    expect(summary).toMatchObject({ complete: true, counts: { unknown: 0, closed: 0 } });
  });

  it("names what a denied call leaves unknown, there and nowhere else", async () => {
    const denied: Estate = {
      accounts: [
        { ...shop, denials: [{ operation: "s3:GetBucketPolicy" }, { operation: "ec2:DescribeVolumes" }] },
        lab,
      ],
    };
    const { summary, results, units } = await run(denied);
    const unknown = results.filter(({ decision }) => decision.status === "unknown");
    expect(unknown.length).toBeGreaterThan(0);
    expect(new Set(unknown.map(({ asset }) => asset.account))).toEqual(new Set(["111111111111"]));
    const missing = summary.unchecked
      .map(({ permission }) => permission)
      .toSorted((a = "", b = "") => a.localeCompare(b));
    expect(missing).toEqual(["ec2:DescribeVolumes", "s3:GetBucketPolicy"]);
    expect(
      units.filter(({ outcome }) => outcome === "denied").map(({ unit, permission }) => [unit.region, permission]),
    ).toEqual(
      expect.arrayContaining([
        ["eu-central-1", "ec2:DescribeVolumes"],
        ["us-east-1", "ec2:DescribeVolumes"],
      ]),
    );
    expect(summary.complete).toBe(false);
  });

  it("says once that the organisation closed a region, and counts no gap", async () => {
    const closed: Estate = {
      accounts: [{ ...shop, denials: [{ operation: "*", region: "us-east-1", closed: true }] }],
    };
    const { summary } = await run(closed);
    expect(summary.closed.filter(({ region }) => region === "us-east-1")).toHaveLength(1);
    expect(summary.gaps).toEqual([]);
    expect(summary.units.closed).toBeGreaterThan(0);
  });

  it("by region finds the same there as without the filter", async () => {
    const all = (await run(estate)).results.filter(({ asset }) => asset.region === "eu-central-1");
    const some = (await run(estate, { filter: { regions: ["eu-central-1"] } })).results;
    expect(failing(some)).toEqual(failing(all));
    expect(some.map(key).sort()).toEqual(all.map(key).sort());
  });

  it("asks less when less is asked for", async () => {
    const all = await run(estate);
    const few = await run(estate, { filter: { services: ["s3"] } });
    expect(few.calls).toBeLessThan(all.calls / 2);
  });

  it("never turns a fault into a verdict, whichever calls fail", async () => {
    const truth = new Map((await run(estate)).results.map((result) => [key(result), result.decision.status]));
    const operations = [
      "s3:ListBuckets",
      "s3:GetBucketPolicy",
      "s3:GetBucketAcl",
      "s3:GetPublicAccessBlock",
      "s3control:GetPublicAccessBlock",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcs",
      "ec2:DescribeFlowLogs",
      "iam:GetAccountSummary",
      "iam:GetAccountPasswordPolicy",
      "cloudtrail:DescribeTrails",
      "tag:GetResources",
    ];
    const fault: fc.Arbitrary<Fault> = fc.record({
      operation: fc.constantFrom(...operations),
      after: fc.nat(2),
      times: fc.integer({ min: 1, max: 3 }),
      does: fc.oneof(
        fc.constant({ kind: "throttle" } as const),
        fc
          .constantFrom<"denied" | "closed" | "failed">("denied", "closed", "failed")
          .map((as) => ({ kind: "fail", as }) as const),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 5 }), async (faults) => {
        const { results, units, summary } = await run(estate, { faults });
        const seen = new Map(results.map((result) => [key(result), result.decision.status]));
        for (const [name, status] of seen) expect(["unknown", truth.get(name)]).toContain(status);
        const lost = [...truth.keys()].filter((name) => !seen.has(name));
        if (lost.length > 0) {
          expect(units.some(({ outcome }) => outcome !== "complete") || summary.accounts.unread.length > 0).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
