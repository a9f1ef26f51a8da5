import Sqlite from "better-sqlite3";

/** Somebody else has the lock: nothing was done, and it can be tried again. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");

/**
 * Readers never wait for a writer, but for the moment in which somebody puts in order what a killed process left. That is
 * milliseconds, and a read cannot be awaited.
 */
export function readPatiently<T>(read: () => T): T {
  for (let turn = 0; ; turn++) {
    try {
      return read();
    } catch (error) {
      if (!isBusy(error) || turn === 40) throw error;
      Atomics.wait(nap, 0, 0, 5);
    }
  }
}
const nap = new Int32Array(new SharedArrayBuffer(4));
