import { requiredConfig } from "#cli/config";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { untilStopped } from "#cli/until-stopped";
import { processLog } from "#log";
import type { StartOptions } from "#main";
import { startBot } from "#main";

interface StartCliOptions {
  readonly config?: string;
}

/** `stance start`: the bot, until it is told to stop. */
export const run = (options: StartCliOptions, io: Io): Promise<number> => runStart(options, io, {});

/** With what tests put in the place of the world. */
export async function runStart(
  { config }: StartCliOptions,
  io: Io,
  world: Pick<StartOptions, "clouds" | "slackApi" | "patienceMs">,
): Promise<number> {
  const log = processLog();
  // What nobody expected leaves things in an unknown state: the next start takes them up again from the database.
  io.crashed((error) => log.error("crash", error, { stack: error instanceof Error ? (error.stack ?? "") : "" }));
  // Listening from here on: to be told while it starts counts too.
  const stopping = io.stopped();
  stopping.addEventListener("abort", () => log.info("stopping", { why: String(stopping.reason) }));
  const { env, cwd } = io;
  const running = await startBot(requiredConfig(config, io), { env, cwd, log, stopping, ...world });
  await untilStopped(io);
  const left = await running.stop();
  log.info("stopped", { left });
  // What still waits for a network is not waited for.
  io.end(exitCodes.done);
  return exitCodes.done;
}
