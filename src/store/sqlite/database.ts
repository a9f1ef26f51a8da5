import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { StanceError } from "#domain/errors";
import { isBusy, readPatiently } from "#store/sqlite/busy";
import { holdFile } from "#store/sqlite/lock";
import { migrations } from "#store/sqlite/migrations";
import { closeToOthers, refuseNetwork } from "#store/sqlite/place";

/** A value SQLite takes or gives. */
export type Cell = string | number | bigint | null;

/**
 * One connection. Work in a transaction is synchronous by construction: nothing can be awaited while the lock is held.
 */
export interface Database {
  all<Row>(sql: string, ...params: readonly Cell[]): readonly Row[];
  get<Row>(sql: string, ...params: readonly Cell[]): Row | undefined;
  /** Number of rows changed. */
  run(sql: string, ...params: readonly Cell[]): number;
  each<Row>(sql: string, ...params: readonly Cell[]): IterableIterator<Row>;
  /** All or nothing, on disk when it returns. Waits for another writer without stopping the event loop. */
  transaction<T>(work: () => T, patienceMs?: number): Promise<T>;
  /** A transaction of many, of 500 rows at most: the lock is left free for as long as such writes have held it. */
  bulk<T>(work: () => T): Promise<T>;
  close(): void;
}

export interface OpenOptions {
  readonly file: string;
  readonly readOnly?: boolean;
  /** A reader that looks at pages and the trail only, which every version has. */
  readonly olderToo?: boolean;
  /** The bot's: held for life, and a second one on the same file is refused (StanceError `store/in-use`). */
  readonly exclusive?: boolean;
}

/** A command line writes beside a bot; only who holds the file changes its form. */
export function openDatabase({ file, readOnly = false, olderToo = false, exclusive = false }: OpenOptions): Database {
  if (readOnly && !existsSync(file))
    throw new StanceError("input/invalid", {
      detail: `There is no database at ${file}. Run a scan with --database first.`,
    });
  if (!readOnly) refuseNetwork(file);
  const held = exclusive ? holdFile(file) : undefined;
  const mask = process.umask(0o077);
  try {
    // Only while it is opened, before anything else runs: SQLite would wait by stopping the event loop.
    const raw = new Sqlite(file, { timeout: openMs, readonly: readOnly });
    try {
      if (readOnly) refuseOtherForm(raw, olderToo);
      else prepare(raw, exclusive);
    } catch (error) {
      raw.close();
      throw isBusy(error) ? new StanceError("store/busy", { cause: error }) : error;
    }
    if (!readOnly) raw.pragma("busy_timeout = 0");
    return wrap(raw, () => held?.close());
  } catch (error) {
    held?.close();
    throw error;
  } finally {
    process.umask(mask);
  }
}

/** How long another process may take to make the file, or to put it in order after a crash. */
const openMs = 5_000;
/** A log that one long reader let grow is cut back to this. */
const logBytes = 64 * 1024 * 1024;

function prepare(raw: Sqlite.Database, exclusive: boolean): void {
  if (exclusive) migrate(raw);
  else if (formOf(raw) !== migrations.length) migrateAlone(raw);
  closeToOthers(raw.name);
  for (const pragma of [
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    `journal_size_limit = ${logBytes}`,
  ])
    raw.pragma(pragma);
  raw.prepare("INSERT INTO counter VALUES ('boot', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1").run();
  // Read after a write: before the first one SQLite reports FULL whatever it will do.
  if (Number(raw.pragma("synchronous", { simple: true })) !== 2)
    throw new StanceError("store/unsafe", { detail: "SQLite does not flush its writes to disk." });
}

/** Under a bot that runs, a file keeps the form the bot knows. */
function migrateAlone(raw: Sqlite.Database): void {
  if (formOf(raw) > migrations.length) throw new StanceError("store/newer");
  let held: { close(): void };
  try {
    held = holdFile(raw.name);
  } catch (error) {
    if (error instanceof StanceError && formOf(raw) !== 0) throw new StanceError("store/older", { cause: error });
    throw error;
  }
  try {
    migrate(raw);
  } finally {
    held.close();
  }
}

function migrate(raw: Sqlite.Database): void {
  const form = formOf(raw);
  if (form > migrations.length) throw new StanceError("store/newer");
  if (raw.pragma("journal_mode = WAL", { simple: true }) !== "wal")
    throw new StanceError("store/unsafe", { detail: `${raw.name} cannot keep a write-ahead log.` });
  raw.pragma("foreign_keys = ON");
  for (let next = form; next < migrations.length; next++) {
    raw
      .transaction(() => {
        raw.exec(migrations[next] ?? "");
        raw.pragma(`user_version = ${next + 1}`);
      })
      .immediate();
  }
}

/** How many migrations it has seen; 0: empty. */
function formOf(raw: Sqlite.Database): number {
  const tables = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (tables.length > 0 && !tables.includes("setting")) throw new StanceError("store/no-stance");
  return tables.length === 0 ? 0 : Number(raw.pragma("user_version", { simple: true }));
}

/** A reader that knows another form would misread this one. */
function refuseOtherForm(raw: Sqlite.Database, olderToo: boolean): void {
  const form = formOf(raw);
  if (form === 0) throw new StanceError("store/no-stance");
  if (form > migrations.length) throw new StanceError("store/newer");
  if (form < migrations.length && !olderToo) throw new StanceError("store/older");
}

/** Bulk writes give back what they took once it is this much. */
const fairMs = 5;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function wrap(raw: Sqlite.Database, release: () => void): Database {
  const statements = new Map<string, Sqlite.Statement>();
  const prepared = (sql: string): Sqlite.Statement => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = raw.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  /** For how long bulk writes have held the lock and not yet left it to others. */
  let owed = 0;
  async function transaction<T>(work: () => T, patienceMs = 2_000): Promise<T> {
    const patient = performance.now() + patienceMs;
    for (;;) {
      try {
        return raw.transaction(work).immediate();
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() > patient) throw new StanceError("store/busy", { cause: error });
        await pause(2 + Math.random() * 20);
      }
    }
  }
  return {
    all: <Row>(sql: string, ...params: readonly Cell[]) =>
      readPatiently(() => prepared(sql).all(...bound(sql, params))) as Row[],
    get: <Row>(sql: string, ...params: readonly Cell[]) =>
      readPatiently(() => prepared(sql).get(...bound(sql, params))) as Row | undefined,
    run: (sql, ...params) => prepared(sql).run(...bound(sql, params)).changes,
    each: <Row>(sql: string, ...params: readonly Cell[]) =>
      raw.prepare(sql).iterate(...params) as IterableIterator<Row>,
    transaction,
    async bulk(work) {
      if (owed >= fairMs) {
        const rest = owed;
        owed = 0;
        await pause(rest);
      }
      let locked = performance.now();
      const result = await transaction(() => {
        locked = performance.now();
        return work();
      }, 30_000);
      owed += performance.now() - locked;
      return result;
    },
    close() {
      raw.close();
      release();
    },
  };
}

/** The driver takes numbered parameters (`?1`, for those used twice) by name only. */
const bound = (sql: string, params: readonly Cell[]): readonly unknown[] =>
  /\?\d/.test(sql) ? [Object.fromEntries(params.map((value, index) => [index + 1, value]))] : params;
