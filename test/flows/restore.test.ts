import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Card, Press } from "#domain/card";
import type { Request } from "#domain/request";
import { day, hour } from "#domain/time";
import { backUp, restore } from "#store/sqlite/backup";
import { markOf } from "#store/sqlite/mark";
import { cardText } from "#test/cards/as-text";
import { account, fixChannels, fixConfig, fixEstate, fixPeople, open, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";
import { quickFolder } from "#test/support/quick-folder";

/**
 * The drill. A database in which everything is under way is kept; the bot goes on and does what was approved; the older
 * state comes back, by the command or by hand. Nothing old may run, and nothing old may be said.
 */
let folder: string;
let file: string;
let backup: string;
let w: World;
let door: MemoryDoor;
beforeEach(() => {
  folder = quickFolder("restore");
  file = join(folder, "stance.sqlite");
  backup = join(folder, "backup.sqlite");
});
afterEach(() => {
  w.close();
  rmSync(folder, { recursive: true, force: true });
});

const writes = (): number =>
  door.calls.filter(({ operation }) => /:(Put|Delete|Create|Modify|Authorize|Revoke)/.test(operation)).length;
const states = (): Readonly<Record<string, string>> =>
  Object.fromEntries(w.store.requests({}).map(({ id, state }) => [id, state]));
const said = () => w.said.map(({ key, card, history }) => ({ key, now: cardText(card), edits: history.length }));

async function ask(bucket: string): Promise<void> {
  const [finding] = w.store.findings({ status: ["open"] }).filter(({ asset }) => asset.name === bucket);
  const form = await w.say("U1", `fix ${finding?.id}`, "C1");
  if (!isForm(form)) throw new Error("no form");
  await w.submit("U1", form, { reason: "receipts moved to signed links" }, "C1");
}
const cardOf = (id: string): Card => w.said.find(({ key }) => key === id)?.card as Card;

interface Scene {
  readonly approveFirst: Press;
  readonly approveSecond: Press;
}
/** R-1 waits, R-2 is approved, R-3 was sent in part, R-4 stopped and was planned anew; a click, timers and messages wait. */
async function underWay(): Promise<Scene> {
  w = await world({
    config: fixConfig,
    clouds: (now) => {
      door ??= memoryCloud(fixEstate, { now });
      return [awsCloud(door)];
    },
    people: fixPeople,
    channels: fixChannels,
    file,
  });
  await w.heart.scan();
  await w.settle();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  for (const bucket of ["pay-receipts-eu", "pay-exports"]) publicBucket(door, bucket);
  w.time.now += hour;
  await w.heart.scan();
  await w.settle();
  await ask("pay-receipts-eu");
  await ask("pay-exports");
  await w.settle();
  const approveFirst = pressOf(cardOf("R-1"), "Approve");
  const approveSecond = pressOf(cardOf("R-2"), "Approve");
  await w.press("U2", approveSecond, "C3");
  const model = w.store.request("R-2")?.request;
  if (!model) throw new Error("no request");
  const like = (id: string, more: Partial<Request>): { revision: number; next: Request } => ({
    revision: 0,
    next: {
      ...model,
      id,
      items: model.items.map((item) => ({ ...item, asset: { ...item.asset, id: `${item.asset.id}-${id}` } })),
      ...more,
    },
  });
  const sent = { item: 0, step: 0, at: w.time.now, state: "sending", operation: "s3:PutPublicAccessBlock" } as const;
  await w.store.commit({
    requests: [
      like("R-3", { state: "executing", startedAt: w.time.now }),
      like("R-4", { state: "halted", settledAt: w.time.now }),
      like("R-5", { state: "executing", startedAt: w.time.now }),
    ],
    steps: [{ request: "R-3", ...sent }],
    timers: [{ id: "recheck:R-2", due: w.time.now + hour, kind: "recheck", subject: "R-2" }],
    audit: [],
  });
  await w.store.accept({
    keys: ["trigger:lost"],
    at: w.time.now,
    body: {
      platform: "slack",
      dedupe: ["trigger:lost"],
      team: "T1",
      person: "U2",
      channel: "C3",
      kind: "press",
      ...approveFirst,
    },
  });
  expect(w.store.queued(w.time.now).length).toBeGreaterThan(0);
  expect(states()).toEqual({
    "R-1": "requested",
    "R-2": "approved",
    "R-3": "executing",
    "R-4": "halted",
    "R-5": "executing",
  });
  return { approveFirst, approveSecond };
}

/** The bot does what was approved; then somebody turns it back by hand, so that every plan fits again. */
async function lifeGoesOn({ approveFirst }: Scene): Promise<void> {
  await w.settle();
  await w.press("U2", approveFirst, "C3");
  await w.settle();
  expect(states()).toMatchObject({ "R-1": "verified", "R-2": "verified" });
  expect(writes()).toBe(2);
  for (const bucket of ["pay-receipts-eu", "pay-exports"]) door.byHand(account).setPublicAccessBlock(bucket, open);
}

async function nothingOldHappens(
  scene: Scene,
  before: { readonly writes: number; readonly said: ReturnType<typeof said> },
): Promise<void> {
  w = await w.restart();
  await w.settle();
  for (const press of [scene.approveFirst, scene.approveSecond]) {
    const answer = await w.press("U2", press, "C3");
    expect(answer && !isForm(answer) && cardText(answer)).toContain("This button is not one of ours, or too old.");
  }
  for (let n = 0; n < 8; n++) {
    w.time.now += 4 * hour;
    await w.settle();
  }
  expect(writes()).toBe(before.writes);
  const now = said();
  expect(now.slice(0, before.said.length)).toEqual(before.said);
  expect(now.slice(before.said.length).filter(({ key }) => !/^(epoch|digest):/.test(key))).toEqual([]);
  expect(now.filter(({ key }) => key.startsWith("epoch:"))).toHaveLength(1);
  expect(states()).toEqual({ "R-1": "expired", "R-2": "expired", "R-3": "halted", "R-4": "halted", "R-5": "expired" });
  expect(w.store.unhandled()).toEqual([]);
  expect(w.store.dueTimers(w.time.now + 60 * day)).toEqual([]);
  expect(JSON.parse(w.store.setting("freeze") ?? "{}")).toMatchObject({ by: "stance", cause: "restore" });
  expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
}

/** An admin has looked, and ends the freeze. */
async function newThingsWork(): Promise<void> {
  await w.store.commit({ settings: { freeze: "" }, audit: [] });
  w.time.now += hour;
  await w.heart.scan();
  await w.settle();
  const before = writes();
  await ask("pay-exports");
  await w.settle();
  const id = w.store.requests({ state: ["requested"] })[0]?.id ?? "";
  expect(Number(id.slice(2))).toBeGreaterThan(1_000);
  await w.press("U2", pressOf(cardOf(id), "Approve"), "C3");
  await w.settle();
  expect(states()[id]).toBe("verified");
  expect(writes()).toBe(before + 1);
}

describe("a backup restored over a newer state", () => {
  beforeEach(() => {
    door = undefined as unknown as MemoryDoor;
  });

  test("executes nothing old, says nothing old, and says what happened", async () => {
    const scene = await underWay();
    const taken = backUp(file, backup, w.time.now);
    await lifeGoesOn(scene);
    const newest = w.store.auditHead();
    const then = { writes: writes(), said: said() };
    expect(() => restore(backup, file, { replace: true, at: w.time.now })).toThrow(/already works on this database/);
    w.store.close();
    expect(() => restore(backup, file, { replace: false, at: w.time.now })).toThrow(/--replace/);
    const restored = restore(backup, file, { replace: true, at: w.time.now });
    expect(restored).toMatchObject({ head: taken.head, ahead: newest });
    await nothingOldHappens(scene, then);
    const text = said().find(({ key }) => key.startsWith("epoch:"))?.now ?? "";
    expect(text).toContain("It was restored from a backup of");
    expect(text).toContain("5 requests ended");
    expect(text).toContain("1 click not answered");
    expect(text).toContain(`The audit trail goes on after #${taken.head.seq}; it had come to #${newest.seq} before.`);
    const rows = [...w.store.auditRows(taken.head.seq)].map(({ body }) => JSON.parse(body));
    expect(rows[0]).toMatchObject({
      action: "epoch.began",
      facts: { from: taken.head, published: newest, why: "backup", clicks: 1 },
    });
    expect(
      rows
        .slice(1, 6)
        .map(({ action, subject, facts }) => `${action} ${subject}: ${facts.from} → ${facts.to}`)
        .sort(),
    ).toEqual([
      "request.restore R-1: requested → expired",
      "request.restore R-2: approved → expired",
      "request.restore R-3: executing → halted",
      "request.restore R-4: halted → halted",
      "request.restore R-5: executing → expired",
    ]);
    // A head published before the backup still fits; one from what was lost does not.
    expect(verifyChain(w.store.auditRows(), [taken.head])).toMatchObject({ ok: true });
    expect(verifyChain(w.store.auditRows(), [newest])).toMatchObject({ ok: false });
    await newThingsWork();
    // And from here on it is the bot's own file again.
    w = await w.restart();
    expect(w.store.epoch()?.number).toBe(2);
  }, 60_000);

  test.each<[string, string, (copy: string) => void]>([
    ["the file's own copy written back in place", "older", (copy) => writeFileSync(file, readFileSync(copy))],
    [
      "a copy moved into its place",
      "older",
      (copy) => {
        rmSync(file);
        renameSync(copy, file);
      },
    ],
    [
      "restored alone, as a replication tool does on a new disk",
      "unmarked",
      (copy) => {
        rmSync(file);
        rmSync(markOf(file));
        copyFileSync(copy, file);
      },
    ],
  ])(
    "by hand, %s: the same",
    async (_name, why, putBack) => {
      const scene = await underWay();
      w.store.close();
      const copy = join(folder, "copied.sqlite");
      copyFileSync(file, copy);
      w = await w.restart();
      // The restart took up the click; in the copy it is still there.
      await lifeGoesOn(scene);
      const then = { writes: writes(), said: said() };
      expect(then.writes).toBeGreaterThan(0);
      w.store.close();
      putBack(copy);
      await nothingOldHappens(scene, then);
      expect(w.store.epoch()).toMatchObject({ number: 2, why });
    },
    60_000,
  );

  test("a kill -9 before the beat wrote down how far it was changes nothing about that", async () => {
    const scene = await underWay();
    const copy = join(folder, "copied.sqlite");
    const raw = new Sqlite(file, { readonly: true });
    raw.prepare("VACUUM INTO ?").run(copy);
    raw.close();
    await lifeGoesOn(scene);
    // As a kill leaves it: the mark of the last change of a request, not of the stop.
    const mark = readFileSync(markOf(file));
    const then = { writes: writes(), said: said() };
    w.store.close();
    writeFileSync(markOf(file), mark);
    rmSync(file);
    copyFileSync(copy, file);
    await nothingOldHappens(scene, then);
    expect(w.store.epoch()).toMatchObject({ why: "older" });
  }, 60_000);
});

describe("the bot's own file", () => {
  test("stays its own over restarts, renamed together with its mark, and after a scan of the command line", async () => {
    await underWay();
    w = await w.restart();
    expect(w.store.epoch()).toMatchObject({ number: 1 });
    w.store.close();
    const moved = join(folder, "moved.sqlite");
    renameSync(file, moved);
    renameSync(markOf(file), markOf(moved));
    renameSync(moved, file);
    renameSync(markOf(moved), markOf(file));
    w = await w.restart();
    expect(w.store.epoch()).toMatchObject({ number: 1 });
    expect(w.store.setting("freeze")).toBeUndefined();
  });

  test("copied to another place with all that lies beside it, it is a copy there", async () => {
    await underWay();
    w.store.close();
    const kept = file;
    file = join(folder, "elsewhere.sqlite");
    copyFileSync(kept, file);
    copyFileSync(markOf(kept), markOf(file));
    const there = await world({
      config: fixConfig,
      clouds: () => [awsCloud(door)],
      people: fixPeople,
      channels: fixChannels,
      file,
    });
    expect(there.store.epoch()).toMatchObject({ number: 2, why: "copied" });
    there.close();
  });
});
