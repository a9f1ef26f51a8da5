import { afterEach, describe, expect, test } from "vitest";
import { openAfter } from "#cards/digest";
import { checks } from "#checks";
import type { ConfigInput } from "#config/schema";
import type { Card } from "#domain/card";
import { day, hour, minute } from "#domain/time";
import { zoneOf } from "#posture/zone";
import { cardText } from "#test/cards/as-text";
import { digestNumbers, mentionsIn } from "#test/support/cards";
import type { Company, Thing } from "#test/support/company";
import { accountId, company, companyChannels, companyConfig, companyPeople, dice } from "#test/support/company";
import type { Said, World } from "#test/support/harness";
import { channel, isForm, world } from "#test/support/harness";

const account = accountId(0);
const wrong = new Set(["volume-is-encrypted"]);
const others = checks.map(({ id }) => id).filter((id) => id !== "aws.ec2.volume-is-encrypted");

let w: World;
let it: Company;
afterEach(() => w.close());

async function begin(
  start: string,
  hours: ConfigInput["hours"] = { zone: "UTC", digest: "09:00" },
  mode = "digest",
): Promise<void> {
  it = company(dice(5));
  it.accounts.push({ cloud: "aws", id: account, name: "account-0", state: "active" });
  const config = companyConfig(1, 1, others);
  w = await world({
    config: { ...config, hours, channels: { admin: "#sec-posture" } },
    clouds: () => [it.cloud],
    people: companyPeople(1),
    channels: companyChannels(1),
    start: Date.parse(start),
  });
  for (let n = 0; n < 10; n++) bad();
  await scan();
  await w.say("UADMIN", `rollout #team-01 ${mode} --yes`, "CADMIN");
}
const bad = (): Thing => it.add({ kind: "aws.ec2.volume", account, tags: { team: "team-01" }, wrong });
const cure = (n: number): void => {
  for (const thing of it.all((each) => each.wrong.size > 0).slice(0, n)) thing.wrong = new Set();
};
async function scan(): Promise<void> {
  await w.heart.scan();
  await w.settle();
}
/** Beats go on, every so many minutes. */
async function until(at: number | string, every = 30): Promise<void> {
  const end = typeof at === "string" ? Date.parse(at) : at;
  while (w.time.now + every * minute <= end) {
    w.time.now += every * minute;
    await w.heart.beat();
  }
  w.time.now = end;
}
/** The same, with the scans that become due. */
async function scanningUntil(at: string): Promise<void> {
  while (w.time.now < Date.parse(at)) {
    await until(Math.min(w.time.now + hour, Date.parse(at)));
    await w.heart.scanIfDue();
  }
}
/** Nobody is there. */
const asleep = (at: string): void => void (w.time.now = Date.parse(at));
const digests = (): readonly Said[] => w.said.filter(({ key }) => key.startsWith("digest:"));
const texts = (): readonly string[] => digests().map(({ card }) => cardText(card));
const times = (): readonly string[] => digests().map(({ at }) => new Date(at).toISOString().slice(0, 16));
const closes = (card: Card): void => {
  const { open, previous, moves } = digestNumbers(card);
  if (previous !== undefined) expect(openAfter(previous, moves), cardText(card)).toBe(open);
};

describe("a digest comes once a day, at the channel's own time", () => {
  const weekend = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
  test.each([
    ["Europe/Berlin", "09:00", "2027-03-26T12:00:00Z", "the clock goes forward"],
    ["Europe/Berlin", "02:30", "2027-03-26T12:00:00Z", "at a time that is left out"],
    ["Europe/Berlin", "02:30", "2026-10-23T12:00:00Z", "at a time that comes twice"],
    ["America/New_York", "02:30", "2027-03-12T12:00:00Z", "at a time that is left out"],
    ["America/New_York", "01:30", "2026-10-30T12:00:00Z", "at a time that comes twice"],
    ["Australia/Lord_Howe", "02:15", "2026-10-02T12:00:00Z", "half an hour forward"],
    ["Pacific/Apia", "09:00", "2026-12-01T12:00:00Z", "a day ahead"],
    ["Asia/Kathmandu", "09:00", "2026-12-01T12:00:00Z", "a quarter of an hour"],
  ])("%s at %s, %s (%s)", async (zone, digest, start) => {
    await begin(start, { zone, digest, days: [...weekend] });
    for (let n = 0; n < 5; n++) {
      bad();
      await scan();
      await until(w.time.now + day, 15);
    }
    const local = zoneOf(zone);
    const dates = digests().map(({ at }) => local.dayOf(at));
    expect(dates.length).toBe(5);
    expect(dates.map((date) => date - (dates[0] ?? 0))).toEqual([0, 1, 2, 3, 4]);
    for (const { at, card } of digests()) {
      const wall = new Date(local.wall(at)).toISOString().slice(11, 16);
      // Where the time is left out, the moment of the jump takes its place.
      expect([digest, "03:00", "02:30"]).toContain(wall);
      closes(card);
    }
  });

  test("never at weekends, and Monday's counts them in", async () => {
    await begin("2026-11-26T10:00:00Z");
    await until("2026-11-27T10:00:00Z");
    bad();
    w.time.now = Date.parse("2026-11-28T07:00:00Z");
    await scan();
    await until("2026-11-30T10:00:00Z");
    expect(times()).toEqual(["2026-11-27T09:00", "2026-11-30T09:00"]);
    expect(texts()[1]).toContain("11 open, 1 more than Friday");
    expect(texts()[1]).toContain("New 1");
  });
});

describe("the first digest", () => {
  test("says that all of it was there before", async () => {
    await begin("2026-11-24T10:00:00Z");
    await until("2026-11-25T10:00:00Z");
    expect(texts()[0]).toContain("10 open, all there before");
    expect(texts()[0]).not.toContain("New");
  });

  test("counts what moved since the channel was switched on", async () => {
    await begin("2026-11-24T10:00:00Z");
    bad();
    bad();
    cure(1);
    w.time.now += hour;
    await scan();
    await until("2026-11-25T10:00:00Z");
    expect(texts()[0]).toContain("11 open, 1 more than Tuesday");
    expect(texts()[0]).toContain("New 2");
    expect(texts()[0]).toContain("Fixed 1");
    closes(digests()[0]?.card as Card);
  });

  test("comes again when a channel was off: what happened meanwhile was there before", async () => {
    await begin("2026-11-23T10:00:00Z");
    await until("2026-11-24T10:00:00Z");
    await w.say("UADMIN", "rollout #team-01 off", "CADMIN");
    bad();
    await scan();
    await until("2026-11-25T10:00:00Z");
    await w.say("UADMIN", "rollout #team-01 digest", "CADMIN");
    await until("2026-11-26T10:00:00Z");
    expect(times()).toEqual(["2026-11-24T09:00", "2026-11-26T09:00"]);
    expect(texts()[1]).toContain("11 open, all there before");
  });
});

describe("a quiet week", () => {
  test("has one line on Monday and nothing from Tuesday to Friday", async () => {
    await begin("2026-11-26T10:00:00Z");
    await scanningUntil("2026-12-05T00:00:00Z");
    expect(times()).toEqual(["2026-11-27T09:00", "2026-11-30T09:00"]);
    expect(texts()[1]).toMatch(/^Team 1: nothing new, nothing due. 10 open. Checked /);
  });

  test("ends with the day on which something happens", async () => {
    await begin("2026-11-26T10:00:00Z");
    await scanningUntil("2026-12-02T07:00:00Z");
    cure(3);
    await scan();
    await scanningUntil("2026-12-04T10:00:00Z");
    expect(times().slice(2)).toEqual(["2026-12-02T09:00"]);
    expect(texts()[2]).toContain("7 open, 3 fewer than Tuesday");
    closes(digests()[2]?.card as Card);
  });
});

test("no quiet day while nothing is scanned: silence would say that nothing is new", async () => {
  await begin("2026-11-26T10:00:00Z");
  await scanningUntil("2026-12-01T00:00:00Z");
  await until("2026-12-05T00:00:00Z");
  expect(times().slice(2)).toEqual(["2026-12-02T09:00", "2026-12-03T09:00", "2026-12-04T09:00"]);
  for (const text of texts().slice(2))
    expect(text).toMatch(
      /^\*No scan since Mon 30 Nov \d\d:\d\d\.\* .*\nTeam 1: 10 open when it was last looked at\. Checked /,
    );
  bad();
  await scanningUntil("2026-12-08T10:00:00Z");
  expect(texts().slice(5).join("\n")).not.toContain("No scan since");
});

describe("when the bot was away", () => {
  test("for less than three hours, the digest is late and comes once", async () => {
    await begin("2026-11-23T10:00:00Z");
    await until("2026-11-24T08:00:00Z");
    asleep("2026-11-24T11:45:00Z");
    w = await w.restart();
    await until("2026-11-24T20:00:00Z");
    expect(times()).toEqual(["2026-11-24T11:45"]);
  });

  test("for longer, it is left out, and the next one says so and counts both days", async () => {
    await begin("2026-11-23T10:00:00Z");
    await until("2026-11-24T10:00:00Z");
    bad();
    await scan();
    await until("2026-11-25T08:00:00Z");
    asleep("2026-11-25T13:00:00Z");
    w = await w.restart();
    cure(2);
    await scan();
    await until("2026-11-25T23:00:00Z");
    expect(times()).toEqual(["2026-11-24T09:00"]);
    await until("2026-11-26T10:00:00Z");
    expect(times()).toEqual(["2026-11-24T09:00", "2026-11-26T09:00"]);
    expect(texts()[1]).toContain("The digest of Wed 25 Nov 10:00 came too late and was left out");
    expect(texts()[1]).toContain("9 open, 1 fewer than Tuesday");
    closes(digests()[1]?.card as Card);
    // Said once.
    cure(1);
    await scan();
    await until("2026-11-27T10:00:00Z");
    expect(texts()[2]).not.toContain("too late");
  });

  test("for a week, it is one digest, never the backlog", async () => {
    await begin("2026-11-23T10:00:00Z", undefined, "live");
    await until("2026-11-24T10:00:00Z");
    asleep("2026-12-03T08:30:00Z");
    w = await w.restart();
    await until("2026-12-03T12:00:00Z");
    expect(times()).toEqual(["2026-11-24T09:00", "2026-12-03T09:00"]);
    expect(texts()[1]).toContain("The digest of Wed 2 Dec");
  });
});

describe("a channel that is kept quiet", () => {
  test("gets nothing; afterwards one digest tells all of it", async () => {
    await begin("2026-11-23T10:00:00Z", undefined, "live");
    await until("2026-11-24T09:30:00Z");
    await w.say("UP1", "quiet 48h", "Cteam-01");
    const before = w.in("#team-01").length;
    bad();
    bad();
    cure(1);
    await scan();
    await until("2026-11-26T09:00:00Z");
    expect(w.in("#team-01")).toHaveLength(before);
    bad();
    await until("2026-11-26T11:00:00Z");
    await scan();
    // News after quiet is news; what came in quiet is in the digest alone.
    const cards = w.in("#team-01").slice(before);
    expect(cards.map(({ key }) => key.slice(0, 2))).toEqual(["G-"]);
    await until("2026-11-27T10:00:00Z");
    expect(times()).toEqual(["2026-11-24T09:00", "2026-11-27T09:00"]);
    expect(texts()[1]).toContain("New 3");
    expect(texts()[1]).not.toContain("too late");
    closes(digests()[1]?.card as Card);
  });

  test("can be woken by hand", async () => {
    await begin("2026-11-23T10:00:00Z");
    await until("2026-11-24T08:00:00Z");
    await w.say("UP1", "quiet 7d", "Cteam-01");
    await w.say("UP1", "quiet off", "Cteam-01");
    await until("2026-11-24T10:00:00Z");
    expect(times()).toEqual(["2026-11-24T09:00"]);
  });

  test("that becomes shared with others hears nothing more, not even what was queued", async () => {
    await begin("2026-11-23T17:00:00Z", undefined, "live");
    bad();
    w.time.now += hour;
    await scan();
    const shared = channel("Cteam-01", "team-01", { shared: true });
    w.channels.set("Cteam-01", shared);
    await w.inbound.channelChanged("Cteam-01");
    await until("2026-11-25T12:00:00Z");
    expect(w.in("#team-01")).toEqual([]);
    w.channels.set("Cteam-01", { ...shared, shared: false });
    await w.inbound.channelChanged("Cteam-01");
    await until("2026-11-26T12:00:00Z");
    expect(times()).toEqual(["2026-11-26T09:00"]);
    expect(texts()[0]).toContain("New 1");
  });
});

describe("a digest's numbers close", () => {
  test("over new, returned, fixed, gone, and findings that change hands", async () => {
    await begin("2026-11-23T10:00:00Z");
    const stray = it.add({ kind: "aws.ec2.volume", account: accountId(3), tags: {}, wrong });
    it.accounts.push({ cloud: "aws", id: accountId(3), name: "account-3", state: "active" });
    await until("2026-11-24T10:00:00Z");
    const [first, second, third, fourth] = it.all(({ id }) => id !== stray.id);
    if (!first || !second || !third || !fourth) throw new Error("too few");
    first.wrong = new Set();
    await scan();
    await until("2026-11-25T10:00:00Z");
    first.wrong = wrong;
    second.wrong = new Set();
    it.remove(third);
    fourth.tags = { team: "nobody-we-know" };
    bad();
    await scan();
    const nobody = w.store.findings({ owner: "" })[0];
    const form = await w.say("UP1", `claim ${nobody?.id}`, "Cteam-01");
    expect(isForm(form)).toBe(false);
    await until("2026-11-26T10:00:00Z");
    const last = digests().at(-1)?.card as Card;
    closes(last);
    expect(digestNumbers(last).moves).toMatchObject({ new: 1, cameBack: 1, fixed: 1, gone: 1, arrived: 1 });
    // What the digest would say next, asked for by a person, starts from there.
    const preview = await w.say("UP1", "digest", "Cteam-01");
    if (preview === undefined || isForm(preview)) throw new Error("no card");
    expect(digestNumbers(preview)).toMatchObject({
      open: digestNumbers(last).open,
      previous: digestNumbers(last).open,
    });
  });

  test("and a digest mentions nobody", async () => {
    await begin("2026-11-23T10:00:00Z", undefined, "live");
    bad();
    await scan();
    await until("2026-11-25T10:00:00Z");
    expect(digests().flatMap(({ card }) => mentionsIn(card))).toEqual([]);
  });
});
