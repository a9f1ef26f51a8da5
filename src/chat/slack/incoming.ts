import type { Incoming } from "#chat/chat";
import { readPress } from "#chat/slack/press";
import { channelEvents } from "#chat/slack/scopes";
import type { Origin } from "#chat/slack/view";
import { fieldAction, formCallback, readOrigin } from "#chat/slack/view";

/** Who we are, to tell ourselves and strangers apart. */
export interface Self {
  /** The one workspace whose people are served. */
  readonly team: string;
  readonly botUser: string;
  /** `/posture` */
  readonly command: string;
}

/** What Slack sent, read. Nothing here is looked up or believed beyond what the signature proves. */
export type Read =
  | { readonly kind: "incoming"; readonly incoming: Incoming }
  | { readonly kind: "channel"; readonly channel: string }
  | { readonly kind: "command-unknown"; readonly text: string }
  | { readonly kind: "nothing" };

/** `keys`: ids of the delivery itself, as the receiver knows them (the request's signature, the socket's envelope). */
export function readBody(body: unknown, keys: readonly string[], self: Self): Read {
  if (at(body, "event") !== undefined) return readEvent(body, keys, self);
  if (at(body, "command") !== undefined) return readCommand(body, keys, self);
  const type = at(body, "type");
  if (type === "block_actions") return readAction(body, keys, self);
  return type === "view_submission" && at(body, "view", "callback_id") === formCallback
    ? readSubmission(body, keys, self)
    : { kind: "nothing" };
}

function readCommand(body: unknown, keys: readonly string[], self: Self): Read {
  const command = text(body, "command");
  if (command !== self.command)
    return {
      kind: "command-unknown",
      text: `This is Stance; it answers to ${self.command}. Try ${self.command} help.`,
    };
  return incoming({
    ...who(self, { team: text(body, "team_id"), user: text(body, "user_id") }),
    ...where({
      channel: text(body, "channel_id"),
      thread: text(body, "thread_ts"),
      answerTo: text(body, "response_url"),
    }),
    ...trigger(body),
    kind: "command",
    dedupe: dedupe(keys, body),
    text: text(body, "text").trim(),
  });
}

function readAction(body: unknown, keys: readonly string[], self: Self): Read {
  const press = readPress(at(body, "actions", 0, "value") ?? at(body, "actions", 0, "selected_option", "value"));
  if (!press) return { kind: "nothing" };
  const message = text(body, "container", "message_ts") || text(body, "message", "ts");
  const origin: Partial<Origin> =
    at(body, "view") === undefined ? {} : readOrigin(text(body, "view", "private_metadata"));
  return incoming({
    ...whoActs(body, self),
    ...where({
      channel: text(body, "channel", "id") || text(body, "container", "channel_id") || (origin.channel ?? ""),
      thread: text(body, "container", "thread_ts") || text(body, "message", "thread_ts") || (origin.thread ?? ""),
      answerTo: text(body, "response_url") || (origin.answerTo ?? ""),
    }),
    ...trigger(body),
    kind: "press",
    dedupe: dedupe(keys, body),
    ...press,
    ...(message && { message }),
  });
}

function readSubmission(body: unknown, keys: readonly string[], self: Self): Read {
  const { state, ...origin } = readOrigin(text(body, "view", "private_metadata"));
  return incoming({
    ...whoActs(body, self),
    ...where(origin),
    ...trigger(body),
    kind: "submit",
    dedupe: dedupe(keys, body),
    state,
    values: valuesOf(at(body, "view", "state", "values")),
  });
}

function readEvent(body: unknown, keys: readonly string[], self: Self): Read {
  const event = at(body, "event");
  const type = text(event, "type");
  const channel = text(event, "channel") || text(event, "channel", "id");
  if (type === "app_mention") {
    const user = text(event, "user");
    // Bots, and what has no author, are not people.
    if (user === "" || user === self.botUser || at(event, "bot_id") !== undefined) return { kind: "nothing" };
    const teams = ["user_team", "source_team", "team"].map((key) => text(event, key));
    return incoming({
      ...who(self, { team: text(body, "team_id"), teams, user }),
      ...where({ channel, thread: text(event, "thread_ts") || text(event, "ts") }),
      kind: "command",
      dedupe: [...dedupe(keys, body), `mention:${channel}:${text(event, "ts")}`],
      text: spoken(text(event, "text"), self.botUser),
    });
  }
  if (!channelEvents.some((known) => known === type) || channel === "") return { kind: "nothing" };
  // Everybody joins channels; only our own arrival changes what may be posted.
  if (type === "member_joined_channel" && text(event, "user") !== self.botUser) return { kind: "nothing" };
  return { kind: "channel", channel };
}

const incoming = (read: Incoming): Read =>
  read.person === "" || read.channel === "" ? { kind: "nothing" } : { kind: "incoming", incoming: read };

/** Under which ids Slack may deliver the same thing again. */
const dedupe = (keys: readonly string[], body: unknown): readonly string[] => [
  ...keys,
  ...[text(body, "trigger_id")].filter(Boolean).map((id) => `trigger:${id}`),
  ...[text(body, "event_id")].filter(Boolean).map((id) => `event:${id}`),
];

const whoActs = (body: unknown, self: Self): Who =>
  who(self, { team: text(body, "team", "id"), teams: [text(body, "user", "team_id")], user: text(body, "user", "id") });

type Who = Pick<Incoming, "platform" | "team" | "person">;

/**
 * Somebody of another workspace (a shared channel, a second installation) is `T9/U1` here: an account nobody has, so no
 * directory entry of ours can match it.
 */
function who(
  self: Self,
  seen: { readonly team: string; readonly teams?: readonly string[]; readonly user: string },
): Who {
  const foreign = [seen.team, ...(seen.teams ?? [])].find((team) => team !== "" && team !== self.team);
  if (foreign === undefined) return { platform: "slack", team: self.team, person: seen.user };
  return { platform: "slack", team: foreign, person: `${foreign}/${seen.user}` };
}

const where = (
  origin: { readonly [Key in keyof Origin]: string | undefined },
): Pick<Incoming, "channel" | "thread" | "answerTo"> => ({
  channel: origin.channel ?? "",
  ...(origin.thread && { thread: origin.thread }),
  ...(origin.answerTo && { answerTo: origin.answerTo }),
});

function trigger(body: unknown): { readonly trigger?: string } {
  const id = text(body, "trigger_id");
  return id === "" ? {} : { trigger: id };
}

/** `<@BOT> show F-1a2b` as if it had been typed after the command. */
function spoken(said: string, bot: string): string {
  return said
    .replaceAll(new RegExp(`<@${bot}(?:\\|[^>]*)?>`, "g"), " ")
    .replaceAll(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id: string, name: string | undefined) => (name ? `#${name}` : id))
    .replaceAll(/<!subteam\^([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id: string, name: string | undefined) => name ?? id)
    .replaceAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, "@$1")
    .replaceAll(/<([^>|]*)(?:\|[^>]*)?>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}

/** One value a field: what was typed, the option chosen, or several options joined by a comma. */
function valuesOf(state: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries(state).map(([name, block]) => {
      const element = at(block, fieldAction);
      const chosen = at(element, "selected_options");
      const value = Array.isArray(chosen)
        ? chosen.map((option) => text(option, "value")).join(",")
        : text(element, "value") || text(element, "selected_option", "value");
      return [name, value];
    }),
  );
}

const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === "object" && value !== null ? Object.entries(value) : [];

/** A value deep in a payload; undefined where the payload is not what it should be. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}
export function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}
