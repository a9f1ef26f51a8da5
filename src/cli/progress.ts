import type { Out } from "#cli/io";
import type { ScanSink } from "#flows/scan";

const often = 150;

/** One living line on a terminal, nothing anywhere else. */
export function progressOn(
  out: Out,
  now: () => number,
): { readonly sink: ScanSink; readonly end: () => Promise<void> } {
  if (!out.isTerminal) return { sink: {}, end: () => Promise.resolve() };
  let planned = 0;
  let ended = 0;
  let assets = 0;
  let accounts = 0;
  let last = 0;
  const draw = async (): Promise<void> => {
    if (now() - last < often) return;
    last = now();
    const text = `${accounts} account${accounts === 1 ? "" : "s"}: ${ended} of ${planned} lists read, ${assets} assets`;
    await out.write(`\r\u001B[K${text}`);
  };
  return {
    sink: {
      async accountStarted(_, units) {
        accounts++;
        planned += units.length;
        await draw();
      },
      async page(_, page) {
        assets += page.assets.length;
        await draw();
      },
      async unit({ outcome, reason }) {
        if (outcome !== "skipped" || reason === "stopped") ended++;
        await draw();
      },
    },
    end: () => out.write(last === 0 ? "" : "\r\u001B[K"),
  };
}
