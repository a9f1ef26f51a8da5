import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { slackChat } from "#chat/slack/slack";
import { methods } from "#demo/slack/methods";
import type { Card } from "#domain/card";
import { until } from "#test/contracts/chat";
import type { OnDemoSlack } from "#test/support/slack";
import { logged, manifestScopes, onDemoSlack } from "#test/support/slack";

let bot: OnDemoSlack;
const open = async (scopes: readonly string[] = manifestScopes): Promise<void> => {
  bot = await onDemoSlack({ demo: { scopes } });
};
beforeEach(() => open());
afterEach(() => bot.close());

const card: Card = {
  text: "HIGH: 3 S3 buckets",
  parts: [
    { kind: "heading", text: "HIGH: 3 S3 buckets" },
    {
      kind: "rows",
      rows: [
        {
          text: "F-1a2b pay-receipts-eu",
          action: { kind: "button", label: "Open", press: { command: "show F-1a2b" } },
        },
      ],
    },
  ],
  actions: [{ kind: "button", label: "Snooze…", press: { command: "snooze G-7k" } }],
};
const post = (dedupe = "1", channel = "C0PAY"): Promise<{ message: string; link?: string }> =>
  bot.chat.post({ channel, card, dedupe });
const count = (method: string): number => bot.slack.calls().filter((call) => call.method === method).length;
const inChannel = (): readonly { text: string; blocks: readonly unknown[] }[] => bot.slack.state.messages("C0PAY");

describe("a post", () => {
  test("links to itself, unfurls nothing, and carries its key", async () => {
    const { message, link } = await post("outbox-7");
    expect(link).toBe(`${bot.slack.address}/archives/C0PAY/p${message.replace(".", "")}`);
    expect(bot.slack.calls().at(-1)?.args).toMatchObject({
      unfurl_links: "false",
      unfurl_media: "false",
      parse: "none",
      link_names: "false",
    });
    expect(bot.slack.state.message("C0PAY", message)?.metadata).toEqual({
      event_type: "stance",
      event_payload: { dedupe: "outbox-7" },
    });
  });

  test("that is throttled says for how long, and holds nothing else up", async () => {
    bot.slack.faults.next("chat.postMessage", { kind: "rate-limited", seconds: 7 });
    const throttled = post();
    const began = Date.now();
    expect((await bot.chat.person("U0TOM"))?.name).toBe("Tom Beck");
    expect(Date.now() - began).toBeLessThan(500);
    await expect(throttled).rejects.toMatchObject({ kind: "wait", code: "ratelimited", retryAfterMs: 7000 });
    expect(count("chat.postMessage")).toBe(1);
  });

  test.each([
    [{ kind: "status", status: 503 } as const, "wait", "http"],
    [{ kind: "error", error: "internal_error" } as const, "wait", "internal_error"],
    [{ kind: "error", error: "token_revoked" } as const, "wait", "token_revoked"],
    [{ kind: "error", error: "is_archived" } as const, "route", "is_archived"],
    [{ kind: "error", error: "not_in_channel" } as const, "route", "not_in_channel"],
    [
      { kind: "error", error: "restricted_action_read_only_channel" } as const,
      "route",
      "restricted_action_read_only_channel",
    ],
    [{ kind: "error", error: "invalid_arguments" } as const, "never", "invalid_arguments"],
  ])("that meets %o is for %s", async (fault, kind, code) => {
    bot.slack.faults.next("chat.postMessage", fault);
    await expect(post()).rejects.toMatchObject({ kind, code });
    expect(count("chat.postMessage")).toBe(1);
    expect(inChannel()).toEqual([]);
  });

  test("whose blocks are refused is drawn plainer, then in words alone", async () => {
    bot.slack.faults.next("chat.postMessage", { kind: "error", error: "invalid_blocks" });
    await post("1");
    expect(JSON.stringify(inChannel()[0]?.blocks)).toContain("`/posture snooze G-7k`");
    expect(JSON.stringify(inChannel()[0]?.blocks)).not.toContain("button");
    bot.slack.faults.next("chat.postMessage", { kind: "error", error: "invalid_blocks" }, 2);
    await post("2");
    expect(inChannel()[1]).toMatchObject({ text: card.text, blocks: [] });
    bot.slack.faults.next("chat.postMessage", { kind: "error", error: "invalid_blocks" }, 3);
    await expect(post("3")).rejects.toMatchObject({ kind: "never", code: "invalid_blocks" });
    expect(bot.lines.filter(({ event }) => event === "slack.blocks")).toHaveLength(5);
  });

  test("to where nobody can be reached is for the route", async () => {
    for (const [channel, code] of [
      ["C0OUT", "not_in_channel"],
      ["C0OLD", "is_archived"],
      ["C0HID", "channel_not_found"],
    ])
      await expect(post("1", channel)).rejects.toMatchObject({ kind: "route", code });
  });
});

describe("the same key", () => {
  const reading = [...manifestScopes, "channels:history", "groups:history", "metadata.message:read"];
  /** Another process on the same Slack, as after a crash. */
  const another = (): ReturnType<typeof slackChat> =>
    slackChat({
      botToken: bot.slack.botToken,
      apiUrl: bot.slack.apiUrl,
      connection: { mode: "http", port: 0, signingSecret: bot.slack.signingSecret },
      log: logged().log,
      now: Date.now,
    });

  test("is found again after a crash, in a channel and in a thread, if the token may read", async () => {
    await bot.close();
    await open(reading);
    const parent = await post("parent");
    const child = await bot.chat.post({ channel: "C0PAY", thread: parent.message, card, dedupe: "child" });
    const after = another();
    expect((await after.post({ channel: "C0PAY", card, dedupe: "parent" })).message).toBe(parent.message);
    expect((await after.post({ channel: "C0PAY", thread: parent.message, card, dedupe: "child" })).message).toBe(
      child.message,
    );
    await after.post({ channel: "C0PAY", card, dedupe: "new" });
    expect(inChannel()).toHaveLength(3);
    expect(count("conversations.history") + count("conversations.replies")).toBe(4);
  });

  test("can appear twice after a lost answer, if the token may not read: and nothing is read", async () => {
    bot.slack.faults.next("chat.postMessage", { kind: "lost-answer" });
    await expect(post("1")).rejects.toMatchObject({ kind: "wait", code: "unreachable" });
    await post("1");
    await post("1");
    expect(inChannel()).toHaveLength(2);
    expect(count("conversations.history")).toBe(0);
  });

  test("is not lost when the history cannot be read", async () => {
    await bot.close();
    await open(reading);
    bot.slack.faults.next("conversations.history", { kind: "error", error: "internal_error" }, 9);
    await post("1");
    expect(inChannel()).toHaveLength(1);
  });
});

describe("an edit", () => {
  test("of what cannot be edited any more says gone; a throttled one waits", async () => {
    const posted = { channel: "C0PAY", message: (await post()).message };
    bot.slack.faults.next("chat.update", { kind: "error", error: "edit_window_closed" });
    expect(await bot.chat.update(posted, card)).toBe("gone");
    bot.slack.faults.next("chat.update", { kind: "rate-limited", seconds: 1 });
    await expect(bot.chat.update(posted, card)).rejects.toMatchObject({ kind: "wait", retryAfterMs: 1000 });
    expect(await bot.chat.update(posted, { text: "closed", parts: [] })).toBe("updated");
    expect(inChannel()).toMatchObject([{ text: "closed" }]);
  });
});

describe("a private answer", () => {
  const notice: Card = { text: "for you", parts: [{ kind: "text", text: "for you" }] };
  const direct = (person: string): string =>
    JSON.stringify(bot.slack.screen(person).channels.filter((each) => each.direct));

  test("goes to the person's own conversation where the bot is not in the channel", async () => {
    await bot.chat.whisper({ channel: "C0OUT", person: "U0TOM", card: notice });
    expect(direct("U0TOM")).toContain("for you");
    expect(bot.slack.state.messages("C0OUT")).toEqual([]);
  });

  test("reaches who typed in a channel where the bot is not, and falls back when Slack's address is spent", async () => {
    bot.inbound.respond = async (_, responder) => {
      for (let times = 0; times < 6; times++) await responder.whisper({ text: `answer ${times}`, parts: [] });
    };
    await bot.slack.as("U0TOM").command("C0OUT", "summary");
    await until(() => direct("U0TOM").includes("answer 5"));
    const answered = bot.slack.screen("U0TOM").channels.find(({ id }) => id === "C0OUT")?.messages ?? [];
    expect(answered.map(({ text, ephemeral }) => [text, ephemeral])).toEqual(
      [0, 1, 2, 3, 4].map((times) => [`answer ${times}`, true]),
    );
  });

  test("is sent to no address outside Slack", async () => {
    const { responderFor } = await import("#chat/slack/respond");
    const whispered: unknown[] = [];
    const unused = (): never => expect.fail("not used");
    const responder = responderFor(
      {
        platform: "slack",
        dedupe: [],
        team: "T",
        person: "U1",
        channel: "C1",
        answerTo: "https://evil.example/x",
        kind: "command",
        text: "",
      },
      {
        web: unused,
        sender: { post: unused, update: unused, whisper: async (...told) => void whispered.push(told) },
        log: logged().log,
      },
    );
    await responder.whisper(notice);
    expect(whispered).toEqual([[{ channel: "C1", answerTo: "https://evil.example/x" }, "U1", notice]]);
  });
});

describe("a form", () => {
  test("that opens too late becomes a button, and a card is said privately", async () => {
    bot.slack.faults.next("views.open", { kind: "error", error: "expired_trigger_id" }, 2);
    bot.inbound.respond = (_, responder) =>
      responder.form(Promise.resolve({ title: "Snooze", submit: "OK", state: "s", parts: [] }));
    await bot.slack.as("U0TOM").command("C0PAY", "snooze F-1");
    await until(() => JSON.stringify(bot.slack.screen("U0TOM")).includes("Open the form"));
    bot.inbound.respond = (_, responder) => responder.form(Promise.resolve({ text: "No such finding", parts: [] }));
    await bot.slack.as("U0TOM").command("C0PAY", "snooze F-2");
    await until(() => JSON.stringify(bot.slack.screen("U0TOM").channels).includes("No such finding"));
  });

  test("that was closed while it loaded is not missed, but a card is said privately", async () => {
    let fill: (shown: Card) => void = () => undefined;
    bot.inbound.respond = (_, responder) => responder.form(new Promise((resolve) => (fill = resolve)));
    await bot.slack.as("U0TOM").command("C0PAY", "snooze F-1");
    await until(() => bot.slack.screen("U0TOM").views.length === 1);
    bot.slack.as("U0TOM").close(bot.slack.screen("U0TOM").views[0]?.id ?? "");
    fill({ text: "You may not", parts: [] });
    await until(() => JSON.stringify(bot.slack.screen("U0TOM").channels).includes("You may not"));
  });

  test("opened from a card in a form's place lies on top of it", async () => {
    bot.inbound.respond = async (incoming, responder) => {
      const shown: Card = {
        text: "card",
        parts: [],
        actions: [{ kind: "button", label: "Next…", press: { command: "next", form: true } }],
      };
      if (incoming.kind === "command") await responder.form(Promise.resolve(shown));
      if (incoming.kind === "press")
        await responder.form(Promise.resolve({ title: "On top", submit: "OK", state: "s", parts: [] }));
    };
    await bot.slack.as("U0TOM").command("C0PAY", "first");
    await until(() => JSON.stringify(bot.slack.screen("U0TOM").views).includes("Next…"));
    await bot.slack.as("U0TOM").press({ view: bot.slack.screen("U0TOM").views[0]?.id ?? "" }, "a1");
    await until(() => JSON.stringify(bot.slack.screen("U0TOM").views[1] ?? "").includes("On top"));
    expect(bot.inbound.handled[1]).toMatchObject({ kind: "press", command: "next", channel: "C0PAY" });
    expect(bot.inbound.handled[1]?.answerTo).toBe(bot.inbound.handled[0]?.answerTo);
  });
});

test("the scopes of the manifest are enough for all of it, and none is idle", async () => {
  bot.inbound.respond = (_, responder) => responder.form(Promise.resolve({ text: "x", parts: [] }));
  const posted = await post();
  await bot.chat.update({ channel: "C0PAY", message: posted.message }, card);
  await bot.chat.whisper({ channel: "C0PAY", person: "U0TOM", card });
  await bot.slack.as("U0TOM").command("C0PAY", "snooze");
  await until(() => bot.slack.screen("U0TOM").views.length === 1);
  expect(await bot.chat.person("U0TOM")).toBeDefined();
  expect(await bot.chat.personByEmail("ana@acme.example")).toBeDefined();
  expect(await bot.chat.members("@payments-leads")).toEqual(["U0ANA"]);
  expect(await bot.chat.channel("#sec-posture")).toMatchObject({ private: true, joined: true });
  expect(await bot.chat.problems()).toEqual([]);
  const needed = bot.slack.calls().flatMap(({ method }) => methods[method]?.scopes ?? []);
  // What people type and mention arrives by these two; no call needs them.
  expect(manifestScopes.filter((scope) => ![...needed, "commands", "app_mentions:read"].includes(scope))).toEqual([]);
});
