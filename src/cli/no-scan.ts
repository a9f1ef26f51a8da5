import { noScanPart } from "#cards/lines";
import { plain } from "#cards/text";
import type { Io } from "#cli/io";
import type { Config } from "#config/schema";
import { noScan } from "#flows/freshness";
import type { Store } from "#store/store";

/** How often scans come where no configuration says it. */
const usual = { every: 360 };

/** "No scan since Mon 23 Nov 06:02 UTC. What follows …"; undefined while what is kept is as good as new. */
export function noScanSentence(store: Store, config: Config | undefined, io: Pick<Io, "now">): string | undefined {
  const part = noScanPart(noScan(store, config?.scan ?? usual, io.now()));
  return part?.kind === "text" ? plain(part.text) : undefined;
}
