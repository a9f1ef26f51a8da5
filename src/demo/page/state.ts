import { isJson } from "./json.ts";
import { mentioned, parse } from "./mrkdwn.ts";
import type { Channel, Message, Screen, Setup } from "./wire.ts";

/** What the page knows. One object, changed in place by `app.ts` and drawn again as a whole. */
export interface State {
  readonly setup: Setup;
  /** What each of the people sees. */
  screens: ReadonlyMap<string, Screen>;
  me: string;
  /** The channel looked at; somebody else, put in the same place, looks at it too. */
  channel: string | undefined;
  /** Up to which message a person has read a channel: `PERSON CHANNEL` → ts. */
  readonly read: Map<string, string>;
  /** Private answers that were put away. */
  readonly dismissed: Set<string>;
  /** Threads opened or closed by hand, by the ts of their first message. */
  readonly threads: Map<string, boolean>;
}

export function newState(setup: Setup, screens: ReadonlyMap<string, Screen>, read: Map<string, string>): State {
  const me = setup.people[0]?.id ?? "";
  return { setup, screens, me, channel: undefined, read, dismissed: new Set(), threads: new Map() };
}

export const screenOf = (state: State, person = state.me): Screen => {
  const screen = state.screens.get(person);
  if (!screen) throw new Error(`there is no screen of ${person}`);
  return screen;
};

/** The channel looked at, if this person is in it; else one where something was said. */
export function channelOf(state: State): Channel | undefined {
  const { channels } = screenOf(state);
  return (
    channels.find(({ id }) => id === state.channel) ??
    channels.find(({ messages }) => messages.length > 0) ??
    channels[0]
  );
}

export interface Unread {
  readonly messages: number;
  /** Of them, those that call the person. */
  readonly mentions: number;
}
export function unread(state: State, channel: Channel, person = state.me): Unread {
  const after = state.read.get(`${person} ${channel.id}`) ?? "";
  const news = channel.messages.filter(({ ts, author }) => ts > after && author !== person);
  const names = namesOf(screenOf(state, person), person);
  return { messages: news.length, mentions: news.filter((message) => calls(message, names)).length };
}

export function markRead(state: State, channel: Channel): void {
  const last = channel.messages.at(-1)?.ts;
  if (last !== undefined) state.read.set(`${state.me} ${channel.id}`, last);
}

/** The ids that mean this person: their own, and their groups'. */
export const namesOf = ({ groups }: Screen, person: string): readonly string[] => [
  person,
  ...groups.filter(({ members }) => members.includes(person)).map(({ id }) => id),
];

const calls = (message: Message, names: readonly string[]): boolean =>
  marksOf(message.blocks.length > 0 ? message.blocks : { type: "mrkdwn", text: message.text }).some((text) =>
    mentioned(parse(text)).some((id) => names.includes(id)),
  );

/** All mrkdwn of a message. */
function marksOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(marksOf);
  if (!isJson(value)) return [];
  if (value["type"] === "mrkdwn" && typeof value["text"] === "string") return [value["text"]];
  return Object.values(value).flatMap(marksOf);
}

export interface Thread {
  readonly first: Message;
  readonly replies: readonly Message[];
}
/** Messages with the answers below them; answers whose first message is gone stand alone. */
export function threadsOf({ messages }: Channel, state: State): readonly Thread[] {
  const shown = messages.filter(({ ts }) => !state.dismissed.has(ts));
  const firsts = new Set(shown.filter(({ thread }) => thread === undefined).map(({ ts }) => ts));
  return shown
    .filter(({ thread }) => thread === undefined || !firsts.has(thread))
    .map((first) => ({ first, replies: shown.filter(({ thread }) => thread === first.ts) }));
}

/** Short threads lie open. */
export const isOpen = (state: State, { first, replies }: Thread): boolean =>
  state.threads.get(first.ts) ?? replies.length <= 3;
