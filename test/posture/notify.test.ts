import { describe, expect, test } from "vitest";
import type { Severity } from "#domain/check";
import type { EventKind, Finding, Status } from "#domain/finding";
import { day } from "#domain/time";
import type { ChannelState, GroupState, Happening, NotifyInput, NotifyPlan } from "#posture/notify";
import { planNotices } from "#posture/notify";

const now = 100 * day;
const opens = now + 9 * 3_600_000;
const live: ChannelState = {
  id: "C1",
  mode: "live",
  quiet: false,
  broken: false,
  working: true,
  workStartsAt: now,
  today: "2026-11-23",
  workday: "2026-11-23",
  cardsOn: () => 0,
};
const night: ChannelState = { ...live, working: false, workStartsAt: opens, workday: "2026-11-24" };

let serial = 0;
interface What {
  readonly topic?: string;
  readonly owner?: string;
  readonly severity?: Severity;
  readonly kind?: EventKind;
  readonly news?: boolean;
  readonly asset?: string;
  readonly folded?: boolean;
  readonly status?: Status;
}
function happening(what: What = {}): Happening {
  const {
    topic = "t1",
    owner = "web",
    severity = "high",
    kind = "new",
    news = true,
    folded = false,
    status = "open",
  } = what;
  const n = ++serial;
  const finding: Finding = {
    fingerprint: `f${n}`,
    id: `F-${n}`,
    check: "c",
    checkVersion: 1,
    topic,
    source: "stance",
    cloud: "aws",
    account: "1",
    region: "r",
    asset: { id: what.asset ?? `a${n}`, type: "aws.ec2.volume", name: "a" },
    tags: {},
    status,
    severity,
    row: "",
    message: "",
    evidence: {},
    exposed: false,
    ownership: { owner, source: "tag", via: "" },
    cause: news ? "change" : "new-check",
    firstSeen: 0,
    lastSeen: 0,
    since: 0,
    returns: 0,
    folded,
  };
  return { event: n, kind, finding, owner, news };
}

interface Setup {
  readonly channel?: ChannelState | ((owner: string) => ChannelState);
  readonly group?: GroupState | undefined;
  readonly mention?: (owner: string, day: string) => string | undefined;
  readonly released?: boolean;
  readonly limits?: Partial<NotifyInput["limits"]>;
}
function plan(happenings: readonly Happening[], setup: Setup = {}): NotifyPlan {
  const { channel = live, group, mention = (owner) => `lead-${owner}`, released = false } = setup;
  return planNotices({
    now,
    happenings,
    channelOf: (owner) => (typeof channel === "function" ? channel(owner) : channel),
    groupOf: () => group,
    mentionOf: mention,
    limits: { cardsPerChannelAndDay: 3, brakeCards: 20, brakePeople: 10, ...setup.limits },
    released,
  });
}
const group = (more: Partial<GroupState> = {}): GroupState => ({
  id: "G-1",
  topic: "t1",
  owner: "web",
  channel: "C1",
  postedAt: now - day,
  closed: false,
  waiting: false,
  ...more,
});
/** Every event is told, once, one way or another; or all of its cards are held. */
function allTold(happenings: readonly Happening[], made: NotifyPlan): void {
  const told = [...made.told.map(({ id }) => id), ...made.cards.flatMap(({ events }) => events)];
  expect(told.sort((x, y) => x - y)).toEqual(happenings.map(({ event }) => event));
}

describe("who hears of what", () => {
  test.each([
    ["a changed resource in a live channel", {}, live, "card"],
    ["one that came back", { kind: "returned" }, live, "card"],
    ["one that got worse", { kind: "worse" }, live, "card"],
    ["any other cause", { news: false }, live, "digest"],
    ["a fix", { kind: "fixed", news: false }, live, "digest"],
    ["a change of hands", { kind: "new-owner", news: false }, live, "digest"],
    ["a place where nothing runs", { folded: true }, live, "digest"],
    ["what is snoozed", { status: "snoozed" }, live, "digest"],
    ["a quiet channel", {}, { ...live, quiet: true }, "digest"],
    ["a channel with a digest", {}, { ...live, mode: "digest" }, "digest"],
    ["a channel that is off", {}, { ...live, mode: "off" }, "count"],
    ["a channel that nothing can be posted to", {}, { ...live, broken: true }, "count"],
    ["a preview", {}, { ...live, mode: "preview" }, "card"],
    ["other causes in a preview", { news: false }, { ...live, mode: "preview" }, "count"],
  ] as const)("%s", (_, what: What, channel: ChannelState, how) => {
    const one = happening(what);
    const made = plan([one], { channel });
    expect(made.cards).toHaveLength(how === "card" ? 1 : 0);
    if (how !== "card") expect(made.told).toEqual([{ id: one.event, how }]);
    allTold([one], made);
  });

  test("one card for a topic and owner, with all its findings and the worst severity", () => {
    const all = [happening({ severity: "low" }), happening({ severity: "high" }), happening({ topic: "t2" })];
    const { cards } = plan(all);
    expect(cards.map(({ topic, severity, news }) => [topic, severity, news.length])).toEqual([
      ["t1", "high", 2],
      ["t2", "high", 1],
    ]);
  });

  test("one change of one thing is told by its worst topic; the rest stands in the digest", () => {
    const all = [
      happening({ asset: "b", topic: "block", severity: "low" }),
      happening({ asset: "b", topic: "public", severity: "high" }),
      happening({ asset: "b", topic: "done", severity: "critical", kind: "fixed", news: false }),
    ];
    const made = plan(all);
    expect(made.cards.map(({ topic }) => topic)).toEqual(["public"]);
    allTold(all, made);
  });

  test("the owner it left hears of it, too, and its living card is drawn again", () => {
    const left = { ...happening({ kind: "left", news: false }), owner: "old" };
    const made = plan([left], {
      channel: (owner) => ({ ...live, id: owner, mode: "digest" }),
      group: group({ owner: "old" }),
    });
    expect(made.told).toEqual([{ id: left.event, how: "digest" }]);
    expect(made.refresh).toEqual(["G-1"]);
  });
});

describe("a card", () => {
  test.each([
    ["starts a group", undefined, live, "start"],
    ["edits one that lives", group(), live, "edit"],
    ["continues one after seven days", group({ postedAt: now - 8 * day }), live, "continue"],
    ["continues one that was closed", group({ closed: true }), live, "continue"],
    ["is drawn again while it waits for the morning", group({ waiting: true }), night, "redraw"],
    ["takes the place of one that waits, when it cannot wait", group({ waiting: true }), live, "start"],
  ] as const)("%s", (_, state, channel, kind) => {
    expect(plan([happening()], { channel, group: state }).cards).toMatchObject([{ kind }]);
  });

  test("waits for working hours, and then counts for that day", () => {
    const { cards } = plan([happening()], { channel: night, mention: (_, date) => `lead on ${date}` });
    expect(cards).toMatchObject([{ notBefore: opens, day: "2026-11-24", mention: "lead on 2026-11-24" }]);
  });

  test("that is critical does not wait", () => {
    const [card] = plan([happening({ severity: "critical" })], { channel: night }).cards;
    expect(card).toMatchObject({ day: "2026-11-23" });
    expect(card).not.toHaveProperty("notBefore");
  });

  test("that is drawn again is no further card and no further mention", () => {
    const full = { ...night, cardsOn: () => 3 };
    const { cards } = plan([happening()], { channel: full, group: group({ waiting: true }) });
    expect(cards).toHaveLength(1);
    expect(cards[0]).not.toHaveProperty("mention");
  });
});

describe("caps", () => {
  const five = (): readonly Happening[] =>
    (["low", "critical", "medium", "high", "low"] as const).map((severity, n) =>
      happening({ topic: `t${n}`, severity }),
    );

  test("three cards a channel and day, the worst; the rest folds into the digest", () => {
    const all = five();
    const made = plan(all);
    expect(made.cards.map(({ severity }) => severity)).toEqual(["critical", "high", "medium"]);
    expect(made.told.every(({ how }) => how === "digest")).toBe(true);
    allTold(all, made);
  });

  test("count what the day has had, each day by itself", () => {
    expect(plan(five(), { channel: { ...live, cardsOn: () => 2 } }).cards).toHaveLength(1);
    const had = { ...night, cardsOn: (date: string) => (date === "2026-11-24" ? 2 : 0) };
    expect(plan(five(), { channel: had }).cards.map(({ day: date }) => date)).toEqual(["2026-11-23", "2026-11-24"]);
  });

  test("hold for previews as well; what is over is only counted there", () => {
    const all = five();
    const made = plan(all, { channel: { ...live, mode: "preview" } });
    expect(made.cards).toHaveLength(3);
    expect(made.cards.every(({ preview, mention }) => preview && mention === undefined)).toBe(true);
    expect(made.told.map(({ how }) => how)).toEqual(["count", "count"]);
  });

  test("a person is mentioned once a day, over all groups and channels", () => {
    const all = ["a", "b", "c"].map((owner) => happening({ owner, topic: owner }));
    const { cards } = plan(all, { channel: (owner) => ({ ...live, id: owner }), mention: () => "chief" });
    expect(cards.map(({ mention }) => mention)).toEqual(["chief", undefined, undefined]);
  });

  test("and again on another day", () => {
    const all = [happening({ severity: "critical" }), happening({ topic: "t2" })];
    const { cards } = plan(all, { channel: night, mention: () => "chief" });
    expect(cards.map(({ mention, day: date }) => [mention, date])).toEqual([
      ["chief", "2026-11-23"],
      ["chief", "2026-11-24"],
    ]);
  });
});

describe("the brake", () => {
  const many = (n: number): readonly Happening[] => Array.from({ length: n }, (_, i) => happening({ owner: `o${i}` }));
  const own = (owner: string): ChannelState => ({ ...live, id: owner });
  const silent = (): undefined => undefined;

  test("holds more than 20 cards: none is posted, their events stay untold", () => {
    const quietOnes = [happening({ news: false })];
    const all = [...many(21), ...quietOnes];
    const made = plan(all, { channel: own, mention: silent });
    expect(made.held).toEqual({ cards: 21, channels: 21, people: 0 });
    expect(made.cards).toEqual([]);
    expect(made.told.map(({ id }) => id)).toEqual(quietOnes.map(({ event }) => event));
  });

  test("lets 20 through", () => {
    expect(plan(many(20), { channel: own, mention: silent }).held).toBeUndefined();
  });

  test("holds more than 10 people mentioned", () => {
    expect(plan(many(11), { channel: own }).held).toEqual({ cards: 11, channels: 11, people: 11 });
    expect(plan(many(11), { channel: own, mention: () => "chief" }).held).toBeUndefined();
  });

  test("holds previews, too: they all come to one channel", () => {
    expect(plan(many(21), { channel: (owner) => ({ ...own(owner), mode: "preview" }) }).held).toMatchObject({
      cards: 21,
    });
  });

  test("counts after the caps, and not what only draws a waiting card again", () => {
    const oneChannel = Array.from({ length: 30 }, (_, n) => happening({ topic: `t${n}` }));
    expect(plan(oneChannel).held).toBeUndefined();
    expect(
      plan(many(30), { channel: (owner) => ({ ...night, id: owner }), group: group({ waiting: true }) }).held,
    ).toBeUndefined();
  });

  test("is off when an admin has said: post", () => {
    const all = many(30);
    const made = plan(all, { channel: own, released: true });
    expect(made.cards).toHaveLength(30);
    allTold(all, made);
  });
});
