import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Signed } from "#demo/slack/sign";
import { payloadForm, sign } from "#demo/slack/sign";
import type { Card } from "#domain/card";
import { until } from "#test/contracts/chat";
import type { OnDemoSlack } from "#test/support/slack";
import { labelled, onDemoSlack } from "#test/support/slack";

let bot: OnDemoSlack;
beforeEach(async () => {
  bot = await onDemoSlack();
});
afterEach(() => bot.close());

const commandBody = (more: Record<string, string> = {}): string =>
  new URLSearchParams({
    command: "/posture",
    text: "approve R-12 9f3c21ab",
    team_id: "T0ACME",
    user_id: "U0TOM",
    channel_id: "C0PAY",
    trigger_id: "1.2.3",
    ...more,
  }).toString();
const signed = (body: string, at = Date.now()): Signed => sign(bot.slack.signingSecret, body, { at });

async function send({ body, headers }: Signed, path = ""): Promise<{ status: number; body: string }> {
  const response = await fetch(bot.endpoint + path, { method: "POST", headers, body });
  return { status: response.status, body: await response.text() };
}
/** Reasons that happened. */
const turnedAway = (): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(bot.chat.refused()).filter(([, count]) => count > 0));
const nothingArrived = (): void => {
  expect(bot.inbound.accepted).toEqual([]);
  expect(bot.inbound.handled).toEqual([]);
};

describe("a request", () => {
  test("with the right signature arrives", async () => {
    expect(await send(signed(commandBody()))).toEqual({ status: 200, body: "" });
    expect(bot.inbound.accepted).toMatchObject([{ kind: "command", text: "approve R-12 9f3c21ab", person: "U0TOM" }]);
  });

  test("without one, or with another's, is turned away", async () => {
    const { body, headers } = signed(commandBody());
    const { "x-slack-signature": signature = "", "x-slack-request-timestamp": stamp = "", ...rest } = headers;
    const forged: readonly Record<string, string>[] = [
      rest,
      { ...rest, "x-slack-signature": signature },
      { ...rest, "x-slack-request-timestamp": stamp },
      { ...headers, "x-slack-signature": signature.replace("v0=", "v1=") },
      { ...headers, "x-slack-signature": "v0=" },
      { ...headers, ...sign("another-secret-another-secret-00", body, { at: Date.now() }).headers },
    ];
    for (const each of forged) expect(await send({ body, headers: each })).toMatchObject({ status: 401 });
    nothingArrived();
    expect(turnedAway()).toEqual({ stamp: 2, signature: 4 });
  });

  test("with any one byte changed is turned away", async () => {
    const { body, headers } = signed(commandBody());
    const bytes = Buffer.from(body);
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 7));
      expect((await send({ body: changed.toString("latin1"), headers })).status).toBe(401);
    }
    const signature = headers["x-slack-signature"] ?? "";
    for (let index = 3; index < signature.length; index++) {
      const other = signature[index] === "0" ? "1" : "0";
      const changed = signature.slice(0, index) + other + signature.slice(index + 1);
      expect((await send({ body, headers: { ...headers, "x-slack-signature": changed } })).status).toBe(401);
    }
    nothingArrived();
  });

  test.each([
    [-3600, 401],
    [-301, 401],
    [-295, 200],
    [0, 200],
    [295, 200],
    [302, 401],
    [3600, 401],
    [10 * 365 * 86400, 401],
  ])("stamped %i s from now is answered %i", async (offset, status) => {
    expect((await send(signed(commandBody(), Date.now() + offset * 1000))).status).toBe(status);
    expect(bot.inbound.accepted).toHaveLength(status === 200 ? 1 : 0);
    if (status === 401) expect(turnedAway()).toEqual({ stamp: 1 });
  });

  test("sent a hundred times has one effect", async () => {
    const captured = signed(commandBody());
    for (let count = 0; count < 20; count++) expect((await send(captured)).status).toBe(200);
    const parallel = await Promise.all(Array.from({ length: 80 }, () => send(captured)));
    expect(new Set(parallel.map(({ status }) => status))).toEqual(new Set([200]));
    expect(bot.inbound.handled).toHaveLength(1);
    expect(bot.inbound.duplicates).toHaveLength(99);
  });

  test("larger than 256 kB is not read", async () => {
    const large = signed(commandBody({ text: "x".repeat(300_000) }));
    expect((await send(large)).status).toBe(413);
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const call = request(bot.endpoint, {
        method: "POST",
        headers: { ...large.headers, "transfer-encoding": "chunked" },
      });
      call.on("response", (response) => resolve(response.resume().statusCode));
      call.on("error", reject);
      call.write(large.body.slice(0, 200_000));
      call.end(large.body.slice(200_000));
    });
    expect(chunked).toBe(413);
    nothingArrived();
    expect(turnedAway()).toEqual({ size: 2 });
  });

  test("to another path, or of another kind, finds nothing", async () => {
    expect((await send(signed(commandBody()), "/../other")).status).toBe(404);
    expect((await fetch(bot.endpoint)).status).toBe(404);
    nothingArrived();
  });

  test("that hides a command behind Slack's unsigned connection check does nothing", async () => {
    await send({ body: commandBody({ ssl_check: "1" }), headers: { ...signed("").headers } });
    nothingArrived();
  });

  test("of a kind nobody asked for is acknowledged and forgotten", async () => {
    for (const payload of [
      { type: "shortcut", callback_id: "x" },
      { type: "view_closed", view: {} },
      { type: "block_actions", actions: [{ type: "button", action_id: "a1", url: "https://x.example" }] },
      { type: "block_actions", actions: [{ type: "button", action_id: "a1", value: "no json" }] },
      { type: "view_submission", view: { callback_id: "of-another-app" } },
      { type: "message_action" },
      { type: "something_new" },
    ])
      expect(await send(signed(payloadForm(payload)))).toEqual({ status: 200, body: "" });
    nothingArrived();
  });

  test("for another command is answered at once", async () => {
    const began = Date.now();
    const answer = await send(signed(commandBody({ command: "/unheard-of" })));
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining("/posture help") });
    expect(Date.now() - began).toBeLessThan(1000);
    nothingArrived();
  });
});

describe("people of other workspaces", () => {
  const press = (team: string, userTeam: string): string =>
    payloadForm({
      type: "block_actions",
      user: { id: "U0TOM", team_id: userTeam },
      team: { id: team },
      trigger_id: `${team}${userTeam}`,
      channel: { id: "C0PAY" },
      container: { message_ts: "1.2" },
      actions: [{ type: "button", value: '{"nonce":"n1"}' }],
    });

  test.each([
    ["T0PARTNER", "T0PARTNER"],
    ["T0ACME", "T0PARTNER"],
    ["T0PARTNER", "T0ACME"],
  ])("(%s, %s) are nobody here, even with a member's id", async (team, userTeam) => {
    await send(signed(press(team, userTeam)));
    expect(bot.inbound.accepted).toMatchObject([{ team: "T0PARTNER", person: "T0PARTNER/U0TOM", nonce: "n1" }]);
    expect(await bot.chat.person("T0PARTNER/U0TOM")).toMatchObject({ kind: "stranger", team: "T0PARTNER" });
  });

  test("are told so, and nobody else", async () => {
    bot.inbound.respond = (_, responder) => responder.whisper({ text: "refused", parts: [] });
    await bot.slack.as("U0PARTNER").command("C0PAY", "approve R-12");
    await until(() => JSON.stringify(bot.slack.screen("U0PARTNER")).includes("refused"));
    expect(JSON.stringify(bot.slack.screen("U0TOM"))).not.toContain("refused");
    expect((await bot.chat.person(bot.inbound.handled[0]?.person ?? ""))?.kind).toBe("stranger");
  });
});

describe("what people do", () => {
  const card: Card = {
    text: "R-12",
    parts: [{ kind: "text", text: "R-12" }],
    actions: [{ kind: "button", label: "Approve 2 changes", press: { nonce: "n1" } }],
  };

  test("twice arrives twice, with the same one-use id", async () => {
    const posted = await bot.chat.post({ channel: "C0PAY", card, dedupe: "1" });
    const { action = "" } =
      labelled(bot.slack.state.message("C0PAY", posted.message)?.blocks, "Approve 2 changes") ?? {};
    const press = (): Promise<unknown> =>
      bot.slack.as("U0TOM").press({ channel: "C0PAY", message: posted.message }, action);
    await Promise.all([press(), press()]);
    expect(bot.inbound.accepted.map((each) => each.kind === "press" && each.nonce)).toEqual(["n1", "n1"]);
    expect(new Set(bot.inbound.accepted.flatMap(({ dedupe }) => dedupe)).size).toBe(4);
  });

  test("is stored before it is acknowledged, and worked on after", async () => {
    const order: string[] = [];
    bot.inbound.storing = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push("stored");
    };
    bot.inbound.respond = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push("worked");
    };
    await bot.slack.as("U0TOM").command("C0PAY", "summary");
    order.push("acknowledged");
    await bot.slack.as("U0TOM").say("C0PAY", "@Stance summary");
    order.push("acknowledged");
    await until(() => order.length === 6);
    expect(order.slice(0, 2)).toEqual(["stored", "acknowledged"]);
    expect(order.filter((each) => each === "stored")).toHaveLength(2);
    expect(order.indexOf("acknowledged", 2)).toBeGreaterThan(order.indexOf("stored", 1));
  });

  test("is acknowledged within three seconds when storing is slow, and still counts", async () => {
    bot.inbound.storing = () => new Promise((resolve) => setTimeout(resolve, 3_200));
    const began = Date.now();
    expect(await bot.slack.as("U0TOM").command("C0PAY", "summary")).toEqual({ ok: true });
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(JSON.stringify(bot.slack.screen("U0TOM"))).toContain("One moment");
    nothingArrived();
    await until(() => bot.inbound.handled.length === 1);
  });

  test("does not look done when it cannot be stored", async () => {
    const posted = await bot.chat.post({ channel: "C0PAY", card, dedupe: "1" });
    bot.inbound.respond = (_, responder) =>
      responder.form(
        Promise.resolve({
          title: "Deny",
          submit: "Deny",
          state: "deny R-12",
          parts: [{ kind: "input", name: "why", label: "Why" }],
        }),
      );
    await bot.slack.as("U0TOM").command("C0PAY", "deny R-12");
    await until(() => JSON.stringify(bot.slack.screen("U0TOM").views).includes("Why"));
    bot.inbound.storing = () => Promise.reject(new Error("disk full"));
    const said = (): string => JSON.stringify(bot.slack.screen("U0TOM").channels);

    await bot.slack.as("U0TOM").command("C0PAY", "summary");
    expect(said().split("nothing was done").length - 1).toBe(1);
    const { action = "" } =
      labelled(bot.slack.state.message("C0PAY", posted.message)?.blocks, "Approve 2 changes") ?? {};
    await bot.slack.as("U0TOM").press({ channel: "C0PAY", message: posted.message }, action);
    await until(() => said().split("nothing was done").length > 2);
    const view = bot.slack.screen("U0TOM").views[0]?.id ?? "";
    expect((await bot.slack.as("U0TOM").submit(view, { why: "not now" })).errors).toMatchObject({
      why: expect.stringContaining("nothing was done"),
    });
    // Slack delivers a mention again; the person waits.
    expect(await bot.slack.as("U0TOM").say("C0PAY", "@Stance summary")).toEqual({ ok: false });
    expect(bot.inbound.handled).toHaveLength(1);
  });
});
