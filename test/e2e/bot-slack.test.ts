import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Assembled } from "#assemble";
import { assemble, prepare } from "#assemble";
import type { SlackChat } from "#chat/slack/slack";
import { slackChat } from "#chat/slack/slack";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { configSchema } from "#config/schema";
import { demoConfig, demoSlackSeed } from "#demo/company";
import { demoEstate, meddleWithReceipts, openReceipts } from "#demo/estate";
import { receipts } from "#demo/estate/payments";
import type { ScreenMessage } from "#demo/slack/screen";
import type { DemoSlack } from "#demo/slack/server";
import { createSlack } from "#demo/slack/server";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";

/** The whole bot on the real Bolt: signed requests in, Web API out, SQLite on disk; only Slack and the cloud are embedded. */
const [tom, ana, kofi, gwen] = ["U0TOM", "U0ANA", "U0KOFI", "U0GWEN"] as const;
const [posture, approvals, payments] = ["C0SECPOST", "C0SECAPPR", "C0PAYMENTS"] as const;

let folder: string;
let slack: DemoSlack;
let door: MemoryDoor;
let chat: SlackChat;
let store: Store;
let bot: Assembled;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stance-e2e-"));
  slack = await createSlack(demoSlackSeed);
  door = memoryCloud(demoEstate(Date.now()), { now: Date.now, reportsReady: true, pageSize: 50 });
  store = await openStore({ file: join(folder, "bot.sqlite"), kind: "demo", exclusive: true, at: Date.now() });
  const log = { info() {}, warn: console.warn, error: console.error };
  chat = slackChat({
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    connection: { mode: "http", port: 0, host: "127.0.0.1", signingSecret: slack.signingSecret },
    log,
    now: Date.now,
  });
  bot = assemble({
    config: configSchema.parse(demoConfig),
    store,
    chat,
    clouds: [awsCloud(door)],
    log,
    now: Date.now,
    sleep: async () => {},
    wake: () => {},
  });
  await chat.start(bot.inbound);
  slack.connect(`http://127.0.0.1:${chat.port()}/slack/events`);
  await prepare(bot);
});
afterAll(async () => {
  await chat.stop();
  await slack.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const settle = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) {
    await sleep(20);
    await bot.heart.beat();
  }
};
const scan = async (): Promise<void> => {
  await bot.heart.scan();
  await settle();
};
const messages = (person: string, channel: string): readonly ScreenMessage[] =>
  slack.screen(person).channels.find(({ id }) => id === channel)?.messages ?? [];
const seen = (message: ScreenMessage | undefined): string =>
  JSON.stringify(message?.blocks ?? []) + (message?.text ?? "");
const last = (person: string, channel: string): ScreenMessage => messages(person, channel).at(-1) as ScreenMessage;
/** Presses the button of a message (or the option of a menu) whose label begins so. */
async function press(person: string, channel: string, message: ScreenMessage, label: string): Promise<void> {
  const elements = message.blocks.flatMap((block) => [
    ...((block["elements"] as Record<string, unknown>[] | undefined) ?? []),
    ...(block["accessory"] ? [block["accessory"] as Record<string, unknown>] : []),
  ]);
  const button = elements.find((each) => JSON.stringify(each["text"] ?? {}).includes(`"${label}`));
  if (!button) throw new Error(`no "${label}" on ${seen(message)}`);
  await slack.as(person).press({ channel, message: message.ts }, String(button["action_id"]));
  await settle();
}
const command = async (person: string, channel: string, text: string): Promise<string> => {
  expect(await slack.as(person).command(channel, text)).toMatchObject({ ok: true });
  await settle();
  return seen(last(person, channel));
};
/** The newest message of the channel that holds the text. */
const holding = (person: string, channel: string, text: string): ScreenMessage =>
  messages(person, channel).findLast((message) => seen(message).includes(text)) as ScreenMessage;

async function askForFix(): Promise<ScreenMessage> {
  const card = messages(tom, payments).findLast(
    (each) => seen(each).includes("pay-receipts-eu") && !each.ephemeral && !each.thread,
  );
  await press(tom, payments, card as ScreenMessage, "Fix");
  const form = slack.screen(tom).views.at(-1);
  expect(JSON.stringify(form?.content)).toContain("Ask for approval");
  const finding = /"(F-\w+) pay-receipts-eu"/.exec(JSON.stringify(form?.content))?.[1] ?? "";
  const values = { findings: [finding], reason: "receipts moved to signed links" };
  expect(await slack.as(tom).submit(form?.id ?? "", values)).toEqual({ ok: true });
  await settle();
  return holding(tom, approvals, "Waiting for approval");
}

describe("the story, over Slack", () => {
  test("First look to the admin channel and to nobody else", async () => {
    await scan();
    expect(messages(kofi, posture).map(({ text }) => text)).toEqual([expect.stringContaining("First scan finished")]);
    expect(messages(tom, payments)).toEqual([]);
  });

  test("switched on, a change is told once, with its owner", async () => {
    await press(kofi, posture, last(kofi, posture), "Preview");
    expect(await command(kofi, posture, "rollout #team-payments live --yes")).toContain("live");
    openReceipts(door.byHand(receipts.account));
    await scan();
    const cards = messages(tom, payments).filter(({ ephemeral }) => !ephemeral);
    expect(cards).toHaveLength(1);
    expect(seen(cards[0])).toContain("<@U0TOM>");
    await scan();
    expect(messages(tom, payments).filter(({ ephemeral }) => !ephemeral)).toHaveLength(1);
    expect(await command(tom, payments, "summary")).toContain("open");
  });

  test("asked, refused to those who may not, approved by another, done and checked in place, audited, undone", async () => {
    const request = await askForFix();
    for (const [person, words] of [
      [tom, "someone else must approve"],
      [gwen, "Guests"],
    ] as const) {
      await press(person, approvals, request, "Approve");
      expect(seen(last(person, approvals))).toContain(words);
    }
    expect(door.calls.filter(({ access }) => access === "write")).toEqual([]);
    await press(ana, approvals, request, "Approve");
    const done = messages(tom, approvals).find(({ ts }) => ts === request.ts);
    expect(seen(done)).toContain("Done and checked");
    expect(done?.edited || true).toBe(true);
    expect(await command(kofi, approvals, "audit R-1")).toContain("request.settle");
    await press(tom, approvals, done as ScreenMessage, "Undo");
    const form = slack.screen(tom).views.at(-1);
    await slack.as(tom).submit(form?.id ?? "", { reason: "a partner still reads it" });
    await settle();
    expect(seen(messages(tom, approvals).find(({ ts }) => ts === request.ts))).toContain("Undone and checked");
  });

  test("changed by hand while it waits: out of date, nothing happened", async () => {
    const request = await askForFix();
    meddleWithReceipts(door.byHand(receipts.account));
    const before = door.calls.filter(({ access }) => access === "write").length;
    await press(ana, approvals, request, "Approve");
    expect(seen(messages(tom, approvals).find(({ ts }) => ts === request.ts))).toContain(
      "Out of date, nothing happened",
    );
    expect(door.calls.filter(({ access }) => access === "write")).toHaveLength(before);
  });

  test("every command answers within three seconds", async () => {
    for (const { example } of bot.bot.commands) {
      const answer = await command(kofi, posture, example);
      expect(answer, example).not.toContain("Something went wrong");
    }
  });
});
