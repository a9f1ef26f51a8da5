import { configPath, knownIds } from "#cli/config";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printLines } from "#cli/print";
import { configReport } from "#config/report";

export interface ConfigOption {
  readonly config?: string;
}

/** `stance config check`: every error with its place, or what the file amounts to. */
export async function run({ config }: ConfigOption, io: Io): Promise<number> {
  const { good, sentences } = configReport(configPath(config, io), io.env, knownIds);
  await printLines(good ? io.stdout : io.stderr, sentences);
  return good ? exitCodes.done : exitCodes.failed;
}
