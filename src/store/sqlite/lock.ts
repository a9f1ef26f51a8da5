import Sqlite from "better-sqlite3";
import { StanceError } from "#domain/errors";
import { isBusy } from "#store/sqlite/busy";

export interface Lock {
  close(): void;
}

/** Another process may be making or bringing up to date the same file: that takes a moment. */
const patienceMs = 500;

/** Who works on a database for life: the bot. Others take it for the moment in which they change its form. */
export const holdFile = (file: string): Lock => hold(`${file}.lock`, patienceMs, "store/in-use");

/** Who scans into a database: one at a time, the bot or a command line. */
export const holdScan = (file: string): Lock => hold(`${file}.scan.lock`, 0, "store/scanning");

/** An exclusive transaction on a side file: refused to others even while this process is stopped, free at once when it dies. */
function hold(file: string, timeout: number, code: "store/in-use" | "store/scanning"): Lock {
  const mask = process.umask(0o077);
  const lock = new Sqlite(file, { timeout });
  process.umask(mask);
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new StanceError(code, { cause: error }) : error;
  }
  return lock;
}
