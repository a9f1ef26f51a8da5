import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoSlackSeed } from "#demo/company";
import type { DemoSlack } from "#demo/slack/server";
import { createSlack } from "#demo/slack/server";
import type { BotProcess } from "#test/support/bot-process";
import { startBotProcess } from "#test/support/bot-process";

/** The real process, watched from outside as an orchestrator and a Prometheus would. */
let folder: string;
let slack: DemoSlack;
let bot: BotProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stance-watched-"));
  slack = await createSlack(demoSlackSeed);
  bot = await startBotProcess(folder, slack, {
    hold: [{ operation: "ec2:DescribeVolumes", side: "before", ms: 2_000 }],
  });
  await bot.logged("web");
});
afterAll(async () => {
  bot.child.kill("SIGKILL");
  await bot.ended;
  await slack.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await fetch(bot.web + path);
  return { status: answer.status, text: await answer.text() };
};
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 150; n++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`never: ${what}\n${bot.raw()}`);
}
const figure = async (name: string): Promise<string | undefined> =>
  new RegExp(`^${name} (.+)$`, "m").exec((await get("/metrics")).text)?.[1];

describe("a bot that runs", () => {
  test("lives at once, is ready when it has started, and is ready while it scans", async () => {
    expect(await get("/healthz")).toEqual({ status: 200, text: '{"ok":true,"problems":[]}' });
    await bot.logged("started");
    expect(await get("/readyz")).toEqual({ status: 200, text: '{"ok":true,"problems":[]}' });
    await bot.said("holding ec2:DescribeVolumes");
    expect((await get("/readyz")).status).toBe(200);
    await until("a scan that runs", async () => (await figure("stance_scan_running")) === "1");
    expect(await figure("stance_no_scan")).toBe("1");
    expect(await figure("stance_last_scan_age_seconds")).toBe("+Inf");
  });

  test("counts its scan, its findings, clicks and refusals, and what does not come from Slack", async () => {
    await until("a scan that ended", async () => (await figure("stance_no_scan")) === "0");
    expect(await bot.logged("scanned")).toMatchObject({
      level: "info",
      filtered: false,
      units: { complete: expect.any(Number) },
    });
    expect(Number(await figure('stance_open_findings\\{severity="high"\\}'))).toBeGreaterThan(0);
    expect(Number(await figure('stance_scan_units\\{outcome="complete"\\}'))).toBeGreaterThan(10);
    await slack.as("U0GWEN").command("C0SECAPPR", "summary");
    await until("a refusal", async () => (await figure("stance_refusals")) === "1");
    expect(Number(await figure("stance_interaction_ack_seconds_count"))).toBeGreaterThan(0);
    const headers = {
      "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000)),
      "x-slack-signature": "v0=00",
    };
    expect((await fetch(bot.slack, { method: "POST", body: "{}", headers })).status).toBe(401);
    await until(
      "a bad signature",
      async () => (await figure('stance_requests_turned_away\\{reason="signature"\\}')) === "1",
    );
    // The scan, and everything that was said.
    expect(Number(await figure("stance_audit_seq"))).toBeGreaterThan(2);
    await until("all is sent", async () => (await figure("stance_outbox_messages")) === "0");
  });

  test("says that Slack does not take its token any more, and takes it back", async () => {
    slack.faults.next("users.info", { kind: "error", error: "token_revoked" });
    await slack.as("U0SARA").command("C0WEB", "summary");
    await until("not ready", async () => (await get("/readyz")).status === 503);
    expect(JSON.parse((await get("/readyz")).text).problems).toEqual([
      "Slack does not take the bot token (token_revoked).",
    ]);
    expect((await get("/healthz")).status).toBe(200);
    await slack.as("U0KOFI").command("C0SECPOST", "whoami");
    await until("ready", async () => (await get("/readyz")).status === 200);
  });

  test("goes away when it is told to stop", async () => {
    bot.child.kill("SIGTERM");
    expect(await bot.ended).toEqual({ code: 0, signal: null });
    await expect(get("/healthz")).rejects.toThrow();
    expect(bot.log().filter(({ plain }) => plain !== undefined)).toEqual([]);
  });
});
