import type { Card, Form } from "#domain/card";
import type { Actor } from "#domain/person";
import type { Bot } from "#flows/bot";
import type { Verb } from "#posture/policy";

/** What a person typed after `/posture`, taken apart. */
export interface Args {
  /** Words that are neither `key=value` nor `--flag`. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

export interface Invocation {
  readonly actor: Actor;
  /** Where it was said; answers are private to the person there. */
  readonly channel: string;
  readonly thread?: string;
  readonly args: Args;
  /** A stored press: the random id on the button. */
  readonly nonce?: string;
}

export type Reply = { readonly card: Card } | { readonly form: Form } | "nothing";

/** One `/posture …` subcommand: the same on every platform, from a button, or typed. */
export interface Command<Id extends string = string> {
  /** `finding.show` */
  readonly id: Id;
  /** `show` */
  readonly word: string;
  /** `show F-id | G-id | R-id` */
  readonly usage: string;
  /** One line for help. */
  readonly summary: string;
  readonly example: string;
  /** On the first help screen. */
  readonly daily: boolean;
  /** Only behind buttons: not listed. */
  readonly hidden?: boolean;
  /** Row of the role matrix that decides who may. */
  readonly verb: Verb;
  run(bot: Bot, invocation: Invocation): Promise<Reply>;
  /** Said like this it answers with a form, which is opened at once: the platform allows it for seconds only. */
  opens?(args: Args): boolean;
  /** Problems of a form's fields, by name. Fast, no network. */
  check?(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined;
  /** The form came back. `state`: what the form carried. */
  submit?(bot: Bot, invocation: Invocation & Submitted): Promise<Reply>;
}
export interface Submitted {
  readonly state: string;
  readonly values: Readonly<Record<string, string>>;
}

export const defineCommand = <const Id extends string>(command: Command<Id>): Command<Id> => command;

const maxText = 2_000;

/** `fix G-7k reason="moved to signed links" --now`. Quotes hold blanks together; an unclosed one ends with the text. */
export function parseArgs(text: string): Args {
  const tokens = text.slice(0, maxText).match(/(?:[^\s"“”]+|["“”][^"“”]*["“”]?)+/g) ?? [];
  const words: string[] = [];
  const options = new Map<string, string>();
  const flags: string[] = [];
  for (const token of tokens) {
    const plain = token.replaceAll(/["“”]/g, "");
    const option = /^([a-z][a-z-]*)=(.*)$/is.exec(plain);
    if (plain.startsWith("--") && plain.length > 2) flags.push(plain.slice(2).toLowerCase());
    else if (option) options.set((option[1] ?? "").toLowerCase(), option[2] ?? "");
    else if (plain !== "") words.push(plain);
  }
  return { words, options: Object.fromEntries(options), flags };
}
