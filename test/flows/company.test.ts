import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAfter } from "#cards/digest";
import { checks } from "#checks";
import type { Card } from "#domain/card";
import type { AnyCheck } from "#domain/check";
import { fail } from "#domain/check";
import type { EventKind } from "#domain/finding";
import { fingerprintOf } from "#domain/finding";
import { day, hour } from "#domain/time";
import { isWorking, timesOf } from "#posture/worktime";
import { weekdayOf, zoneOf } from "#posture/zone";
import type { FindingEvent } from "#store/store";
import { cardText } from "#test/cards/as-text";
import { digestNumbers, mentionsIn } from "#test/support/cards";
import type { Company, Kind, Thing } from "#test/support/company";
import {
  accountId,
  company,
  companyChannels,
  companyConfig,
  companyPeople,
  dice,
  faults,
  kinds,
  teamKey,
} from "#test/support/company";
import type { Said, World } from "#test/support/harness";
import { pressOf, world } from "#test/support/harness";
import { quickFolder } from "#test/support/quick-folder";

/** A company of 60 channels and 8,000 findings lives for 14 days; then we look at everything that was said. */
const teams = 60;
const accounts = 20;
const days = 14;
const start = Date.parse("2026-11-23T06:00:00Z");

const nameOf = (check: string): string => check.split(".").at(-1) ?? "";
const faultsOf = (kind: Kind): readonly string[] => faults[kind];
const used = checks.filter(({ id, asset }) =>
  kinds.some((kind) => kind === asset && faultsOf(kind).includes(nameOf(id))),
);
/** A check that is added later. */
const late = "instance-is-private";
/** What comes with a fault of the same thing. */
const implied: Readonly<Record<string, readonly string[]>> = {
  "bucket-is-not-publicly-readable": ["bucket-blocks-public-access"],
  "instance-is-unreachable-from-internet": [late],
};
const printOf = (thing: Thing, fault: string): string => {
  const id = used.find((check) => check.asset === thing.kind && nameOf(check.id) === fault)?.id ?? "";
  return fingerprintOf(id, { cloud: "aws", account: thing.account, id: thing.id });
};

// Nothing is lost by a crash here, and flushing to a disk is most of the time.
const folder = quickFolder("company");
const random = dice(20_261_123);
let w: World;
let it: Company;
/** When each finding's resource really got worse, where we could see it. Only this is news. */
const worsened = new Map<string, number[]>();
const scans: number[] = [];
const modes = new Map<string, { readonly at: number; readonly mode: string }[]>();
/** What got worse since the last scan, and the events that the scans had to see. */
const fresh: { readonly thing: Thing; readonly fault: string }[] = [];
const due = new Set<string>();
let stricter = false;

function spoil(thing: Thing, fault: string, seen = true): void {
  for (const each of [fault, ...(implied[fault] ?? [])]) {
    if (thing.wrong.has(each)) continue;
    thing.wrong = new Set([...thing.wrong, each]);
    const print = printOf(thing, each);
    if (!seen) continue;
    worsened.set(print, [...(worsened.get(print) ?? []), w.time.now]);
    fresh.push({ thing, fault: each });
  }
}
const cure = (thing: Thing): void => void (thing.wrong = new Set());
const isDark = ({ account, region, kind }: Thing): boolean =>
  it.dark.has(account) || it.dark.has([account, region, kind].join("\n"));

async function until(at: number): Promise<void> {
  while (w.time.now + hour <= at) {
    w.time.now += hour;
    await w.heart.beat();
  }
  w.time.now = at;
}
async function scan(): Promise<void> {
  scans.push(w.time.now);
  for (const { thing, fault } of fresh.splice(0)) {
    const print = printOf(thing, fault);
    const stays = it.things.has(thing.id) && thing.wrong.has(fault);
    const checked = fault !== late || w.bot.checks.some(({ id }) => nameOf(id) === late);
    if (stays && checked && w.store.finding(print)?.status !== "open") due.add(`${print} ${w.time.now}`);
  }
  await w.heart.scan();
  await w.heart.beat();
}
async function roll(from: number, to: number, mode: string): Promise<void> {
  for (let n = from; n <= to; n++) {
    const name = teamKey(n);
    await w.say("UADMIN", `rollout #${name} ${mode} --yes`, "CADMIN");
    modes.set(name, [...(modes.get(name) ?? []), { at: w.time.now, mode }]);
  }
}

const rollout: Readonly<Record<number, readonly (readonly [number, number, string])[]>> = {
  1: [[1, 12, "digest"]],
  2: [
    [1, 12, "live"],
    [13, 30, "digest"],
    [31, 36, "preview"],
  ],
  3: [
    [13, 30, "live"],
    [31, 45, "digest"],
  ],
  4: [
    [31, 45, "live"],
    [46, 55, "digest"],
    [56, 58, "preview"],
  ],
};

function found(): void {
  for (let n = 0; n < accounts - 1; n++) opened(n);
  for (let n = 0; n < 9_000; n++) {
    const kind = kinds[n % kinds.length] ?? "aws.ec2.volume";
    const group = kind === "aws.ec2.volume" && n % 40 === 0 ? { "aws:autoscaling:groupName": `asg-${n % 7}` } : {};
    const tags = { ...group, ...(n % 10 > 1 && { Team: teamKey(random.below(teams) + 1) }) };
    const account = accountId(random.below(accounts - 1));
    const thing = it.add({ kind, account, tags, wrong: new Set(), ...(n % 40 === 4 && { legacy: true }) });
    if (thing.legacy) continue;
    const common = faultsOf(kind).filter((fault) => implied[fault] === undefined);
    for (const fault of common)
      if ("aws:autoscaling:groupName" in group || random.below(8) > 0) spoil(thing, fault, false);
    for (const fault of Object.keys(implied))
      if (faultsOf(kind).includes(fault) && random.below(8) === 0) spoil(thing, fault, false);
  }
}
const opened = (n: number): unknown =>
  it.accounts.push({ cloud: "aws", id: accountId(n), name: `account-${n}`, state: "active" });

/** Somebody of a team does something stupid to one to three of its things. */
function news(team: number, fault: string, kind: Kind): void {
  const healthy = it.all(
    (thing) =>
      thing.kind === kind &&
      thing.tags["Team"] === teamKey(team) &&
      !isDark(thing) &&
      !thing.legacy &&
      !thing.wrong.has(fault),
  );
  for (let n = random.below(3); n >= 0; n--) {
    const thing =
      healthy[n] ??
      it.add({ kind, account: accountId(2 + random.below(10)), tags: { Team: teamKey(team) }, wrong: new Set() });
    spoil(thing, fault);
  }
}
const anyFault = (): readonly [string, Kind] => {
  const kind = random.pick(kinds);
  return [random.pick(faultsOf(kind)), kind];
};

/** A usual half day: a few teams make mistakes, more is put right, some things end, some come back. */
const cured: Thing[] = [];
function usual(): void {
  for (let n = 4 + random.below(4); n > 0; n--) news(random.below(teams) + 1, ...anyFault());
  for (const thing of cured.splice(0, 3))
    if (it.things.has(thing.id) && !isDark(thing)) spoil(thing, faultsOf(thing.kind)[0] ?? "");
  const wrong = it.all((thing) => thing.wrong.size > 0 && !isDark(thing));
  for (let n = 0; n < 14; n++) {
    const thing = random.pick(wrong);
    cure(thing);
    if (n < 3) cured.push(thing);
  }
  for (let n = 0; n < 6; n++) it.remove(random.pick(wrong));
}

/** What happens to the company before the scan of a half day: 2n is the morning of day n. */
const special: Readonly<Record<number, () => unknown>> = {
  /** One team has a bad day: more cards than a channel may get. */
  10: () =>
    ["aws.ec2.volume", "aws.s3.bucket", "aws.rds.instance", "aws.ec2.security-group"].forEach((_, n) => {
      const kind = kinds[n] ?? "aws.ec2.volume";
      for (const fault of faultsOf(kind)) news(4, fault, kind);
    }),
  11: () => {
    stricter = true;
    Object.assign(w.bot, {
      checks: w.bot.checks.map((check) =>
        nameOf(check.id) === "volume-is-encrypted" ? stricterVolumes(check) : check,
      ),
    });
  },
  12: () => Object.assign(w.bot, { checks: [...w.bot.checks, ...used.filter(({ id }) => nameOf(id) === late)] }),
  13: () => {
    opened(accounts - 1);
    for (let n = 0; n < 300; n++) {
      const kind = random.pick(kinds);
      const thing = it.add({
        kind,
        account: accountId(accounts - 1),
        tags: { Team: teamKey(random.below(teams) + 1) },
        wrong: new Set(),
      });
      if (n % 3 > 0) spoil(thing, random.pick(faultsOf(kind)), false);
    }
  },
  14: () => {
    it.dark.add([accountId(0), "eu-west-1", "aws.ec2.volume"].join("\n")).add(accountId(1));
    for (const thing of it.all((each) => isDark(each) && each.wrong.size === 0).slice(0, 60))
      spoil(thing, faultsOf(thing.kind)[0] ?? "", false);
  },
  16: () => it.dark.clear(),
  17: () => {
    for (let n = 0; n < 200; n++) retag(random.pick([...it.things.values()]));
  },
  18: () => {
    for (const old of it.all(({ tags }) => "aws:autoscaling:groupName" in tags)) {
      it.remove(old);
      const { kind, account, region, tags, wrong } = old;
      it.add({ kind, account, region, tags, wrong });
    }
  },
  19: () => {
    for (let team = 1; team <= 40; team++) news(team, "volume-is-encrypted", "aws.ec2.volume");
  },
  22: () => {
    for (let team = 1; team <= 30; team++) news(team, "bucket-blocks-public-access", "aws.s3.bucket");
  },
};
const retag = (thing: Thing): void => void (thing.tags = { ...thing.tags, Team: teamKey(random.below(teams) + 1) });
const stricterVolumes = (check: AnyCheck): AnyCheck => ({
  ...check,
  version: 2,
  evaluate: (volume: { readonly id: string }, context) =>
    it.things.get(volume.id)?.legacy
      ? fail({ message: "It is old.", row: "old", evidence: {} })
      : check.evaluate(volume as never, context),
});

beforeAll(async () => {
  it = company(random);
  w = await world({
    config: companyConfig(
      teams,
      accounts,
      checks.filter((check) => !used.includes(check)).map(({ id }) => id),
    ),
    clouds: () => [it.cloud],
    people: companyPeople(teams),
    channels: companyChannels(teams),
    start,
    file: join(folder, "company.sqlite"),
  });
  for (let n = 1; n <= teams; n++) w.groups.set(`@${teamKey(n)}-oncall`, []);
  Object.assign(w.bot, { checks: w.bot.checks.filter(({ id }) => nameOf(id) !== late) });
  found();
  const began = performance.now();
  for (let half = 0; half < 2 * days; half++) {
    await until(start + half * 12 * hour);
    if (half > 0) usual();
    special[half]?.();
    await scan();
    if (half === 22) await w.press("UADMIN", pressOf(brakes().at(-1)?.card as Card, "Post"), "CADMIN");
    if (half % 2 === 0) {
      await until(start + half * 12 * hour + 4 * hour);
      for (const [from, to, mode] of rollout[half / 2] ?? []) await roll(from, to, mode);
    }
    if (half === 12) await w.say("UP3", "quiet 24h", `C${teamKey(3)}`);
  }
  // What still waits for working hours comes on the Monday after.
  await until(start + days * day + 12 * hour);
  console.log(
    "simulated",
    Math.round(performance.now() - began),
    w.store.countFindings({ status: ["open"] }),
    w.said.length,
  );
}, 180_000);
afterAll(() => {
  w.close();
  rmSync(folder, { recursive: true, force: true });
});

const brakes = (): readonly Said[] => w.said.filter(({ key }) => key.startsWith("brake:"));
const first = ({ card, history }: Said): Card => history[0] ?? card;
const channelName = ({ channel }: Pick<Said, "channel">): string => w.channels.get(channel)?.name ?? "";
const timesIn = (said: Pick<Said, "channel">) => timesOf({ id: said.channel, name: channelName(said) }, w.config);
const localDay = (said: Pick<Said, "channel" | "at">): number => zoneOf(timesIn(said).zone).dayOf(said.at);
/** Cards about findings: posts, and what stands below them. */
const cards = (): readonly Said[] => w.said.filter(({ key }) => /^(G-|thread:)/.test(key));
const digests = (): readonly Said[] => w.said.filter(({ key }) => key.startsWith("digest:"));
const modeAt = (team: string, at: number): string => modes.get(team)?.findLast((each) => each.at <= at)?.mode ?? "off";
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
    for (const said of outside) expect(cardText(first(said)), said.key).toContain("CRITICAL");
  });

  test("a card tells only of what really changed", () => {
    for (const event of events().filter(({ told }) => told === "card")) {
      expect(event).toMatchObject({ cause: "change", kind: expect.stringMatching(/^(new|returned|worse)$/) });
      const before = scans.findLast((at) => at < event.at) ?? 0;
      const real = worsened.get(event.fingerprint)?.some((at) => at > before && at <= event.at);
      expect(real, `${event.fingerprint} ${event.kind} ${new Date(event.at).toISOString()}`).toBe(true);
    }
  });

  test("nothing is lost: what changed has an event, and every event a card, a digest or a count", () => {
    const seen = new Set(events().map(({ fingerprint, at }) => `${fingerprint} ${at}`));
    expect(due.size).toBeGreaterThan(300);
    expect([...due].filter((each) => !seen.has(each))).toEqual([]);
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
    const wrong = new Set<string>();
    for (const thing of it.things.values()) {
      for (const fault of thing.wrong) wrong.add(printOf(thing, fault));
      if (stricter && thing.kind === "aws.ec2.volume" && thing.legacy) wrong.add(printOf(thing, "volume-is-encrypted"));
    }
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
