import { statSync } from "node:fs";
import { resolve } from "node:path";
import { configIfAny } from "#cli/config";
import type { Io } from "#cli/io";
import type { Config } from "#config/schema";
import { StanceError } from "#domain/errors";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";

export interface DatabaseOptions {
  readonly config?: string;
  readonly database?: string;
  readonly json?: boolean;
}

/** The database named, else the configuration's, else stance.sqlite. */
export const databasePath = ({ config, database }: Pick<DatabaseOptions, "config" | "database">, io: Io): string =>
  resolve(io.cwd, database ?? configIfAny(config, io)?.database ?? "stance.sqlite");

/** Reads the database named, else the configuration's, else stance.sqlite. Never writes. */
export async function withDatabase<T>(
  { config: given, database }: DatabaseOptions,
  io: Io,
  work: (store: Store, config: Config | undefined) => Promise<T>,
): Promise<T> {
  const config = configIfAny(given, io);
  const file = resolve(io.cwd, database ?? config?.database ?? "stance.sqlite");
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw foreign(file);
  let store: Store | undefined;
  try {
    store = await openStore({ file, readOnly: true, kind: "real", at: io.now() });
    return await work(store, config);
  } catch (error) {
    throw isForeign(error) ? foreign(file, error) : error;
  } finally {
    store?.close();
  }
}

/** Another kind of file, or a database without our tables. */
const isForeign = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "SQLITE_NOTADB" || error.code === "store/no-stance");

const foreign = (file: string, cause?: unknown): StanceError =>
  new StanceError("input/invalid", {
    detail: `${file} is no database of Stance. Name the file of \`stance scan --database\` or of the bot.`,
    cause,
  });
