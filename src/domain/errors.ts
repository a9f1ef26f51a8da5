import { redacted } from "#domain/secrets";

/** Every error people can meet, with the sentence they read. What to do next belongs in the sentence. */
const sentences = {
  "config/invalid": "The configuration has errors. Nothing was started; correct the lines named and try again.",
  "config/secret": "A secret could not be read. Set the variable, or the file, that the configuration names.",
  "config/missing": "The configuration file could not be read. Check the path given with --config.",
  "cloud/identity":
    "The credentials belong to another account than the configuration says. Nothing was read or changed.",
  "cloud/credentials": "No usable cloud credentials were found. Set a profile, a role or the environment's keys.",
  "cloud/denied": "The cloud denied the call. Add the permission named to the role.",
  "cloud/failed": "The cloud did not answer as expected. It will be tried again at the next scan.",
  "store/in-use": "Another bot already works on this database. Stop it first, or use another database file.",
  "store/scanning": "Another scan of this database is running. Wait until it has ended, and start yours again.",
  "store/busy":
    "Another process holds the database and does not let go. Nothing was written; look for one that is stopped.",
  "store/no-stance": "This file is no database of Stance.",
  "store/foreign": "This database belongs to another kind of Stance (demo or real). Choose another file.",
  "store/newer": "This database was written by a newer Stance. Update this one.",
  "store/older":
    "This database has the form of an older Stance. `stance start`, or a scan into it while no bot runs, brings it up to date.",
  "store/unsafe": "The database cannot promise to keep what it was told. Use a local disk.",
  "audit/broken": "The audit trail does not add up. Nothing will be changed until an admin has looked at it.",
  "chat/failed": "The chat did not take the message. It will be tried again.",
  "input/invalid": "That could not be understood.",
  "usage/unknown": "There is no such command or option.",
} as const;
export type ErrorCode = keyof typeof sentences;

/** `message` is for people: what happened, what it means, what to do; no credential. Details for logs go into `cause`. */
export class StanceError extends Error {
  readonly code: ErrorCode;
  readonly retry: "never" | "later";
  constructor(code: ErrorCode, options: { detail?: string; retry?: "never" | "later"; cause?: unknown } = {}) {
    super(redacted(sentenceOf(code, options.detail)), { cause: options.cause });
    this.name = "StanceError";
    this.code = code;
    this.retry = options.retry ?? "never";
  }
}

/** A detail about the input says all there is to say; elsewhere the general sentence says what to do next. */
function sentenceOf(code: ErrorCode, detail: string | undefined): string {
  if (detail === undefined) return sentences[code];
  return code === "input/invalid" ? detail : `${detail} ${sentences[code]}`;
}

/** The message of anything thrown, as it may be shown: SDK errors carry headers, addresses and tokens. */
export const messageOf = (error: unknown): string => redacted(error instanceof Error ? error.message : String(error));

export function unreachable(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
