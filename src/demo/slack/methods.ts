import { channelObject, messageObject, userObject, viewObject } from "#demo/slack/objects";
import type { Channel, Json, Message, Person, State } from "#demo/slack/state";
import { messageProblems, viewProblems } from "#demo/slack/validate";

/** One call of the Web API as it arrived. */
export interface Call {
  readonly args: Json;
  readonly state: State;
  spendTrigger(id: string): Spent;
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
}
/** Whose trigger it was, or Slack's word for why it is none. */
export type Spent = { readonly person: string } | { readonly refused: string };
export type Answer = { readonly ok: true } & Json;

/** Slack's own way to say no: `{ ok: false, error }`. */
export class Refusal extends Error {
  readonly details: readonly string[];
  constructor(code: string, details: readonly string[] = []) {
    super(code);
    this.details = details;
  }
}

interface Method {
  /** Any one of these scopes will do. */
  readonly scopes: readonly string[];
  run(call: Call): Answer;
}
const ok = (answer: Json = {}): Answer => ({ ...answer, ok: true });
const refuse = (code: string, details?: readonly string[]): never => {
  throw new Refusal(code, details);
};

/** The part of the Web API that Stance uses, with Slack's errors. */
export const methods: Readonly<Record<string, Method>> = {
  "auth.test": {
    scopes: [],
    run: ({ state: { seed }, address }) =>
      ok({
        url: `${address}/`,
        team: seed.team.name,
        user: seed.bot.name,
        team_id: seed.team.id,
        user_id: seed.bot.id,
        bot_id: `B${seed.bot.id.slice(1)}`,
        is_enterprise_install: false,
      }),
  },
  "chat.postMessage": {
    scopes: ["chat:write"],
    run(call) {
      const channel = postable(call);
      const thread = str(call.args, "thread_ts");
      const message = call.state.addMessage({
        ...content(call.args),
        channel: channel.id,
        author: call.state.seed.bot.id,
        ...(thread !== "" && { thread }),
        ...(call.args["metadata"] !== undefined && { metadata: json(call.args["metadata"]) }),
      });
      return ok({ channel: channel.id, ts: message.ts, message: messageObject(message) });
    },
  },
  "chat.update": {
    scopes: ["chat:write"],
    run({ args, state }) {
      const { channel, message } = ownMessage(args, state);
      state.editMessage(channel, message.ts, content(args));
      return ok({ channel, ts: message.ts, text: str(args, "text") });
    },
  },
  "chat.delete": {
    scopes: ["chat:write"],
    run({ args, state }) {
      const { channel, message } = ownMessage(args, state);
      state.deleteMessage(channel, message.ts);
      return ok({ channel, ts: message.ts });
    },
  },
  "chat.postEphemeral": {
    scopes: ["chat:write"],
    run(call) {
      const channel = postable(call);
      const person = str(call.args, "user");
      if (!channel.members.includes(person)) refuse("user_not_in_channel");
      const thread = str(call.args, "thread_ts");
      const message = call.state.addMessage({
        ...content(call.args),
        channel: channel.id,
        author: call.state.seed.bot.id,
        only: person,
        ...(thread !== "" && { thread }),
      });
      return ok({ message_ts: message.ts });
    },
  },
  "chat.getPermalink": {
    scopes: [],
    run({ args, state, address }) {
      const channel = readable(str(args, "channel"), state);
      const message = state.message(channel.id, str(args, "message_ts")) ?? refuse("message_not_found");
      return ok({
        channel: channel.id,
        permalink: `${address}/archives/${channel.id}/p${message.ts.replace(".", "")}`,
      });
    },
  },
  "views.open": { scopes: [], run: (call) => openView(call, "nothing") },
  "views.push": { scopes: [], run: (call) => openView(call, "top") },
  "views.update": {
    scopes: [],
    run({ args, state }) {
      const before = state.view(str(args, "view_id")) ?? refuse("not_found");
      const hash = str(args, "hash");
      if (hash !== "" && hash !== before.hash) refuse("hash_conflict");
      const view = state.changeView(before.id, modal(args)) ?? refuse("not_found");
      return ok({ view: viewObject(view, state) });
    },
  },
  "users.info": {
    scopes: ["users:read"],
    run: ({ args, state }) => ok({ user: userObject(someone(str(args, "user"), state), state) }),
  },
  "users.lookupByEmail": {
    scopes: ["users:read.email"],
    run({ args, state }) {
      const wanted = str(args, "email").toLowerCase();
      const person = state
        .people()
        .find(({ email, kind }) => email?.toLowerCase() === wanted && kind !== "deactivated");
      return ok({ user: userObject(person ?? refuse("users_not_found"), state) });
    },
  },
  "users.list": {
    scopes: ["users:read"],
    run: ({ args, state }) =>
      page(
        state.people().map((person) => userObject(person, state)),
        args,
        "members",
      ),
  },
  "conversations.info": {
    scopes: ["channels:read", "groups:read"],
    run: ({ args, state }) => ok({ channel: channelObject(readable(str(args, "channel"), state)) }),
  },
  "conversations.list": {
    scopes: ["channels:read", "groups:read"],
    run({ args, state }) {
      const types = (str(args, "types") || "public_channel").split(",");
      const shown = state
        .channels()
        .filter(
          ({ direct, private: hidden, joined }) =>
            !direct && (hidden ? joined && types.includes("private_channel") : types.includes("public_channel")),
        )
        .filter(({ archived }) => !archived || str(args, "exclude_archived") !== "true");
      return page(shown.map(channelObject), args, "channels");
    },
  },
  "conversations.members": {
    scopes: ["channels:read", "groups:read"],
    run({ args, state }) {
      const { members, joined } = readable(str(args, "channel"), state);
      return page([...members, ...(joined ? [state.seed.bot.id] : [])], args, "members");
    },
  },
  "conversations.history": { scopes: ["channels:history", "groups:history"], run: (call) => history(call) },
  "conversations.replies": { scopes: ["channels:history", "groups:history"], run: (call) => history(call) },
  "conversations.join": {
    scopes: ["channels:join"],
    run({ args, state }) {
      const channel = readable(str(args, "channel"), state);
      if (channel.private) refuse("method_not_supported_for_channel_type");
      if (channel.archived) refuse("is_archived");
      state.changeChannel(channel.id, { joined: true });
      return ok({ channel: channelObject({ ...channel, joined: true }) });
    },
  },
  "usergroups.list": {
    scopes: ["usergroups:read"],
    run: ({ args, state }) =>
      ok({
        usergroups: state
          .groups()
          .filter(({ disabled }) => !disabled || str(args, "include_disabled") === "true")
          .map(({ id, handle, name, disabled }) => ({
            id,
            handle,
            name,
            is_usergroup: true,
            date_delete: disabled ? 1 : 0,
          })),
      }),
  },
  "usergroups.users.list": {
    scopes: ["usergroups:read"],
    run({ args, state }) {
      const group = state.groups().find(({ id }) => id === str(args, "usergroup")) ?? refuse("no_such_subteam");
      if (group.disabled && str(args, "include_disabled") !== "true") refuse("subteam_disabled");
      return ok({ users: group.members });
    },
  },
};

export const str = (args: Json, key: string): string => {
  const value = args[key];
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
};

/** Objects arrive as JSON text in a form, or as they are. */
function json(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return refuse("invalid_json");
    throw error;
  }
}
export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Text and blocks that Slack would take. */
export function content(args: Json): Pick<Message, "text" | "blocks"> {
  const blocks = args["blocks"] === undefined ? [] : json(args["blocks"]);
  const text = str(args, "text");
  if (!Array.isArray(blocks)) return refuse("invalid_blocks_format");
  if (text === "" && blocks.length === 0) refuse("no_text");
  if (Array.from(text).length > 40_000) refuse("msg_too_long");
  const problems = messageProblems({ text, blocks });
  if (problems.length > 0)
    refuse(
      "invalid_blocks",
      problems.map((problem) => `[ERROR] ${problem}`),
    );
  return { text, blocks: blocks.filter(isJson) };
}

function modal(args: Json): Json {
  const view = json(args["view"]);
  const problems = viewProblems(view);
  if (problems.length > 0 || !isJson(view))
    return refuse(
      "invalid_arguments",
      problems.map((problem) => `[ERROR] ${problem}`),
    );
  return view;
}

function openView(call: Call, on: "top" | "nothing"): Answer {
  const content = modal(call.args);
  const spent = call.spendTrigger(str(call.args, "trigger_id"));
  if ("refused" in spent) return refuse(spent.refused);
  const { person } = spent;
  if (on === "top" && call.state.views(person).length >= 3) refuse("push_limit_reached");
  return ok({ view: viewObject(call.state.openView(person, content, on), call.state) });
}

/** A private channel that the bot is not in does not exist for it. */
function readable(id: string, state: State): Channel {
  const channel = state.channel(id);
  return channel && (!channel.private || channel.joined) ? channel : refuse("channel_not_found");
}

/** By id, by name, or a person's id for the conversation with them. */
function postable({ args, state }: Call): Channel {
  const wanted = str(args, "channel");
  const person = state.person(wanted);
  if (person?.kind === "deactivated" || person?.kind === "bot") refuse("cannot_dm_bot");
  const named = state.channels().find(({ name, direct }) => !direct && `#${name}` === wanted);
  const channel = person ? state.directChannel(person.id) : readable(named?.id ?? wanted, state);
  if (channel.archived) refuse("is_archived");
  if (!channel.joined) refuse("not_in_channel");
  return channel;
}

function ownMessage(args: Json, state: State): { readonly channel: string; readonly message: Message } {
  const channel = readable(str(args, "channel"), state).id;
  const message = state.message(channel, str(args, "ts"));
  // What only one person sees cannot be edited afterwards.
  if (!message || message.only !== undefined) return refuse("message_not_found");
  if (message.author !== state.seed.bot.id) refuse("cant_update_message");
  return { channel, message };
}

function someone(id: string, state: State): Person {
  if (id === state.seed.bot.id) return { ...state.seed.bot, kind: "bot" };
  return state.person(id) ?? refuse("user_not_found");
}

function history({ args, state }: Call): Answer {
  const channel = readable(str(args, "channel"), state);
  if (!channel.joined) refuse("not_in_channel");
  const thread = str(args, "ts");
  const withMetadata = str(args, "include_all_metadata") === "true";
  const seen = state
    .messages(channel.id)
    .filter(
      (message) =>
        message.only === undefined &&
        (thread === "" ? message.thread === undefined : [message.ts, message.thread].includes(thread)),
    )
    .map(({ metadata, ...message }) =>
      messageObject(withMetadata && metadata !== undefined ? { ...message, metadata } : message),
    );
  return page(thread === "" ? seen.toReversed() : seen, args, "messages");
}

function page(all: readonly unknown[], args: Json, name: string): Answer {
  const limit = Math.min(Number(str(args, "limit")) || 100, 1000);
  const from = Number(str(args, "cursor")) || 0;
  const next = from + limit < all.length ? String(from + limit) : "";
  return ok({ [name]: all.slice(from, from + limit), has_more: next !== "", response_metadata: { next_cursor: next } });
}
