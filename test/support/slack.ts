import type { Inbound, Incoming, Responder } from "#chat/chat";
import { text } from "#chat/slack/incoming";
import type { SlackLog } from "#chat/slack/log";
import { scopes } from "#chat/slack/scopes";
import type { SlackChat, SlackOptions } from "#chat/slack/slack";
import { slackChat } from "#chat/slack/slack";
import type { SlackOptions as DemoOptions, DemoSlack } from "#demo/slack/server";
import { createSlack } from "#demo/slack/server";
import type { SlackSeed } from "#demo/slack/state";
import { parse, textsOf } from "#test/chat/slack/parse";
import type { ChatDouble, SeenMessage, SeenView } from "#test/contracts/chat";
import { validateMessage, validateView } from "#test/support/block-kit";

export const company: SlackSeed = {
  team: { id: "T0ACME", name: "Acme", domain: "acme" },
  bot: { id: "U0STANCE", name: "Stance" },
  people: [
    { id: "U0TOM", name: "Tom Beck", email: "tom@acme.example", zone: "Europe/Berlin" },
    { id: "U0ANA", name: "Ana Lima", email: "ana@acme.example" },
    { id: "U0GUEST", name: "Gus Guest", email: "gus@elsewhere.example", kind: "guest" },
    { id: "U0GONE", name: "Old Timer", email: "old@acme.example", kind: "deactivated" },
    { id: "U0PARTNER", name: "Pat Partner", kind: "stranger", team: "T0PARTNER" },
    { id: "U0JENKINS", name: "Jenkins", kind: "bot" },
  ],
  groups: [
    { id: "S0LEADS", handle: "payments-leads", name: "Payments leads", members: ["U0ANA"] },
    { id: "S0OLD", handle: "old-team", name: "Old team", members: ["U0TOM"], disabled: true },
  ],
  channels: [
    { id: "C0PAY", name: "team-payments", members: ["U0TOM", "U0ANA", "U0GUEST", "U0PARTNER"] },
    { id: "C0OUT", name: "random", members: ["U0TOM"], joined: false },
    { id: "C0OLD", name: "old", members: ["U0TOM"], archived: true },
    { id: "C0EXT", name: "with-partner", members: ["U0TOM", "U0PARTNER"], shared: "external" },
    { id: "C0PEND", name: "soon-with-partner", members: ["U0TOM"], shared: "pending" },
    { id: "C0SEC", name: "sec-posture", members: ["U0ANA"], private: true },
    { id: "C0HID", name: "hidden", members: ["U0ANA"], private: true, joined: false },
  ],
};

export interface Logged {
  readonly log: SlackLog;
  readonly lines: { readonly event: string; readonly facts: unknown }[];
}
export function logged(): Logged {
  const lines: { event: string; facts: unknown }[] = [];
  return {
    lines,
    log: {
      info: (event, facts) => lines.push({ event, facts }),
      warn: (event, facts) => lines.push({ event, facts }),
      error: (event, error, facts) => lines.push({ event, facts: { error: String(error), ...facts } }),
    },
  };
}

/** The bot's side, remembering what it was told; duplicates by key are refused as the store does. */
export interface RecordingInbound extends Inbound {
  readonly accepted: Incoming[];
  readonly duplicates: Incoming[];
  readonly handled: Incoming[];
  readonly channels: string[];
  respond: (incoming: Incoming, responder: Responder) => Promise<void>;
  checkValues: (values: Readonly<Record<string, string>>) => Readonly<Record<string, string>> | undefined;
  /** How long, or whether, storing takes. */
  storing: () => Promise<void>;
}
export function recordingInbound(): RecordingInbound {
  const keys = new Set<string>();
  const inbound: RecordingInbound = {
    accepted: [],
    duplicates: [],
    handled: [],
    channels: [],
    respond: async () => undefined,
    checkValues: () => undefined,
    storing: async () => undefined,
    async accept(incoming) {
      await inbound.storing();
      if (incoming.dedupe.some((key) => keys.has(key))) {
        inbound.duplicates.push(incoming);
        return "duplicate";
      }
      for (const key of incoming.dedupe) keys.add(key);
      inbound.accepted.push(incoming);
      return "accepted";
    },
    check: ({ values }) => inbound.checkValues(values),
    async handle(incoming, responder) {
      inbound.handled.push(incoming);
      await inbound.respond(incoming, responder);
    },
    async channelChanged(channel) {
      inbound.channels.push(channel);
    },
  };
  return inbound;
}

export const manifestScopes = Object.keys(scopes);

export interface OnDemoSlack extends Logged {
  readonly slack: DemoSlack;
  readonly chat: SlackChat;
  readonly inbound: RecordingInbound;
  readonly endpoint: string;
  close(): Promise<void>;
}

/** The real adapter over HTTP on the demo's Slack. */
export async function onDemoSlack({
  demo = {},
  chat: chatOptions = {},
  seed = company,
}: {
  demo?: DemoOptions;
  chat?: Partial<SlackOptions>;
  seed?: SlackSeed;
} = {}): Promise<OnDemoSlack> {
  const slack = await createSlack(seed, demo);
  const { log, lines } = logged();
  const chat = slackChat({
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    connection: { mode: "http", port: 0, host: "127.0.0.1", signingSecret: slack.signingSecret },
    log,
    now: Date.now,
    ...chatOptions,
  });
  const inbound = recordingInbound();
  await chat.start(inbound);
  const endpoint = `http://127.0.0.1:${chat.port()}/slack/events`;
  slack.connect(endpoint);
  return {
    slack,
    chat,
    inbound,
    endpoint,
    log,
    lines,
    async close() {
      await chat.stop();
      await slack.close();
    },
  };
}

interface Drawn {
  readonly text: string;
  readonly blocks: readonly unknown[];
}
export const readOf = ({ text, blocks }: Drawn): Pick<SeenMessage, "words" | "marked"> => {
  const { mrkdwn, plain } = textsOf(blocks);
  return { words: [text, ...mrkdwn, ...plain].join("\n"), marked: [text, ...mrkdwn] };
};
export const viewOf = (view: unknown): SeenView => {
  const { mrkdwn, plain } = textsOf(view);
  return { title: text(view, "title", "text"), words: [...mrkdwn, ...plain].join("\n") };
};

export interface Labelled {
  readonly action: string;
  /** A button's. */
  readonly value?: string;
  /** A menu's option. */
  readonly choice?: string;
}

/** The element, or the option of one, that is labelled so, somewhere in blocks. */
export function labelled(blocks: unknown, label: string, inside?: string): Labelled | undefined {
  if (typeof blocks !== "object" || blocks === null) return undefined;
  const own = text(blocks, "action_id");
  const action = own || inside;
  if (text(blocks, "text", "text") === label && action !== undefined) {
    const value = text(blocks, "value");
    return { action, ...(own ? { value } : { choice: value }) };
  }
  for (const child of Object.values(blocks)) {
    const found = labelled(child, label, action);
    if (found) return found;
  }
  return undefined;
}

export const markup = (text: string): readonly string[] => parse(text).marks;

/** The demo's Slack as a double: people act through it, screens are read from its state. */
export async function demoDouble(): Promise<ChatDouble> {
  const { slack, chat, inbound, close } = await onDemoSlack({
    demo: { scopes: [...manifestScopes, "channels:history", "groups:history", "metadata.message:read"] },
  });
  const seen = (channel: string): readonly SeenMessage[] =>
    slack.state
      .messages(channel)
      .filter(({ only }) => only === undefined)
      .map(({ ts, thread, ...message }) => ({
        id: ts,
        channel,
        ...readOf(message),
        ...(thread !== undefined && { thread }),
      }));
  return {
    chat,
    people: {
      member: "U0TOM",
      other: "U0ANA",
      bot: "U0JENKINS",
      guest: "U0GUEST",
      deactivated: "U0GONE",
      stranger: "U0PARTNER",
    },
    email: { member: "tom@acme.example", nobody: "nobody@acme.example" },
    group: { handle: "@payments-leads", id: "S0LEADS", members: ["U0ANA"] },
    channels: { home: "C0PAY", outside: "C0OUT", archived: "C0OLD", shared: "C0EXT", pending: "C0PEND" },
    homeName: "team-payments",
    team: company.team.id,
    onIncoming: (respond) => {
      inbound.respond = respond;
    },
    onCheck: (check) => {
      inbound.checkValues = check;
    },
    messages: async (channel) => seen(channel),
    whispers: async (person) =>
      slack.screen(person).channels.flatMap(({ id, messages, direct }) =>
        messages
          .filter(({ ephemeral }) => ephemeral || direct)
          .map(({ ts, thread, ...message }) => ({
            id: ts,
            channel: id,
            ...readOf(message),
            ...(thread !== undefined && { thread }),
          })),
      ),
    async view(person) {
      const view = slack.screen(person).views.at(-1);
      return view && viewOf(view.content);
    },
    async command(person, channel, text) {
      await slack.as(person).command(channel, text);
    },
    async mention(person, channel, text, thread) {
      await slack.as(person).say(channel, `@Stance ${text}`, thread);
    },
    async press(person, on, label) {
      const view = slack.screen(person).views.at(-1);
      const blocks = on === "view" ? view?.content["blocks"] : slack.state.message(on.channel, on.message)?.blocks;
      const found = labelled(blocks, label);
      if (!found) throw new Error(`nothing is labelled ${label}`);
      await slack.as(person).press(on === "view" ? { view: view?.id ?? "" } : on, found.action, found.choice);
    },
    async submit(person, values) {
      return (await slack.as(person).submit(slack.screen(person).views.at(-1)?.id ?? "", values)).errors ?? {};
    },
    delete: async (channel, message) => slack.state.deleteMessage(channel, message),
    loseNextAnswer: () => slack.faults.next("chat.postMessage", { kind: "lost-answer" }),
    markup,
    problems: () => payloadProblems(slack.calls()),
    close,
  };
}

/** What calls broke of Slack's limits. */
export function payloadProblems(
  calls: readonly { readonly method: string; readonly args: Readonly<Record<string, unknown>> }[],
): string[] {
  const read = (value: unknown): unknown => (typeof value === "string" ? JSON.parse(value) : value);
  return calls.flatMap(({ method, args }) => {
    if (method.startsWith("views.")) return validateView(read(args["view"]));
    return /^chat\.(post|update)/.test(method)
      ? validateMessage({ text: args["text"], blocks: read(args["blocks"]) })
      : [];
  });
}
