import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { checks } from "#checks";
import type { Io } from "#cli/io";
import type { KnownIds } from "#config/crosscheck";
import { loadConfig } from "#config/load";
import type { Config } from "#config/schema";
import { remediations } from "#remediations";

const defaultFile = "stance.yml";

export const knownIds: KnownIds = {
  checks: checks.map(({ id }) => id),
  remediations: remediations.map(({ id }) => id),
};

/** The file named with --config, else stance.yml. */
export const configPath = (given: string | undefined, { cwd }: Pick<Io, "cwd">): string =>
  resolve(cwd, given ?? defaultFile);

/** Of commands that need one: a missing file is an error. */
export const requiredConfig = (given: string | undefined, io: Pick<Io, "cwd" | "env">): Config =>
  loadConfig(configPath(given, io), io.env, knownIds);

/** Of commands that work without: a missing stance.yml is none, a file named with --config must be there. */
export const configIfAny = (given: string | undefined, io: Pick<Io, "cwd" | "env">): Config | undefined =>
  given === undefined && !existsSync(configPath(undefined, io)) ? undefined : requiredConfig(given, io);
