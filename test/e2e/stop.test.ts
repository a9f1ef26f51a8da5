import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { demoSlackSeed } from "#demo/company";
import type { ScreenMessage } from "#demo/slack/screen";
import type { DemoSlack } from "#demo/slack/server";
import { createSlack } from "#demo/slack/server";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";
import type { BotProcess } from "#test/support/bot-process";
import { changesIn, startBotProcess } from "#test/support/bot-process";

/** The real process, told to stop while it does this or that, and what the next one makes of it. */
const [tom, ana] = ["U0TOM", "U0ANA"] as const;
const [approvals, payments] = ["C0SECAPPR", "C0PAYMENTS"] as const;

let folder: string;
let slack: DemoSlack;
let lives: BotProcess[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "stance-stop-"));
  slack = await createSlack(demoSlackSeed);
});
afterEach(async () => {
  for (const { child } of lives) child.kill("SIGKILL");
  await Promise.all(lives.map(({ ended }) => ended));
  lives = [];
  await slack.close();
  rmSync(folder, { recursive: true, force: true });
});

type More = Parameters<typeof startBotProcess>[2];
async function born(more: More = {}): Promise<BotProcess> {
  const bot = await startBotProcess(folder, slack, more);
  lives.push(bot);
  return bot;
}
async function begin(more: More = {}): Promise<BotProcess> {
  const bot = await born(more);
  await bot.logged("started");
  return bot;
}
async function look<T>(read: (store: Store) => T): Promise<T> {
  const store = await openStore({ file: join(folder, "stance.sqlite"), kind: "real", readOnly: true, at: 0 });
  try {
    return read(store);
  } finally {
    store.close();
  }
}
async function until<T>(what: string, read: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let n = 0; n < 300; n++) {
    const found = await read();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`never: ${what}\n${lives.map((life) => life.raw()).join("\n--\n")}`);
}
const scanned = (): Promise<unknown> =>
  until("a scan that ended", () => look((store) => (store.runs(1)[0]?.state === "done" ? true : undefined)));
async function stopped(bot: BotProcess, signal: NodeJS.Signals = "SIGTERM") {
  const begun = performance.now();
  bot.child.kill(signal);
  const end = await bot.ended;
  const [said] = bot.log().filter(({ msg }) => msg === "stopped");
  return { ...end, left: said?.["left"], ms: performance.now() - begun };
}
/** No line but JSON, and no error. */
const quiet = (bot: BotProcess): void =>
  expect(bot.log().filter(({ level }) => level !== "info" && level !== "warn")).toEqual([]);

const seen = (message: ScreenMessage | undefined): string => JSON.stringify(message?.blocks ?? []);
const waiting = (): ScreenMessage | undefined =>
  slack
    .screen(ana)
    .channels.find(({ id }) => id === approvals)
    ?.messages.findLast((message) => seen(message).includes("Waiting for approval"));

/** Tom asks for the fix of the public bucket, Ana approves it. */
async function approved(): Promise<void> {
  const finding = await until("the finding", () =>
    look((store) =>
      store
        .findings({ status: ["open"] })
        .find(({ check, asset }) => asset.name === "pay-receipts-eu" && check.endsWith("publicly-readable")),
    ),
  );
  await slack.as(tom).command(payments, `fix ${finding.id}`);
  const form = await until("a form", () =>
    slack.screen(tom).views.find(({ content }) => JSON.stringify(content).includes("Ask for approval")),
  );
  await slack.as(tom).submit(form.id, { findings: [finding.id], reason: "receipts moved to signed links" });
  const message = await until("the request", waiting);
  const actions = message.blocks.flatMap((block) => (block["elements"] as Record<string, unknown>[] | undefined) ?? []);
  const button = actions.find((each) => JSON.stringify(each["text"] ?? {}).includes('"Approve'));
  await slack.as(ana).press({ channel: approvals, message: message.ts }, String(button?.["action_id"]));
}
const stateOf = (): Promise<string | undefined> => look((store) => store.request("R-1")?.request.state);

describe("told to stop", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("at rest, by %s: ends at once, with 0 and nothing left", async (signal) => {
    const bot = await begin();
    await scanned();
    await until("all is sent", () => look((store) => (store.queued(Date.now()).length === 0 ? true : undefined)));
    const end = await stopped(bot, signal);
    expect(end).toMatchObject({ code: 0, signal: null, left: [] });
    expect(end.ms).toBeLessThan(5_000);
    expect(bot.log().map(({ msg }) => msg)).toEqual(expect.arrayContaining(["started", "stopping", "stopped"]));
    expect(bot.log().find(({ msg }) => msg === "stopping")).toMatchObject({ why: signal });
    quiet(bot);
  });

  test("while it starts: ends all the same", async () => {
    const bot = await born();
    await sleep(700);
    const { code, ms } = await stopped(bot);
    // Too early to listen, the signal ends it as it ends any process.
    expect([0, null]).toContain(code);
    expect(ms).toBeLessThan(8_000);
  });

  test("in a scan: it is broken off, closes nothing, and begins again at the next start", async () => {
    const first = await begin({ hold: [{ operation: "ec2:DescribeVolumes", side: "before", ms: 1_500 }] });
    await first.said("holding ec2:DescribeVolumes");
    const end = await stopped(first);
    expect(end).toMatchObject({ code: 0, left: ["The scan broke off and begins again."] });
    quiet(first);
    expect(await look((store) => store.runs(5))).toMatchObject([{ state: "aborted", facts: { stopped: true } }]);
    expect(await look((store) => store.lastScan())).toBeUndefined();
    await begin();
    await scanned();
  });

  test("in a scan that hangs: it is left behind when patience ends", async () => {
    const bot = await begin({
      hold: [{ operation: "ec2:DescribeVolumes", side: "before", ms: 600_000 }],
      patienceMs: 1_500,
    });
    await bot.said("holding ec2:DescribeVolumes");
    const end = await stopped(bot);
    expect(end).toMatchObject({ code: 0, left: ["The scan broke off and begins again."] });
    expect(end.ms).toBeGreaterThan(1_400);
    expect(end.ms).toBeLessThan(6_000);
    expect(await look((store) => store.runs(5))).toMatchObject([{ state: "aborted", facts: { stopped: true } }]);
  });

  test("in a call that changes something: the call is waited for, and its outcome is kept", async () => {
    const bot = await begin({ hold: [{ operation: "s3:PutPublicAccessBlock", side: "after", ms: 1_000 }] });
    await scanned();
    await approved();
    await bot.said("holding s3:PutPublicAccessBlock");
    const end = await stopped(bot);
    expect(end.code).toBe(0);
    expect(await stateOf()).toBe("verified");
    expect(await look((store) => store.steps("R-1").map(({ state }) => state))).toEqual(["sending", "done"]);
    expect(changesIn(folder)).toBe(1);
    quiet(bot);
  });

  test.each(["before", "after"] as const)(
    "in a call that hangs, held up %s its effect: left, said, and brought to its end by the next start, sent once",
    async (side) => {
      const first = await begin({
        hold: [{ operation: "s3:PutPublicAccessBlock", side, ms: 600_000 }],
        patienceMs: 1_500,
      });
      await scanned();
      await approved();
      await first.said("holding s3:PutPublicAccessBlock");
      expect(await stopped(first)).toMatchObject({
        code: 0,
        left: expect.arrayContaining(["R-1 is under way and goes on."]),
      });
      expect(await stateOf()).toBe("executing");
      await begin();
      await until("verified", async () => ((await stateOf()) === "verified" ? true : undefined));
      expect(changesIn(folder)).toBe(1);
    },
  );

  test("twice: ends at once", async () => {
    const bot = await begin({ hold: [{ operation: "ec2:DescribeVolumes", side: "before", ms: 600_000 }] });
    await bot.said("holding ec2:DescribeVolumes");
    bot.child.kill("SIGTERM");
    await bot.logged("stopping");
    const begun = performance.now();
    // Another signal than the first is a second one too.
    bot.child.kill("SIGINT");
    expect(await bot.ended).toEqual({ code: 130, signal: null });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe("a mistake of ours that nobody caught", () => {
  test.each(["throw", "reject"] as const)(
    "%s: is logged without its secrets, and ends the process with 1",
    async (crash) => {
      const token = `xoxb-${"1".repeat(12)}-${"a".repeat(24)}`;
      const bot = await born({ crash, crashWith: `could not post with ${token}\nforged` });
      expect(await bot.ended).toEqual({ code: 1, signal: null });
      expect(bot.raw()).not.toContain(token);
      const [line] = bot.log().filter(({ msg }) => msg === "crash");
      expect(line).toMatchObject({
        level: "error",
        problem: expect.stringContaining("could not post with [secret]\nforged"),
      });
      expect(String(line?.["stack"])).toContain("bot-child");
      expect(bot.log().filter(({ plain }) => plain !== undefined)).toEqual([]);
    },
  );
});
