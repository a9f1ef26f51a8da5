import { pino } from "pino";
import { messageOf } from "#domain/errors";
import { isSecretName, redacted } from "#domain/secrets";
import type { Log } from "#flows/bot";

/** Where lines go. One call is one line, its end included. */
export interface Sink {
  write(line: string): void;
}

/**
 * One JSON line an event, without credentials. Errors go in by their message and the messages of their causes: SDK errors
 * carry requests, headers and tokens. Whatever a name holds, it stays inside its line.
 */
export function processLog(level: "info" | "warn" = "info", sink: Sink = standardError()): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => sink.write(escaped(line)) },
  );
  return {
    info: (event, facts = {}) => logger.info(cleaned(facts), redacted(event)),
    warn: (event, facts = {}) => logger.warn(cleaned(facts), redacted(event)),
    error: (event, error, facts = {}) =>
      logger.error(cleaned({ ...facts, problem: problemOf(error) }), redacted(event)),
  };
}

function standardError(): Sink {
  const destination = pino.destination({ fd: 2, sync: true });
  // Nobody reads any more: no reason to stop, and nowhere to say it.
  destination.on("error", () => undefined);
  return { write: (line) => void destination.write(line) };
}

/** JSON escapes line ends; these end a line for some readers all the same, move a terminal's cursor, or hide text. */
const odd = /[\u007F-\u009F\u2028\u2029\p{Cf}]/gu;
const escaped = (line: string): string =>
  line.replaceAll(odd, (found) =>
    Array.from({ length: found.length }, (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );

/** The message and those of its causes: "the scan broke off ← connect ECONNREFUSED". */
export function problemOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > deepest) return messageOf(error);
  const inner = [
    ...(error instanceof AggregateError ? error.errors : []),
    ...(error.cause === undefined ? [] : [error.cause]),
  ];
  return [messageOf(error), ...inner.slice(0, widest).map((each) => problemOf(each, depth + 1))].join(" ← ");
}

const deepest = 6;
const widest = 100;

type Facts = Readonly<Record<string, unknown>>;
const cleaned = (facts: Facts): Record<string, unknown> => cleanEach(facts, 0);

const cleanEach = (facts: object, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      redacted(name),
      isSecretName(name) ? "[secret]" : clean(value, depth),
    ]),
  );

/** Plain data of a bounded size, without credentials. */
function clean(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redacted(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return problemOf(value);
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (depth > deepest) return "[deeper]";
  if ("toJSON" in value && typeof value.toJSON === "function") return clean(value.toJSON(), depth + 1);
  if (value instanceof Map) return clean(Object.fromEntries(value), depth + 1);
  if (value instanceof Set || Array.isArray(value))
    return [...value].slice(0, widest).map((each) => clean(each, depth + 1));
  return cleanEach(value, depth + 1);
}
