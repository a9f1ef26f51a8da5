import { content, isJson, Refusal, str } from "#demo/slack/methods";
import { messageObject, viewObject } from "#demo/slack/objects";
import { payloadForm } from "#demo/slack/sign";
import type { Channel, ChannelSeed, Json, Message, Person, Sharing, State, View } from "#demo/slack/state";

/** What a person can do, as Slack's own apps let them. Each resolves when the bot has acknowledged it. */
export interface Acts {
  /** `/posture summary` is `command(channel, "summary")`; `as` where the command has another name. */
  command(channel: string, text: string, as?: string): Promise<Outcome>;
  /** Writes a message; one that mentions the bot (`@Stance summary`) reaches it. */
  say(channel: string, text: string, thread?: string): Promise<Outcome>;
  /** Presses a button, or picks an option of a menu. */
  press(where: Pressed, action: string, choice?: string): Promise<Outcome>;
  /** Sends an open form. Several choices of one field are a list. */
  submit(view: string, values: Readonly<Record<string, string | readonly string[]>>): Promise<Outcome>;
  /** Closes an open form or card without sending it. */
  close(view: string): void;
}
export type Pressed = { readonly channel: string; readonly message: string } | { readonly view: string };
export interface Outcome {
  /** The bot acknowledged within three seconds. */
  readonly ok: boolean;
  /** What is wrong with a form's fields, by name; it stays open. */
  readonly errors?: Readonly<Record<string, string>>;
}

export interface Post {
  readonly kind: "form" | "event";
  readonly body: string;
}
/** What the bot answered; undefined: nothing in three seconds. */
export interface Ack {
  readonly status: number;
  readonly body: string;
}
export interface Wire {
  readonly state: State;
  deliver(post: Post): Promise<Ack | undefined>;
  newTrigger(person: string): string;
  /** Where a private answer may be sent for half an hour. */
  answerAddress(channel: string, person: string, message?: string): string;
  now(): number;
}

const good = (ack: Ack | undefined): ack is Ack => ack !== undefined && ack.status >= 200 && ack.status < 300;

export function actsOf(id: string, wire: Wire): Acts {
  const { state } = wire;
  const me = (): Person => state.person(id) ?? fail(`there is no person ${id}`);
  const user = (): Json => ({ id, username: me().name, name: me().name, team_id: teamOf(me(), state) });
  const common = (): Json => ({
    user: user(),
    team: { id: teamOf(me(), state), domain: state.seed.team.domain },
    api_app_id: "A0STANCE",
    trigger_id: wire.newTrigger(id),
  });
  const interact = (payload: Json): Promise<Ack | undefined> =>
    wire.deliver({ kind: "form", body: payloadForm(payload) });

  return {
    async command(channelId, text, as = "/posture") {
      const channel = visible(channelId, id, state);
      const body = new URLSearchParams({
        team_id: teamOf(me(), state),
        team_domain: state.seed.team.domain,
        channel_id: channel.id,
        channel_name: channel.direct ? "directmessage" : channel.name,
        user_id: id,
        user_name: me().name,
        command: as,
        text,
        api_app_id: "A0STANCE",
        response_url: wire.answerAddress(channel.id, id),
        trigger_id: wire.newTrigger(id),
      });
      const ack = await wire.deliver({ kind: "form", body: body.toString() });
      if (!good(ack)) {
        state.addMessage({
          channel: channel.id,
          author: "USLACKBOT",
          text: `${as} did not work: the app does not answer.`,
          blocks: [],
          only: id,
        });
        return { ok: false };
      }
      showAnswer(ack.body, channel.id, id, state);
      return { ok: true };
    },
    async say(channelId, text, thread) {
      const channel = visible(channelId, id, state);
      const { bot, team } = state.seed;
      const written = text.replaceAll(`@${bot.name}`, `<@${bot.id}>`);
      const message = state.addMessage({
        channel: channel.id,
        author: id,
        text: written,
        blocks: [],
        ...(thread && { thread }),
      });
      if (!written.includes(`<@${bot.id}>`) || !channel.joined) return { ok: true };
      const event = {
        ...messageObject(message),
        type: "app_mention",
        channel: channel.id,
        user_team: teamOf(me(), state),
      };
      return { ok: good(await wire.deliver(eventPost(event, team.id, wire))) };
    },
    async press(where, action, choice) {
      const found = "view" in where ? inView(where.view, id, state) : inMessage(where, id, state, wire);
      const element = elements(found.blocks).find(({ element: { action_id: name } }) => name === action);
      if (!element) return fail(`nothing here is called ${action}`);
      const payload = {
        type: "block_actions",
        ...common(),
        ...found.payload,
        actions: [pressed(element, choice, wire)],
      };
      return { ok: good(await interact(payload)) };
    },
    async submit(viewId, values) {
      const view = state.view(viewId) ?? fail("this form is closed");
      const { errors, state: filled } = fill(view, values);
      if (Object.keys(errors).length > 0) return { ok: true, errors };
      const ack = await interact({
        type: "view_submission",
        ...common(),
        view: { ...viewObject(view, state), state: { values: filled } },
      });
      return good(ack) ? afterSubmit(view, ack.body, state) : { ok: false };
    },
    close: (viewId) => state.closeView(viewId),
  };
}

/** An admin's changes of a channel, and what Slack tells the bot of them. */
export async function changeChannel(
  wire: Wire,
  id: string,
  change: Partial<Omit<ChannelSeed, "id" | "members">>,
): Promise<void> {
  const { state } = wire;
  const before = state.channel(id) ?? fail(`there is no channel ${id}`);
  state.changeChannel(id, change);
  const name = change.name ?? before.name;
  const happened: Json[] = [];
  const kind = before.private ? "group" : "channel";
  if (change.name !== undefined) happened.push({ type: `${kind}_rename`, channel: { id, name } });
  if (change.archived !== undefined)
    happened.push({ type: `${kind}_${change.archived ? "archive" : "unarchive"}`, channel: id });
  if (change.joined === true) happened.push({ type: "member_joined_channel", channel: id, user: state.seed.bot.id });
  if (change.joined === false) happened.push({ type: `${kind}_left`, channel: id });
  if (change.shared !== undefined)
    happened.push({ type: isShared(change.shared) ? "channel_shared" : "channel_unshared", channel: id });
  for (const event of happened) await wire.deliver(eventPost(event, state.seed.team.id, wire));
}

const isShared = (shared: Sharing): boolean => shared === "external" || shared === "pending";
const teamOf = ({ kind, team }: Person, { seed }: State): string =>
  kind === "stranger" ? (team ?? "T0STRANGE") : seed.team.id;

const eventPost = (event: Json, team: string, wire: Wire): Post => ({
  kind: "event",
  body: JSON.stringify({
    type: "event_callback",
    team_id: team,
    api_app_id: "A0STANCE",
    event_id: wire.state.newId("Ev"),
    event_time: Math.floor(wire.now() / 1000),
    event,
  }),
});

function fail(why: string): never {
  throw new Error(`demo Slack: ${why}`);
}

function visible(channelId: string, person: string, state: State): Channel {
  const channel = state.channel(channelId);
  return channel?.members.includes(person) ? channel : fail(`${person} is not in ${channelId}`);
}

interface Found {
  readonly blocks: readonly Json[];
  readonly payload: Json;
}

function inMessage(
  { channel, message: ts }: { channel: string; message: string },
  person: string,
  state: State,
  wire: Wire,
): Found {
  const { id, name } = visible(channel, person, state);
  const message: Message = state.message(id, ts) ?? fail("this message is gone");
  if (message.only !== undefined && message.only !== person) fail("this message is for somebody else");
  return {
    blocks: message.blocks,
    payload: {
      container: {
        type: "message",
        message_ts: ts,
        channel_id: id,
        is_ephemeral: message.only !== undefined,
        ...(message.thread !== undefined && { thread_ts: message.thread }),
      },
      channel: { id, name },
      message: messageObject(message),
      response_url: wire.answerAddress(id, person, ts),
    },
  };
}

function inView(viewId: string, person: string, state: State): Found {
  const view = state.view(viewId);
  if (view?.person !== person) return fail("this form is closed");
  return {
    blocks: blocksOf(view),
    payload: { container: { type: "view", view_id: viewId }, view: viewObject(view, state) },
  };
}

interface Placed {
  readonly block: string;
  readonly element: Json;
}

function elements(blocks: readonly Json[]): readonly Placed[] {
  return blocks.flatMap((block) => {
    const held = Array.isArray(block["elements"]) ? block["elements"] : [];
    return [...held, block["accessory"]].filter(isJson).map((element) => ({ block: str(block, "block_id"), element }));
  });
}

function pressed({ block, element }: Placed, choice: string | undefined, wire: Wire): Json {
  const { type, action_id, text, value } = element;
  const at = { block_id: block, action_id, type, action_ts: String(wire.now() / 1000) };
  if (type === "button") return { ...at, text, ...(value !== undefined && { value }) };
  const options = Array.isArray(element["options"]) ? element["options"].filter(isJson) : [];
  return {
    ...at,
    selected_option: options.find((option) => option["value"] === choice) ?? fail(`there is no choice ${choice}`),
  };
}

const blocksOf = ({ content: view }: View): readonly Json[] =>
  Array.isArray(view["blocks"]) ? view["blocks"].filter(isJson) : [];

/** The form as Slack's app would send it, or what the app itself would not let pass. */
function fill(
  view: View,
  given: Readonly<Record<string, string | readonly string[]>>,
): { readonly errors: Record<string, string>; readonly state: Json } {
  const errors: Record<string, string> = {};
  const filled: Record<string, Json> = {};
  for (const block of blocksOf(view)) {
    const element = block["element"];
    if (block["type"] !== "input" || !isJson(element)) continue;
    const name = str(block, "block_id");
    const value = given[name] ?? "";
    if (value.length === 0 && block["optional"] !== true) errors[name] = "Please complete this required field.";
    else if (typeof value === "string" && value.length > 0 && value.length < Number(element["min_length"] ?? 0))
      errors[name] = `Please write at least ${Number(element["min_length"])} characters.`;
    filled[name] = { [str(element, "action_id")]: entered(element, value) };
  }
  return { errors, state: filled };
}

function entered(element: Json, value: string | readonly string[]): Json {
  const type = element["type"];
  if (type === "plain_text_input") return { type, value: value.length === 0 ? null : String(value) };
  const options = Array.isArray(element["options"]) ? element["options"].filter(isJson) : [];
  const wanted = typeof value === "string" ? [value] : value;
  const chosen = options.filter((option) => wanted.includes(str(option, "value")));
  return type === "checkboxes" || type === "multi_static_select"
    ? { type, selected_options: chosen }
    : { type, selected_option: chosen[0] ?? null };
}

/** What the bot answered to a command, shown to who typed it. */
function showAnswer(body: string, channel: string, person: string, state: State): void {
  if (body === "") return;
  const answer: unknown = body.startsWith("{") ? JSON.parse(body) : { text: body };
  if (!isJson(answer)) return;
  state.addMessage({ ...content(answer), channel, author: state.seed.bot.id, only: person });
}

function afterSubmit(view: View, body: string, state: State): Outcome {
  const answer: unknown = body === "" ? {} : JSON.parse(body);
  const action = isJson(answer) ? answer["response_action"] : undefined;
  if (isJson(answer) && action === "errors" && isJson(answer["errors"])) {
    const known = blocksOf(view).map((block) => str(block, "block_id"));
    const errors = Object.entries(answer["errors"]).map(([name, why]) => [name, String(why)] as const);
    const unknown = errors.find(([name]) => !known.includes(name));
    if (unknown) throw new Refusal(`there is no field ${unknown[0]}`);
    return { ok: true, errors: Object.fromEntries(errors) };
  }
  if (action === "clear") state.closeViews(view.person);
  else if (isJson(answer) && action === "update" && isJson(answer["view"])) state.changeView(view.id, answer["view"]);
  else state.closeView(view.id);
  return { ok: true };
}
