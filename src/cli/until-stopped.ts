import type { Io } from "#cli/io";

/** Ctrl-C, a signal, or nobody reading any more. */
export const untilStopped = (io: Io): Promise<void> =>
  new Promise((resolve) => {
    const signal = io.stopped();
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
