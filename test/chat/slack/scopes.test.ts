import { afterEach, describe, expect, test } from "vitest";
import type { ChatError } from "#chat/chat";
import { scopes } from "#chat/slack/scopes";
import type { SlackChat } from "#chat/slack/slack";
import type { OnDemoSlack } from "#test/support/slack";
import { manifestScopes, onDemoSlack } from "#test/support/slack";

/** What scopes.md says is lost without a scope, is; the demo's Slack refuses what Slack refuses. */
let bot: OnDemoSlack;
afterEach(() => bot.close());

const card = { text: "x", parts: [{ kind: "text", text: "x" }] } as const;
const codeOf = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => "sent",
    (error: ChatError) => error.code,
  );
/** Asked with the scope, and without it. What needs none of the Web API is sent by Slack, or not. */
const tries: Readonly<Record<string, (chat: SlackChat) => Promise<unknown>>> = {
  "chat:write": (chat) => codeOf(chat.post({ channel: "C0PAY", card, dedupe: "a" })),
  "users:read": async (chat) => (await chat.person("U0TOM").catch(() => undefined))?.kind,
  "users:read.email": async (chat) => (await chat.personByEmail("tom@acme.example").catch(() => undefined))?.account,
  "usergroups:read": (chat) => chat.members("@payments-leads"),
  "channels:read, groups:read": async (chat) => (await chat.channel("C0PAY").catch(() => undefined))?.name,
};

describe.each(Object.entries(tries))("%s", (names, ask) => {
  const taken = names.split(", ");

  test("without it, what it is for does not work, and doctor says so", async () => {
    bot = await onDemoSlack({ demo: { scopes: manifestScopes } });
    const good = await ask(bot.chat);
    expect(good).toBeDefined();
    expect(await bot.chat.problems()).toEqual([]);
    await bot.close();
    bot = await onDemoSlack({ demo: { scopes: manifestScopes.filter((scope) => !taken.includes(scope)) } });
    expect([undefined, "missing_scope"]).toContain(await ask(bot.chat));
    expect(await bot.chat.problems()).toEqual(
      taken.map((scope) => expect.stringContaining(`lacks the scope ${scope}: ${scopes[scope]?.without}`)),
    );
  });
});
