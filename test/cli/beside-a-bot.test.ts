import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { checks } from "#checks";
import { recordInto } from "#cli/record";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Estate } from "#cloud/aws/memory/estate";
import type { Cloud } from "#cloud/cloud";
import { hour } from "#domain/time";
import { scan } from "#flows/scan";
import { fakeIo } from "#test/cli/fake-io";
import { account, fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { world } from "#test/support/harness";
import { quickFolder } from "#test/support/quick-folder";
import { gate, gated } from "#test/support/small-company";

/** `stance scan --database` while the bot works on the same file: two connections, as two processes have. */
const folders: string[] = [];
const worlds: World[] = [];
afterEach(() => {
  for (const w of worlds.splice(0)) w.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** With a bucket that is nobody's. */
const [only] = fixEstate.accounts;
const estate: Estate = {
  accounts: only ? [{ ...only, buckets: [...(only.buckets ?? []), { name: "old-logs", region: "eu-west-1" }] }] : [],
};

async function botAndEstate(): Promise<{ w: World; door: MemoryDoor; file: string }> {
  const folder = quickFolder("beside");
  folders.push(folder);
  const file = join(folder, "stance.sqlite");
  let door: MemoryDoor | undefined;
  const w = await world({
    config: { ...fixConfig, accounts: [{ id: account, name: "payments-prod" }] },
    clouds: (now) => [awsCloud((door = memoryCloud(estate, { now })))],
    people: fixPeople,
    channels: fixChannels,
    file,
  });
  worlds.push(w);
  if (!door) throw new Error("no cloud");
  return { w, door, file };
}

/** What the command line does once it has read its options. */
async function scanBeside(w: World, file: string, cloud: Cloud): Promise<void> {
  const io = { ...fakeIo(), now: () => w.time.now };
  const recording = await recordInto(file, { config: w.config, checks, filtered: false }, io);
  const summary = await scan({ clouds: [cloud], checks, filter: {}, now: io.now, sink: recording.sink });
  await recording.end(summary);
}

describe("a scan of the command line beside a bot", () => {
  test("the bot tells at its next beat what is news, once", async () => {
    const { w, door, file } = await botAndEstate();
    await w.heart.scan();
    await w.settle();
    await w.say("U3", "rollout #team-payments live --yes", "C2");
    publicBucket(door, "pay-exports");
    w.time.now += hour;
    await scanBeside(w, file, awsCloud(door));
    expect(w.in("#team-payments").filter(({ key }) => key.startsWith("G-"))).toEqual([]);
    await w.settle();
    await w.settle();
    expect(w.in("#team-payments").filter(({ key }) => key.startsWith("G-"))).toHaveLength(1);
    expect(w.store.events({ untold: true })).toEqual([]);
    // The same again changes nothing, also not whom things belong to.
    const events = w.store.lastEvent();
    await scanBeside(w, file, awsCloud(door));
    await w.heart.scan();
    expect(w.store.lastEvent()).toBe(events);
    expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
  });

  test("before the bot's own first scan, it is part of the first look, and nothing else is posted", async () => {
    const { w, door, file } = await botAndEstate();
    await scanBeside(w, file, awsCloud(door));
    publicBucket(door, "pay-exports");
    w.time.now += hour;
    await scanBeside(w, file, awsCloud(door));
    await w.settle();
    expect(w.said).toEqual([]);
    await w.heart.scan();
    await w.settle();
    expect(w.said.map(({ key }) => key)).toEqual(["first-look"]);
    expect(w.store.events({ untold: true })).toEqual([]);
  });

  test("what somebody claims meanwhile stays claimed", async () => {
    const { w, door, file } = await botAndEstate();
    publicBucket(door, "pay-exports");
    await w.heart.scan();
    await w.settle();
    const at = gate();
    at.closed = true;
    const running = scanBeside(w, file, gated(awsCloud(door), at));
    await at.reached;
    const [finding] = w.store.findings({ owner: "" });
    await w.say("U1", `claim ${finding?.id}`, "C1");
    w.time.now += 1;
    at.open();
    await running;
    expect(w.store.finding(finding?.id ?? "")?.ownership).toMatchObject({ owner: "payments", source: "claim" });
  });

  test("the bot waits for its next slot, and says so to a person who asks", async () => {
    const { w, door, file } = await botAndEstate();
    await w.heart.scan();
    w.time.now += 24 * hour;
    const at = gate();
    at.closed = true;
    const running = scanBeside(w, file, gated(awsCloud(door), at));
    await at.reached;
    await w.heart.scanIfDue();
    await w.heart.scan();
    expect(w.store.runs(5).map(({ state }) => state)).toEqual(["running", "done"]);
    await expect(w.bot.scan()).rejects.toMatchObject({ code: "store/scanning" });
    at.open();
    await running;
    expect(w.store.runs(5).map(({ state }) => state)).toEqual(["done", "done"]);
  });
});
