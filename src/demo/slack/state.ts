/** What the demo's Slack remembers: people, groups, channels, messages, open views. In memory, gone with the process. */

export interface SlackSeed {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  /** The bot's user. */
  readonly bot: { readonly id: string; readonly name: string };
  readonly people: readonly Person[];
  readonly groups?: readonly Group[];
  readonly channels: readonly ChannelSeed[];
}
export interface Person {
  readonly id: string;
  /** Display name. */
  readonly name: string;
  readonly email?: string;
  /** IANA zone. */
  readonly zone?: string;
  /** Default: member. */
  readonly kind?: "member" | "guest" | "single-channel guest" | "bot" | "deactivated" | "stranger";
  /** A stranger's own workspace. */
  readonly team?: string;
}
export interface Group {
  readonly id: string;
  /** Without @. */
  readonly handle: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly disabled?: boolean;
}
export interface ChannelSeed {
  readonly id: string;
  /** Without #. */
  readonly name: string;
  readonly members: readonly string[];
  readonly private?: boolean;
  readonly archived?: boolean;
  /** The bot was invited. Default: yes. */
  readonly joined?: boolean;
  readonly shared?: Sharing;
}
/** With another organisation, invited to be, within one organisation, or not at all. */
export type Sharing = "external" | "pending" | "organisation" | "no";
export interface Channel extends Required<ChannelSeed> {
  /** A conversation of one person with the bot. */
  readonly direct: boolean;
}
export type Json = Readonly<Record<string, unknown>>;
export interface Message {
  /** Slack's id of the message within its channel. */
  readonly ts: string;
  readonly channel: string;
  readonly author: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  /** The message it answers to. */
  readonly thread?: string;
  readonly edited: boolean;
  /** Seen by this person only. */
  readonly only?: string;
  readonly metadata?: unknown;
}
export interface View {
  readonly id: string;
  readonly person: string;
  readonly hash: string;
  readonly content: Json;
}

/** What changed, so that a page knows what to draw again. `person`: only for that person's eyes. */
export interface Change {
  readonly kind: "message" | "deleted" | "view" | "channel";
  readonly channel?: string;
  readonly ts?: string;
  readonly person?: string;
}

export interface State {
  readonly seed: SlackSeed;
  people(): readonly Person[];
  person(id: string): Person | undefined;
  groups(): readonly Group[];
  channels(): readonly Channel[];
  channel(id: string): Channel | undefined;
  changeChannel(id: string, change: Partial<Omit<Channel, "id">>): void;
  /** The person's conversation with the bot, made when it is needed. */
  directChannel(person: string): Channel;
  changeGroup(id: string, members: readonly string[]): void;
  messages(channel: string): readonly Message[];
  message(channel: string, ts: string): Message | undefined;
  addMessage(message: Omit<Message, "ts" | "edited">): Message;
  editMessage(channel: string, ts: string, change: Partial<Pick<Message, "text" | "blocks" | "metadata">>): void;
  deleteMessage(channel: string, ts: string): void;
  /** Open views of a person, the topmost last. */
  views(person: string): readonly View[];
  view(id: string): View | undefined;
  openView(person: string, content: Json, on: "top" | "nothing"): View;
  changeView(id: string, content: Json): View | undefined;
  /** Closes the view; what lies below it is seen again. */
  closeView(id: string): void;
  closeViews(person: string): void;
  newId(prefix: string): string;
  subscribe(listener: (change: Change) => void): () => void;
}

/** `now` dates the messages; it may be another clock than the machine's. */
export function createState(seed: SlackSeed, now: () => number): State {
  const channels = new Map(seed.channels.map((channel) => [channel.id, fullChannel(channel)]));
  const groups = new Map((seed.groups ?? []).map((group) => [group.id, group]));
  const messages = new Map<string, Message[]>();
  const views = new Map<string, View[]>();
  const listeners = new Set<(change: Change) => void>();
  let ids = 0;
  let lastStamp = 0;

  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  /** Microseconds, never the same twice. */
  const newTs = (): string => {
    lastStamp = Math.max(lastStamp + 1, Math.floor(now() * 1000));
    return `${Math.floor(lastStamp / 1_000_000)}.${String(lastStamp % 1_000_000).padStart(6, "0")}`;
  };
  const newId = (prefix: string): string => `${prefix}${(++ids).toString(36).toUpperCase().padStart(8, "0")}`;
  const list = (channel: string): Message[] => messages.get(channel) ?? messages.set(channel, []).get(channel) ?? [];
  const withIds = (blocks: readonly Json[]): readonly Json[] =>
    blocks.map((block) => (block["block_id"] === undefined ? { ...block, block_id: newId("b") } : block));
  const viewContent = (content: Json): Json => {
    const blocks = content["blocks"];
    return Array.isArray(blocks) ? { ...content, blocks: withIds(blocks) } : content;
  };
  const viewById = (id: string): View | undefined => [...views.values()].flat().find((view) => view.id === id);

  return {
    seed,
    people: () => seed.people,
    person: (id) => seed.people.find((person) => person.id === id),
    groups: () => [...groups.values()],
    channels: () => [...channels.values()],
    channel: (id) => channels.get(id),
    changeChannel(id, change) {
      const channel = channels.get(id);
      if (channel) channels.set(id, { ...channel, ...change });
      tell({ kind: "channel", channel: id });
    },
    directChannel(person) {
      const id = `D${person.slice(1)}`;
      const known = channels.get(id);
      if (known) return known;
      const made: Channel = { ...fullChannel({ id, name: person, members: [person], private: true }), direct: true };
      channels.set(id, made);
      return made;
    },
    changeGroup(id, members) {
      const group = groups.get(id);
      if (group) groups.set(id, { ...group, members });
    },
    messages: (channel) => list(channel),
    message: (channel, ts) => list(channel).find((message) => message.ts === ts),
    addMessage(message) {
      const added: Message = { ...message, blocks: withIds(message.blocks), ts: newTs(), edited: false };
      list(message.channel).push(added);
      tell({
        kind: "message",
        channel: added.channel,
        ts: added.ts,
        ...(added.only !== undefined && { person: added.only }),
      });
      return added;
    },
    editMessage(channel, ts, change) {
      const all = list(channel);
      const index = all.findIndex((message) => message.ts === ts);
      const before = all[index];
      if (!before) return;
      all[index] = { ...before, ...change, ...(change.blocks && { blocks: withIds(change.blocks) }), edited: true };
      tell({ kind: "message", channel, ts });
    },
    deleteMessage(channel, ts) {
      messages.set(
        channel,
        list(channel).filter((message) => message.ts !== ts),
      );
      tell({ kind: "deleted", channel, ts });
    },
    views: (person) => views.get(person) ?? [],
    view: viewById,
    openView(person, content, on) {
      const view = { id: newId("V"), person, hash: newId("h"), content: viewContent(content) };
      views.set(person, [...(on === "top" ? (views.get(person) ?? []) : []), view]);
      tell({ kind: "view", person });
      return view;
    },
    changeView(id, content) {
      const before = viewById(id);
      if (!before) return undefined;
      const view = { ...before, hash: newId("h"), content: viewContent(content) };
      views.set(
        before.person,
        (views.get(before.person) ?? []).map((each) => (each.id === id ? view : each)),
      );
      tell({ kind: "view", person: before.person });
      return view;
    },
    closeView(id) {
      const view = viewById(id);
      if (!view) return;
      views.set(
        view.person,
        (views.get(view.person) ?? []).filter((each) => each.id !== id),
      );
      tell({ kind: "view", person: view.person });
    },
    closeViews(person) {
      views.delete(person);
      tell({ kind: "view", person });
    },
    newId,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const fullChannel = (seed: ChannelSeed): Channel => ({
  private: false,
  archived: false,
  joined: true,
  shared: "no",
  direct: false,
  ...seed,
});
