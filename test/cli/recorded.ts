import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checks } from "#checks";
import { runCli } from "#cli/program";
import type { ScanCliOptions } from "#cli/scan";
import { runScan } from "#cli/scan";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Estate } from "#cloud/aws/memory/estate";
import { remediations } from "#remediations";
import { fakeIo } from "#test/cli/fake-io";

export const [payments, web] = ["111122223333", "444455556666"] as const;
/** What a name may do to a terminal: colour, a line of its own, a changed order. */
export const hostile = "bad\u001B[31m\nF-9999 critical\u202Eeman";
const everyone = (bucket: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` }],
});
const bucket = (name: string) => ({ name, region: "eu-west-1", policy: everyone(name) });

const estate: Estate = {
  accounts: [
    {
      id: payments,
      name: "payments-prod",
      regions: ["eu-west-1"],
      buckets: [bucket("pay-receipts"), { ...bucket(hostile), tags: { [hostile]: "a=b" } }],
      places: [
        {
          region: "eu-west-1",
          vpcs: [{ id: "vpc-1" }],
          subnets: [{ id: "subnet-1", vpc: "vpc-1" }],
          groups: [{ id: "sg-1", name: "web", vpc: "vpc-1", tags: { Team: "Web" } }],
          instances: [{ id: "i-1", subnet: "subnet-1", groups: ["sg-1"] }],
          volumes: [{ id: "vol-1", encrypted: false, attachedTo: "i-1", tags: { team: "web" } }],
        },
      ],
    },
    { id: web, name: "web-prod", regions: ["eu-west-1"], buckets: [bucket("web-site")] },
  ],
};
const configuration = `accounts:
  - { id: "${payments}", name: payments-prod, owner: payments }
  - { id: "${web}", name: web-prod }
owners:
  payments: { name: Payments }
  web: { name: Web }
`;

/** The command line in a folder with a configuration and the database of one scan of an embedded cloud. */
export async function recorded() {
  const cwd = mkdtempSync(join(tmpdir(), "stance-kept-"));
  writeFileSync(join(cwd, "stance.yml"), configuration);
  const io = fakeIo({ cwd });
  const door = memoryCloud(estate, { now: io.now, reportsReady: true });
  const parts = { cloudsFrom: () => [awsCloud(door)], checks, remediations };
  const code = await runScan({ format: "json", database: "stance.sqlite" }, io, parts);
  if (code !== 0) throw new Error(`the scan failed: ${io.err()}`);
  const run = (...argv: readonly string[]) => runIn(cwd, argv);
  /** Another scan into the same database. */
  const scan = async (options: Partial<ScanCliOptions>) => {
    const again = fakeIo({ cwd });
    await runScan({ format: "json", database: "stance.sqlite", ...options }, again, parts);
    return JSON.parse(again.out());
  };
  return {
    cwd,
    run,
    scan,
    door,
    json: async (...argv: readonly string[]) => JSON.parse((await run(...argv, "--json")).out),
  };
}

export async function runIn(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = fakeIo({ cwd, env });
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}

/** Whatever moves a cursor, reorders or hides: none of it may reach a terminal. */
export const unsafe = /[^\P{C}\n]/u;
