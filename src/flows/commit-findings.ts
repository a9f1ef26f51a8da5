import type { Bot } from "#flows/bot";
import type { Edge } from "#store/store";

/** A scan in another process writes for a while; between two of its writes there is always room. */
const maxTurns = 200;

/**
 * Commits an edge that carries whole findings. It is made from what is stored, and made again when a scan, perhaps of the
 * command line, or somebody else has written findings in between: nothing of theirs is written over. `make` does not wait
 * for anything; undefined: there is nothing to do any more.
 */
export async function commitFindings(bot: Pick<Bot, "store">, make: () => Edge | undefined): Promise<void> {
  for (let turn = 1; ; turn++) {
    const findingsVersion = bot.store.findingsVersion();
    const edge = make();
    if (!edge) return;
    const outcome = await bot.store.commit({ ...edge, findingsVersion });
    if (outcome === "done") return;
    if (outcome === "duplicate" || turn === maxTurns) throw new Error(`findings could not be written: ${outcome}`);
  }
}
