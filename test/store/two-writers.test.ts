import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";

/** A bot and a command line on one file, as processes of their own, on a real disk. */
interface Child {
  readonly process: ChildProcess;
  /** What it said was on disk. */
  readonly lines: string[];
  said(start: string): Promise<string>;
  readonly ended: Promise<number | null>;
}
const script = resolve(import.meta.dirname, "writer-process.ts");

let folder: string;
let file: string;
let children: Child[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "stance-writers-"));
  file = join(folder, "stance.sqlite");
  children = [];
  (await openStore({ file, kind: "real", exclusive: true, at: 1 })).close();
});
afterEach(async () => {
  for (const child of children) child.process.kill("SIGKILL");
  await Promise.all(children.map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
});

function start(role: "clicks" | "records", amount: number): Child {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", import.meta.resolve("tsx"), script, role, file, String(amount)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  // Not before its last line was read.
  const ended = new Promise<number | null>((done) => child.on("close", done));
  const said = (begin: string): Promise<string> =>
    new Promise((done, failed) => {
      const look = (): void => {
        const line = lines.find((each) => each.startsWith(begin));
        if (line !== undefined) done(line);
      };
      reader.on("line", look);
      void ended.then(() => failed(new Error(`it ended without "${begin}": ${lines.at(-1)}`)));
      look();
    });
  const started = { process: child, lines, said, ended };
  children.push(started);
  return started;
}

const clicksIn = ({ lines }: Child): readonly { readonly key: string; readonly ms: number }[] =>
  lines.flatMap((line) => {
    const [word, key = "", ms] = line.split(" ");
    return word === "click" ? [{ key, ms: Number(ms) }] : [];
  });

/** Opened as the bot would: nothing that was acknowledged is missing, and everything adds up. */
async function sound(acknowledged: readonly string[]): Promise<Store> {
  const raw = new Sqlite(file);
  expect(raw.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(raw.pragma("foreign_key_check")).toEqual([]);
  raw.close();
  const store = await openStore({ file, kind: "real", exclusive: true, at: 1 });
  expect(verifyChain(store.auditRows())).toMatchObject({ ok: true });
  const written = new Set([...store.auditRows()].map(({ body }): string => JSON.parse(body).subject));
  expect(acknowledged.filter((key) => !written.has(key))).toEqual([]);
  return store;
}

describe("a bot and a command line on one file", () => {
  test("a click waits little while 20,000 findings are recorded, and nothing is lost", async () => {
    const bot = start("clicks", 60_000);
    await bot.said("ready");
    const cli = start("records", 20_000);
    await cli.said("run");
    const before = clicksIn(bot).length;
    expect(await cli.said("done")).toBe("done 1 20000");
    const during = clicksIn(bot).slice(before);
    bot.process.kill("SIGKILL");
    await bot.ended;
    const times = during.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
    console.log(
      `clicks during the bulk: ${times.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${times.at(-1)} ms`,
    );
    expect(times.length).toBeGreaterThan(30);
    expect(at(0.99)).toBeLessThan(500);
    const store = await sound(clicksIn(bot).map(({ key }) => key));
    expect(store.countFindings({ status: ["resolved"] })).toBe(20_000);
    expect(store.setting("tell")).toBe("yes");
    store.close();
  }, 180_000);

  test("kill -9 of either, at any moment: what was acknowledged is there, a dead scan closes nothing", async () => {
    const acknowledged: string[] = [];
    for (let turn = 0; turn < 8; turn++) {
      const bot = start("clicks", 60_000);
      await bot.said("ready");
      const cli = start("records", 5_000);
      await cli.said("run");
      const victims = turn % 2 === 0 ? [cli, bot] : [bot, cli];
      await new Promise((done) => setTimeout(done, 20 + Math.random() * 400));
      for (const victim of victims) {
        victim.process.kill("SIGKILL");
        await new Promise((done) => setTimeout(done, Math.random() * 50));
      }
      await Promise.all([bot.ended, cli.ended]);
      acknowledged.push(...clicksIn(bot).map(({ key }) => key));
      const store = await sound(acknowledged);
      await store.endDeadRuns(2);
      const [run] = store.runs(1);
      expect(run?.state === "aborted" || cli.lines.some((line) => line.startsWith("done"))).toBe(true);
      expect(await store.applyClosings((run?.id ?? 0) + 1, "111122223333", 3)).toBe(0);
      store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(20);
  }, 180_000);

  test("two command lines at once: one scans, the other says so; free again after kill -9", async () => {
    const first = start("records", 20_000);
    await first.said("run");
    const second = start("records", 10);
    expect(await second.said("refused")).toBe("refused store/scanning");
    first.process.kill("SIGSTOP");
    // Stopped in the middle of a write, it holds even more.
    expect(await start("records", 10).said("refused")).toMatch(/^refused store\/(scanning|busy)$/);
    first.process.kill("SIGKILL");
    await first.ended;
    expect(await start("records", 10).said("done")).toBe("done 2 10");
    (await sound([])).close();
  }, 60_000);

  test("a second bot is refused while the first one lives, stopped or not", async () => {
    const bot = start("clicks", 60_000);
    await bot.said("ready");
    expect(await start("clicks", 10).said("refused")).toBe("refused store/in-use");
    bot.process.kill("SIGSTOP");
    expect(await start("clicks", 10).said("refused")).toBe("refused store/in-use");
    bot.process.kill("SIGKILL");
    await bot.ended;
    expect(await start("clicks", 10).said("ready")).toBe("ready");
  }, 60_000);
});
