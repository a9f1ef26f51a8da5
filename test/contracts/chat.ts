import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Chat, Incoming, Responder } from "#chat/chat";
import { ChatError } from "#chat/chat";
import type { Card, Form } from "#domain/card";

/** What a chat port needs to be tried on: a platform whose people we can play, and whose screens we can read. */
export interface ChatDouble {
  readonly chat: Chat;
  readonly people: Readonly<Record<"member" | "other" | "bot", string>> &
    Partial<Readonly<Record<"guest" | "deactivated" | "stranger", string>>>;
  readonly email: { readonly member: string; readonly nobody: string };
  readonly group: { readonly handle: string; readonly id: string; readonly members: readonly string[] };
  readonly channels: Readonly<Record<"home" | "outside", string>> &
    Partial<Readonly<Record<"archived" | "shared" | "pending", string>>>;
  /** The name of `home`, without #. */
  readonly homeName: string;
  readonly team: string;
  /** Everything the bot was told, in order; `respond` is what it does about it. */
  onIncoming(respond: (incoming: Incoming, responder: Responder) => Promise<void>): void;
  /** Field problems the bot finds in a submission. */
  onCheck(check: (values: Readonly<Record<string, string>>) => Readonly<Record<string, string>> | undefined): void;
  /** Messages all can see, oldest first. */
  messages(channel: string): Promise<readonly SeenMessage[]>;
  /** Messages only this person can see, wherever. */
  whispers(person: string): Promise<readonly SeenMessage[]>;
  /** The topmost form or card in front of the person. */
  view(person: string): Promise<SeenView | undefined>;
  command(person: string, channel: string, text: string): Promise<void>;
  mention(person: string, channel: string, text: string, thread: string): Promise<void>;
  /** Presses what is labelled so, on a message or on the open view. */
  press(
    person: string,
    on: { readonly channel: string; readonly message: string } | "view",
    label: string,
  ): Promise<void>;
  /** Sends the open form; the problems it shows, by field. */
  submit(person: string, values: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
  delete(channel: string, message: string): Promise<void>;
  /** The next post is done, but its answer never arrives. */
  loseNextAnswer(): void;
  /** Markup that a reader of the platform finds in the text: mentions, links, broadcasts. */
  markup(text: string): readonly string[];
  /** Limits of the platform that the payloads break. */
  problems(): readonly string[];
  close(): Promise<void>;
}
type Ability = "groups" | "kinds" | "sharing" | "mentions";
/** What a double cannot do, with the reason; those tests are skipped, visibly. */
export type Cannot = Partial<Readonly<Record<Ability, string>>>;
export interface SeenMessage {
  readonly id: string;
  readonly channel: string;
  readonly thread?: string;
  /** All words of it, buttons included. */
  readonly words: string;
  /** The texts in which the platform looks for markup. */
  readonly marked: readonly string[];
}
export interface SeenView {
  readonly title: string;
  readonly words: string;
}

const card = (text: string, more: Partial<Card> = {}): Card => ({ text, parts: [{ kind: "text", text }], ...more });
const form: Form = {
  title: "Snooze F-2c9d",
  submit: "Snooze 1",
  state: 'snooze F-2c9d "quoted" & more',
  parts: [
    { kind: "text", text: "You put off F-2c9d" },
    {
      kind: "choice",
      name: "until",
      label: "Until",
      pick: "one",
      options: [
        { value: "2026-11-30", label: "Mon 30 Nov" },
        { value: "2026-12-07", label: "Mon 7 Dec" },
      ],
    },
    { kind: "input", name: "note", label: "Note", optional: true },
  ],
};

/** Every implementation of the chat port passes this, on every double there is for its platform. */
export function chatContract(name: string, open: () => Promise<ChatDouble>, cannot: Cannot = {}): void {
  describe(name, () => {
    let double: ChatDouble;
    let seen: Incoming[];
    beforeAll(async () => {
      double = await open();
      for (const [ability, why] of Object.entries(cannot)) console.warn(`${name}: ${ability} not tried: ${why}`);
    });
    afterAll(() => double.close());

    const able = (ability: Ability, title: string, run: () => Promise<void>): void =>
      cannot[ability] === undefined ? test(title, run) : test.skip(`${title} (${cannot[ability]})`, run);
    const respond = (
      how: (incoming: Incoming, responder: Responder) => Promise<void> = async () => undefined,
    ): void => {
      seen = [];
      double.onCheck(() => undefined);
      double.onIncoming(async (incoming, responder) => {
        seen.push(incoming);
        await how(incoming, responder);
      });
    };
    const told = async (): Promise<Incoming> => {
      await until(() => seen.length > 0);
      return seen[0] ?? expect.fail("the bot was told nothing");
    };
    const find = async (channel: string, words: string): Promise<readonly SeenMessage[]> =>
      (await double.messages(channel)).filter((message) => message.words.includes(words));
    const whispered = async (person: string, words: string): Promise<SeenMessage> => {
      await until(async () => (await double.whispers(person)).some((message) => message.words.includes(words)));
      const found = (await double.whispers(person)).find((message) => message.words.includes(words));
      return found ?? expect.fail(`${person} was not told ${words}`);
    };
    const shownView = async (words: string): Promise<SeenView> => {
      await until(async () => (await double.view(double.people.member))?.words.includes(words) ?? false);
      return (await double.view(double.people.member)) ?? expect.fail("no view");
    };

    test("posts a card and edits it in place", async () => {
      const { home } = double.channels;
      const posted = await double.chat.post({ channel: home, card: card("first words"), dedupe: "p1" });
      expect(await find(home, "first words")).toMatchObject([{ id: posted.message }]);
      expect(await double.chat.update(posted, card("second words"))).toBe("updated");
      expect(await find(home, "first words")).toEqual([]);
      expect(await find(home, "second words")).toMatchObject([{ id: posted.message }]);
    });

    test("says when a message to edit was deleted", async () => {
      const { home } = double.channels;
      const posted = await double.chat.post({ channel: home, card: card("short life"), dedupe: "p2" });
      await double.delete(home, posted.message);
      expect(await double.chat.update(posted, card("too late"))).toBe("gone");
    });

    test("answers in a thread", async () => {
      const { home } = double.channels;
      const parent = await double.chat.post({ channel: home, card: card("parent"), dedupe: "p3" });
      await double.chat.post({ channel: home, card: card("child"), thread: parent.message, dedupe: "p4" });
      expect(await find(home, "child")).toMatchObject([{ thread: parent.message }]);
    });

    test("posts the same key once", async () => {
      const { home } = double.channels;
      const once = await double.chat.post({ channel: home, card: card("only one"), dedupe: "p5" });
      const twice = await double.chat.post({ channel: home, card: card("only one"), dedupe: "p5" });
      expect(twice.message).toBe(once.message);
      expect(await find(home, "only one")).toHaveLength(1);
    });

    test("finds a post again whose answer was lost", async () => {
      const { home } = double.channels;
      double.loseNextAnswer();
      const post = (): Promise<{ message: string }> =>
        double.chat.post({ channel: home, card: card("lost answer"), dedupe: "p6" });
      await expect(post()).rejects.toMatchObject({ kind: "wait" });
      const posted = await post();
      expect(await find(home, "lost answer")).toMatchObject([{ id: posted.message }]);
    });

    test("whispers to one person", async () => {
      const { home } = double.channels;
      await double.chat.whisper({ channel: home, person: double.people.member, card: card("for your eyes") });
      await whispered(double.people.member, "for your eyes");
      expect(await find(home, "for your eyes")).toEqual([]);
      expect(
        (await double.whispers(double.people.other)).filter(({ words }) => words.includes("for your eyes")),
      ).toEqual([]);
    });

    test("sorts failures by what can be done", async () => {
      const nowhere = double.chat.post({ channel: "C0NOWHERE", card: card("x"), dedupe: "p7" });
      await expect(nowhere).rejects.toBeInstanceOf(ChatError);
      await expect(nowhere).rejects.toMatchObject({ kind: "route", code: "channel_not_found" });
    });

    test("hears a command and answers privately", async () => {
      respond((_, responder) => responder.whisper(card("14 open")));
      await double.command(double.people.member, double.channels.home, " summary all ");
      expect(await told()).toMatchObject({
        kind: "command",
        text: "summary all",
        platform: double.chat.platform,
        team: double.team,
        person: double.people.member,
        channel: double.channels.home,
      });
      await whispered(double.people.member, "14 open");
      expect(seen[0]?.dedupe.length).toBeGreaterThan(0);
    });

    able("mentions", "hears a mention in a thread and answers there", async () => {
      respond((_, responder) => responder.whisper(card("in the thread")));
      const parent = await double.chat.post({ channel: double.channels.home, card: card("G-7k"), dedupe: "p8" });
      await double.mention(double.people.member, double.channels.home, "show F-1a2b", parent.message);
      expect(await told()).toMatchObject({ kind: "command", text: "show F-1a2b", thread: parent.message });
      expect(await whispered(double.people.member, "in the thread")).toMatchObject({ thread: parent.message });
    });

    test("hears presses of buttons and menus", async () => {
      const { home } = double.channels;
      const posted = await double.chat.post({
        channel: home,
        dedupe: "p9",
        card: card("press me", {
          parts: [
            {
              kind: "rows",
              rows: [{ text: "row", action: { kind: "button", label: "Open", press: { command: "show F-1" } } }],
            },
          ],
          actions: [
            { kind: "button", label: "Approve 2 changes", press: { nonce: "0123456789abcdef0123456789abcdef" } },
            {
              kind: "menu",
              items: [
                { label: "Why", press: { command: "why F-1" } },
                { label: "All", press: { command: "findings" } },
              ],
            },
          ],
        }),
      });
      const where = { channel: home, message: posted.message };
      respond();
      await double.press(double.people.member, where, "Open");
      expect(await told()).toMatchObject({
        kind: "press",
        command: "show F-1",
        message: posted.message,
        channel: home,
      });
      respond();
      await double.press(double.people.member, where, "Approve 2 changes");
      expect(await told()).toMatchObject({
        kind: "press",
        nonce: "0123456789abcdef0123456789abcdef",
        person: double.people.member,
      });
      respond();
      await double.press(double.people.member, where, "All");
      expect(await told()).toMatchObject({ kind: "press", command: "findings" });
    });

    test("opens a form at once, fills it later, and takes it back", async () => {
      let fill: (content: Form) => void = () => undefined;
      respond(async (incoming, responder) => {
        if (incoming.kind === "submit") return responder.whisper(card("snoozed"));
        await responder.form(new Promise((resolve) => (fill = resolve)));
      });
      await double.command(double.people.member, double.channels.home, "snooze F-2c9d");
      await shownView("One moment");
      fill(form);
      expect(await shownView("You put off F-2c9d")).toMatchObject({ title: "Snooze F-2c9d" });

      double.onCheck(({ note }) => (note === "no" ? { note: "Say why." } : undefined));
      expect(await double.submit(double.people.member, { until: "2026-12-07", note: "no" })).toEqual({
        note: "Say why.",
      });
      expect(seen.filter(({ kind }) => kind === "submit")).toEqual([]);
      expect(await double.submit(double.people.member, { until: "2026-12-07", note: "sprint 48, a < b & c" })).toEqual(
        {},
      );
      await until(() => seen.some(({ kind }) => kind === "submit"));
      expect(seen.find(({ kind }) => kind === "submit")).toMatchObject({
        state: form.state,
        values: { until: "2026-12-07", note: "sprint 48, a < b & c" },
        person: double.people.member,
        channel: double.channels.home,
      });
      await whispered(double.people.member, "snoozed");
    });

    test("shows a card where a form was expected", async () => {
      respond((_, responder) => responder.form(Promise.resolve(card("You may not snooze F-2c9d."))));
      await double.command(double.people.member, double.channels.home, "snooze F-2c9d");
      await shownView("You may not snooze");
    });

    able("mentions", "offers a button where a form cannot open", async () => {
      respond((_, responder) => responder.form(Promise.resolve(form)));
      const parent = await double.chat.post({ channel: double.channels.home, card: card("G-7k"), dedupe: "p10" });
      await double.mention(double.people.member, double.channels.home, "snooze F-2c9d", parent.message);
      const { channel, id } = await whispered(double.people.member, "Open the form");
      seen = [];
      await double.press(double.people.member, { channel, message: id }, "Open the form…");
      expect(await told()).toMatchObject({ kind: "press", command: "snooze F-2c9d" });
      await shownView("You put off F-2c9d");
    });

    test("tells members from bots", async () => {
      const { member, bot } = double.people;
      expect(await double.chat.person(member)).toMatchObject({ account: member, team: double.team, kind: "member" });
      expect(await double.chat.person(bot)).toMatchObject({ kind: "bot" });
      expect(await double.chat.person("U0NOBODY")).toBeUndefined();
    });

    able("kinds", "tells guests, deactivated people and strangers", async () => {
      const kinds = await Promise.all(
        (["guest", "deactivated", "stranger"] as const).map(
          async (kind) => (await double.chat.person(double.people[kind] ?? ""))?.kind,
        ),
      );
      expect(kinds).toEqual(["guest", "deactivated", "stranger"]);
    });

    test("finds people by e-mail", async () => {
      expect(await double.chat.personByEmail(double.email.member.toUpperCase())).toMatchObject({
        account: double.people.member,
        email: double.email.member,
      });
      expect(await double.chat.personByEmail(double.email.nobody)).toBeUndefined();
    });

    able("groups", "reads a group by handle or id; one that is not there has nobody", async () => {
      expect(await double.chat.members(double.group.handle)).toEqual(double.group.members);
      expect(await double.chat.members(double.group.id)).toEqual(double.group.members);
      expect(await double.chat.members("@nobody-here")).toBeUndefined();
    });

    test("finds channels by id and name", async () => {
      const { home, outside } = double.channels;
      const expected = { id: home, name: double.homeName, private: false, archived: false, joined: true };
      expect(await double.chat.channel(home)).toMatchObject(expected);
      expect(await double.chat.channel(`#${double.homeName}`)).toMatchObject(expected);
      expect(await double.chat.channel(outside)).toMatchObject({ joined: false });
      expect(await double.chat.channel("#nowhere")).toBeUndefined();
      expect(await double.chat.channel("C0NOWHERE")).toBeUndefined();
    });

    able("sharing", "sees archived and shared channels, also those about to be", async () => {
      const { home, archived = "", shared = "", pending = "" } = double.channels;
      expect(await double.chat.channel(archived)).toMatchObject({ archived: true });
      expect(
        await Promise.all([home, shared, pending].map(async (id) => (await double.chat.channel(id))?.shared)),
      ).toEqual([false, true, true]);
    });

    test("shows hostile names as they are, and nothing more", async () => {
      const evil = [
        "<!channel>",
        "<@U0EVIL>",
        "<https://evil.example|Fix>",
        "*bold* `code` ~x~",
        "\u202Egpj.exe",
        "a&b<c>",
      ];
      const posted = await double.chat.post({
        channel: double.channels.home,
        dedupe: "p11",
        card: {
          text: `HIGH: ${evil.join(" ")}`,
          parts: [
            { kind: "heading", text: evil },
            { kind: "text", text: [...evil, { mention: double.people.member, name: "Member" }] },
            { kind: "rows", rows: evil.map((text) => ({ text: [{ code: text }, " ", { bold: text }] })) },
          ],
        },
      });
      const { words } =
        (await double.messages(double.channels.home)).find(({ id }) => id === posted.message) ?? expect.fail();
      expect(double.markup(words)).toEqual([`@${double.people.member}`]);
      expect(words).not.toMatch(/[\u202A-\u202E\u200B]/);
    });

    test("sent nothing that the platform's published limits forbid", () => {
      expect(double.problems()).toEqual([]);
    });
  });
}

/** Waits for what happens after an acknowledgement. */
export async function until(happened: () => boolean | Promise<boolean>, patience = 5_000): Promise<void> {
  const end = Date.now() + patience;
  while (!(await happened())) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
