import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteBucketCommand, DeleteBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Estate } from "#cloud/aws/memory/estate";
import type { Finding } from "#domain/finding";
import { runIn } from "#test/cli/recorded";
import { type Moto, startMoto, withoutMoto } from "#test/support/moto";
import { type Front, motoAccount, startFront } from "#test/support/moto-front";
import { keys, seedMoto } from "#test/support/moto-seed";

const everyone = (bucket: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` }],
});
const region = "eu-central-1";
const half = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: false, restrictPublicBuckets: false };
const estate: Estate = {
  accounts: [
    {
      id: motoAccount,
      name: "here",
      regions: [region],
      buckets: [
        { name: "plan-half", region, policy: everyone("plan-half"), publicAccessBlock: half },
        { name: "plan-none", region, policy: everyone("plan-none") },
        { name: "plan-gone", region },
      ],
      places: [{ region, volumes: [{ id: "vol-0a1", encrypted: false }] }],
    },
  ],
};
const readable = "aws.s3.bucket-is-not-publicly-readable";

describe.skipIf(withoutMoto())("stance plan, over AWS's own protocol", () => {
  let moto: Moto;
  let front: Front;
  let findings: readonly Finding[] = [];
  const cwd = mkdtempSync(join(tmpdir(), "stance-plan-"));
  const env = { AWS_REGION: region };
  const stance = (...argv: readonly string[]) => runIn(cwd, argv, env);
  const s3 = () => new S3Client({ endpoint: moto.endpoint, region, forcePathStyle: true, credentials: keys });
  const idOf = (bucket: string, check = readable): string =>
    findings.find((finding) => finding.asset.name === bucket && finding.check === check)?.id ??
    `no finding of ${bucket}`;
  beforeAll(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = keys.accessKeyId;
    process.env["AWS_SECRET_ACCESS_KEY"] = keys.secretAccessKey;
    moto = await startMoto();
    front = await startFront(moto.endpoint);
    await seedMoto(moto.endpoint, front, estate);
    writeFileSync(
      join(cwd, "stance.yml"),
      `accounts: [{ id: "${motoAccount}", name: here }]\naws: { endpoint: "${front.endpoint}" }\n`,
    );
    const scanned = await stance("scan", "--database", "stance.sqlite", "--format", "json");
    if (scanned.code !== 0) throw new Error(scanned.err);
    findings = JSON.parse((await stance("findings", "--json")).out);
  });
  beforeEach(() => {
    front.calls.length = 0;
    front.faults.length = 0;
  });
  afterAll(async () => {
    await front?.close();
    await moto?.stop();
  });
  /** Every call a plan made was a question. */
  const onlyRead = (): void => {
    expect(front.calls.length).toBeGreaterThan(0);
    const others = front.calls.filter(({ operation }) => !/^\w+:(Get|List|Describe)/.test(operation));
    expect(others).toEqual([]);
  };

  it("prints the exact calls, both ways, who may notice and the plan's hash; changes nothing", async () => {
    const id = idOf("plan-half");
    const { code, out, err } = await stance("plan", id);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      new RegExp(`^${id} plan-half: block public access: 2 of 4 settings on → 4 of 4\nWho may notice: `),
    );
    expect(out).toContain("publicAccessBlock.blockPublicPolicy: false → true\n");
    expect(out).not.toContain("publicAccessBlock.blockPublicAcls");
    const [, calls = "", undo = ""] = /\nCalls:\n(.*)\nUndo:\n(.*)\nplan [0-9a-f]{64}\n/s.exec(out) ?? [];
    expect(calls).toMatch(/^1\. s3:PutPublicAccessBlock\n\{\n {2}"Bucket": "plan-half"/);
    expect(undo).toMatch(/^1\. s3:PutPublicAccessBlock\n[^]*"BlockPublicPolicy": false/);
    expect(out).toMatch(/Nothing was changed or asked for[^\n]*\n$/);
    onlyRead();
    // The database's own beginning and the scan; no request.
    expect((await stance("audit", "export")).out.trim().split("\n")).toHaveLength(2);
  });

  it("as JSON is the plan that chat would ask approval for; of no block the undo deletes it", async () => {
    const { out } = await stance("plan", idOf("plan-none"), "--json");
    expect(JSON.parse(out)).toMatchObject({
      asset: "arn:aws:s3:::plan-none",
      account: motoAccount,
      region,
      calls: [{ operation: "s3:PutPublicAccessBlock", input: { Bucket: "plan-none" } }],
      undo: [{ operation: "s3:DeletePublicAccessBlock", input: { Bucket: "plan-none" } }],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    onlyRead();
  });

  it("takes the id as people type it, and a fingerprint", async () => {
    const id = idOf("plan-half");
    const plan = (await stance("plan", id, "--json")).out;
    const { fingerprint = "" } = findings.find((finding) => finding.id === id) ?? {};
    for (const word of [id.toLowerCase(), id.toUpperCase(), ` ${id}`, fingerprint])
      expect((await stance("plan", word, "--json")).out).toBe(plan);
  });

  it("is made from what is live: another state gives another plan, a goal reached gives none", async () => {
    const put = front.calls.length;
    const { PutPublicAccessBlockCommand } = await import("@aws-sdk/client-s3");
    const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    await s3().send(new DeleteBucketPolicyCommand({ Bucket: "plan-none" }));
    await s3().send(
      new PutPublicAccessBlockCommand({
        Bucket: "plan-none",
        PublicAccessBlockConfiguration: { ...all, BlockPublicAcls: false },
      }),
    );
    expect((await stance("plan", idOf("plan-none"))).out).toContain("3 of 4 settings on → 4 of 4");
    await s3().send(new PutPublicAccessBlockCommand({ Bucket: "plan-none", PublicAccessBlockConfiguration: all }));
    const done = await stance("plan", idOf("plan-none"));
    expect(done).toEqual({ code: 0, out: "plan-none is already as the fix would make it.\n", err: "" });
    expect(await stance("plan", idOf("plan-none"), "--json")).toEqual({ code: 0, out: "null\n", err: "" });
    expect(put).toBe(0);
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ["no such finding", () => ["F-zzzz"], /There is no finding "F-zzzz" in the database\. `stance findings` lists/],
    [
      "no automatic fix",
      () => [idOf("vol-0a1", "aws.ec2.volume-is-encrypted")],
      /no automatic fix for F-.*checks show/,
    ],
    ["an input that is none", () => [idOf("plan-half"), "--input", "x"], /"x" is no input\. Write --input name=value/],
    ["an input nobody asked for", () => [idOf("plan-half"), "--input", "x=1"], /takes no input\. Leave --input out/],
  ])("says in a sentence: %s", async (_, words, sentence) => {
    const { code, out, err } = await stance("plan", ...words());
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(sentence);
    expect(err).not.toContain("internal error");
    expect(front.calls).toEqual([]);
  });

  it("what cannot be read, or is gone, gives no plan", async () => {
    front.faults.push({ operation: "s3:GetPublicAccessBlock", answer: { denied: "role" } });
    const denied = await stance("plan", idOf("plan-half"));
    expect({ code: denied.code, out: denied.out }).toEqual({ code: 1, out: "" });
    expect(denied.err).toMatch(/Could not read publicAccessBlock.*PublicAccessBlock/);
    await s3().send(new DeleteBucketCommand({ Bucket: "plan-gone" }));
    const gone = await stance("plan", idOf("plan-gone", "aws.s3.bucket-blocks-public-access"));
    expect({ code: gone.code, err: gone.err }).toEqual({ code: 1, err: "stance: It is gone.\n" });
  });
});
