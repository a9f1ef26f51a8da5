import { requiredConfig } from "#cli/config";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { untilStopped } from "#cli/until-stopped";
import { processLog } from "#log";
import { startBot } from "#main";

/** `stance start`: the bot, until it is told to stop. */
export async function run({ config }: { readonly config?: string }, io: Io): Promise<number> {
  const running = await startBot(requiredConfig(config, io), { env: io.env, cwd: io.cwd, log: processLog() });
  await untilStopped(io);
  await running.stop();
  return exitCodes.done;
}
