import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import type { Head } from "#audit/chain";
import { verifyChain } from "#audit/chain";
import { messageOf, StanceError } from "#domain/errors";
import { auditRows, readHead } from "#store/sqlite/audit";
import { openDatabase } from "#store/sqlite/database";
import type { CopyNote } from "#store/sqlite/epoch";
import { readEpoch } from "#store/sqlite/epoch";
import { holdFile, holdScan } from "#store/sqlite/lock";
import { markNow, readMark, writeMark } from "#store/sqlite/mark";

export interface Copied {
  readonly head: Head;
  readonly bytes: number;
}

/** A consistent copy, also of a file in use, checked before it takes its place. Never over an existing file. */
export function backUp(file: string, output: string, at: number): Copied {
  if (existsSync(output)) throw exists(output);
  const draft = `${output}.tmp`;
  return asDraft(draft, () => {
    copyInto(file, draft);
    note(draft, { from: `${hostname()}:${file}`, at });
    const head = soundHead(draft, file);
    place(draft, output);
    return { head, bytes: statSync(output).size };
  });
}

export interface Restored extends Copied {
  /** When the backup was taken, if it says so. */
  readonly taken?: number;
  /** How far the database had come that is replaced. */
  readonly ahead?: Head;
  /** Where it is now. */
  readonly aside?: string;
}

/** Puts a backup in the place of a database. The bot that takes it up begins a new epoch. */
export function restore(
  backup: string,
  file: string,
  { replace, at }: { readonly replace: boolean; readonly at: number },
): Restored {
  const held = holdFile(file);
  try {
    const scan = holdScan(file);
    try {
      return restoreHeld(backup, file, { replace, at });
    } finally {
      scan.close();
    }
  } finally {
    held.close();
  }
}

function restoreHeld(
  backup: string,
  file: string,
  { replace, at }: { readonly replace: boolean; readonly at: number },
): Restored {
  if (existsSync(file) && !replace)
    throw new StanceError("input/invalid", {
      detail: `There is a database at ${file}. With --replace it is moved aside, not deleted, and the backup takes its place.`,
    });
  const draft = `${file}.restored.tmp`;
  return asDraft(draft, () => {
    soundHead(backup, backup);
    copyInto(backup, draft);
    const before = note(draft, { from: `${hostname()}:${backup}`, at });
    const head = soundHead(draft, backup);
    const ahead = rememberNewest(file);
    const aside = existsSync(file) ? moveAside(file, at) : undefined;
    place(draft, file);
    const newer = ahead && ahead.seq > head.seq ? ahead : undefined;
    return {
      head,
      bytes: statSync(file).size,
      ...(before && { taken: before.at }),
      ...(newer && { ahead: newer }),
      ...(aside !== undefined && { aside }),
    };
  });
}

/** In one read transaction: a writer is not kept waiting, and what it writes meanwhile is not in the copy. */
function copyInto(file: string, draft: string): void {
  const source = openDatabase({ file, readOnly: true, olderToo: true });
  try {
    source.run("VACUUM INTO ?", draft);
  } catch (error) {
    const detail = `${file} could not be copied: ${messageOf(error)}. Nothing was written.`;
    throw new StanceError("input/invalid", { detail, cause: error });
  } finally {
    source.close();
  }
}

/** A draft that did not come to its place is not left behind. */
function asDraft<T>(draft: string, work: () => T): T {
  const mask = process.umask(0o077);
  try {
    rmSync(draft, { force: true });
    return work();
  } finally {
    for (const path of [draft, `${draft}-journal`, `${draft}-wal`, `${draft}-shm`]) rmSync(path, { force: true });
    process.umask(mask);
  }
}

/** Writes into a copy that it is one; answers what it said of itself before. A backup is one file: no log beside it. */
function note(draft: string, now: CopyNote): CopyNote | undefined {
  const copy = new Sqlite(draft);
  try {
    copy.pragma("journal_mode = DELETE");
    const known = copy.prepare<[], { value: string }>("SELECT value FROM setting WHERE name = 'copy'").get();
    const before: CopyNote | undefined = known && JSON.parse(known.value);
    const next: CopyNote = { from: now.from, at: before?.at ?? now.at };
    copy
      .prepare("INSERT INTO setting VALUES ('copy', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .run(JSON.stringify(next));
    return before;
  } finally {
    copy.close();
  }
}

/** The last entry of a database in which every page, every reference and every link of the trail is as it should be. */
function soundHead(file: string, name: string): Head {
  const broken = (what: string): StanceError =>
    new StanceError("input/invalid", { detail: `${name} is damaged: ${what}. Nothing was written.` });
  let db: ReturnType<typeof openDatabase>;
  try {
    db = openDatabase({ file, readOnly: true, olderToo: true });
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) throw broken(error.message);
    throw error;
  }
  try {
    const pages = db.get<{ integrity_check: string }>("PRAGMA integrity_check(1)")?.integrity_check;
    if (pages !== "ok") throw broken(pages ?? "its pages cannot be read");
    if (db.all("PRAGMA foreign_key_check").length > 0) throw broken("a row names another that is not there");
    const chain = verifyChain(auditRows(db, 0));
    if (!chain.ok) throw broken(`the audit trail does not add up at #${chain.seq}, ${chain.problem}`);
    return chain.head;
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) throw broken(error.message);
    throw error;
  } finally {
    db.close();
  }
}

/** What is replaced says better than its mark how far it had come, if it can still be read. */
function rememberNewest(file: string): Head | undefined {
  if (!existsSync(file)) return readMark(file);
  try {
    const db = openDatabase({ file, readOnly: true, olderToo: true });
    try {
      const epoch = readEpoch(db);
      if (epoch) writeMark(file, markNow(db, file, epoch.id));
      return readHead(db);
    } finally {
      db.close();
    }
  } catch {
    // Damaged, which may be why it is replaced.
    return readMark(file);
  }
}

function moveAside(file: string, at: number): string {
  const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const aside = `${file}.replaced-${stamp}`;
  if (existsSync(aside)) throw exists(aside);
  for (const end of ["-wal", "-shm", ""])
    if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${aside}${end}`);
  return aside;
}

/** Durable, and never over something that came in between. */
function place(draft: string, file: string): void {
  sync(draft);
  try {
    linkSync(draft, file);
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "EEXIST" ? exists(file) : error;
  }
  sync(dirname(file));
}

function sync(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const exists = (file: string): StanceError =>
  new StanceError("input/invalid", { detail: `${file} exists already, and is not written over. Choose another name.` });
