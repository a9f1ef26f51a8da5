import { afterEach, describe, expect, test, vi } from "vitest";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Card } from "#domain/card";
import { hour, minute } from "#domain/time";
import { teamKey } from "#test/support/company";
import { fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";
import type { Gate } from "#test/support/small-company";
import {
  account,
  alsoCloseSmall,
  bad,
  cardsIn,
  closeSmall,
  gate,
  gated,
  live,
  scan,
  small,
  wrong,
} from "#test/support/small-company";

/** Two things at once: what one of them read must not be written over what the other did. */
afterEach(closeSmall);

describe("while a scan runs", () => {
  test("a claim is not written over by what the scan knew before", async () => {
    const { w, it, at } = await small();
    bad(it);
    await scan(w);
    at.closed = true;
    const running = w.heart.scan();
    await at.reached;
    const [finding] = w.store.findings({});
    await w.say("UP1", `claim ${finding?.id}`, "Cteam-01");
    at.open();
    await running;
    await w.settle();
    expect(w.store.findings({})[0]?.ownership).toMatchObject({ owner: "team-01", source: "claim" });
    expect(w.store.events({}).map(({ kind, owner }) => [kind, owner])).toEqual([
      ["new", ""],
      ["new-owner", "team-01"],
      ["left", ""],
    ]);
  });

  describe("somebody changes what it has read", () => {
    async function fixable(): Promise<{ readonly w: World; readonly at: Gate }> {
      const at = gate();
      const door = memoryCloud(fixEstate, { now: () => w.time.now });
      const w: World = await world({
        config: fixConfig,
        clouds: () => [gated(awsCloud(door), at)],
        people: fixPeople,
        channels: fixChannels,
      });
      alsoCloseSmall(w);
      await scan(w);
      await w.say("U3", "rollout #team-payments live --yes", "C2");
      publicBucket(door, "pay-receipts-eu");
      w.time.now += hour;
      await scan(w);
      const card = w.in("#team-payments").find(({ key }) => key.startsWith("G-"))?.card as Card;
      const form = await w.press("U1", pressOf(card, "Fix"), "C1");
      if (!isForm(form)) throw new Error("no form");
      await w.submit("U1", form, { reason: "signed links" }, "C1");
      await w.settle();
      return { w, at };
    }
    const approval = (w: World): Card => w.in("#sec-approvals")[0]?.card as Card;
    /** The scan has read the bucket; before it goes on, this happens. */
    async function meanwhile(
      { w, at }: { readonly w: World; readonly at: Gate },
      act: () => Promise<unknown>,
    ): Promise<void> {
      at.closed = true;
      const running = w.heart.scan();
      await at.reached;
      w.time.now += minute;
      await act();
      // Reads of the change itself are not held: they are of single assets.
      await w.settle();
      at.open();
      await running;
      await w.settle();
    }
    const openBuckets = (w: World): number => w.store.countFindings({ status: ["open"], type: "aws.s3.bucket" });

    test("a fix: facts from before it do not open the finding again", async () => {
      const all = await fixable();
      const { w } = all;
      await meanwhile(all, () => w.press("U2", pressOf(approval(w), "Approve"), "C3"));
      expect(w.store.requests({})[0]?.state).toBe("verified");
      expect(openBuckets(w)).toBe(0);
      expect(w.store.events({}).filter(({ kind }) => kind === "returned")).toEqual([]);
    });

    test("an undo: a pass from before it does not close the finding", async () => {
      const all = await fixable();
      const { w } = all;
      await w.press("U2", pressOf(approval(w), "Approve"), "C3");
      await w.settle();
      w.time.now += minute;
      expect(openBuckets(w)).toBe(0);
      await meanwhile(all, async () => {
        const form = await w.press("U1", pressOf(approval(w), "Undo"), "C3");
        if (isForm(form)) await w.submit("U1", form, { reason: "a partner reads it" }, "C3");
      });
      expect(openBuckets(w)).toBeGreaterThan(0);
    });
  });

  test("what it has found so far is not told by an admin's word on another one", async () => {
    const { w, it, at } = await small(22);
    await scan(w);
    for (let n = 1; n <= 22; n++) await live(w, n);
    w.time.now += hour;
    for (let n = 1; n <= 22; n++) bad(it, teamKey(n));
    await scan(w);
    const brake = w.in("#sec-posture").find(({ key }) => key.startsWith("brake:"))?.card as Card;
    for (let n = 1; n <= 22; n++)
      it.add({ kind: "aws.ec2.volume", account, region: "us-east-1", tags: { team: teamKey(n) }, wrong });
    w.time.now += hour;
    at.closed = true;
    const running = w.heart.scan();
    await at.reached;
    await vi.waitFor(() => expect(w.store.events({ run: 3 })).toHaveLength(22));
    await w.press("UADMIN", pressOf(brake, "Post"), "CADMIN");
    await w.settle();
    expect(w.store.events({ untold: true }).map(({ run }) => run)).toEqual(Array.from({ length: 22 }, () => 3));
    expect(cardsIn(w)).toHaveLength(1);
    at.open();
    await running;
    await w.settle();
    // The new ones are weighed by themselves: that is too much again.
    expect(w.in("#sec-posture").filter(({ key }) => key.startsWith("brake:"))).toHaveLength(2);
  });
});

describe("a look at a part", () => {
  const filtered = (w: World): Promise<unknown> => w.bot.scan({ regions: ["us-east-1"] });

  test("does not turn the next change into something that could not be read before", async () => {
    const { w, it } = await small();
    await scan(w);
    await live(w);
    await filtered(w);
    bad(it, "team-01");
    w.time.now += hour;
    await scan(w);
    expect(w.store.events({}).map(({ kind, cause }) => [kind, cause])).toEqual([["new", "change"]]);
    expect(cardsIn(w)).toHaveLength(1);
  });

  test("closes nothing, and leaves alone what it did not look at", async () => {
    const { w, it } = await small();
    const one = bad(it, "team-01");
    await scan(w);
    one.wrong = new Set();
    await filtered(w);
    await w.bot.scan({ regions: ["eu-west-1"] });
    expect(w.store.findings({ status: ["open"] })).toHaveLength(1);
    expect(w.store.findings({})[0]).not.toHaveProperty("uncheckedSince");
  });

  test("does not put off the look at everything", async () => {
    const { w } = await small();
    await scan(w);
    w.time.now += 11 * hour;
    await filtered(w);
    w.time.now += hour;
    await w.heart.scanIfDue();
    expect(w.store.runs(1)[0]).toMatchObject({ filtered: false, state: "done", startedAt: w.time.now });
  });
});

describe("a scan that broke off", () => {
  test("is not running any more after a restart, and is begun again soon", async () => {
    const { w, it, at } = await small();
    bad(it, "team-01");
    await scan(w);
    w.time.now += 12 * hour;
    at.closed = true;
    void w.heart.scan().catch(() => {});
    await at.reached;
    const again = await w.restart();
    alsoCloseSmall(again);
    expect(again.store.runs(1)[0]?.state).toBe("aborted");
    at.open();
    await again.heart.scanIfDue();
    expect(again.store.runs(1)[0]?.state).toBe("aborted");
    again.time.now += 16 * minute;
    await again.heart.scanIfDue();
    expect(again.store.runs(1)[0]?.state).toBe("done");
  });
});
