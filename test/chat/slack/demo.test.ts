import { networkInterfaces } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DemoSlack } from "#demo/slack/server";
import { createSlack } from "#demo/slack/server";
import type { Change } from "#demo/slack/state";
import { company } from "#test/support/slack";

let slack: DemoSlack;
let ahead = 0;
beforeEach(async () => {
  ahead = 0;
  slack = await createSlack(company, { wall: () => Date.now() + ahead, scopes: ["chat:write", "users:read"] });
});
afterEach(() => slack.close());

async function call(
  method: string,
  args: Record<string, unknown> = {},
  token = slack.botToken,
): Promise<Record<string, unknown>> {
  const response = await fetch(slack.apiUrl + method, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(args),
  });
  return (await response.json()) as Record<string, unknown>;
}
/** The bot that hears what people do, and the trigger it got. */
async function heard(act: () => Promise<unknown>): Promise<URLSearchParams> {
  const { createServer } = await import("node:http");
  let body = "";
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => (body += chunk.toString())).on("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  slack.connect(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`);
  await act();
  await new Promise((resolve) => server.close(resolve));
  return new URLSearchParams(body);
}
const view = { type: "modal", title: { type: "plain_text", text: "t" }, blocks: [{ type: "divider" }] };

test("refuses a wrong token, an unknown method, a missing scope and broken blocks", async () => {
  expect(await call("auth.test", {}, "xoxb-wrong")).toMatchObject({ ok: false, error: "invalid_auth" });
  expect(await call("admin.everything")).toMatchObject({ error: "unknown_method" });
  expect(await call("usergroups.list")).toMatchObject({ error: "missing_scope", needed: "usergroups:read" });
  expect(await call("chat.postMessage", { channel: "C0PAY", blocks: [{ type: "nope" }] })).toMatchObject({
    error: "invalid_blocks",
  });
  expect(await call("chat.postMessage", { channel: "C0PAY" })).toMatchObject({ error: "no_text" });
});

test("a trigger lives three seconds, for one form", async () => {
  const trigger = async (): Promise<string> =>
    (await heard(() => slack.as("U0TOM").command("C0PAY", "fix"))).get("trigger_id") ?? "";
  const first = await trigger();
  expect(await call("views.open", { trigger_id: first, view })).toMatchObject({ ok: true });
  expect(await call("views.open", { trigger_id: first, view })).toMatchObject({ error: "exchanged_trigger_id" });
  const second = await trigger();
  ahead = 3_001;
  expect(await call("views.open", { trigger_id: second, view })).toMatchObject({ error: "expired_trigger_id" });
  expect(await call("views.open", { trigger_id: "1.2.3", view })).toMatchObject({ error: "invalid_trigger_id" });
  expect(await call("views.open", { trigger_id: await trigger(), view: { ...view, title: undefined } })).toMatchObject({
    error: "invalid_arguments",
  });
});

test("an address for answers serves five times and half an hour", async () => {
  const address = async (): Promise<string> =>
    (await heard(() => slack.as("U0TOM").command("C0PAY", "x"))).get("response_url") ?? "";
  const say = async (to: string): Promise<number> => (await fetch(to, { method: "POST", body: '{"text":"x"}' })).status;
  const first = await address();
  const statuses = [];
  for (let times = 0; times < 6; times++) statuses.push(await say(first));
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
  const second = await address();
  ahead = 1_800_001;
  expect(await say(second)).toBe(404);
});

test("people see their channels, and what is said to them alone", async () => {
  await call("chat.postEphemeral", { channel: "C0PAY", user: "U0TOM", text: "for Tom" });
  await call("chat.postMessage", { channel: "U0ANA", text: "for Ana" });
  expect(JSON.stringify(slack.screen("U0TOM"))).toContain("for Tom");
  expect(JSON.stringify(slack.screen("U0ANA"))).not.toContain("for Tom");
  expect(JSON.stringify(slack.screen("U0TOM"))).not.toContain("for Ana");
  expect(slack.screen("U0ANA").channels.at(-1)).toMatchObject({
    direct: true,
    name: "Stance",
    messages: [{ text: "for Ana" }],
  });
  expect(slack.screen("U0GUEST").channels.map(({ name }) => name)).toEqual(["team-payments"]);
  await expect(slack.as("U0GUEST").command("C0SEC", "x")).rejects.toThrow("not in");
});

test("an edit with words alone removes the blocks; whispers cannot be edited", async () => {
  const blocks = [{ type: "divider" }];
  const { ts } = await call("chat.postMessage", { channel: "C0PAY", text: "a", blocks });
  expect(await call("chat.update", { channel: "C0PAY", ts, text: "b" })).toMatchObject({ ok: true });
  expect(slack.state.messages("C0PAY")).toMatchObject([{ text: "b", blocks: [], edited: true }]);
  const { message_ts } = await call("chat.postEphemeral", { channel: "C0PAY", user: "U0TOM", text: "x" });
  expect(await call("chat.update", { channel: "C0PAY", ts: message_ts, text: "y" })).toMatchObject({
    error: "message_not_found",
  });
});

test("tells who listens what changed", async () => {
  const changes: Change[] = [];
  const stop = slack.subscribe((change) => changes.push(change));
  const { ts } = await call("chat.postMessage", { channel: "C0PAY", text: "a" });
  await call("chat.postEphemeral", { channel: "C0PAY", user: "U0TOM", text: "x" });
  stop();
  await call("chat.delete", { channel: "C0PAY", ts });
  expect(changes).toMatchObject([
    { kind: "message", channel: "C0PAY", ts },
    { kind: "message", person: "U0TOM" },
  ]);
});

test("says when the bot does not answer", async () => {
  slack.connect("http://127.0.0.1:1/");
  expect(await slack.as("U0TOM").command("C0PAY", "summary")).toEqual({ ok: false });
  expect(slack.screen("U0TOM").channels[0]?.messages).toMatchObject([
    { ephemeral: true, text: expect.stringContaining("did not work") },
  ]);
});

test("listens on this machine's own address only", async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === "IPv4" && !each.internal)?.address;
  if (outside === undefined) return;
  await expect(fetch(slack.apiUrl.replace("127.0.0.1", outside))).rejects.toThrow();
});
