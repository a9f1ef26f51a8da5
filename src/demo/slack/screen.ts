import type { Channel, Group, Json, Message, Person, Sharing, State } from "#demo/slack/state";

/** What one person sees, whole: enough to draw Slack for them. */
export interface Screen {
  readonly team: { readonly id: string; readonly name: string };
  readonly me: Person;
  readonly bot: { readonly id: string; readonly name: string };
  /** To write mentions out: `<@U…>`, `<!subteam^S…>`, `<#C…>`. */
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  /** The channels the person is in, and the conversation with the bot, last. */
  readonly channels: readonly ScreenChannel[];
  /** Open forms, the topmost last. */
  readonly views: readonly ScreenView[];
}
export interface ScreenChannel {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  readonly direct: boolean;
  readonly shared: Sharing;
  /** Oldest first; answers below a message follow it by `thread`. */
  readonly messages: readonly ScreenMessage[];
}
export interface ScreenMessage {
  readonly ts: string;
  readonly author: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly thread?: string;
  readonly edited: boolean;
  /** Only visible to you. */
  readonly ephemeral: boolean;
}
export interface ScreenView {
  readonly id: string;
  /** The modal: title, submit, close, blocks. */
  readonly content: Json;
}

export function screenOf(id: string, state: State): Screen {
  const me = state.person(id);
  if (!me) throw new Error(`demo Slack: there is no person ${id}`);
  const { team, bot } = state.seed;
  return {
    team,
    me,
    bot,
    people: state.people(),
    groups: state.groups(),
    channels: state
      .channels()
      .filter(({ members }) => members.includes(id))
      .toSorted((a, b) => Number(a.direct) - Number(b.direct))
      .map((channel) => screenChannel(channel, id, state)),
    views: state.views(id).map((view) => ({ id: view.id, content: view.content })),
  };
}

const screenChannel = (channel: Channel, person: string, state: State): ScreenChannel => ({
  id: channel.id,
  name: channel.direct ? state.seed.bot.name : channel.name,
  private: channel.private,
  archived: channel.archived,
  direct: channel.direct,
  shared: channel.shared,
  messages: state
    .messages(channel.id)
    .filter(({ only }) => only === undefined || only === person)
    .map(screenMessage),
});

const screenMessage = ({ ts, author, text, blocks, thread, edited, only }: Message): ScreenMessage => ({
  ts,
  author,
  at: Math.floor(Number(ts) * 1000),
  text,
  blocks,
  ...(thread !== undefined && { thread }),
  edited,
  ephemeral: only !== undefined,
});
