import { rmSync } from "node:fs";
import { join } from "node:path";
import { checks } from "#checks";
import type { Card } from "#domain/card";
import type { AnyCheck } from "#domain/check";
import { fail } from "#domain/check";
import { fingerprintOf } from "#domain/finding";
import { day, hour } from "#domain/time";
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
import type { World } from "#test/support/harness";
import { pressOf, world } from "#test/support/harness";
import { quickFolder } from "#test/support/quick-folder";

/** Two weeks of a company: people make mistakes and put them right, and all the things happen that are no news. */
export const start = Date.parse("2026-11-23T06:00:00Z");
export const days = 14;
const teams = 60;
const accounts = 20;

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
const scalingGroup = "aws:autoscaling:groupName";

export interface Fortnight {
  readonly w: World;
  readonly it: Company;
  /** When each finding's resource really got worse, where we could see it. Only this is news. By fingerprint. */
  readonly worsened: Map<string, number[]>;
  /** Fingerprint and time of the events that the scans had to see. */
  readonly due: Set<string>;
  readonly scans: number[];
  /** Modes of channels, by name. */
  readonly modes: Map<string, { readonly at: number; readonly mode: string }[]>;
  /** Fingerprints of what is wrong now. */
  wrong(): ReadonlySet<string>;
  end(): void;
}
interface Life extends Fortnight {
  readonly random: ReturnType<typeof dice>;
  /** What got worse since the last scan, and what was put right before it. */
  readonly fresh: { readonly thing: Thing; readonly fault: string }[];
  readonly cured: Thing[];
}

export async function fortnight(): Promise<Fortnight> {
  const life = await begin();
  const { w } = life;
  found(life);
  for (let half = 0; half < 2 * days; half++) {
    const morning = half % 2 === 0;
    await until(life, start + half * 12 * hour);
    if (half > 0) usual(life);
    special[half]?.(life);
    await scan(life);
    if (half === 22) await postHeld(w);
    if (morning) await until(life, start + half * 12 * hour + 4 * hour);
    for (const step of (morning && rollout[half / 2]) || []) await roll(life, step);
    if (half === 12) await w.say("UP3", "quiet 24h", `C${teamKey(3)}`);
  }
  // What still waits for working hours comes on the Monday after.
  await until(life, start + days * day + 12 * hour);
  return life;
}

async function begin(): Promise<Life> {
  const random = dice(20_261_123);
  const it = company(random);
  const folder = quickFolder("company");
  const unused = checks.filter((check) => !used.includes(check)).map(({ id }) => id);
  const w = await world({
    config: companyConfig(teams, accounts, unused),
    clouds: () => [it.cloud],
    people: companyPeople(teams),
    channels: companyChannels(teams),
    start,
    file: join(folder, "company.sqlite"),
  });
  for (let n = 1; n <= teams; n++) w.groups.set(`@${teamKey(n)}-oncall`, []);
  Object.assign(w.bot, { checks: w.bot.checks.filter(({ id }) => nameOf(id) !== late) });
  return {
    w,
    it,
    random,
    worsened: new Map(),
    due: new Set(),
    scans: [],
    modes: new Map(),
    fresh: [],
    cured: [],
    wrong: () => wrongNow(w, it),
    end() {
      w.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isStrict = (w: World): boolean => w.bot.checks.some(({ version }) => version === 2);
const isChecked = (w: World, fault: string): boolean => w.bot.checks.some(({ id }) => nameOf(id) === fault);

function wrongNow(w: World, it: Company): ReadonlySet<string> {
  const prints = new Set<string>();
  for (const thing of it.things.values()) {
    for (const fault of thing.wrong) prints.add(printOf(thing, fault));
    if (isStrict(w) && thing.legacy) prints.add(printOf(thing, "volume-is-encrypted"));
  }
  return prints;
}

function printOf(thing: Thing, fault: string): string {
  const id = used.find((check) => check.asset === thing.kind && nameOf(check.id) === fault)?.id ?? "";
  return fingerprintOf(id, { cloud: "aws", account: thing.account, id: thing.id });
}

/** Time passes; the heart beats every hour, which is when digests and working hours begin. */
async function until({ w }: Life, at: number): Promise<void> {
  while (w.time.now + hour <= at) {
    w.time.now += hour;
    await w.heart.beat();
  }
  w.time.now = at;
}

async function scan({ w, it, scans, fresh, due }: Life): Promise<void> {
  scans.push(w.time.now);
  for (const { thing, fault } of fresh.splice(0)) {
    const print = printOf(thing, fault);
    const stays = it.things.has(thing.id) && thing.wrong.has(fault) && isChecked(w, fault);
    if (stays && w.store.finding(print)?.status !== "open") due.add(`${print} ${w.time.now}`);
  }
  await w.heart.scan();
  await w.heart.beat();
}

type Step = readonly [from: number, to: number, mode: string];
const rollout: Readonly<Record<number, readonly Step[]>> = {
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
async function roll({ w, modes }: Life, [from, to, mode]: Step): Promise<void> {
  for (let n = from; n <= to; n++) {
    const name = teamKey(n);
    await w.say("UADMIN", `rollout #${name} ${mode} --yes`, "CADMIN");
    modes.set(name, [...(modes.get(name) ?? []), { at: w.time.now, mode }]);
  }
}

async function postHeld(w: World): Promise<void> {
  const card = w.said.findLast(({ key }) => key.startsWith("brake:"))?.card as Card;
  await w.press("UADMIN", pressOf(card, "Post"), "CADMIN");
}

/** 9,000 things, most of them with something wrong; a few in scaling groups, a few that nobody touches. */
function found(life: Life): void {
  const { it, random } = life;
  for (let n = 0; n < accounts - 1; n++) open(it, n);
  for (let n = 0; n < 9_000; n++) {
    const kind = kinds[n % kinds.length] ?? "aws.ec2.volume";
    const group = kind === "aws.ec2.volume" && n % 40 === 0 ? { [scalingGroup]: `asg-${n % 7}` } : {};
    const tags = { ...group, ...(n % 10 > 1 && { Team: teamKey(random.below(teams) + 1) }) };
    const account = accountId(random.below(accounts - 1));
    const thing = it.add({ kind, account, tags, wrong: new Set(), ...(n % 40 === 4 && { legacy: true }) });
    if (thing.legacy) continue;
    for (const fault of faultsOf(kind)) {
      const rare = implied[fault] !== undefined;
      const hit = scalingGroup in tags || random.below(8) > 0 !== rare;
      if (hit) spoil(life, thing, { fault, seen: false });
    }
  }
}
const open = ({ accounts: list }: Company, n: number): unknown =>
  list.push({ cloud: "aws", id: accountId(n), name: `account-${n}`, state: "active" });

/** Somebody changes it for the worse. `seen`: where the scans can tell that it changed. */
function spoil(
  { w, worsened, fresh }: Life,
  thing: Thing,
  { fault, seen = true }: { readonly fault: string; readonly seen?: boolean },
): void {
  for (const each of [fault, ...(implied[fault] ?? [])]) {
    if (thing.wrong.has(each)) continue;
    thing.wrong = new Set([...thing.wrong, each]);
    if (!seen) continue;
    const print = printOf(thing, each);
    worsened.set(print, [...(worsened.get(print) ?? []), w.time.now]);
    fresh.push({ thing, fault: each });
  }
}

const isDark = ({ dark }: Company, { account, region, kind }: Thing): boolean =>
  dark.has(account) || dark.has([account, region, kind].join("\n"));

/** Somebody of a team makes the same mistake with one to three of its things. */
function news(life: Life, team: number, [fault, kind]: readonly [string, Kind]): void {
  const { it, random } = life;
  const Team = teamKey(team);
  const healthy = it.all(
    (one) => one.kind === kind && one.tags["Team"] === Team && !one.legacy && !one.wrong.has(fault) && !isDark(it, one),
  );
  for (let n = random.below(3); n >= 0; n--) {
    const account = accountId(2 + random.below(10));
    spoil(life, healthy[n] ?? it.add({ kind, account, tags: { Team }, wrong: new Set() }), { fault });
  }
}

/** A usual half day: a few teams make mistakes, more is put right, some things end, some come back. */
function usual(life: Life): void {
  const { it, random, cured } = life;
  for (let n = 4 + random.below(4); n > 0; n--) {
    const kind = random.pick(kinds);
    news(life, random.below(teams) + 1, [random.pick(faultsOf(kind)), kind]);
  }
  for (const thing of cured.splice(0, 3))
    if (it.things.has(thing.id) && !isDark(it, thing)) spoil(life, thing, { fault: faultsOf(thing.kind)[0] ?? "" });
  const wrong = it.all((thing) => thing.wrong.size > 0 && !isDark(it, thing));
  for (let n = 0; n < 14; n++) {
    const thing = random.pick(wrong);
    thing.wrong = new Set();
    if (n < 3) cured.push(thing);
  }
  for (let n = 0; n < 6; n++) it.remove(random.pick(wrong));
}

/** What happens besides before the scan of a half day: 2n is the morning of day n. */
const special: Readonly<Record<number, (life: Life) => unknown>> = {
  /** One team has a bad day: more cards than a channel may get. */
  10(life) {
    for (const kind of kinds) for (const fault of faultsOf(kind)) news(life, 4, [fault, kind]);
  },
  11: ({ w, it }) => Object.assign(w.bot, { checks: w.bot.checks.map((check) => stricter(check, it)) }),
  12: ({ w }) => Object.assign(w.bot, { checks: [...w.bot.checks, ...used.filter(({ id }) => nameOf(id) === late)] }),
  13: joins,
  14(life) {
    const { it } = life;
    it.dark.add([accountId(0), "eu-west-1", "aws.ec2.volume"].join("\n")).add(accountId(1));
    const unseen = it.all((each) => isDark(it, each) && each.wrong.size === 0).slice(0, 60);
    for (const thing of unseen) spoil(life, thing, { fault: faultsOf(thing.kind)[0] ?? "", seen: false });
  },
  16: ({ it }) => it.dark.clear(),
  17({ it, random }) {
    for (let n = 0; n < 200; n++) {
      const thing = random.pick([...it.things.values()]);
      thing.tags = { ...thing.tags, Team: teamKey(random.below(teams) + 1) };
    }
  },
  18({ it }) {
    for (const old of it.all(({ tags }) => scalingGroup in tags)) {
      const { id: _, name: __, ...same } = old;
      it.remove(old);
      it.add(same);
    }
  },
  /** Twice far too much at once. */
  19(life) {
    for (let team = 1; team <= 40; team++) news(life, team, ["volume-is-encrypted", "aws.ec2.volume"]);
  },
  22(life) {
    for (let team = 1; team <= 30; team++) news(life, team, ["bucket-blocks-public-access", "aws.s3.bucket"]);
  },
};

/** Another company was bought: a new account, and most of what is in it is wrong. */
function joins(life: Life): void {
  const { it, random } = life;
  open(it, accounts - 1);
  for (let n = 0; n < 300; n++) {
    const kind = random.pick(kinds);
    const tags = { Team: teamKey(random.below(teams) + 1) };
    const thing = it.add({ kind, account: accountId(accounts - 1), tags, wrong: new Set() });
    if (n % 3 > 0) spoil(life, thing, { fault: random.pick(faultsOf(kind)), seen: false });
  }
}

/** The next version of a check: what nobody touches fails it. */
const stricter = (check: AnyCheck, { things }: Company): AnyCheck =>
  nameOf(check.id) !== "volume-is-encrypted"
    ? check
    : {
        ...check,
        version: 2,
        evaluate: (volume: { readonly id: string }, context) =>
          things.get(volume.id)?.legacy
            ? fail({ message: "It is old.", row: "old", evidence: {} })
            : check.evaluate(volume as never, context),
      };
