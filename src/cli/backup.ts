import { resolve } from "node:path";
import { databasePath } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printJson, printLines } from "#cli/print";
import { backUp, restore } from "#store/sqlite/backup";

export interface BackupOptions {
  readonly config?: string;
  readonly database?: string;
  readonly output: string;
  readonly json?: boolean;
}

/** `stance backup`: a checked copy, also while the bot runs. */
export async function run(options: BackupOptions, io: Io): Promise<number> {
  const output = resolve(io.cwd, options.output);
  const { head, bytes } = backUp(databasePath(options, io), output, io.now());
  if (options.json) await printJson(io.stdout, { file: output, bytes, head });
  else
    await printLines(io.stdout, [
      `${output}: ${(bytes / 1e6).toFixed(1)} MB, checked. Its audit trail ends at #${head.seq} ${head.hash.slice(0, 16)}.`,
    ]);
  return exitCodes.done;
}

export interface RestoreOptions {
  readonly config?: string;
  readonly database?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
  readonly backup: string;
}

/** `stance restore`: a backup in the place of a database that no bot works on. */
export async function runRestore(options: RestoreOptions, io: Io): Promise<number> {
  const file = databasePath(options, io);
  const backup = resolve(io.cwd, options.backup);
  const { head, taken, ahead, aside } = restore(backup, file, { replace: options.replace ?? false, at: io.now() });
  if (options.json) await printJson(io.stdout, { file, head, taken, ahead, replaced: aside });
  else
    await printLines(io.stdout, [
      `${file} is restored${taken === undefined ? "" : ` as of ${new Date(taken).toISOString()}`}. Its audit trail ends at #${head.seq} ${head.hash.slice(0, 16)}.`,
      ...(ahead
        ? [
            `What it replaces had come to #${ahead.seq} ${ahead.hash.slice(0, 16)}: what happened in between is not in it.`,
          ]
        : []),
      ...(aside === undefined ? [] : [`What was there lies in ${aside}.`]),
      "The bot starts frozen, and carries out nothing that was asked for, approved or queued in it.",
    ]);
  return exitCodes.done;
}
