import { describe, expect, test } from "vitest";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Cloud } from "#cloud/cloud";
import type { Card } from "#domain/card";
import { leave } from "#flows/stopping";
import { allOn, fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";

/** Aborts the life of the bot at the nth thing it asks of the cloud. */
interface Tripwire {
  at: number;
  count: number;
  stop: AbortController;
}
const tripped = (cloud: Cloud, wire: Tripwire): Cloud => {
  const step = (): void => {
    if (++wire.count === wire.at) wire.stop.abort("SIGTERM");
  };
  return {
    ...cloud,
    async open(account, options) {
      step();
      const session = await cloud.open(account, options);
      return {
        ...session,
        async *list(type, region, only) {
          step();
          yield* session.list(type, region, only);
        },
        fetch(fact, assets) {
          step();
          return session.fetch(fact, assets);
        },
      };
    },
    async openForWriting(account, grant) {
      step();
      const writer = await cloud.openForWriting(account, grant);
      return {
        async run(call, region) {
          step();
          const answer = await writer.run(call, region);
          step();
          return answer;
        },
      };
    },
  };
};

const buckets = ["pay-receipts-eu", "pay-exports"];
interface Scene {
  readonly w: World;
  readonly door: MemoryDoor;
  readonly wire: Tripwire;
}

/** Two buckets, asked for and approved in one request; nothing of it has begun. */
async function approved(): Promise<Scene> {
  const wire: Tripwire = { at: 0, count: 0, stop: new AbortController() };
  let door: MemoryDoor | undefined;
  const w = await world({
    config: fixConfig,
    clouds: (now) => {
      door = memoryCloud(fixEstate, { now });
      return [tripped(awsCloud(door), wire)];
    },
    people: fixPeople,
    channels: fixChannels,
    stopping: () => wire.stop.signal,
  });
  if (!door) throw new Error("no cloud");
  await w.heart.scan();
  await w.settle();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  for (const bucket of buckets) publicBucket(door, bucket);
  w.time.now += 3_600_000;
  await w.heart.scan();
  await w.settle();
  const card = w.in("#team-payments").find(({ key }) => key.startsWith("G-"))?.card as Card;
  const form = await w.press("U1", pressOf(card, "Fix"), "C1");
  if (!isForm(form)) throw new Error("no form");
  await w.submit("U1", form, { reason: "receipts moved to signed links" }, "C1");
  await w.settle();
  await w.press("U2", pressOf(w.in("#sec-approvals")[0]?.card as Card, "Approve"), "C3");
  return { w, door, wire };
}
const effects = ({ door }: Scene): number =>
  door.calls.filter(({ operation, failed }) => operation === "s3:PutPublicAccessBlock" && failed === undefined).length;
const stateOf = ({ store }: World): string | undefined => store.request("R-1")?.request.state;

describe("told to stop at each step of a request, the bot leaves it so that the next life ends it", () => {
  test("well, with every call sent once", async () => {
    const ends = new Set<string | undefined>();
    let steps = Number.POSITIVE_INFINITY;
    for (let at = 1; at <= steps; at++) {
      const scene = await approved();
      const { w, wire, door } = scene;
      Object.assign(wire, { at, count: 0 });
      await w.settle();
      // Without a stop: how many steps there are.
      if (!wire.stop.signal.aborted) {
        steps = wire.count;
        expect(stateOf(w)).toBe("verified");
        w.close();
        break;
      }
      ends.add(stateOf(w));
      const left = await leave(w.bot);
      if (stateOf(w) === "executing") expect(left).toContain("R-1 is under way and goes on.");
      // A plan that was begun was sent whole, and what it led to is known.
      expect(w.store.steps("R-1").filter(({ state }) => state === "sending")).toHaveLength(effects(scene));
      expect(w.store.steps("R-1").filter(({ state }) => state === "done")).toHaveLength(effects(scene));
      wire.stop = new AbortController();
      wire.at = 0;
      const next = await w.restart();
      await next.settle();
      expect([at, stateOf(next)]).toEqual([at, "verified"]);
      expect([at, effects(scene)]).toEqual([at, buckets.length]);
      expect(door.snapshot().accounts[0]?.buckets?.map((each) => each.publicAccessBlock)).toEqual([allOn, allOn]);
      next.close();
    }
    expect(steps).toBeGreaterThan(12);
    expect(ends).toEqual(new Set(["executing", "verified"]));
  }, 120_000);
});

test("told to stop in a scan: nothing closes, nothing is told, and the next life scans at once", async () => {
  const scene = await approved();
  const { w, wire, door } = scene;
  await w.settle();
  const before = w.store.countFindings({ status: ["open"] });
  for (const bucket of buckets) door.byHand("111122223333").setPublicAccessBlock(bucket, allOn);
  w.time.now += 7 * 3_600_000;
  const said = w.said.length;
  Object.assign(wire, { at: 4, count: 0 });
  await w.heart.scanIfDue();
  expect(w.store.runs(1)).toMatchObject([{ state: "aborted", facts: { stopped: true } }]);
  expect(w.store.countFindings({ status: ["open"] })).toBe(before);
  expect(await leave(w.bot)).toContain("The scan broke off and begins again.");
  // Nothing is begun any more, whoever asks.
  await w.heart.beat();
  await w.heart.scanIfDue();
  expect(w.store.runs(5).filter(({ state }) => state === "aborted")).toHaveLength(1);
  expect(w.said.length).toBe(said);
  await w.idle();
  wire.stop = new AbortController();
  wire.at = 0;
  const next = await w.restart();
  await next.heart.scanIfDue();
  expect(next.store.runs(1)).toMatchObject([{ state: "done" }]);
  next.close();
});
