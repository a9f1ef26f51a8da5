import { afterEach, describe, expect, test, vi } from "vitest";
import type { Chat } from "#chat/chat";
import { ChatError } from "#chat/chat";
import { checks } from "#checks";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Cloud } from "#cloud/cloud";
import type { Card } from "#domain/card";
import { day, hour, minute } from "#domain/time";
import { cardText } from "#test/cards/as-text";
import type { Company, Thing } from "#test/support/company";
import {
  accountId,
  company,
  companyChannels,
  companyConfig,
  companyPeople,
  dice,
  teamKey,
} from "#test/support/company";
import { fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";

/** Two things at once: what one of them read must not be written over what the other did. */
const account = accountId(0);
const wrong = new Set(["volume-is-encrypted"]);
const used = ["aws.ec2.volume-is-encrypted", "aws.s3.bucket-blocks-public-access"];
const others = checks.map(({ id }) => id).filter((id) => !used.includes(id));

/** Holds whoever comes by until it is opened. */
interface Gate {
  closed: boolean;
  readonly reached: Promise<void>;
  pass(): Promise<void>;
  open(): void;
}
function gate(): Gate {
  let opened = (): void => {};
  let arrived = (): void => {};
  const opening = new Promise<void>((resolve) => (opened = resolve));
  const reached = new Promise<void>((resolve) => (arrived = resolve));
  return {
    closed: false,
    reached,
    async pass() {
      if (!this.closed) return;
      arrived();
      await opening;
    },
    open() {
      this.closed = false;
      opened();
    },
  };
}
/** Lists one region, and then waits before anybody may do something with it. */
const gated = (cloud: Cloud, at: Gate, where: readonly string[] = ["eu-west-1", "global"]): Cloud => ({
  ...cloud,
  async open(of, options) {
    const session = await cloud.open(of, options);
    return {
      ...session,
      async *list(type, region, only) {
        for await (const page of session.list(type, region, only)) {
          yield page;
          if (!only && where.includes(region)) await at.pass();
        }
      },
    };
  },
});

const worlds: World[] = [];
afterEach(() => {
  for (const w of worlds.splice(0)) w.close();
});

interface Small {
  readonly w: World;
  readonly it: Company;
  readonly at: Gate;
}
async function small(teams = 1, chat?: (chat: Chat) => Chat): Promise<Small> {
  const it = company(dice(11));
  it.accounts.push({ cloud: "aws", id: account, name: "account-0", state: "active" });
  const at = gate();
  const config = companyConfig(teams, 1, others);
  const w = await world({
    // No owner of the account: what has no tag is nobody's.
    config: {
      ...config,
      accounts: [{ id: account, name: "account-0" }],
      channels: { admin: "#sec-posture" },
      hours: { zone: "America/New_York", digest: "09:00" },
    },
    clouds: () => [gated(it.cloud, at)],
    people: companyPeople(teams),
    channels: companyChannels(teams),
    start: Date.parse("2026-11-23T15:00:00Z"),
    quietLog: true,
    ...(chat && { chat }),
  });
  worlds.push(w);
  return { w, it, at };
}
const bad = (it: Company, team?: string): Thing =>
  it.add({ kind: "aws.ec2.volume", account, region: "eu-west-1", tags: team === undefined ? {} : { team }, wrong });
async function scan(w: World): Promise<void> {
  await w.heart.scan();
  await w.settle();
}
const live = (w: World, n = 1): Promise<unknown> => w.say("UADMIN", `rollout #${teamKey(n)} live --yes`, "CADMIN");
const cardsIn = (w: World, n = 1) => w.in(`#${teamKey(n)}`).filter(({ key }) => key.startsWith("G-"));

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
      worlds.push(w);
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
    worlds.splice(0, 1, again);
    expect(again.store.runs(1)[0]?.state).toBe("aborted");
    at.open();
    await again.heart.scanIfDue();
    expect(again.store.runs(1)[0]?.state).toBe("aborted");
    again.time.now += 16 * minute;
    await again.heart.scanIfDue();
    expect(again.store.runs(1)[0]?.state).toBe("done");
  });
});

describe("a chat that is throttled", () => {
  test("keeps the order within a channel, and does not hold up the others", async () => {
    let busy = "";
    const { w, it } = await small(2, (chat) => ({
      ...chat,
      post: async (message) => {
        if (message.channel === busy)
          throw new ChatError({ kind: "wait", code: "ratelimited", message: "Later.", retryAfterMs: 60_000 });
        return chat.post(message);
      },
    }));
    await scan(w);
    await live(w, 1);
    await live(w, 2);
    bad(it, "team-01");
    bad(it, "team-02");
    busy = "Cteam-01";
    w.time.now += hour;
    await scan(w);
    busy = "";
    bad(it, "team-01");
    it.add({
      kind: "aws.s3.bucket",
      account,
      tags: { team: "team-01" },
      wrong: new Set(["bucket-blocks-public-access"]),
    });
    await scan(w);
    expect(cardsIn(w, 2)).toHaveLength(1);
    // The minute that was asked for is not over: nothing overtakes what waits.
    expect(w.in("#team-01")).toEqual([]);
    w.time.now += minute;
    await w.settle();
    const [first, ...then] = w.in("#team-01");
    expect(cardText(first?.card as Card)).toContain("volumes");
    expect(then.map(({ key, thread }) => [key.slice(0, 2), thread])).toEqual([
      ["th", first?.message],
      ["G-", undefined],
    ]);
  });
});

describe("a card that waits for the morning", () => {
  async function atNight(): Promise<Small> {
    const all = await small();
    const { w, it } = all;
    await scan(w);
    await live(w);
    // 18:00 in New York.
    w.time.now = Date.parse("2026-11-24T23:00:00Z");
    bad(it, "team-01");
    await scan(w);
    return all;
  }
  const morning = Date.parse("2026-11-25T13:00:00Z");

  test("says in the morning how things are then, with its mention", async () => {
    const { w, it } = await atNight();
    w.time.now += 3 * hour;
    bad(it, "team-01");
    await scan(w);
    expect(cardsIn(w)).toEqual([]);
    w.time.now = morning;
    await w.settle();
    const [card] = cardsIn(w);
    expect(cardsIn(w)).toHaveLength(1);
    expect(cardText((card?.history[0] ?? card?.card) as Card)).toMatch(/2 volumes[\s\S]*@?Chief/);
  });

  test("of what is fixed by then says only that", async () => {
    const { w, it } = await atNight();
    for (const thing of it.all(() => true)) thing.wrong = new Set();
    w.time.now += 3 * hour;
    await scan(w);
    w.time.now = morning;
    await w.settle();
    expect(cardsIn(w).map(({ card, history }) => cardText(history[0] ?? card))).toEqual([
      expect.stringMatching(/^\*?Closed: 1 fixed/),
    ]);
  });

  test("is not posted when the channel was switched back, and its news is in the digest", async () => {
    const { w } = await atNight();
    await w.say("UADMIN", "rollout #team-01 digest", "CADMIN");
    w.time.now = morning + 2 * hour;
    await w.settle();
    expect(cardsIn(w)).toEqual([]);
    expect(w.in("#team-01").map(({ card }) => cardText(card))).toEqual([expect.stringContaining("New 1")]);
    expect(w.store.events({}).at(-1)?.told).toBe("digest");
    // The next news starts the group anew.
    await live(w);
    w.time.now += day;
    expect(w.store.groups({ owner: "team-01" })[0]).not.toHaveProperty("postedAt");
  });

  test("counts for the day on which it is seen", async () => {
    const { w, it } = await atNight();
    w.time.now = morning;
    await w.settle();
    bad(it, "team-01");
    w.time.now += hour;
    await scan(w);
    // Mentioned this morning already: the line in the thread mentions nobody.
    const told = w
      .in("#team-01")
      .map(({ card, history }) => JSON.stringify(history[0] ?? card))
      .filter((text) => text.includes("UCHIEF"));
    expect(told).toHaveLength(1);
  });
});
