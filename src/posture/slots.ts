import type { Instant } from "#domain/time";
import { hour } from "#domain/time";
import type { Times } from "#posture/worktime";
import type { LocalDay } from "#posture/zone";
import { weekdayOf, zoneOf } from "#posture/zone";

/** One daily post of one channel. */
export interface Slot {
  readonly at: Instant;
  /** Its local day, `2026-11-23`: part of the message's key, so it cannot be posted twice. */
  readonly day: string;
}

export interface Slots {
  /** To be posted now. */
  readonly due?: Slot;
  /** Came while nobody was there: never posted. Reported until the next one is posted, which says so. Oldest first. */
  readonly skipped: readonly Slot[];
}

/** A digest later than this says nothing that the next one does not. */
export const latest = 3 * hour;

/** Longer away than this, and older days are not told apart any more. */
const lookBack = 31;

/**
 * Which digest is due: each local day has exactly one slot, whatever the clock does. `since`: when the channel began to
 * get digests. `last`: the slot (its `at`) that was posted last; not one that was skipped, or nobody would be told.
 * A changed digest time brings no second one on the same day.
 */
export function dueSlots(
  { since, last, now }: { readonly since: Instant; readonly last?: Instant; readonly now: Instant },
  { zone: name, digest, days }: Pick<Times, "zone" | "digest" | "days">,
): Slots {
  const zone = zoneOf(name);
  const today = zone.dayOf(now);
  const first = Math.max(zone.dayOf(since), last === undefined ? -Infinity : zone.dayOf(last) + 1, today - lookBack);
  const slots: Slot[] = [];
  for (let date = first; date <= today; date++) {
    const at = days.includes(weekdayOf(date)) ? zone.instantOf(date, digest) : undefined;
    if (at !== undefined && at >= since && at <= now) slots.push({ at, day: isoDay(date) });
  }
  const newest = slots.at(-1);
  return newest && now - newest.at <= latest ? { due: newest, skipped: slots.slice(0, -1) } : { skipped: slots };
}

const isoDay = (date: LocalDay): string => new Date(date * 24 * hour).toISOString().slice(0, 10);
