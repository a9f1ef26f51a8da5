import type { Card, Form } from "#domain/card";
import { redacted } from "#domain/secrets";

/** The door to one chat platform. Implementations: `slack/`; later `teams/`. Throws StanceError `chat/failed`, or ChatError. */
export interface Chat {
  readonly platform: string;
  /** Posts to a channel (or below `thread`). The same `dedupe` is never posted twice, also after a crash in between. */
  post(message: {
    readonly channel: string;
    readonly card: Card;
    readonly thread?: string;
    readonly dedupe: string;
  }): Promise<Posted>;
  /** Edits in place; "gone" when somebody deleted it. */
  update(posted: Posted, card: Card): Promise<"updated" | "gone">;
  /** Only that person sees it. */
  whisper(message: {
    readonly channel: string;
    readonly person: string;
    readonly card: Card;
    readonly thread?: string;
  }): Promise<void>;
  person(account: string): Promise<ChatPerson | undefined>;
  personByEmail(email: string): Promise<ChatPerson | undefined>;
  /** Account ids of a group's members; undefined when it cannot be read: then nobody is in it. */
  members(group: string): Promise<readonly string[] | undefined>;
  /** The platform's id of a group, by @handle or id: what a mention needs. Undefined: no such group, or unreadable. */
  groupId(group: string): Promise<string | undefined>;
  /** By id or by #name. */
  channel(nameOrId: string): Promise<ChatChannel | undefined>;
  /** Checks of its own for `doctor`: token, scopes, clock. One sentence a problem. */
  problems(): Promise<readonly string[]>;
  /** Why nothing people do arrives, or nothing can be sent, as far as is known without asking. Undefined: connected. */
  down(): string | undefined;
  /** Requests turned away since the start because they did not come from the platform or were malformed, by reason; 0 of what did not happen. */
  refused(): Readonly<Record<string, number>>;
  start(inbound: Inbound): Promise<void>;
  stop(): Promise<void>;
}

export interface Posted {
  readonly channel: string;
  /** Slack: the message's ts. */
  readonly message: string;
  readonly link?: string;
}

export interface ChatPerson {
  readonly account: string;
  readonly team: string;
  readonly name: string;
  readonly email?: string;
  /** IANA zone. */
  readonly zone?: string;
  /** Guests, bots, deactivated people and people of other organisations may do nothing. */
  readonly kind: "member" | "guest" | "bot" | "deactivated" | "stranger";
}

export interface ChatChannel {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  /** The bot is in it. */
  readonly joined: boolean;
  /** Shared with another organisation; undefined: the platform cannot say. */
  readonly shared: boolean | undefined;
  /** Guests are in it; undefined: the platform cannot say. */
  readonly guests: boolean | undefined;
}

/** A failure of the platform, sorted by what the outbox should do about it. */
export class ChatError extends Error {
  /** wait: later, after `retryAfterMs`; route: this channel is broken (archived, not in it); never: the message itself is refused. */
  readonly kind: "wait" | "route" | "never";
  readonly code: string;
  readonly retryAfterMs?: number;
  constructor(
    error: { kind: ChatError["kind"]; code: string; message: string; retryAfterMs?: number },
    cause?: unknown,
  ) {
    super(redacted(error.message), { cause });
    this.name = "ChatError";
    this.kind = error.kind;
    this.code = error.code;
    if (error.retryAfterMs !== undefined) this.retryAfterMs = error.retryAfterMs;
  }
}

/** What a person did, as the platform proved it. Plain data: stored as it is before the platform is acknowledged. */
export type Incoming = {
  readonly platform: string;
  /** Ids under which the platform may deliver the same thing again (envelope, event, trigger, signature). */
  readonly dedupe: readonly string[];
  readonly team: string;
  readonly person: string;
  readonly channel: string;
  readonly thread?: string;
  /** How a form can be opened; lives 3 seconds on Slack. */
  readonly trigger?: string;
  /** Where a private answer goes. */
  readonly answerTo?: string;
} & (
  | { readonly kind: "command"; readonly text: string }
  | {
      readonly kind: "press";
      /** Exactly one of the two, from the button's value. */
      readonly command?: string;
      readonly nonce?: string;
      /** The message the button is on. */
      readonly message?: string;
    }
  | { readonly kind: "submit"; readonly state: string; readonly values: Readonly<Record<string, string>> }
);

/** How to answer one incoming thing. */
export interface Responder {
  /** Private to the person. */
  whisper(card: Card): Promise<void>;
  /** Opens a form: at once as "One moment…", then with its content. A card instead of a form is shown in its place. */
  form(content: Promise<Form | Card>): Promise<void>;
}

/** The bot's side. One for all platforms. */
export interface Inbound {
  /** Before the acknowledgement: stores it durably. "duplicate": acknowledge and forget. */
  accept(incoming: Incoming): Promise<"accepted" | "duplicate">;
  /** Before a form is acknowledged: what is wrong with its fields, by name. Fast, no network. */
  check(incoming: Incoming & { readonly kind: "submit" }): Readonly<Record<string, string>> | undefined;
  /** After the acknowledgement. Never throws: failures are answered and logged. */
  handle(incoming: Incoming, responder: Responder): Promise<void>;
  /** A channel became shared, private, renamed, archived, or the bot was added: look at it again. */
  channelChanged(channel: string): Promise<void>;
}
