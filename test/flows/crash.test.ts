import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Estate } from "#cloud/aws/memory/estate";
import type { Fault } from "#cloud/aws/memory/faults";
import type { Card, Press } from "#domain/card";
import type { Request } from "#domain/request";
import { cardText } from "#test/cards/as-text";
import { mentionsIn } from "#test/support/cards";
import { fixChannels, fixConfig, fixEstate, fixPeople, open, publicBucket } from "#test/support/fix-story";
import type { Fuse } from "#test/support/fuse";
import { fuse, mortalChat, mortalCloud, mortalStore } from "#test/support/fuse";
import type { Said, World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";
import { moveDatabase } from "#test/support/move-database";
import { quickFolder } from "#test/support/quick-folder";

/**
 * The process dies before or after each write to the store, each call to the cloud and each message, one run for each. Then
 * it starts again from the same database, and has to bring what it began to an honest end.
 */
const folder = quickFolder("crash");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A database and an estate to begin from, again and again. */
interface Scene {
  readonly file: string;
  readonly estate: Estate;
  readonly said: readonly Said[];
  readonly press: Press;
  readonly now: number;
}
interface Life {
  readonly w: World;
  readonly door: MemoryDoor;
  readonly f: Fuse;
}

let lives = 0;
async function begin(scene?: Scene): Promise<Life> {
  const file = join(folder, `${lives++}.sqlite`);
  if (scene) moveDatabase(scene.file, file);
  const f = fuse();
  let door: MemoryDoor | undefined;
  const w = await world({
    config: fixConfig,
    clouds: (now) => {
      door = memoryCloud(scene?.estate ?? fixEstate, { now });
      return [mortalCloud(awsCloud(door), f)];
    },
    people: fixPeople,
    channels: fixChannels,
    file,
    store: (store) => mortalStore(store, f),
    chat: (chat) => mortalChat(chat, f),
    quietLog: true,
    ...(scene && { start: scene.now, said: scene.said }),
  });
  if (!door) throw new Error("no cloud");
  return { w, door, f };
}

/** Ends the life so that others can go on from its database. */
function sceneOf({ w, door }: Life, press: Press): Scene {
  const file = join(folder, `scene-${lives}.sqlite`);
  w.close();
  moveDatabase(join(folder, `${lives - 1}.sqlite`), file);
  return { file, estate: door.snapshot(), said: w.said, press, now: w.time.now };
}

const buckets = ["pay-receipts-eu", "pay-exports"];
const noPress: Press = { command: "help" };
const untilBorn = async (): Promise<Scene> => sceneOf(await begin(), noPress);
/** A bucket was opened, and the next scan will see it. */
async function untilOpened(): Promise<Scene> {
  const life = await begin();
  const { w, door } = life;
  await scan(w);
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  for (const bucket of buckets) publicBucket(door, bucket);
  w.time.now += 3_600_000;
  return sceneOf(life, noPress);
}
async function untilAsked(scene: Scene): Promise<Scene> {
  const life = await begin(scene);
  const { w } = life;
  await scan(w);
  const form = await w.press("U1", pressOf(groupCard(w), "Fix"), "C1");
  if (!isForm(form)) throw new Error("no form");
  await w.submit("U1", form, { reason: "receipts moved to signed links" }, "C1");
  await w.settle();
  return sceneOf(life, pressOf(w.in("#sec-approvals")[0]?.card as Card, "Approve"));
}
async function untilFixed(scene: Scene): Promise<Scene> {
  const life = await begin(scene);
  const { w } = life;
  await w.press("U2", scene.press, "C3");
  await w.settle();
  return sceneOf(life, pressOf(w.in("#sec-approvals")[0]?.card as Card, "Undo"));
}

const groupCard = (w: World): Card => w.in("#team-payments").find(({ key }) => key.startsWith("G-"))?.card as Card;
async function scan(w: World): Promise<void> {
  await w.heart.scan();
  await w.settle();
}

const operations = new Set(["s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"]);
/** Calls that took effect, whether their answer arrived or not. */
const effects = (door: MemoryDoor): number =>
  door.calls.filter(
    ({ operation, failed }) => operations.has(operation) && (failed === undefined || failed === "TimeoutError"),
  ).length;
const blocksOf = (door: MemoryDoor): readonly unknown[] =>
  door.snapshot().accounts[0]?.buckets?.map(({ publicAccessBlock }) => publicAccessBlock) ?? [];
const allOn = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };

/** The latest. */
const lastRequest = ({ store }: World): Request => {
  const request = [...store.requests({})].sort((a, b) => a.id.localeCompare(b.id)).at(-1);
  if (!request) throw new Error("no request");
  return request;
};

/** Does it with the process dying at one point, starts again, and lets time pass. */
async function dieAt(
  scene: Scene,
  at: number,
  act: (w: World) => Promise<unknown>,
): Promise<Life & { readonly reached: boolean }> {
  const life = await begin(scene);
  const { f, door } = life;
  f.count = 0;
  f.at = at;
  await act(life.w).catch(() => {});
  await life.w.settle().catch(() => {});
  const reached = f.dead;
  f.at = undefined;
  f.dead = false;
  const w = await life.w.restart();
  await w.settle();
  w.time.now += 60_000;
  await w.settle();
  return { w, door, f, reached };
}

/** How many points there are. */
async function pointsOf(scene: Scene, act: (w: World) => Promise<unknown>): Promise<number> {
  const { w, f } = await begin(scene);
  f.count = 0;
  await act(w);
  await w.settle();
  const { count } = f;
  w.close();
  return count;
}

describe("a crash at any point", () => {
  let born: Scene;
  let opened: Scene;
  let asked: Scene;
  let fixed: Scene;
  beforeAll(async () => {
    born = await untilBorn();
    opened = await untilOpened();
    asked = await untilAsked(opened);
    fixed = await untilFixed(asked);
  });

  const approve = (w: World): Promise<unknown> => w.press("U2", asked.press, "C3");
  async function undo(w: World): Promise<void> {
    const form = await w.press("U1", fixed.press, "C3");
    if (isForm(form)) await w.submit("U1", form, { reason: "a partner still reads it" }, "C3");
  }

  test("of an approved fix: never lost, never applied twice, always brought to an end", async () => {
    const points = await pointsOf(asked, approve);
    expect(points).toBeGreaterThan(30);
    const ends = new Map<string, number>();
    for (let at = 1; at <= points; at++) {
      const { w, door, reached } = await dieAt(asked, at, approve);
      expect(reached, `point ${at}`).toBe(true);
      // Whoever saw an error clicks again; whoever was acknowledged need not.
      if (lastRequest(w).state === "requested") {
        expect(at, "a click that was stored is taken up").toBeLessThanOrEqual(1);
        await w.press("U2", asked.press, "C3");
        await w.settle();
      }
      const { state, items, approvals } = lastRequest(w);
      ends.set(state, (ends.get(state) ?? 0) + 1);
      expect(state, `point ${at}`).toBe("verified");
      expect(approvals).toHaveLength(1);
      expect(
        items.map(({ applied }) => applied.length > 0),
        `point ${at}`,
      ).toEqual([true, true]);
      expect(effects(door), `point ${at}`).toBe(2);
      expect(blocksOf(door)).toEqual([allOn, allOn]);
      expect(verifyChain(w.store.auditRows()), `point ${at}`).toMatchObject({ ok: true });
      expect(w.store.queued(w.time.now)).toEqual([]);
      expect(w.in("#sec-approvals").map(({ card }) => cardText(card))).toEqual([
        expect.stringContaining("Done and checked"),
      ]);
      w.time.now += 11 * 60_000;
      await w.settle();
      expect(w.store.countFindings({ status: ["open"], type: "aws.s3.bucket" }), `point ${at}`).toBe(0);
      w.close();
    }
    expect(Object.fromEntries(ends)).toEqual({ verified: points });
  }, 120_000);

  test("of an undo: the bucket ends as it was, once", async () => {
    const points = await pointsOf(fixed, undo);
    expect(points).toBeGreaterThan(30);
    for (let at = 1; at <= points; at++) {
      const { w, door } = await dieAt(fixed, at, undo);
      if (w.store.requests({}).length === 1) {
        await undo(w);
        await w.settle();
      }
      const request = w.store.requests({}).find(({ kind }) => kind === "undo");
      const parent = w.store.requests({}).find(({ kind }) => kind === "fix");
      expect(w.store.requests({}), `point ${at}`).toHaveLength(2);
      expect(request?.state, `point ${at}`).toBe("verified");
      expect(parent?.undoneBy, `point ${at}`).toBeDefined();
      expect(effects(door), `point ${at}`).toBe(2);
      expect(blocksOf(door)).toEqual([open, open]);
      expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
      w.close();
    }
  }, 120_000);

  test("twice: it dies again while it takes up what it began", async () => {
    const points = await pointsOf(asked, approve);
    for (let at = 2; at <= points; at += 3) {
      const life = await begin(asked);
      const { f, door } = life;
      const dying = async (after: number, act: () => Promise<unknown>): Promise<void> => {
        f.dead = false;
        f.count = 0;
        f.at = after;
        await act().catch(() => {});
        f.at = undefined;
        f.dead = false;
      };
      await dying(at, async () => {
        await approve(life.w);
        await life.w.settle();
      });
      let w = life.w;
      await dying(1 + ((at * 7) % 23), async () => {
        w = await life.w.restart();
        await w.settle();
      });
      w = await w.restart();
      await w.settle();
      expect(lastRequest(w).state, `point ${at}`).toBe("verified");
      expect(effects(door), `point ${at}`).toBe(2);
      expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
      w.close();
    }
  }, 120_000);

  test("of the first scan: one First look, whatever was read twice", async () => {
    const points = await pointsOf(born, scan);
    for (let at = 1; at <= points; at++) {
      const { w } = await dieAt(born, at, scan);
      w.time.now += 16 * 60_000;
      await w.heart.scanIfDue();
      await w.settle();
      expect(
        w.said.map(({ key }) => key),
        `point ${at}`,
      ).toEqual(["first-look"]);
      expect(
        w.store.events({}).every(({ cause, told }) => cause === "baseline" && told === "count"),
        `point ${at}`,
      ).toBe(true);
      w.close();
    }
  }, 120_000);

  test("of a scan that finds news: one card and one mention, nothing left untold", async () => {
    const points = await pointsOf(opened, scan);
    for (let at = 1; at <= points; at++) {
      const { w } = await dieAt(opened, at, scan);
      w.time.now += 6 * 3_600_000;
      await w.heart.scanIfDue();
      await w.settle();
      const cards = w.in("#team-payments").filter(({ key }) => !key.startsWith("digest:"));
      expect(
        cards.map(({ key }) => key),
        `point ${at}`,
      ).toEqual([expect.stringMatching(/^G-\w+\/1$/)]);
      expect(cards.flatMap(({ card, history }) => mentionsIn(history[0] ?? card))).toEqual(["U1"]);
      expect(w.store.events({ untold: true }), `point ${at}`).toEqual([]);
      w.close();
    }
  }, 120_000);
});

describe("an answer that never came", () => {
  let asked: Scene;
  beforeAll(async () => {
    asked = await untilAsked(await untilOpened());
  });

  async function approvedWith(fault: Fault, at?: number): Promise<Life> {
    const life = await begin(asked);
    life.door.fault(fault);
    life.f.count = 0;
    life.f.at = at;
    await life.w.press("U2", asked.press, "C3").catch(() => {});
    await life.w.settle().catch(() => {});
    return life;
  }
  const put = "s3:PutPublicAccessBlock";

  test("although the write took effect: verified, with one write", async () => {
    const { w, door } = await approvedWith({ operation: put, does: { kind: "lose-answer" } });
    expect(lastRequest(w).state).toBe("verified");
    expect(effects(door)).toBe(2);
    const steps = w.store.steps(lastRequest(w).id).map(({ state }) => state);
    expect(steps).toEqual(["sending", "failed", "sending", "done"]);
    w.close();
  });

  test("and a crash at any point after it: still verified, still one write", async () => {
    const points = await pointsOf(asked, (w) => w.press("U2", asked.press, "C3"));
    for (let at = 2; at <= points; at++) {
      const { w: before, door, f } = await approvedWith({ operation: put, does: { kind: "lose-answer" } }, at);
      f.at = undefined;
      f.dead = false;
      const w = await before.restart();
      await w.settle();
      expect(lastRequest(w).state, `point ${at}`).toBe("verified");
      expect(effects(door), `point ${at}`).toBe(2);
      w.close();
    }
  }, 120_000);

  test("because the write never arrived: halted, and it says that it is not confirmed", async () => {
    const { w, door } = await approvedWith({ operation: put, does: { kind: "fail" } });
    expect(lastRequest(w).state).toBe("halted");
    expect(effects(door)).toBe(0);
    expect(blocksOf(door)).toEqual([open, open]);
    expect(cardText(w.in("#sec-approvals")[0]?.card as Card)).toMatch(/Not confirmed|Stopped/);
    w.close();
  });

  test("because the cloud was busy: failed, nothing changed, and it can be asked for again", async () => {
    const { w, door } = await approvedWith({ operation: put, does: { kind: "throttle" } });
    expect(lastRequest(w).state).toBe("failed");
    expect(effects(door)).toBe(0);
    const form = await w.press("U1", pressOf(groupCard(w), "Fix"), "C1");
    if (!isForm(form)) throw new Error("no form");
    await w.submit("U1", form, { reason: "once more" }, "C1");
    await w.settle();
    await w.press("U2", pressOf(w.in("#sec-approvals").at(-1)?.card as Card, "Approve"), "C3");
    await w.settle();
    expect(lastRequest(w).state).toBe("verified");
    w.close();
  });
});
