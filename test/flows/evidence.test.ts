import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Estate } from "#cloud/aws/memory/estate";
import type { Card } from "#domain/card";
import { cardText } from "#test/cards/as-text";
import { fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";

const estate: Estate = {
  accounts: fixEstate.accounts.map((each) => ({
    ...each,
    buckets: (each.buckets ?? []).map((bucket) =>
      bucket.name === "pay-exports"
        ? { ...bucket, tags: { ...bucket.tags, "aws:cloudformation:stack-name": "pay" } }
        : { ...bucket, website: "index.html" },
    ),
  })),
};

let door: MemoryDoor;
let w: World;
beforeEach(async () => {
  w = await world({
    config: fixConfig,
    clouds: (now) => {
      door = memoryCloud(estate, { now });
      return [awsCloud(door)];
    },
    people: fixPeople,
    channels: fixChannels,
  });
  await w.heart.scan();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
});
afterEach(() => w.close());

async function opened(bucket: string): Promise<Card> {
  publicBucket(door, bucket);
  w.time.now += 3_600_000;
  await w.heart.scan();
  await w.settle();
  return w.in("#team-payments")[0]?.card as Card;
}
async function askedFor(bucket: string): Promise<string> {
  const form = await w.press("U1", pressOf(await opened(bucket), "Fix"), "C1");
  if (!isForm(form)) throw new Error("no form");
  await w.submit("U1", form, { reason: "receipts moved to signed links" }, "C1");
  await w.settle();
  return cardText(w.in("#sec-approvals")[0]?.card as Card);
}

describe("before anybody approves", () => {
  test("the card says what was seen there of who may notice", async () => {
    expect(await askedFor("pay-receipts-eu")).toContain(
      "Seen there  website configuration: configured as a website (index.html): its address stops answering",
    );
  });

  test("what could not be read is no data, with why, and the request is asked for all the same", async () => {
    door.fault({ operation: "s3:GetBucketWebsite", does: { kind: "fail", as: "denied", code: "AccessDenied" } });
    const said = await askedFor("pay-receipts-eu");
    expect(said).toMatch(/Seen there {2}website configuration: no data \(.+\)/);
    expect(said).toContain("Waiting for approval");
  });
});

test("what CloudFormation manages is shown as its code first, with its own values; fixing it in the cloud stays possible", async () => {
  const card = await opened("pay-exports");
  expect(cardText(card)).toMatch(/\[Show code change\] {2}\[Snooze…\] {2}\[⋯ Fix in the cloud anyway…/);
  const code = await w.press("U1", pressOf(card, "Show code change"), "C1");
  if (isForm(code) || !code) throw new Error("no card");
  expect(cardText(code)).toContain("managed by CloudFormation");
  expect(cardText(code)).toContain('BucketName: "pay-exports"');
  expect(cardText(code)).toContain("BlockPublicAcls: true");
  expect(door.calls.filter(({ access }) => access === "write")).toEqual([]);
  const form = await w.press("U1", pressOf(card, "Fix in the cloud anyway…"), "C1");
  expect(form && isForm(form) && form.title).toMatch(/^Fix G-/);
});
