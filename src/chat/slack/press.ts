import { size } from "#chat/slack/mrkdwn";
import type { Press } from "#domain/card";

/** Slack's limits for what a button and an option of a menu may carry. */
const maxButton = 2000;
const maxOption = 150;

/** Undefined: too long for where it should go. */
export function pressValue(press: Press, place: "button" | "option"): string | undefined {
  const value = JSON.stringify(
    "nonce" in press
      ? { nonce: press.nonce, ...(press.form && { form: true }) }
      : { command: press.command, ...(press.form && { form: true }) },
  );
  return size(value) <= (place === "button" ? maxButton : maxOption) ? value : undefined;
}

/** Undefined: no value of ours. What it means is decided elsewhere; a forged value gives a command at most. */
export function readPress(value: unknown): { readonly command: string } | { readonly nonce: string } | undefined {
  if (typeof value !== "string") return undefined;
  let read: unknown;
  try {
    read = JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof read !== "object" || read === null) return undefined;
  if ("nonce" in read && typeof read.nonce === "string") return { nonce: read.nonce };
  if ("command" in read && typeof read.command === "string") return { command: read.command };
  return undefined;
}
