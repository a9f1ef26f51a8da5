import { avatar } from "./avatar.ts";
import { drawBlock } from "./blocks.ts";
import { clock, dayKey, dayName, moment } from "./dates.ts";
import { arrange, type Child, el, fill, icon } from "./dom.ts";
import type { Press } from "./elements.ts";
import type { Thread } from "./state.ts";
import { mrkdwn, type Reading } from "./text.ts";
import type { Message, Screen } from "./wire.ts";

export interface MessageActs {
  press(message: string): Press;
  reply(thread: string, text: string): void;
  dismiss(message: string): void;
  toggle(thread: string, open: boolean): void;
  /** Read aloud. */
  announce(words: string): void;
}
export interface Shown {
  /** Whose eyes and which channel: another one is drawn without movement. */
  readonly key: string;
  readonly threads: readonly (Thread & { readonly open: boolean })[];
  readonly screen: Screen;
  readonly reading: Reading;
}

interface Drawn {
  readonly node: HTMLLIElement;
  readonly body: HTMLElement;
  readonly below: HTMLElement;
  json: string;
}

/** Draws the messages of a channel; what did not change is not touched, what did is lit for a moment. */
export function messageList(
  list: HTMLElement,
  acts: MessageActs,
): { draw(shown: Shown): void; show(ts: string): void } {
  let drawn = new Map<string, Drawn>();
  let key: string | undefined;
  /** The thread that is being answered. */
  let answering: string | undefined;
  let shownLast: Shown | undefined;

  function draw(shown: Shown): void {
    shownLast = shown;
    const fresh = shown.key !== key;
    if (fresh) {
      key = shown.key;
      drawn = new Map();
      answering = undefined;
      list.replaceChildren();
    }
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
    const next = new Map<string, Drawn>();
    const arrived: Drawn[] = [];
    const keep = (message: Message): Drawn => {
      const before = drawn.get(message.ts);
      const one = before ?? blank(message.ts);
      const changed = one.json !== JSON.stringify(message);
      if (changed) fillMessage(one, message, shown);
      if (!fresh && changed) tell(one, message, shown, before ? "changed" : "arrived");
      if (!fresh && !before) arrived.push(one);
      next.set(message.ts, one);
      return one;
    };
    arrange(list, rowsOf(shown, keep));
    drawn = next;
    if (fresh) list.scrollTop = list.scrollHeight;
    else if (arrived.length > 0) reveal(arrived, atEnd);
  }

  function rowsOf({ threads, reading, screen }: Shown, keep: (message: Message) => Drawn): readonly Element[] {
    let day = "";
    return threads.flatMap((thread) => {
      const one = keep(thread.first);
      arrange(one.below, belowOf(thread, screen, keep));
      const today = dayKey(thread.first.at, reading.zone);
      if (today === day) return [one.node];
      day = today;
      return [el("li", { class: "day" }, el("span", {}, dayName(thread.first.at, reading))), one.node];
    });
  }

  /** The answers, and where to write one. */
  function belowOf(
    { first, replies, open }: Shown["threads"][number],
    screen: Screen,
    keep: (message: Message) => Drawn,
  ): readonly Element[] {
    const { ts } = first;
    const rows: Element[] = [];
    if (replies.length > 0) {
      const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
      const faces = [...new Set(replies.map(({ author }) => author))]
        .slice(0, 3)
        .map((author) => avatar(author, screen));
      const toggle = (): void => acts.toggle(ts, !open);
      const props = {
        class: "replies",
        type: "button",
        id: `thread-${ts}`,
        "aria-expanded": String(open),
        on: { click: toggle },
      };
      const bar = el("button", props, faces, count, icon("down"));
      const answers = el("ol", { class: "answers", hidden: !open });
      arrange(
        answers,
        replies.map((reply) => keep(reply).node),
      );
      rows.push(bar, answers);
    }
    if (answering === ts) rows.push(answerBox(ts));
    return rows;
  }

  let box: { readonly ts: string; readonly node: HTMLElement } | undefined;
  function answerBox(ts: string): HTMLElement {
    if (box?.ts === ts) return box.node;
    const input = el("input", {
      type: "text",
      "aria-label": "Reply in the thread",
      placeholder: "Reply… (@Stance reaches the bot)",
      autocomplete: "off",
    });
    const send = (event: Event): void => {
      event.preventDefault();
      const text = input.value.trim();
      if (text !== "") acts.reply(ts, text);
      input.value = "";
    };
    const node = el(
      "form",
      { class: "answer", on: { submit: send } },
      input,
      el("button", { class: "button", type: "submit" }, "Reply"),
    );
    box = { ts, node };
    return node;
  }

  function answer(ts: string): void {
    answering = answering === ts ? undefined : ts;
    if (shownLast) draw(shownLast);
    if (answering) box?.node.querySelector("input")?.focus();
  }

  function fillMessage(one: Drawn, message: Message, shown: Shown): void {
    const hadFocus = one.body.contains(document.activeElement);
    fill(
      one.body,
      messageContent(message, shown, acts, () => answer(message.ts)),
    );
    one.node.classList.toggle("ephemeral", message.ephemeral);
    one.json = JSON.stringify(message);
    if (hadFocus) one.node.focus();
  }

  function tell(one: Drawn, message: Message, { screen, reading }: Shown, how: "changed" | "arrived"): void {
    one.node.classList.remove("changed", "arrived");
    // A class that comes back at once would not move again.
    void one.node.offsetWidth;
    one.node.classList.add(how);
    const words = el("span", {}, mrkdwn(message.text, reading)).textContent;
    acts.announce(`${nameOf(message.author, screen)}${how === "changed" ? ", changed" : ""}: ${words}`);
  }

  function reveal(arrived: readonly Drawn[], atEnd: boolean): void {
    const last = arrived.at(-1)?.node;
    const mine = arrived.some(({ node }) => node.classList.contains("ephemeral"));
    if (!last || !(atEnd || mine)) return;
    last.scrollIntoView({ block: last.offsetHeight > list.clientHeight ? "start" : "nearest" });
  }

  return {
    draw,
    show(ts) {
      const one = drawn.get(ts);
      one?.node.scrollIntoView({ block: "center" });
      one?.node.focus();
      one?.node.classList.add("changed");
    },
  };
}

function blank(ts: string): Drawn {
  const body = el("article", { class: "message" });
  const below = el("div", { class: "below" });
  return { node: el("li", { class: "item", tabindex: "-1", id: `message-${ts}` }, body, below), body, below, json: "" };
}

const nameOf = (author: string, { bot, people }: Screen): string =>
  author === bot.id ? bot.name : (people.find(({ id }) => id === author)?.name ?? "Slackbot");

function messageContent(message: Message, { screen, reading }: Shown, acts: MessageActs, answer: () => void): Child {
  const { ts, author, at, blocks, text } = message;
  const isPerson = screen.people.some(({ id }) => id === author);
  const dismiss = { class: "plain", type: "button", on: { click: () => acts.dismiss(ts) } };
  return [
    avatar(author, screen),
    el(
      "div",
      { class: "message-body" },
      message.ephemeral &&
        el("p", { class: "only-you" }, icon("eye"), "Only visible to you ", el("button", dismiss, "Dismiss")),
      el(
        "p",
        { class: "message-head" },
        el("strong", {}, nameOf(author, screen)),
        !isPerson && el("span", { class: "badge" }, "APP"),
        el("time", { title: moment(at, reading) }, clock(at, reading)),
        message.edited && el("span", { class: "edited" }, "(edited)"),
      ),
      blocks.length > 0
        ? blocks.map((block) => drawBlock(block, reading, acts.press(ts)))
        : el("div", { class: "block section" }, el("div", { class: "section-text" }, mrkdwn(text, reading))),
    ),
    message.thread === undefined &&
      !message.ephemeral &&
      el(
        "button",
        {
          class: "hover-action plain",
          type: "button",
          "aria-label": "Reply in the thread",
          title: "Reply in the thread",
          on: { click: answer },
        },
        icon("reply"),
      ),
  ];
}
