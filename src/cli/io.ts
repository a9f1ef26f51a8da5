import { exitCodes } from "#cli/exit";
import { StanceError } from "#domain/errors";
import type { Instant } from "#domain/time";

/** Where text goes. Resolves when it is taken; after the reader went away it is dropped. */
export interface Out {
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
  write(text: string): Promise<void>;
}

/** All that the command line knows of the process it runs in. */
export interface Io {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Instant;
  /**
   * Aborts when somebody presses Ctrl-C, or when nobody reads the output any more. Listening starts with the first call;
   * a second signal ends the process at once.
   */
  stopped(): AbortSignal;
  /** From now on told of what nobody caught, before the process ends with 1. */
  crashed(tell: (error: unknown) => void): void;
  /** Ends the process now, whatever still waits for a network. */
  end(code: number): void;
}

/** The reason of `stopped()` when the reader of the output went away (`| head`): an end, not an error. */
export const readerGone = "the reader went away";

export function processIo(): Io {
  const stop = new AbortController();
  let listening = false;
  const out = (stream: NodeJS.WriteStream): Out => {
    let gone = false;
    // Each error also reaches the write that met it; without a listener it would end the process.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      gone = true;
      if (error.code === "EPIPE" && stream === process.stdout) stop.abort(readerGone);
    });
    return {
      isTerminal: stream.isTTY === true,
      get columns() {
        return stream.columns;
      },
      write: (text) =>
        gone || text === ""
          ? Promise.resolve()
          : new Promise((resolve, reject) => {
              stream.write(text, (error?: NodeJS.ErrnoException | null) => {
                if (!error || error.code === "EPIPE") resolve();
                else reject(lost(error));
              });
            }),
    };
  };
  return {
    stdout: out(process.stdout),
    stderr: out(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    stopped() {
      if (!listening) {
        listening = true;
        // As the first process of a container nobody ends us but ourselves.
        for (const [signal, number] of [
          ["SIGINT", 2],
          ["SIGTERM", 15],
        ] as const)
          process.on(signal, () => (stop.signal.aborted ? process.exit(128 + number) : stop.abort(signal)));
      }
      return stop.signal;
    },
    crashed(tell) {
      for (const event of ["uncaughtException", "unhandledRejection"] as const)
        process.on(event, (error: unknown) => {
          tell(error);
          process.exit(exitCodes.failed);
        });
    },
    end: (code) => process.exit(code),
  };
}

const lost = (cause: Error): StanceError =>
  new StanceError("input/invalid", { detail: `The output could not be written: ${cause.message}.`, cause });
