import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlackChat } from "#chat/slack/slack";
import { slackChat } from "#chat/slack/slack";
import type { DemoSlack } from "#demo/slack/server";
import { createSlack } from "#demo/slack/server";
import { until } from "#test/contracts/chat";
import type { Logged, RecordingInbound } from "#test/support/slack";
import { company, logged, recordingInbound } from "#test/support/slack";
import type { SocketSlack } from "#test/support/slack-socket";
import { socketSlack } from "#test/support/slack-socket";

let slack: DemoSlack;
let sockets: SocketSlack;
let inbound: RecordingInbound;
let chat: SlackChat;
let said: Logged;
const uncaught: unknown[] = [];
const remember = (error: unknown): void => void uncaught.push(error);

beforeEach(async () => {
  slack = await createSlack(company);
  sockets = await socketSlack(slack);
  inbound = recordingInbound();
  said = logged();
  chat = slackChat({
    botToken: slack.botToken,
    connection: { mode: "socket", appToken: "xapp-test" },
    apiUrl: sockets.apiUrl,
    log: said.log,
    now: Date.now,
  });
  process.on("unhandledRejection", remember);
});
afterEach(async () => {
  await chat.stop();
  await sockets.close();
  await slack.close();
  process.off("unhandledRejection", remember);
  expect(uncaught).toEqual([]);
});

const command = (text: string): object => ({
  type: "slash_commands",
  payload: { command: "/posture", text, team_id: "T0ACME", user_id: "U0TOM", channel_id: "C0PAY", trigger_id: text },
});
const mention = (id: string): object => ({
  type: "events_api",
  payload: {
    team_id: "T0ACME",
    event_id: id,
    event: { type: "app_mention", user: "U0TOM", channel: "C0PAY", ts: "1.2", text: "<@U0STANCE> summary" },
  },
});
const start = async (): Promise<void> => {
  await chat.start(inbound);
  await until(() => sockets.sockets() === 2);
};

test("hears over two sockets, and stores before it acknowledges", async () => {
  await start();
  let stored = false;
  inbound.storing = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    stored = true;
  };
  expect(await sockets.send(command("summary"), 0)).toEqual({});
  expect(stored).toBe(true);
  await sockets.send(mention("Ev1"), 1);
  expect(inbound.accepted.map((each) => each.kind === "command" && each.text)).toEqual(["summary", "summary"]);
  expect(await chat.problems()).toEqual([]);
});

test("knows an envelope and an event that come again", async () => {
  await start();
  await sockets.send({ ...command("one"), envelope_id: "E1" }, 0);
  await sockets.send({ ...command("one"), envelope_id: "E1" }, 1);
  await sockets.send({ ...mention("Ev1"), envelope_id: "E2" }, 0);
  await sockets.send({ ...mention("Ev1"), envelope_id: "E3" }, 1);
  expect(inbound.handled).toHaveLength(2);
  expect(inbound.duplicates).toHaveLength(2);
});

test("does not acknowledge an event that could not be stored", async () => {
  await start();
  inbound.storing = () => Promise.reject(new Error("disk full"));
  expect(await sockets.send(mention("Ev1"), 0, 300)).toBeUndefined();
  expect(await sockets.send(command("summary"), 0)).toMatchObject({
    text: expect.stringContaining("nothing was done"),
  });
});

test("is never without a socket while Slack renews them", async () => {
  await start();
  sockets.renew(0);
  for (let tries = 0; tries < 20; tries++) {
    expect(sockets.sockets()).toBeGreaterThanOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await until(() => sockets.sockets() === 2, 2_000);
  expect(await sockets.send(command("after"), 1)).toEqual({});
});

test("comes back after an outage, whatever Slack answers meanwhile", async () => {
  await start();
  await sockets.down();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  sockets.refuse("internal_error");
  await sockets.up();
  await until(() => sockets.opened() >= 4, 10_000);
  expect(await chat.problems()).toEqual([expect.stringContaining("No connection to Slack")]);
  sockets.refuse(undefined);
  await until(() => sockets.sockets() === 2, 15_000);
  expect(await sockets.send(command("after"), 0)).toEqual({});
  expect(await chat.problems()).toEqual([]);
}, 30_000);

test("says at the start that a token does not work", async () => {
  sockets.refuse("invalid_auth");
  await expect(chat.start(inbound)).rejects.toMatchObject({ code: "invalid_auth" });
});
