import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { untilStopped } from "#cli/until-stopped";
import { startDemo } from "#demo";
import { StanceError } from "#domain/errors";
import { processLog } from "#log";

/** `stance demo`: prints the page's address, its token included, as one line; runs until it is told to stop. */
export async function run({ port = "0" }: { readonly port?: string }, io: Io): Promise<number> {
  const wanted = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(wanted <= 65_535))
    throw new StanceError("input/invalid", { detail: `"${port}" is no port: give a number up to 65535.` });
  // Listening from here on: a Ctrl-C while it starts must not leave its folder behind.
  const stopped = untilStopped(io);
  const demo = await startDemo({ port: wanted, log: processLog("warn") });
  try {
    await io.stdout.write(`${demo.address}\n`);
    if (io.stderr.isTerminal)
      await io.stderr.write("Open this address in a browser. Ctrl-C ends the demo; nothing of it is kept.\n");
    await stopped;
  } finally {
    await demo.close();
  }
  return exitCodes.done;
}
