import { requiredConfig } from "#cli/config";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { untilStopped } from "#cli/until-stopped";
import { processLog } from "#log";
import { startBot } from "#main";

/** `stance start`: the bot, until it is told to stop. */
export async function run({ config }: { readonly config?: string }, io: Io): Promise<number> {
  const log = processLog();
  // What nobody expected leaves things in an unknown state: the next start takes them up again from the database.
  io.crashed((error) => log.error("crash", error, { stack: error instanceof Error ? (error.stack ?? "") : "" }));
  const running = await startBot(requiredConfig(config, io), { env: io.env, cwd: io.cwd, log });
  await untilStopped(io);
  await running.stop();
  return exitCodes.done;
}
