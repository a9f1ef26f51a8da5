import { beforeAll, describe, expect, test } from "vitest";
import { checks as all } from "#checks";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Cloud, Collected } from "#cloud/cloud";
import { CloudError } from "#cloud/cloud";
import { demoEstate, meddleWithReceipts, openReceipts } from "#demo/estate";
import { demoAccounts } from "#demo/estate/parts";
import { receipts } from "#demo/estate/payments";
import type { AnyCheck } from "#domain/check";
import type { Evaluated } from "#posture/evaluate";
import { evaluatePage } from "#posture/evaluate";
import { planted } from "#test/support/account-a";

/** What the company was made to show: a check that is added later need not appear in it. */
const checks = all.filter(({ id }) => Object.hasOwn(planted, id));
const now = Date.parse("2026-11-23T08:00:00Z");
const start = (): MemoryDoor => memoryCloud(demoEstate(now), { now: () => now, reportsReady: true });

/** Every verdict on every asset, and the places that could not be listed. */
async function lookAt(cloud: Cloud, every: readonly AnyCheck[] = checks) {
  const collected: Collected[] = [];
  const evaluated: Evaluated[] = [];
  const refusals: string[] = [];
  for (const account of (await cloud.accounts()).filter(({ state }) => state === "active")) {
    const session = await cloud.open(account);
    for (const type of cloud.assetTypes)
      for (const region of session.scopeOf(type) === "account" ? ["global"] : session.regions)
        try {
          for await (const page of session.list(type, region)) {
            collected.push(...page);
            evaluated.push(
              ...(await evaluatePage(every, page, { now: new Date(now) }, (fact, assets) =>
                session.fetch(fact, assets),
              )),
            );
          }
        } catch (error) {
          if (!(error instanceof CloudError)) throw error;
          refusals.push(`${account.name} ${region} ${error.kind}`);
        }
  }
  return { collected, evaluated, refusals };
}
type Look = Awaited<ReturnType<typeof lookAt>>;
const failing = ({ evaluated }: Look) =>
  evaluated.flatMap(({ check, asset, decision }) =>
    decision.status === "fail" ? [{ check: check.id, asset, idle: decision.idle ?? false }] : [],
  );

describe("the demo's company", () => {
  let look: Look;
  beforeAll(async () => {
    look = await lookAt(awsCloud(start()));
  });

  test("has about the size of a small company", () => {
    const count = (type: string) => look.collected.filter(({ asset }) => asset.type === type).length;
    expect([count("aws.s3.bucket"), count("aws.ec2.volume"), count("aws.rds.instance"), count("aws.iam.user")]).toEqual(
      [25, 12, 4, 12],
    );
    expect(count("aws.ec2.security-group")).toBeGreaterThanOrEqual(15);
  });

  test("has something for every check to find, and something good as well", () => {
    const found = new Set(failing(look).map(({ check }) => check));
    const fine = new Set(
      look.evaluated.filter(({ decision }) => decision.status === "pass").map(({ check }) => check.id),
    );
    expect(checks.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
    expect(checks.map(({ id }) => id).filter((id) => !fine.has(id))).toEqual([]);
  });

  test("gives Payments a first list that can be read at a glance", () => {
    const payments = failing(look).filter(({ asset }) =>
      [demoAccounts.paymentsProd, demoAccounts.paymentsDev].some((id) => id === asset.account),
    );
    expect(payments.filter(({ idle }) => idle)).toEqual([]);
    expect(payments.length).toBeGreaterThanOrEqual(10);
    expect(payments.length).toBeLessThanOrEqual(14);
  });

  test("finds nothing but idle regions in the security account", () => {
    const theirs = failing(look).filter(({ asset }) => asset.account === demoAccounts.security);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.filter(({ idle }) => !idle)).toEqual([]);
  });

  test("cannot read one bucket's ACL, nor the region that the organisation closed", () => {
    const unknown = look.evaluated.flatMap(({ asset, decision }) =>
      decision.status === "unknown" ? [{ name: asset.name, closed: decision.closed ?? false }] : [],
    );
    expect([...new Set(unknown.filter(({ closed }) => !closed).map(({ name }) => name))]).toEqual(["pay-dev-exchange"]);
    expect([...new Set(unknown.filter(({ closed }) => closed).map(({ name }) => name))]).toEqual(["ap-southeast-2"]);
    expect([...new Set(look.refusals)].sort()).toEqual(
      ["billing-legacy", "payments-dev", "payments-prod", "web-prod"].map((name) => `${name} ap-southeast-2 closed`),
    );
  });

  test("carries names and tags that must be escaped, in what is found", () => {
    const texts = failing(look).map(({ asset }) => JSON.stringify(asset.tags));
    for (const hostile of ["<!channel>", "=cmd()", "\u202E", "💳", "<b>"])
      expect(
        texts.some((text) => text.includes(hostile)),
        hostile,
      ).toBe(true);
    const longest = Math.max(
      ...look.collected.flatMap(({ asset }) => Object.values(asset.tags).map((value) => value.length)),
    );
    expect(longest).toBeGreaterThan(245);
    expect(longest).toBeLessThanOrEqual(256);
  });

  test("has a closed account, and is the same every time of the same day", async () => {
    const accounts = await awsCloud(start()).accounts();
    expect(accounts.filter(({ state }) => state === "suspended").map(({ name }) => name)).toEqual(["sandbox-2023"]);
    expect(demoEstate(now + 3_600_000)).toEqual(demoEstate(now));
    expect(demoEstate(now + 86_400_000)).not.toEqual(demoEstate(now));
  });
});

describe("the bucket of the story", () => {
  const publicRead = checks.filter(({ id }) => id === "aws.s3.bucket-is-not-publicly-readable");
  const verdictOf = async (door: MemoryDoor) => {
    const { evaluated } = await lookAt(awsCloud(door), publicRead);
    return evaluated.find(({ asset }) => asset.name === receipts.bucket)?.decision;
  };

  test("is private at first, public once somebody opened it, and private again under the block", async () => {
    const door = start();
    expect(await verdictOf(door)).toMatchObject({ status: "pass" });
    openReceipts(door.byHand(receipts.account));
    expect(await verdictOf(door)).toMatchObject({ status: "fail", row: "policy lets everyone read" });
    meddleWithReceipts(door.byHand(receipts.account));
    expect(await verdictOf(door)).toMatchObject({ status: "fail" });

    const cloud = awsCloud(door);
    const account = (await cloud.accounts()).find(({ id }) => id === receipts.account);
    const session = account && (await cloud.open(account));
    let asset: Collected["asset"] | undefined;
    for await (const page of session?.list("aws.s3.bucket", "global") ?? [])
      asset ??= page.find((one) => one.asset.name === receipts.bucket)?.asset;
    if (!account || !asset) throw new Error("the bucket of the story is missing");
    const writer = await cloud.openForWriting(account, {
      request: "R-1",
      remediation: "aws.s3.block-bucket-public-access",
      operations: ["s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"],
      asset,
    });
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    const input = { Bucket: asset.name, PublicAccessBlockConfiguration };
    await writer.run({ operation: "s3:PutPublicAccessBlock", input }, asset.region);
    expect(await verdictOf(door)).toMatchObject({ status: "pass" });
  });
});
