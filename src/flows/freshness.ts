import type { NoScan } from "#cards/views";
import type { Config } from "#config/schema";
import type { Instant } from "#domain/time";
import { hour, minute } from "#domain/time";
import type { Store } from "#store/store";

/**
 * Whether what we know is too old to be shown as if it were now, and since when. The one place that decides it; whoever
 * shows findings says it before anything else. A scan that was broken off, of a part, or that could read nothing counts for nothing.
 */
export function noScan(
  store: Pick<Store, "lastScan">,
  { every }: Pick<Config["scan"], "every">,
  now: Instant,
): NoScan | undefined {
  const last = store.lastScan();
  if (!last) return {};
  const since = last.endedAt ?? last.startedAt;
  // One that was missed may be late; where scans come every few minutes, an hour is nothing yet.
  const longest = every * minute + Math.max(every * minute, hour);
  return now - since > longest ? { since } : undefined;
}
