import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { StanceError } from "#domain/errors";
import { migrations } from "#store/sqlite/migrations";

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
  close(): void;
}

export interface OpenOptions {
  readonly file: string;
  readonly readOnly?: boolean;
  /** Held for life: a second bot on the same file is refused (StanceError `store/in-use`). */
  readonly exclusive?: boolean;
}

export function openDatabase({ file, readOnly = false, exclusive = false }: OpenOptions): Database {
  if (readOnly && !existsSync(file))
    throw new StanceError("input/invalid", {
      detail: `There is no database at ${file}. Run a scan with --database first.`,
    });
  const held = exclusive ? holdLock(`${file}.lock`) : undefined;
  // What people decided and why stands in this file: nobody else on the machine reads it.
  const mask = process.umask(0o077);
  try {
    // A busy timeout would sleep inside SQLite and stop the event loop: `transaction` waits instead.
    const raw = new Sqlite(file, { timeout: 0, readonly: readOnly });
    if (!readOnly) prepare(raw);
    return wrap(raw, () => held?.close());
  } catch (error) {
    held?.close();
    throw error;
  } finally {
    process.umask(mask);
  }
}

function prepare(raw: Sqlite.Database): void {
  if (raw.pragma("journal_mode = WAL", { simple: true }) !== "wal" && raw.name !== ":memory:")
    throw new StanceError("store/unsafe", { detail: `${raw.name} cannot keep a write-ahead log.` });
  for (const pragma of ["synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"]) raw.pragma(pragma);
  const version = Number(raw.pragma("user_version", { simple: true }));
  if (version > migrations.length) throw new StanceError("store/newer");
  for (let next = version; next < migrations.length; next++) {
    raw
      .transaction(() => {
        raw.exec(migrations[next] ?? "");
        raw.pragma(`user_version = ${next + 1}`);
      })
      .immediate();
  }
  raw.prepare("INSERT INTO counter VALUES ('boot', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1").run();
  // Read after a write: before the first one SQLite reports FULL whatever it will do.
  if (Number(raw.pragma("synchronous", { simple: true })) !== 2)
    throw new StanceError("store/unsafe", { detail: "SQLite does not flush its writes to disk." });
}

function wrap(raw: Sqlite.Database, release: () => void): Database {
  const statements = new Map<string, Sqlite.Statement>();
  const prepared = (sql: string): Sqlite.Statement => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = raw.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    all: <Row>(sql: string, ...params: readonly Cell[]) => prepared(sql).all(...bound(sql, params)) as Row[],
    get: <Row>(sql: string, ...params: readonly Cell[]) => prepared(sql).get(...bound(sql, params)) as Row | undefined,
    run: (sql, ...params) => prepared(sql).run(...bound(sql, params)).changes,
    each: <Row>(sql: string, ...params: readonly Cell[]) =>
      raw.prepare(sql).iterate(...params) as IterableIterator<Row>,
    async transaction(work, patienceMs = 2_000) {
      const patient = performance.now() + patienceMs;
      for (;;) {
        try {
          return raw.transaction(work).immediate();
        } catch (error) {
          if (!isBusy(error) || performance.now() > patient) throw error;
          await new Promise((resolve) => setTimeout(resolve, 2 + Math.random() * 20));
        }
      }
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

const isBusy = (error: unknown): boolean => error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");

/** An exclusive transaction on a side file: refused to others even while this process is stopped, free at once when it dies. */
function holdLock(file: string): { close(): void } {
  const mask = process.umask(0o077);
  const lock = new Sqlite(file, { timeout: 0 });
  process.umask(mask);
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new StanceError("store/in-use", { cause: error }) : error;
  }
  return lock;
}
