import { setImmediate as turn } from "node:timers/promises";
import type { ChainRow } from "#audit/chain";
import { emptyHead, verifyChain } from "#audit/chain";

export interface ChainWatch {
  /** Walks what came since the last look; the first one walks everything. In pieces, so that nothing else waits. */
  look(): Promise<void>;
  /** Why the trail does not add up, once that was seen. */
  problem(): string | undefined;
}

const piece = 500;

/** Keeps an eye on the trail while the bot runs. `found` is called once. */
export function watchChain(
  rowsAfter: (seq: number) => Iterable<ChainRow>,
  found: (problem: string) => void,
): ChainWatch {
  let head = emptyHead;
  let problem: string | undefined;
  let looking = false;
  async function walk(): Promise<void> {
    while (problem === undefined) {
      // Taken whole: the store's one connection writes nothing while rows are being read from it.
      const rows = take(rowsAfter(head.seq), piece);
      const result = verifyChain(rows, [], head);
      if (result.ok) head = result.head;
      else {
        problem = `at #${result.seq}: ${result.problem}`;
        found(problem);
      }
      if (rows.length < piece) return;
      await turn();
    }
  }
  return {
    async look() {
      if (looking) return;
      looking = true;
      try {
        await walk();
      } finally {
        looking = false;
      }
    },
    problem: () => problem,
  };
}

function take<T>(all: Iterable<T>, most: number): readonly T[] {
  const taken: T[] = [];
  for (const each of all) if (taken.push(each) === most) break;
  return taken;
}
