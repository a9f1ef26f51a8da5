import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAfter } from "#cards/digest";
import type { Card } from "#domain/card";
import type { EventKind } from "#domain/finding";
import { day, hour } from "#domain/time";
import { isWorking, timesOf } from "#posture/worktime";
import { weekdayOf, zoneOf } from "#posture/zone";
import type { FindingEvent } from "#store/store";
import { cardText } from "#test/cards/as-text";
import { digestNumbers, mentionsIn } from "#test/support/cards";
import type { Fortnight } from "#test/support/fortnight";
import { fortnight, start } from "#test/support/fortnight";
import type { Said, World } from "#test/support/harness";

/** A company of 60 channels and 8,000 findings lives for 14 days; then we look at everything that was said. */
let life: Fortnight;
let w: World;
beforeAll(async () => {
  life = await fortnight();
  w = life.w;
}, 300_000);
afterAll(() => life.end());

const brakes = (): readonly Said[] => w.said.filter(({ key }) => key.startsWith("brake:"));
const first = ({ card, history }: Said): Card => history[0] ?? card;
const channelName = ({ channel }: Pick<Said, "channel">): string => w.channels.get(channel)?.name ?? "";
const timesIn = (said: Pick<Said, "channel">) => timesOf({ id: said.channel, name: channelName(said) }, w.config);
const localDay = (said: Pick<Said, "channel" | "at">): number => zoneOf(timesIn(said).zone).dayOf(said.at);
/** Cards about findings: posts, and what stands below them. */
const cards = (): readonly Said[] => w.said.filter(({ key }) => /^(G-|thread:)/.test(key));
const digests = (): readonly Said[] => w.said.filter(({ key }) => key.startsWith("digest:"));
const modeAt = (team: string, at: number): string =>
  life.modes.get(team)?.findLast((each) => each.at <= at)?.mode ?? "off";
const countBy = <T>(list: Iterable<T>, key: (item: T) => string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const item of list) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
};
const events = (): readonly FindingEvent[] => w.store.events({});

describe("a company of 60 channels over 14 days", () => {
  test("has 8,000 findings, and hears of them in one message on the first day", () => {
    const open = Number(
      /Open +([\d,]+)/.exec(cardText(w.said[0]?.card as Card).replaceAll("*", ""))?.[1]?.replaceAll(",", ""),
    );
    expect(open).toBeGreaterThan(8_000);
    expect(w.said.filter(({ at }) => at < start + day).map(({ key, channel }) => [key, channel])).toEqual([
      ["first-look", "CADMIN"],
    ]);
  });

  test("has real news every day, so that the rest of this proves something", () => {
    expect(cards().length).toBeGreaterThan(100);
    expect(digests().length).toBeGreaterThan(300);
    const causes = countBy(events(), ({ cause }) => cause);
    for (const cause of ["baseline", "change", "new-check", "new-account", "regained", "new-owner", "replaced"])
      expect(causes.get(cause), cause).toBeGreaterThan(20);
    for (const kind of ["new", "returned", "fixed", "gone", "left", "new-owner"] satisfies EventKind[])
      expect(countBy(events(), (event) => event.kind).get(kind), kind).toBeGreaterThan(20);
  });

  test("no channel gets more than three cards on one of its days", () => {
    const most = Math.max(...countBy(cards(), (said) => `${said.channel} ${localDay(said)}`).values());
    expect(most).toBe(3);
  });

  test("nobody is mentioned twice on a day", () => {
    const told = cards().flatMap((said) => mentionsIn(first(said)).map((who) => `${who} ${localDay(said)}`));
    expect(told.length).toBeGreaterThan(50);
    expect([...countBy(told, (each) => each)].filter(([, n]) => n > 1)).toEqual([]);
  });

  test("only the owner's configured person or group is mentioned, never on an edit, a digest or elsewhere", () => {
    for (const said of w.said) {
      const found = mentionsIn(first(said));
      if (said.history.length > 0) expect(mentionsIn(said.card), said.key).toEqual([]);
      if (found.length === 0) continue;
      const owner = w.config.owners[channelName(said)];
      const who = owner?.mention ?? "";
      expect(found, said.key).toEqual([who.startsWith("@") ? `S-${who}` : w.config.people[who]?.slack]);
    }
  });

  test("cards come in the channel's working hours; only critical ones do not wait", () => {
    const outside = cards().filter((said) => !isWorking(said.at, timesIn(said)));
    expect(outside.length).toBeGreaterThan(0);
    for (const said of outside) {
      const ids = cardText(first(said)).match(/F-[0-9a-z]+/g) ?? [];
      expect(
        ids.map((id) => w.store.finding(id)?.severity),
        said.key,
      ).toContain("critical");
    }
  });

  test("a card tells only of what really changed", () => {
    for (const event of events().filter(({ told }) => told === "card")) {
      expect(event).toMatchObject({ cause: "change", kind: expect.stringMatching(/^(new|returned|worse)$/) });
      const before = life.scans.findLast((at) => at < event.at) ?? 0;
      const real = life.worsened.get(event.fingerprint)?.some((at) => at > before && at <= event.at);
      expect(real, `${event.fingerprint} ${event.kind} ${new Date(event.at).toISOString()}`).toBe(true);
    }
  });

  test("nothing is lost: what changed has an event, and every event a card, a digest or a count", () => {
    const seen = new Set(events().map(({ fingerprint, at }) => `${fingerprint} ${at}`));
    expect(life.due.size).toBeGreaterThan(300);
    expect([...life.due].filter((each) => !seen.has(each))).toEqual([]);
    for (const event of events()) {
      const team = event.owner;
      const mode = team === "" ? "off" : modeAt(team, event.at);
      if (event.told === "digest") expect(mode, JSON.stringify(event)).toMatch(/digest|live/);
      if (event.told === "count" && event.kind !== "left") expect(mode, JSON.stringify(event)).toMatch(/off|preview/);
      expect(event.told, JSON.stringify(event)).toBeDefined();
    }
  });

  test("every event told by a card stands on one", () => {
    for (const { fingerprint, at, owner } of events().filter(({ told }) => told === "card")) {
      const finding = w.store.finding(fingerprint);
      const group = w.store.groups({ topic: finding?.topic ?? "", owner })[0];
      const previews = w.said.filter((said) => said.key.startsWith(`preview:${group?.id}:`) && said.at >= at);
      const posts = w.said.filter((said) => said.key.startsWith(`${group?.id}/`));
      const texts = [...previews, ...posts].flatMap(({ card, history }) => [...history, card].map(cardText));
      expect(
        texts.some((text) => text.includes(finding?.id ?? "?")),
        `${finding?.id} ${group?.id}`,
      ).toBe(true);
    }
  });

  test("what is open is what is wrong", () => {
    const wrong = life.wrong();
    const open = new Set(w.store.findings({ status: ["open"] }).map(({ fingerprint }) => fingerprint));
    expect([...open].filter((print) => !wrong.has(print))).toEqual([]);
    expect([...wrong].filter((print) => !open.has(print))).toEqual([]);
  });

  test("the arithmetic of every digest closes, and from one digest to the next", () => {
    const last = new Map<string, number>();
    for (const said of digests()) {
      const numbers = digestNumbers(said.card);
      const { open, previous, moves } = numbers;
      if (previous !== undefined) expect(openAfter(previous, moves), cardText(said.card)).toBe(open);
      const before = last.get(said.channel);
      if (before !== undefined) expect(previous, cardText(said.card)).toBe(before);
      last.set(said.channel, open);
    }
  });

  test("digests count every event of their channel, once", () => {
    const kindsOf = {
      new: "new",
      returned: "cameBack",
      fixed: "fixed",
      gone: "gone",
      left: "left",
      "new-owner": "arrived",
    } as const;
    for (const channel of w.store.channels()) {
      const own = digests().filter((said) => said.channel === channel.id);
      const { baselineAt } = channel;
      const until = own.at(-1)?.at;
      if (baselineAt === undefined || until === undefined) continue;
      for (const [kind, move] of Object.entries(kindsOf)) {
        const happened = w.store
          .events({ owner: channel.name })
          .filter((event) => event.kind === kind && event.at > baselineAt && event.at <= until);
        const said = own.reduce((sum, { card }) => sum + digestNumbers(card).moves[move], 0);
        expect(said, `${channel.name} ${kind}`).toBe(happened.length);
      }
    }
  });

  test("a channel gets its digest at its own 09:00, once a day, never at weekends, never while it is quiet", () => {
    for (const said of digests()) {
      const zone = zoneOf(timesIn(said).zone);
      expect(new Date(zone.wall(said.at)).toISOString().slice(11, 16), said.key).toBe("09:00");
      expect(["sat", "sun"]).not.toContain(weekdayOf(localDay(said)));
    }
    expect([...countBy(digests(), (said) => `${said.channel} ${localDay(said)}`).values()].every((n) => n === 1)).toBe(
      true,
    );
    const quiet = w.said.filter(
      ({ channel, at }) => channel === "Cteam-03" && at > start + 6 * day + 4 * hour && at < start + 7 * day + 4 * hour,
    );
    expect(quiet.map(({ key }) => key)).toEqual([]);
  });

  test("too much at once is asked first: what nobody answers is folded, what an admin posts is posted", () => {
    expect(brakes().map(({ at }) => at)).toEqual([start + 19 * 12 * hour, start + 22 * 12 * hour]);
    expect(cardText(brakes()[0]?.card as Card)).toContain("folded into the digests, nobody answered in time");
    expect(cardText(brakes()[1]?.card as Card)).toContain("posted, by Ada Admin");
    const after = (from: number, hours: number) =>
      cards().filter(({ at }) => at >= from && at < from + hours * hour).length;
    expect(after(start + 19 * 12 * hour, 12)).toBe(0);
    expect(after(start + 22 * 12 * hour, 12)).toBeGreaterThan(20);
  });

  test("off channels get nothing, and a preview is shown to the admins only", () => {
    for (const said of w.said.filter(({ channel }) => !["CADMIN", "CAPPROVE"].includes(channel)))
      expect(modeAt(channelName(said), said.at), said.key).toMatch(/digest|live/);
    const previews = w.said.filter(({ key }) => key.startsWith("preview:"));
    expect(previews.length).toBeGreaterThan(0);
    expect(new Set(previews.map(({ channel }) => channel))).toEqual(new Set(["CADMIN"]));
  });
});
