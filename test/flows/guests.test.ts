import { afterEach, describe, expect, test } from "vitest";
import type { Card } from "#domain/card";
import { cardText } from "#test/cards/as-text";
import { approvalCard, askedBy, begin, bucket, closeWorlds, hour, requestOf } from "#test/support/attempts";
import { account, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { channel, isForm, pressOf } from "#test/support/harness";

/** Guests may be in a team's channel: then it says what is wrong, and not where. */
afterEach(closeWorlds);

const scan = async (w: World): Promise<void> => {
  w.time.now += hour;
  await w.heart.scan();
  await w.settle();
};
const heard = (w: World): string =>
  w
    .in("#team-payments")
    .flatMap(({ card, history }) => [...history, card].map(cardText))
    .join("\n");

describe("a channel with guests", () => {
  test("never hears a name: not on cards, below them, of requests, or in digests", async () => {
    const { w, door } = await begin({ guests: true });
    expect(heard(w)).toContain("1 S3 bucket");
    await askedBy(w, "U1");
    publicBucket(door, "pay-exports");
    await scan(w);
    await w.press("U2", pressOf(approvalCard(w), "Approve"), "C3");
    await w.settle();
    expect(requestOf(w).state).toBe("verified");
    w.time.now += 24 * hour;
    await w.settle();
    const undo = await w.press("U1", pressOf(w.in("#sec-approvals")[0]?.card as Card, "Undo"), "C3");
    if (isForm(undo)) await w.submit("U1", undo, { reason: "a partner reads it" }, "C3");
    door.byHand(account).deleteBucket("pay-exports");
    await scan(w);
    w.time.now += 23 * hour;
    await w.settle();
    expect(w.in("#team-payments").some(({ key }) => key.startsWith("digest:"))).toBe(true);
    expect(w.in("#team-payments").some(({ thread }) => thread !== undefined)).toBe(true);
    expect(heard(w)).not.toMatch(/pay-receipts-eu|pay-exports/);
    // Who may see it sees it: in private answers, and where approvals are asked for.
    expect(cardText(w.in("#sec-approvals")[0]?.card as Card)).toContain(bucket);
  });

  test("hears them again when the guests are gone", async () => {
    const { w, door } = await begin({ guests: true });
    w.channels.set("C1", channel("C1", "team-payments"));
    await w.inbound.channelChanged("C1");
    publicBucket(door, "pay-exports");
    await scan(w);
    expect(heard(w)).toContain("pay-exports");
  });
});
