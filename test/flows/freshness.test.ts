import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Card } from "#domain/card";
import { day, hour, minute } from "#domain/time";
import { noScan } from "#flows/freshness";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";
import { cardText } from "#test/cards/as-text";
import { runIn } from "#test/cli/recorded";
import { isForm } from "#test/support/harness";
import { account, bad, closeSmall, scan, small } from "#test/support/small-company";

afterEach(closeSmall);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
async function emptyStore(): Promise<{ readonly store: Store; readonly cwd: string }> {
  const cwd = mkdtempSync(join(tmpdir(), "stance-fresh-"));
  folders.push(cwd);
  return { cwd, store: await openStore({ file: join(cwd, "stance.sqlite"), kind: "real", at: 1 }) };
}
async function ran(
  store: Store,
  at: number,
  end: { readonly state?: "done" | "aborted"; readonly filtered?: boolean; readonly facts?: object } = {},
): Promise<void> {
  const run = await store.beginRun({ at: at - minute, filtered: end.filtered ?? false, first: false });
  await store.endRun(run, { at, state: end.state ?? "done", facts: end.facts ?? { read: 1 } });
}

describe("no scan", () => {
  test.each([
    [5, 65],
    [60, 120],
    [360, 720],
    [1440, 2880],
  ])("where scans come every %i minutes, %i minutes after the last one", async (every, longest) => {
    const { store } = await emptyStore();
    await ran(store, day);
    const after = (minutes: number) => noScan(store, { every }, day + minutes * minute);
    expect(after(longest)).toBeUndefined();
    expect(after(longest + 1)).toEqual({ since: day });
    store.close();
  });

  test("only one of everything that ended and read something counts", async () => {
    const { store } = await emptyStore();
    const now = 10 * day;
    const told = () => noScan(store, { every: 60 }, now);
    expect(told()).toEqual({});
    await store.beginRun({ at: now - minute, filtered: false, first: true });
    expect(told()).toEqual({});
    await store.breakOff(now);
    await ran(store, now, { state: "aborted" });
    await ran(store, now, { filtered: true });
    await ran(store, now, { facts: { read: 0 } });
    expect(told()).toEqual({});
    await ran(store, now - 3 * hour);
    expect(told()).toEqual({ since: now - 3 * hour });
    // However many looks at a part come after it.
    for (let n = 0; n < 60; n++) await ran(store, now, { filtered: true });
    expect(told()).toEqual({ since: now - 3 * hour });
    await ran(store, now);
    expect(told()).toBeUndefined();
    store.close();
  });
});

test("comes first in every answer about what is open, and is gone after the next scan", async () => {
  const { w, it } = await small();
  const commands = [
    "summary",
    "summary all",
    "findings all",
    "findings all status=resolved",
    "mine",
    "status",
    "digest #team-01",
  ];
  const answers = async (): Promise<readonly (readonly [string, string])[]> => {
    const found: [string, string][] = [];
    for (const command of commands) {
      const answer = await w.say("UADMIN", command, "CADMIN");
      if (!answer || isForm(answer)) throw new Error(`no card for ${command}`);
      const card: Card = answer;
      const [first = ""] = cardText(card).split("\n");
      found.push([command, first]);
    }
    return found;
  };
  const without = (answered: readonly (readonly [string, string])[]) =>
    answered.filter(([, first]) => !first.startsWith("*No scan ")).map(([command]) => command);
  // Before the first scan, also of what a look at a part has found.
  bad(it, "team-01");
  await w.bot.scan({ accounts: [account] });
  await w.say("UADMIN", "rollout #team-01 digest --yes", "CADMIN");
  expect(without(await answers())).toEqual([]);
  await scan(w);
  expect(without(await answers())).toEqual(commands);
  // Scans go on, and none can read anything: that is no look.
  it.dark.add(account);
  for (let n = 0; n < 3; n++) {
    w.time.now += 12 * hour;
    await scan(w);
  }
  expect(without(await answers())).toEqual([]);
  expect((await answers())[0]?.[1]).toMatch(
    /^\*No scan since Mon 23 Nov \d\d:\d\d\.\* What follows is how it was then/,
  );
  it.dark.clear();
  await scan(w);
  expect(without(await answers())).toEqual(commands);
});

test("comes first on the command line too; JSON stays JSON", async () => {
  const { cwd, store } = await emptyStore();
  await ran(store, 1_764_000_000_000 - 13 * hour);
  store.close();
  const sentence =
    "No scan since Mon 24 Nov 03:00 UTC. What follows is how it was then; what changed since is missing.";
  for (const command of ["summary", "findings"])
    expect((await runIn(cwd, [command])).out.split("\n")[0], command).toBe(sentence);
  expect(JSON.parse((await runIn(cwd, ["summary", "--json"])).out)).toMatchObject({ noScan: sentence });
  const { out, err } = await runIn(cwd, ["findings", "--json"]);
  expect([JSON.parse(out), err]).toEqual([[], `stance: ${sentence}\n`]);
  // The configuration says how often scans come.
  writeFileSync(join(cwd, "stance.yml"), 'accounts:\n  - { id: "111122223333", name: a }\nscan: { every: 720 }\n');
  expect((await runIn(cwd, ["summary"])).out).toMatch(/^Last scan /);
  expect((await runIn(cwd, ["findings"])).out).toBe("No findings.\n");
});
