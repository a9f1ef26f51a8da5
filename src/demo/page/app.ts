import { composer } from "./composer.ts";
import { byId, el, fill, icon } from "./dom.ts";
import { messageList } from "./messages.ts";
import * as net from "./net.ts";
import { drawPanel } from "./panel.ts";
import { channelSign, drawSidebar } from "./sidebar.ts";
import { channelOf, isOpen, markRead, namesOf, newState, screenOf, threadsOf } from "./state.ts";
import type { Reading } from "./text.ts";
import { viewHost } from "./views.ts";
import type { Act, Channel, Outcome, Place, Screen } from "./wire.ts";

// The token has done its work; it need not stay where it can be copied from.
history.replaceState(null, "", "/");

const setup = await net.getSetup();
/** What was read stays read when the page is loaded again. */
const readKey = "read";
const before = JSON.parse(sessionStorage.getItem(readKey) ?? "[]") as readonly (readonly [string, string])[];
const state = newState(setup, await screens(), new Map(before));

async function screens(): Promise<ReadonlyMap<string, Screen>> {
  return new Map(await Promise.all(setup.people.map(async ({ id }) => [id, await net.getScreen(id)] as const)));
}

const live = byId("live");
const announce = (words: string): void => {
  live.textContent = words;
};
const notice = byId("notice");
/** A sentence that stays until it is put away, or no longer true. */
function notify(words: string | undefined): void {
  notice.hidden = words === undefined;
  const away = { class: "plain", type: "button", "aria-label": "Put away", on: { click: () => notify(undefined) } };
  fill(notice, words, el("button", away, icon("close")));
}

/** Undefined: it could not be done, and that has been said. */
async function perform(act: Act): Promise<Outcome | undefined> {
  try {
    const outcome = await net.act(state.me, act);
    if (!outcome.ok && act.kind === "press") notify("Stance did not answer in time. Press it again.");
    return outcome;
  } catch (error) {
    if (!(error instanceof net.Refused)) throw error;
    notify(error.message);
    return undefined;
  }
}
const pressOn = (on: Place) => async (action: string, choice?: string) => {
  await perform({ kind: "press", on, action, ...(choice !== undefined && { choice }) });
};

const list = messageList(byId("messages"), {
  press: (message) => pressOn({ channel: channelOf(state)?.id ?? "", message }),
  reply: (thread, text) => void perform({ kind: "say", channel: channelOf(state)?.id ?? "", text, thread }),
  dismiss(ts) {
    state.dismissed.add(ts);
    draw();
  },
  toggle(ts, open) {
    state.threads.set(ts, open);
    draw();
  },
  announce,
});
const views = viewHost({
  press: (view) => pressOn({ view }),
  submit: (view, values) => perform({ kind: "submit", view, values }),
  close: (view) => void perform({ kind: "close", view }),
});
const writing = composer(byId("composer"), { commands: setup.commands, send });
drawPanel(byId("panel"), setup, { press: net.pressControl, put: writing.put, announce });

function send(text: string): void {
  const channel = channelOf(state)?.id;
  if (channel === undefined) return;
  const [, word, rest = ""] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (word === undefined) void perform({ kind: "say", channel, text });
  else if (word === "/posture") void perform({ kind: "command", channel, text: rest });
  else notify(`${word} is not a command here. Try /posture help.`);
}

function open(channel: string): void {
  state.channel = channel;
  announce("");
  draw();
}
function become(person: string): void {
  // The next one looks at the same, if there is something to see.
  const channel = channelOf(state);
  if (channel && channel.messages.length > 0) state.channel = channel.id;
  state.me = person;
  announce("");
  draw();
}

function readingOf(screen: Screen): Reading {
  const all = [...state.screens.values()];
  const names = new Map<string, string>([
    ...screen.people.map(({ id, name }) => [id, name] as const),
    [screen.bot.id, screen.bot.name],
    ...screen.groups.map(({ id, handle }) => [id, handle] as const),
    // Names of public channels are no secret to those who are not in them.
    ...all.flatMap(({ channels }) =>
      channels.filter((each) => !each.private).map(({ id, name }) => [id, name] as const),
    ),
    ...screen.channels.map(({ id, name }) => [id, name] as const),
  ]);
  return {
    zone: screen.me.zone ?? "UTC",
    now: Date.now(),
    mine: namesOf(screen, screen.me.id),
    name: (id) => names.get(id),
    archives: setup.archives,
    jump,
    openChannel(id) {
      if (screen.channels.some((channel) => channel.id === id)) open(id);
      else notify(`${screen.me.name} is not in #${names.get(id) ?? "that channel"}.`);
    },
  };
}

/** `C0PAY/p1700000000000100?thread_ts=…` */
function jump(path: string): void {
  const [, channel, seconds, rest] = /^([A-Z0-9]+)\/p(\d+)(\d{6})/.exec(path) ?? [];
  if (!screenOf(state).channels.some(({ id }) => id === channel))
    return notify(`${screenOf(state).me.name} is not in that channel.`);
  open(channel ?? "");
  list.show(`${seconds}.${rest}`);
}

function draw(): void {
  const screen = screenOf(state);
  const channel = channelOf(state);
  const reading = readingOf(screen);
  if (channel && !document.hidden) markRead(state, channel);
  sessionStorage.setItem(readKey, JSON.stringify([...state.read]));
  drawSidebar(byId("sidebar"), state, { open, become });
  drawHead(channel);
  const threads = channel
    ? threadsOf(channel, state).map((thread) => ({ ...thread, open: isOpen(state, thread) }))
    : [];
  list.draw({ key: `${state.me} ${channel?.id}`, threads, screen, reading });
  byId("empty").hidden = threads.length > 0;
  writing.place(
    `${state.me} ${channel?.id}`,
    channel ? `Message ${channel.direct ? channel.name : `#${channel.name}`}` : "Message",
  );
  views.draw(screen.views, reading);
}

function drawHead(channel: Channel | undefined): void {
  const { team, me } = screenOf(state);
  document.title = channel ? `${channel.name} · ${team.name} · Stance demo` : "Stance demo";
  fill(byId("channel-title"), channel && channelSign(channel), channel?.name ?? "No channel");
  byId("channel-note").textContent = `You see it as ${me.name}`;
}

byId("panel-toggle").addEventListener("click", () => {
  const shown = document.body.classList.toggle("with-panel");
  byId("panel-toggle").setAttribute("aria-expanded", String(shown));
});
document.addEventListener("visibilitychange", draw);

let loading = false;
let stale = false;
/** Looks again; changes that come while it looks make it look once more. */
async function refresh(): Promise<void> {
  stale = true;
  if (loading) return;
  loading = true;
  try {
    while (stale) {
      stale = false;
      state.screens = await screens();
      draw();
    }
  } catch (error) {
    if (!(error instanceof net.Refused)) throw error;
    notify(error.message);
  } finally {
    loading = false;
  }
}

draw();
let lost = false;
net.listen((connected) => {
  if (connected && lost) notify(undefined);
  lost = !connected;
  void refresh();
});
