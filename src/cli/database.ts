import { resolve } from "node:path";
import { configIfAny } from "#cli/config";
import type { Io } from "#cli/io";
import type { Config } from "#config/schema";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";

export interface DatabaseOptions {
  readonly config?: string;
  readonly database?: string;
  readonly json?: boolean;
}

/** Reads the database named, else the configuration's, else stance.sqlite. Never writes. */
export async function withDatabase<T>(
  { config: given, database }: DatabaseOptions,
  io: Io,
  work: (store: Store, config: Config | undefined) => Promise<T>,
): Promise<T> {
  const config = configIfAny(given, io);
  const file = resolve(io.cwd, database ?? config?.database ?? "stance.sqlite");
  const store = await openStore({ file, readOnly: true, kind: "real", at: io.now() });
  try {
    return await work(store, config);
  } finally {
    store.close();
  }
}
