import { afterEach, describe, expect, test } from "vitest";
import { ChatError } from "#chat/chat";
import type { Card } from "#domain/card";
import { day, hour, minute } from "#domain/time";
import { cardText } from "#test/cards/as-text";
import { channel } from "#test/support/harness";
import type { Small } from "#test/support/small-company";
import { account, alsoCloseSmall, bad, cardsIn, closeSmall, live, scan, small } from "#test/support/small-company";

/** Messages that wait: for a chat that has too much to do, for working hours. */
afterEach(closeSmall);

describe("a chat that is throttled", () => {
  test("keeps the order within a channel, and does not hold up the others", async () => {
    let busy = "";
    const { w, it } = await small(2, {
      chat: (chat) => ({
        ...chat,
        post: async (message) => {
          if (message.channel === busy)
            throw new ChatError({ kind: "wait", code: "ratelimited", message: "Later.", retryAfterMs: 60_000 });
          return chat.post(message);
        },
      }),
    });
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

describe("the first look", () => {
  test("waits for an admin channel that is not there yet, and comes once", async () => {
    const { w: before, it } = await small(1, { channels: [channel("Cteam-01", "team-01")] });
    bad(it, "team-01");
    await scan(before);
    expect(before.said).toEqual([]);
    before.channels.set("CADMIN", channel("CADMIN", "sec-posture"));
    const w = await before.restart();
    alsoCloseSmall(w);
    await scan(w);
    await scan(w);
    expect(w.said.map(({ key }) => key)).toEqual(["first-look"]);
  });
});
