import { pino } from "pino";
import { messageOf } from "#domain/errors";
import type { Log } from "#flows/bot";

/** One JSON line an event. Errors go in by their message and the messages of their causes: SDK errors carry tokens. */
export function processLog(level: "info" | "warn" = "info"): Log {
  const logger = pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}) => logger.warn(facts, event),
    error: (event, error, facts = {}) => logger.error({ ...facts, problem: causes(error) }, event),
  };
}

function causes(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? ` ← ${causes(error.cause)}` : "";
  return `${redacted(messageOf(error))}${cause}`;
}

/** Tokens and keys as their makers shape them, wherever they turn up. */
const secrets = /\b(xox[abeprs]-[\w-]+|xapp-[\w-]+|A[KS]IA[A-Z0-9]{16}|eyJ[\w-]+\.[\w-]+\.[\w-]*)/g;
export const redacted = (text: string): string => text.replaceAll(secrets, "[secret]");
