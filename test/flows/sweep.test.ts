import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Card } from "#domain/card";
import { alwaysKept, retention } from "#domain/retention";
import { day, hour } from "#domain/time";
import { openStore } from "#store/sqlite/sqlite";
import { cardText } from "#test/cards/as-text";
import { account, allOn, fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";
import { quickFolder } from "#test/support/quick-folder";

const folder = quickFolder("sweep");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const worlds: World[] = [];
afterEach(() => {
  for (const w of worlds.splice(0)) w.close();
});

async function begin(name: string, more: object = {}): Promise<{ w: World; door: MemoryDoor; file: string }> {
  const file = join(folder, `${name}.sqlite`);
  let door: MemoryDoor | undefined;
  const w = await world({
    config: { ...fixConfig, ...more },
    clouds: (now) => [awsCloud((door = memoryCloud(fixEstate, { now })))],
    people: fixPeople,
    channels: fixChannels,
    file,
  });
  worlds.push(w);
  if (!door) throw new Error("no cloud");
  return { w, door, file };
}
async function scan(w: World): Promise<void> {
  await w.heart.scan();
  await w.settle();
}

/** Opened, fixed by request, opened again by hand and so on; then a year and a half of scans and digests. */
async function longStory(): Promise<World> {
  const { w, door } = await begin("story");
  await scan(w);
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  publicBucket(door, "pay-exports");
  w.time.now += hour;
  await scan(w);
  const card = w.in("#team-payments").find(({ key }) => key.startsWith("G-"))?.card as Card;
  const form = await w.press("U1", pressOf(card, "Fix"), "C1");
  if (!isForm(form)) throw new Error("no form");
  await w.submit("U1", form, { reason: "signed links" }, "C1");
  await w.settle();
  await w.press("U2", pressOf(w.in("#sec-approvals")[0]?.card as Card, "Approve"), "C3");
  await w.settle();
  for (let n = 0; n < 180; n++) {
    w.time.now += 3 * day;
    if (n === 20) publicBucket(door, "pay-receipts-eu");
    if (n === 40) door.byHand(account).setPublicAccessBlock("pay-receipts-eu", allOn);
    if (n === 60) publicBucket(door, "pay-receipts-eu");
    await scan(w);
  }
  return w;
}

/** What people can ask, and what is there to be seen. */
async function told(w: World): Promise<Readonly<Record<string, string>>> {
  const open = w.store.findings({ status: ["open"] }).map(({ id }) => id);
  const ids = [...open, ...w.store.groups({}).map(({ id }) => id), ...w.store.requests({}).map(({ id }) => id)];
  const lines = ["summary", "summary all", "status", "list", "digest", "mine", "rollout", "whoami", "doctor"];
  const answers: [string, string][] = [];
  for (const line of [...lines, ...ids.map((id) => `show ${id}`), ...open.map((id) => `why ${id}`)]) {
    const answer = await w.say("U3", line, "C1");
    answers.push([line, answer && !isForm(answer) ? cardText(answer) : JSON.stringify(answer)]);
  }
  return Object.fromEntries(answers);
}

describe("the daily sweep", () => {
  test("changes nothing of what the bot says, and is one entry in the trail", async () => {
    const w = await longStory();
    const before = await told(w);
    expect(Object.keys(before).length).toBeGreaterThan(12);
    const last = w.store.lastEvent();
    const entries = w.store.auditHead().seq;
    await w.heart.sweepIfDue();
    expect(w.store.auditHead().seq).toBe(entries + 1);
    const entry = JSON.parse(w.store.latestAudit("store", 1)[0]?.body ?? "{}");
    expect(entry).toMatchObject({ actor: "stance", action: "retention.swept" });
    expect(entry.facts.deleted.units).toBeGreaterThan(1_000);
    for (const name of ["findings", "events", "messages", "clicks", "posts", "buttons", "calls", "mentions"])
      expect(entry.facts.deleted[name], name).toBeGreaterThan(0);
    expect(await told(w)).toEqual(before);
    expect(w.store.lastEvent()).toBe(last);
    expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
    // Once a day, and nothing more of the same age.
    w.time.now += hour;
    await w.heart.sweepIfDue();
    w.time.now += 24 * hour;
    await w.heart.sweepIfDue();
    expect(w.store.latestAudit("store", 2).map(({ body }) => JSON.parse(body).action)).toEqual([
      "retention.swept",
      "retention.swept",
    ]);
    // Life goes on from what is left.
    await scan(w);
    expect(w.store.findings({ status: ["open"] }).length).toBeGreaterThan(0);
    expect(w.store.events({ untold: true })).toEqual([]);
  }, 120_000);

  test("leaves alone what waits, however old: an open request, a message, a click, what nobody was told", async () => {
    const { w, door, file } = await begin("waiting");
    await scan(w);
    await w.say("U3", "rollout #team-payments live --yes", "C2");
    publicBucket(door, "pay-exports");
    w.time.now += hour;
    await w.heart.scan();
    const [finding] = w.store.findings({ type: "aws.s3.bucket" });
    const form = await w.say("U1", `fix ${finding?.id}`, "C1");
    if (!isForm(form)) throw new Error("no form");
    await w.submit("U1", form, { reason: "signed links" }, "C1");
    await w.store.accept({ keys: ["k"], at: w.time.now, body: {} });
    // Of a finding that is no more.
    const lone = { fingerprint: "lone", kind: "gone", cause: "change", owner: "", topic: "t" } as const;
    await w.store.commit({ events: [{ at: 1, run: 0, severity: "low", folded: false, ...lone }], audit: [] });
    const raw = new Sqlite(file);
    const count = (table: string): number => Number(raw.prepare(`SELECT count(*) AS n FROM ${table}`).pluck().get());
    const waiting = (): Readonly<Record<string, unknown>> => ({
      requests: w.store.requests({}).map(({ id, state }) => [id, state]),
      queued: w.store.queued(w.time.now).map(({ key }) => key),
      clicks: w.store.unhandled().length,
      untold: w.store.events({ untold: true }).length,
      open: w.store.countFindings({ status: ["open"] }),
      timers: w.store.dueTimers(w.time.now).length,
      assets: count("asset"),
    });
    w.time.now += 1_000 * day;
    const before = waiting();
    expect(before).toMatchObject({ clicks: 1 });
    expect(before["untold"]).toBeGreaterThan(0);
    await w.heart.sweepIfDue();
    expect(waiting()).toEqual(before);
    // The newest numbers stay taken.
    expect(count("outbox")).toBeGreaterThan(0);
    expect(count("run")).toBe(2);
    raw.close();
  });

  test("a file stays as big as it became: scans, findings that come and go, clicks", async () => {
    const short = { findings: 35, events: 35, assets: 7, units: 7, vanished: 30, messages: 1, clicks: 2 };
    const { w, file } = await begin("size", { retention: short });
    const place = { cloud: "aws", account, region: "eu-west-1", type: "aws.ec2.volume" } as const;
    const sizes: number[] = [];
    for (let n = 1; n <= 160; n++) {
      w.time.now += day;
      const at = w.time.now;
      const run = await w.store.beginRun({ at, filtered: false, first: false });
      const made = Array.from({ length: 40 }, (_, i) => `vol-${n}-${i}`);
      const gone = Array.from({ length: 40 }, (_, i) => `vol-${n - 1}-${i}`);
      const model = w.store.findings({})[0];
      await w.store.recordUnit({
        state: { ...place, run, outcome: "complete", assets: 40, at },
        assets: made.map((name) => ({ ...place, id: name, name, tags: { team: "payments" } })),
        gone,
        findings: made.map((name) => ({
          ...model,
          fingerprint: name,
          check: "c",
          checkVersion: 1,
          topic: "volumes",
          source: "stance",
          tags: {},
          evidence: {},
          ...place,
          asset: { id: name, type: place.type, name },
          status: "open",
          severity: "low",
          row: "",
          message: "not encrypted",
          exposed: false,
          ownership: { source: "nobody", via: "" },
          cause: "change",
          firstSeen: at,
          lastSeen: at,
          since: at,
          returns: 0,
          folded: false,
        })),
        events: made.map((fingerprint) => ({
          at,
          run,
          fingerprint,
          kind: "new",
          cause: "change",
          owner: "",
          topic: "volumes",
          severity: "low",
          folded: false,
          told: "count",
        })),
        closings: n === 1 ? [] : gone.map((fingerprint) => ({ fingerprint, how: "gone", at: at + 1 })),
        tallies: [],
        unknowns: [],
      });
      for (let region = 0; region < 60; region++)
        await w.store.recordUnit({
          state: { ...place, region: `r-${region}`, run, outcome: "complete", assets: 0, at },
          assets: [],
          gone: [],
          findings: [],
          events: [],
          closings: [],
          tallies: [],
          unknowns: [],
        });
      await w.store.applyClosings(run, account, at + 2);
      await w.store.endRun(run, { at, state: "done", facts: {} });
      await w.store.commit({
        told: w.store.events({ untold: true }).map(({ id }) => ({ id, how: "count" })),
        audit: [],
      });
      for (let click = 0; click < 20; click++) {
        const kept = await w.store.accept({ keys: [`${n}:${click}`], at, body: { text: "summary" } });
        if (kept !== "duplicate") await w.store.commit({ handled: kept.id, audit: [] });
      }
      await w.heart.sweepIfDue();
      if (n === 80 || n === 160) sizes.push(statSync(file).size);
    }
    const [half = 0, whole = 0] = sizes;
    const raw = new Sqlite(file);
    const used =
      (Number(raw.pragma("page_count", { simple: true })) - Number(raw.pragma("freelist_count", { simple: true }))) *
      4096;
    raw.close();
    console.log(`after 80 days ${half} bytes, after 160 days ${whole} bytes, of which in use ${used}`);
    // The audit trail alone grows: an entry a day.
    expect(whole).toBeLessThan(half * 1.15);
  }, 120_000);
});

describe("what is kept how long", () => {
  test("is said for every table, once", async () => {
    const file = join(folder, "tables.sqlite");
    (await openStore({ file, kind: "real", at: 1 })).close();
    const raw = new Sqlite(file);
    const tables = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
    raw.close();
    const said = [
      ...Object.values(retention).flatMap(({ tables: each }): readonly string[] => each),
      ...Object.keys(alwaysKept),
    ];
    expect(said.sort()).toEqual(tables);
  });

  test("stands in docs/backup.md as it is", () => {
    const page = readFileSync("docs/backup.md", "utf8");
    const rows = Object.entries(retention).map(([key, kept]) => {
      const { what, days, but, least } = { but: undefined, least: undefined, ...kept };
      const long = days === 0 ? "at once" : `${days} days`;
      return `| ${what} | ${long} | ${least === undefined ? "" : `\`${key}\``} | ${but ?? ""} |`;
    });
    expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  });
});
