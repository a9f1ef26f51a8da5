import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Chat, ChatChannel, ChatPerson, Incoming, Responder } from "#chat/chat";
import type { Cloud } from "#cloud/cloud";
import type { Config, ConfigInput } from "#config/schema";
import { configSchema } from "#config/schema";
import type { Action, Card, Form, Part } from "#domain/card";
import { isField } from "#domain/card";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";
import { quickFolder } from "#test/support/quick-folder";
import type { Assembled } from "../../src/assemble.ts";
import { assemble, prepare } from "../../src/assemble.ts";

/** A chat that only remembers: for the flows' own tests. What Slack does with it is tested elsewhere. */
export interface Said {
  readonly at: number;
  /** What the outbox calls it: the platform posts nothing twice under one key. */
  readonly key: string;
  readonly channel: string;
  readonly message: string;
  readonly thread?: string;
  card: Card;
  readonly history: Card[];
}

export interface World extends Assembled {
  readonly store: Store;
  readonly config: Config;
  readonly said: Said[];
  readonly people: Map<string, ChatPerson>;
  readonly channels: Map<string, ChatChannel>;
  readonly groups: Map<string, string[] | undefined>;
  readonly time: { now: number };
  /** Types `/posture …`, gets the private answer: a card or a form. */
  say(person: string, text: string, channel?: string): Promise<Card | Form | undefined>;
  press(
    person: string,
    value: { command: string } | { nonce: string },
    channel?: string,
    dedupe?: readonly string[],
  ): Promise<Card | Form | undefined>;
  submit(
    person: string,
    form: Form,
    values: Readonly<Record<string, string>>,
    channel?: string,
  ): Promise<Card | Form | undefined>;
  /** Lets everything that is due happen. */
  settle(): Promise<void>;
  in(channel: string): readonly Said[];
  restart(): Promise<World>;
  close(): void;
}

export const person = (account: string, name: string, more: Partial<ChatPerson> = {}): ChatPerson => ({
  account,
  team: "T1",
  name,
  kind: "member",
  email: `${name.split(" ")[0]?.toLowerCase()}@example.com`,
  ...more,
});

export const channel = (id: string, name: string, more: Partial<ChatChannel> = {}): ChatChannel => ({
  id,
  name,
  private: false,
  archived: false,
  joined: true,
  shared: false,
  guests: false,
  ...more,
});

export async function world(setup: {
  readonly config: ConfigInput;
  readonly clouds: (now: () => number) => readonly Cloud[];
  readonly people: readonly ChatPerson[];
  readonly channels: readonly ChatChannel[];
  readonly start?: number;
  readonly file?: string;
  readonly quietLog?: boolean;
  /** Between the bot and its ports: what fails on purpose. */
  readonly store?: (store: Store) => Store;
  readonly chat?: (chat: Chat) => Chat;
  /** For each life, what tells it to stop. */
  readonly stopping?: () => AbortSignal;
  /** What stands in the channels already, for a database that knows of it. */
  readonly said?: readonly Said[];
}): Promise<World> {
  const config = configSchema.parse(setup.config);
  const folder = quickFolder("world");
  const file = setup.file ?? join(folder, "stance.sqlite");
  const time = { now: setup.start ?? Date.parse("2026-11-23T08:00:00Z") };
  const clouds = setup.clouds(() => time.now);
  const people = new Map(setup.people.map((each) => [each.account, each]));
  const channels = new Map(setup.channels.map((each) => [each.id, each]));
  const groups = new Map<string, string[] | undefined>();
  const said: Said[] = (setup.said ?? []).map((each) => ({ ...each, history: [...each.history] }));
  return begin();

  async function begin(): Promise<World> {
    const opened = await openStore({ file, kind: "real", exclusive: true, at: time.now });
    const store = setup.store?.(opened) ?? opened;
    let counter = said.length;
    const plain: Chat = {
      platform: "slack",
      async post({ channel: to, card, thread, dedupe }) {
        const before = said.find(({ key }) => key === dedupe);
        const message = before?.message ?? `m${++counter}`;
        const told = { at: time.now, key: dedupe, channel: to, message, card, history: [] };
        if (!before) said.push({ ...told, ...(thread !== undefined && { thread }) });
        return { channel: to, message, link: `https://chat.example/${message}` };
      },
      async update({ message }, card) {
        const found = said.find((each) => each.message === message);
        if (!found) return "gone";
        found.history.push(found.card);
        found.card = card;
        return "updated";
      },
      async whisper() {},
      person: async (account) => people.get(account),
      personByEmail: async (email) => [...people.values()].find((each) => each.email === email),
      members: async (group) => groups.get(group),
      groupId: async (group) => (groups.has(group) ? `S-${group}` : undefined),
      channel: async (name) => [...channels.values()].find((each) => each.id === name || `#${each.name}` === name),
      problems: async () => [],
      down: () => undefined,
      refused: () => ({}),
      start: async () => {},
      stop: async () => {},
    };
    const chat = setup.chat?.(plain) ?? plain;
    const assembled = assemble({
      config,
      store,
      chat,
      clouds,
      log: {
        info: () => {},
        warn: () => {},
        error: (event, error) => {
          if (!setup.quietLog) console.error(event, error);
        },
      },
      now: () => time.now,
      sleep: async (ms) => void (time.now += ms),
      wake: () => {},
      ...(setup.stopping && { stopping: setup.stopping() }),
    });
    await prepare(assembled);
    await assembled.heart.beat();
    let serial = Math.floor(Math.random() * 1e9);
    const deliver = async (incoming: Incoming): Promise<Card | Form | undefined> => {
      if ((await assembled.inbound.accept(incoming)) === "duplicate") return undefined;
      let answer: Card | Form | undefined;
      const responder: Responder = {
        whisper: async (card) => void (answer = card),
        form: async (content) => void (answer = await content),
      };
      await assembled.inbound.handle(incoming, responder);
      return answer;
    };
    const base = (who: string, where: string) => ({
      platform: "slack",
      dedupe: [`trigger:${++serial}`],
      team: "T1",
      person: who,
      channel: where,
      trigger: `t${serial}`,
    });
    const home = channels.keys().next().value ?? "C1";
    return {
      ...assembled,
      store,
      config,
      said,
      people,
      channels,
      groups,
      time,
      say: (who, text, where = home) => deliver({ ...base(who, where), kind: "command", text }),
      press: (who, value, where = home, dedupe) =>
        deliver({ ...base(who, where), ...(dedupe && { dedupe }), kind: "press", ...value }),
      async submit(who, form, values, where = home) {
        const incoming = {
          ...base(who, where),
          kind: "submit" as const,
          state: form.state,
          values: { ...defaults(form), ...values },
        };
        const problems = assembled.inbound.check(incoming);
        if (problems) throw new Error(`form refused: ${JSON.stringify(problems)}`);
        return deliver(incoming);
      },
      async settle() {
        for (let i = 0; i < 6; i++) await assembled.heart.beat();
      },
      in: (name) => said.filter((each) => channels.get(each.channel)?.name === name.replace("#", "")),
      async restart() {
        opened.close();
        return begin();
      },
      close() {
        opened.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }
}

const defaults = (form: Form): Readonly<Record<string, string>> =>
  Object.fromEntries(
    form.parts
      .filter(isField)
      .map((field) => [field.name, field.kind === "choice" ? (field.value ?? []).join(",") : (field.value ?? "")]),
  );

export const isForm = (answer: Card | Form | undefined): answer is Form => answer !== undefined && "submit" in answer;
export const buttons = (card: Card): readonly Action[] => [
  ...(card.actions ?? []),
  ...card.parts.flatMap((part: Part) => (part.kind === "rows" ? part.rows.flatMap(({ action }) => action ?? []) : [])),
];
/** The press behind a button whose label begins so. */
export function pressOf(card: Card, label: string): { command: string } | { nonce: string } {
  for (const action of buttons(card)) {
    if (action.kind === "button" && action.label.startsWith(label)) return action.press;
    if (action.kind === "menu") {
      const item = action.items.find((each) => each.label.startsWith(label));
      if (item) return item.press;
    }
  }
  throw new Error(`no button "${label}" on: ${card.text}`);
}
