/** What the page and its server say to each other, as JSON. Both sides are checked against these types. */

export type Json = Readonly<Record<string, unknown>>;

/** Asked once: what stays the same while the page is open. */
export interface Setup {
  readonly people: readonly { readonly id: string; readonly name: string; readonly title: string }[];
  readonly controls: readonly { readonly id: string; readonly label: string; readonly hint: string }[];
  readonly story: readonly string[];
  readonly commands: readonly Suggestion[];
  /** Where the links to messages start: `http://127.0.0.1:PORT/archives/`. */
  readonly archives: string;
}
export interface Suggestion {
  /** `/posture summary` */
  readonly text: string;
  /** `summary [all | team=…]` */
  readonly usage: string;
  readonly summary: string;
}

/** What one person sees. */
export interface Screen {
  readonly team: { readonly id: string; readonly name: string };
  readonly me: Person;
  readonly bot: { readonly id: string; readonly name: string };
  readonly people: readonly Person[];
  readonly groups: readonly { readonly id: string; readonly handle: string; readonly members: readonly string[] }[];
  readonly channels: readonly Channel[];
  /** Open forms, the topmost last. */
  readonly views: readonly View[];
}
export interface Person {
  readonly id: string;
  readonly name: string;
  /** IANA zone. */
  readonly zone?: string;
  readonly kind?: string;
}
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  /** A conversation with the bot. */
  readonly direct: boolean;
  readonly shared: string;
  /** Oldest first. */
  readonly messages: readonly Message[];
}
export interface Message {
  readonly ts: string;
  readonly author: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  readonly blocks: readonly Json[];
  /** The message it answers to. */
  readonly thread?: string;
  readonly edited: boolean;
  /** Only visible to you. */
  readonly ephemeral: boolean;
}
export interface View {
  readonly id: string;
  readonly content: Json;
}

/** What a person does. */
export type Act =
  | { readonly kind: "command"; readonly channel: string; readonly text: string }
  | { readonly kind: "say"; readonly channel: string; readonly text: string; readonly thread?: string }
  | { readonly kind: "press"; readonly on: Place; readonly action: string; readonly choice?: string }
  | { readonly kind: "submit"; readonly view: string; readonly values: Values }
  | { readonly kind: "close"; readonly view: string };
export type Place = { readonly channel: string; readonly message: string } | { readonly view: string };
/** By the field's name; several choices of one field are a list. */
export type Values = Readonly<Record<string, string | readonly string[]>>;
export interface Outcome {
  /** The bot acknowledged in time. */
  readonly ok: boolean;
  /** What is wrong with a form's fields, by name. */
  readonly errors?: Readonly<Record<string, string>>;
}
