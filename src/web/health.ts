import type { Chat } from "#chat/chat";
import type { Instant } from "#domain/time";
import type { Store } from "#store/store";

/** What the bot's own pages look at. Whoever put the bot together gives it; nothing here decides anything. */
export interface Watched {
  readonly store: Store;
  readonly chat: Pick<Chat, "down" | "refused">;
  /** How often scans come, in minutes. */
  readonly every: number;
  readonly stopping: AbortSignal;
  now(): Instant;
  started(): boolean;
  /** Why the audit trail does not add up. */
  chainProblem(): string | undefined;
  /** People who were not allowed to do something, since the start. */
  refusals(): number;
  /** Told of what went wrong in a page; the page itself says nothing of it. */
  failed(error: unknown): void;
  /** Whether all changes are stopped. Absent: there is no such switch. */
  frozen?(): boolean;
}

/** Sentences for whoever runs the bot, and for anybody who can reach the port: no names, no ids, no secrets. */
export type Health = readonly string[];

/** The process lives: it answers, and so does its database. */
export function liveness({ store }: Pick<Watched, "store">): Health {
  try {
    store.setting("kind");
    return [];
  } catch (error) {
    return [`The database does not answer (${codeOf(error)}).`];
  }
}

/** The bot does its work: it can write, is connected, is not on its way out, and its audit trail adds up. */
export function readinessOf(watched: Watched): () => Promise<Health> {
  const writable = writableOf(watched);
  return async () => {
    const down = watched.chat.down();
    return [
      ...(watched.started() ? [] : ["Stance is starting."]),
      ...(watched.stopping.aborted ? ["Stance is stopping."] : []),
      ...(await writable()),
      ...(down === undefined ? [] : [down]),
      ...(watched.chainProblem() === undefined
        ? []
        : ["The audit trail does not add up. `stance audit verify` says where."]),
    ];
  };
}

/** Anybody can ask, and a write costs a flush of the disk: the answer is good for a while. */
const goodFor = 10_000;

function writableOf({ store, now }: Watched): () => Promise<Health> {
  let asked: { readonly at: Instant; readonly answer: Promise<Health> } | undefined;
  async function write(): Promise<Health> {
    try {
      await store.cache("web:probe", "", 0);
      return [];
    } catch (error) {
      return [`The database takes no writes (${codeOf(error)}). Is the disk full?`];
    }
  }
  return () => {
    if (!asked || Math.abs(now() - asked.at) >= goodFor) asked = { at: now(), answer: write() };
    return asked.answer;
  };
}

/** SQLITE_FULL and its like: a message could hold a path. */
const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no code";
