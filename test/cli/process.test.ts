import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Estate } from "#cloud/aws/memory/estate";
import { type Moto, startMoto, withoutMoto } from "#test/support/moto";
import { type Front, motoAccount, startFront } from "#test/support/moto-front";
import { keys, seedMoto } from "#test/support/moto-seed";

const root = resolve(import.meta.dirname, "../..");
// By address: the process starts in a folder of its own.
const command = ["--import", import.meta.resolve("tsx"), "--conditions=source", join(root, "src/cli.ts")];

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "stance-cli-"));
});

/** The real command, as a shell would start it, with nothing of this machine's cloud credentials. */
function start(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdout: "pipe" | number = "pipe",
): ChildProcess {
  const { PATH = "" } = process.env;
  return spawn(process.execPath, [...command, ...argv], {
    cwd,
    stdio: ["ignore", stdout, "pipe"],
    env: { PATH, AWS_EC2_METADATA_DISABLED: "true", ...env },
  });
}
async function stance(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = start(argv, env);
  let out = "";
  let err = "";
  child.stdout?.on("data", (text) => (out += text));
  child.stderr?.on("data", (text) => (err += text));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, out, err };
}

describe("the process", () => {
  it("fails when its output cannot be written, whole as it may look", async () => {
    const full = openSync("/dev/full", "w");
    const child = start(["checks", "list"], {}, full);
    let err = "";
    child.stderr?.on("data", (text) => (err += text));
    const code = await new Promise((done) => child.on("close", done));
    closeSync(full);
    expect(code).toBe(1);
    expect(err).toMatch(/^stance: The output could not be written: ENOSPC/);
  });

  it("shows help at once, without loading a cloud", async () => {
    const started = performance.now();
    const { code, out } = await stance(["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("scan");
    // 0.3 s is the promise for the built command; this one is compiled on the way, on a busy machine.
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("says in a sentence that there are no credentials, without a stack", async () => {
    const { code, out, err } = await stance(["scan", "--cloud", "aws", "--format", "json"], { HOME: cwd });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^stance: .*credentials/i);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it("names every error of the configuration with its line", async () => {
    await writeFile(join(cwd, "stance.yml"), "accounts:\n  - id: 5\nowner: {}\n");
    const { code, err } = await stance(["scan"]);
    expect(code).toBe(1);
    expect(err).toMatch(/stance\.yml:2:\d+ accounts\[0\]/);
    expect(err).toMatch(/stance\.yml:3:\d+ /);
    expect((await stance(["config", "check"])).code).toBe(1);
  });

  it("does not mind a reader that goes away", async () => {
    const child = start(["checks", "list", "--json"]);
    let err = "";
    child.stderr?.on("data", (text) => (err += text));
    child.stdout?.destroy();
    const code = await new Promise((done) => child.on("close", done));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});

const region = "eu-central-1";
const bucket = (name: string, isOpen = false) => ({
  name,
  region,
  ...(isOpen && {
    policy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${name}/*` }],
    },
  }),
});
const estate: Estate = {
  accounts: [
    {
      id: motoAccount,
      name: "here",
      regions: [region, "us-east-1"],
      buckets: [bucket("stance-open", true), ...Array.from({ length: 30 }, (_, i) => bucket(`stance-${i}`))],
    },
  ],
};

describe.skipIf(withoutMoto())("stance scan over AWS's own protocol", () => {
  let moto: Moto;
  let front: Front;
  const aws = (): Record<string, string> => ({
    AWS_ENDPOINT_URL: front.endpoint,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  });
  beforeAll(async () => {
    moto = await startMoto();
    front = await startFront(moto.endpoint);
    await seedMoto(moto.endpoint, front, estate);
  });
  beforeEach(() => void front.faults.splice(0));
  afterAll(async () => {
    await front.close();
    await moto.stop();
  });

  it("scans the account of the credentials at hand, without a configuration", async () => {
    const { code, out, err } = await stance(["scan", "--cloud", "aws", "--format", "json"], aws());
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const rows: { check: string; status: string; account: string; asset: { name: string } }[] = JSON.parse(out);
    expect(new Set(rows.map(({ account }) => account))).toEqual(new Set([motoAccount]));
    const open = rows.filter(
      ({ check, status }) => check === "aws.s3.bucket-is-not-publicly-readable" && status === "fail",
    );
    expect(open.map(({ asset }) => asset.name)).toEqual(["stance-open"]);
    expect(rows.some(({ status }) => status === "unknown")).toBe(false);
  });

  it("ends with 3 when something failed, with 4 when something could not be read", async () => {
    const check = ["--check", "aws.s3.bucket-is-not-publicly-readable", "--exit-code", "--format", "csv"];
    expect((await stance(["scan", "--cloud", "aws", ...check], aws())).code).toBe(3);
    front.faults.push({ operation: "s3:ListBuckets", answer: { denied: "role" } });
    const { code, err } = await stance(["scan", "--cloud", "aws", ...check, "--coverage", "coverage.json"], aws());
    expect({ code, err }).toEqual({ code: 4, err: "stance: The scan is incomplete: lists not read: 1.\n" });
    const { units } = JSON.parse(await readFile(join(cwd, "coverage.json"), "utf8"));
    expect(units).toContainEqual(
      expect.objectContaining({ type: "aws.s3.bucket", outcome: "denied", permission: "s3:ListAllMyBuckets" }),
    );
  });

  it("writes a file for its owner alone", async () => {
    const { code, out } = await stance(
      ["scan", "--cloud", "aws", "--service", "s3", "--format", "json-ocsf", "--output", "f.json"],
      aws(),
    );
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect((await stat(join(cwd, "f.json"))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(cwd, "f.json"), "utf8"))[0]).toMatchObject({ class_uid: 2003 });
  });

  it("ends quietly when the reader goes away in the middle", async () => {
    const child = start(["scan", "--cloud", "aws", "--service", "s3", "--format", "json"], aws());
    let err = "";
    child.stderr?.on("data", (text) => (err += text));
    child.stdout?.once("data", () => child.stdout?.destroy());
    const code = await new Promise((done) => child.on("close", done));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("keeps what it saw in a database, and tells whose it is", async () => {
    await writeFile(
      join(cwd, "stance.yml"),
      `accounts:\n  - { id: "${motoAccount}", name: here, owner: web }\nowners:\n  web: { name: Web }\n`,
    );
    const scanned = await stance(["scan", "--service", "s3", "--database", "kept.sqlite"], aws());
    expect(scanned.err).toBe("");
    expect(scanned.code).toBe(0);
    expect(scanned.out).toContain("Filtered by service s3");
    const { code, out } = await stance(["owners", "check", "--database", "kept.sqlite", "--json"]);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report.findings).toBeGreaterThan(0);
    expect(report.bySource).toMatchObject({ account: report.findings, nobody: 0 });
  });

  it("lets the doctor say what works and what does not", async () => {
    await writeFile(join(cwd, "stance.yml"), `accounts:\n  - { id: "999999999999", name: other }\n`);
    const wrong = await stance(["doctor"], aws());
    expect(wrong.code).toBe(1);
    expect(wrong.out).toMatch(/bad +aws 999999999999 +other: .*999999999999 was expected/);
    await writeFile(join(cwd, "stance.yml"), `accounts:\n  - { id: "${motoAccount}", name: here }\n`);
    const right = await stance(["doctor"], aws());
    expect(right.out).toMatch(/good +aws 123456789012 +here: can be read, 2 regions/);
    expect(right.code).toBe(0);
  });
});
