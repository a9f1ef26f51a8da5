import { avatar } from "./avatar.ts";
import { el, icon, redraw } from "./dom.ts";
import { channelOf, type State, screenOf, unread } from "./state.ts";
import type { Channel } from "./wire.ts";

export interface SidebarActs {
  open(channel: string): void;
  become(person: string): void;
}

export function drawSidebar(host: HTMLElement, state: State, acts: SidebarActs): void {
  const { team, channels } = screenOf(state);
  const rooms = channels.filter(({ direct }) => !direct);
  const talks = channels.filter(({ direct }) => direct);
  redraw(
    host,
    el("p", { class: "workspace" }, team.name, el("small", {}, "demo")),
    el("h2", { id: "channels" }, "Channels"),
    el(
      "ul",
      { class: "channels", "aria-labelledby": "channels" },
      rooms.map((room) => channelRow(room, state, acts)),
    ),
    talks.length > 0 && el("h2", { id: "apps" }, "Apps"),
    talks.length > 0 &&
      el(
        "ul",
        { class: "channels", "aria-labelledby": "apps" },
        talks.map((talk) => channelRow(talk, state, acts)),
      ),
    peopleList(state, acts),
  );
}

export const channelSign = ({ private: hidden, direct }: Channel): Node =>
  direct
    ? el("span", { class: "sign dot" })
    : hidden
      ? icon("lock")
      : el("span", { class: "sign", "aria-hidden": "true" }, "#");

function channelRow(channel: Channel, state: State, { open }: SidebarActs): Node {
  const { messages, mentions } = unread(state, channel);
  const current = channelOf(state)?.id === channel.id;
  const news = !current && messages > 0;
  const props = {
    type: "button",
    id: `channel-${channel.id}`,
    class: news ? "channel-row unread" : "channel-row",
    "aria-current": current ? "page" : undefined,
    on: { click: () => open(channel.id) },
  };
  return el(
    "li",
    {},
    el(
      "button",
      props,
      channelSign(channel),
      el("span", { class: "channel-name" }, channel.name),
      channel.private && el("span", { class: "hidden-words" }, " (private)"),
      channel.archived && el("small", {}, "archived"),
      channel.shared === "external" && el("small", {}, "shared"),
      news && el("span", { class: "hidden-words" }, `, ${messages} unread`),
      news && mentions > 0 && el("span", { class: "count", title: "Mentions" }, String(mentions)),
    ),
  );
}

/** Radio buttons: arrow keys go from one person to the next. */
function peopleList(state: State, { become }: SidebarActs): Node {
  const { people } = state.setup;
  const rows = people.map(({ id, name, title }) => {
    const me = id === state.me;
    const calls = me
      ? 0
      : screenOf(state, id).channels.reduce((sum, channel) => sum + unread(state, channel, id).mentions, 0);
    const radio = el("input", {
      type: "radio",
      name: "person",
      id: `person-${id}`,
      value: id,
      checked: me,
      on: { change: () => become(id) },
    });
    return el(
      "label",
      { class: me ? "person me" : "person" },
      radio,
      avatar(id, screenOf(state)),
      el("span", { class: "person-name" }, name, el("small", {}, title)),
      calls > 0 && el("span", { class: "count", title: "Mentions" }, String(calls)),
    );
  });
  return el("fieldset", { class: "people" }, el("legend", {}, "You are"), rows);
}
