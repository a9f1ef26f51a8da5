import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf, StanceError } from "#domain/errors";

/** A file that appears whole or not at all, readable by its owner alone. */
export interface NewFile {
  write(text: string): Promise<void>;
  /** Durable and in its place. */
  commit(): Promise<void>;
  /** As if it had never been begun; nothing after `commit`. */
  discard(): Promise<void>;
}

/** Begins a file beside its place, so that what cannot be written is known before anything is scanned. */
export async function newFile(path: string, cwd: string): Promise<NewFile> {
  const place = resolve(cwd, path);
  const old = await stat(place).catch(notThere);
  if (old && !old.isFile()) throw problem(path, "it is not a regular file");
  const draft = `${place}.${randomBytes(6).toString("hex")}.tmp`;
  let handle: FileHandle;
  try {
    handle = await open(draft, "wx", 0o600);
  } catch (error) {
    throw problem(path, messageOf(error), error);
  }
  let finished = false;
  return {
    async write(text) {
      await handle.writeFile(text);
    },
    async commit() {
      await handle.sync();
      await handle.close();
      finished = true;
      await rename(draft, place);
      await syncFolder(dirname(place));
    },
    async discard() {
      if (finished) return;
      finished = true;
      await handle.close();
      await rm(draft, { force: true });
    },
  };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

const problem = (path: string, why: string, cause?: unknown): StanceError =>
  new StanceError("input/invalid", { detail: `${path} cannot be written: ${why}.`, cause });
