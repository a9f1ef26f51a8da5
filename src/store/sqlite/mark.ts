import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import type { Head } from "#audit/chain";
import { readHead } from "#store/sqlite/audit";
import type { Database } from "#store/sqlite/database";

/**
 * What lies beside a database in `.mark`: which file this is, and how far its trail and its short ids had come. It is not
 * copied with the file, so a copy, or an older state in the same place, is told from what the bot itself left behind.
 */
export interface Mark extends Head {
  readonly epoch: string;
  readonly file: FileId;
  readonly counters: Readonly<Record<string, number>>;
}

/** The number of the file on its disk, and when it was made where the disk knows. */
interface FileId {
  readonly inode: string;
  readonly born?: string;
}

export const markOf = (file: string): string => `${file}.mark`;

/** Undefined: there is none, or it cannot be read. */
export function readMark(file: string): Mark | undefined {
  let found: Partial<Mark>;
  try {
    found = JSON.parse(readFileSync(markOf(file), "utf8"));
  } catch {
    // Missing or torn: whoever asks takes it for a file that was put here.
    return undefined;
  }
  const { epoch, seq, hash, file: id, counters } = found;
  return typeof epoch === "string" &&
    typeof seq === "number" &&
    typeof hash === "string" &&
    typeof id?.inode === "string" &&
    counters !== undefined
    ? { epoch, seq, hash, file: id, counters }
    : undefined;
}

/** Whole or not at all, on disk when it returns. */
export function writeMark(file: string, mark: Mark): void {
  const draft = `${markOf(file)}.tmp`;
  const handle = openSync(draft, "w", 0o600);
  try {
    writeSync(handle, JSON.stringify(mark));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, markOf(file));
}

/** As the database stands now. */
export const markNow = (db: Database, file: string, epoch: string): Mark => ({
  epoch,
  ...readHead(db),
  file: fileId(file),
  counters: Object.fromEntries(
    db.all<{ name: string; value: number }>("SELECT name, value FROM counter").map(({ name, value }) => [name, value]),
  ),
});

function fileId(file: string): FileId {
  const { ino, birthtimeNs, ctimeNs } = statSync(file, { bigint: true });
  // A disk that does not know says 1970, or the time of the last change.
  const known = birthtimeNs > 0n && birthtimeNs !== ctimeNs;
  return { inode: String(ino), ...(known && { born: String(birthtimeNs) }) };
}

export function isSameFile(file: string, { inode, born }: FileId): boolean {
  const now = fileId(file);
  return now.inode === inode && (born === undefined || now.born === undefined || now.born === born);
}
