import type { Severity } from "#domain/check";
import type { ExceptionKind } from "#domain/exception";
import type { Human } from "#domain/person";
import type { Instant } from "#domain/time";
import { day } from "#domain/time";
import { worst } from "#posture/notify";
import type { ApprovalItem, PolicyRules } from "#posture/policy";
import { ownersHere } from "#posture/policy";
import type { Times } from "#posture/worktime";
import type { LocalDay } from "#posture/zone";
import { weekdayOf, zoneOf } from "#posture/zone";

/** The part of the configuration that says how long findings may be set aside. */
export interface AsideLimits {
  readonly snoozeDays: Readonly<Record<Severity, number>>;
  readonly acceptDays: Readonly<Record<Severity, number>>;
  /** Severities whose risk the owner's own people may accept alone. Never critical or high: the configuration sees to it. */
  readonly acceptAlone: readonly Severity[];
}

/** Where a day begins, and at which hour what ends on it ends: with the digest that says so. */
export type Clock = Pick<Times, "zone" | "digest">;

interface Asked {
  readonly kind: ExceptionKind;
  /** Of all findings it is about: the worst decides. */
  readonly severities: readonly Severity[];
  readonly now: Instant;
  readonly limits: AsideLimits;
  readonly clock: Clock;
}

/** The longest an exception of these may last, in days. */
export const longest = ({ kind, severities, limits }: Pick<Asked, "kind" | "severities" | "limits">): number =>
  (kind === "snooze" ? limits.snoozeDays : limits.acceptDays)[worst(severities)];

const isoDay = (date: LocalDay): string => new Date(date * day).toISOString().slice(0, 10);

/** `2026-11-30`; undefined where the calendar has no such day. */
function dayFrom(text: string): LocalDay | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) || isoDay(at / day) !== text ? undefined : at / day;
}

/** When an exception that lasts until this day ends, or what is wrong with the day. */
export function untilOf(text: string, asked: Asked): { readonly until: Instant } | { readonly refused: string } {
  const { now, clock } = asked;
  const zone = zoneOf(clock.zone);
  const date = dayFrom(text.trim());
  if (date === undefined)
    return { refused: `"${text.trim().slice(0, 20)}" is no day. Write it as ${isoDay(zone.dayOf(now) + 1)}.` };
  const until = zone.instantOf(date, clock.digest) ?? zone.instantOf(date + 1, clock.digest);
  if (until === undefined || until <= now)
    return { refused: `${isoDay(date)} ${clock.digest} is over. Choose a later day.` };
  const last = zone.dayOf(now) + longest(asked);
  return date > last
    ? {
        refused: `That is too long for ${worst(asked.severities).toUpperCase()}: ${isoDay(last)} at the latest, which is ${longest(asked)} days.`,
      }
    : { until };
}

export interface DayOption {
  /** `2026-11-30` */
  readonly day: string;
  readonly at: Instant;
  readonly tomorrow: boolean;
}

/** Tomorrow and the next two Mondays, as far as they are allowed. */
export function dayOptions(asked: Asked): readonly DayOption[] {
  const today = zoneOf(asked.clock.zone).dayOf(asked.now);
  const mondays = [1, 2, 3, 4, 5, 6, 7].filter((n) => weekdayOf(today + n) === "mon").flatMap((n) => [n, n + 7]);
  return [...new Set([1, ...mondays])].flatMap((n) => {
    const text = isoDay(today + n);
    const found = untilOf(text, asked);
    return "until" in found ? [{ day: text, at: found.until, tomorrow: n === 1 }] : [];
  });
}

/** The last day that is allowed. */
export function lastDay(asked: Asked): { readonly day: string; readonly at: Instant } {
  const text = isoDay(zoneOf(asked.clock.zone).dayOf(asked.now) + longest(asked));
  const found = untilOf(text, asked);
  return { day: text, at: "until" in found ? found.until : asked.now };
}

/**
 * Nobody else has to agree: all of it is mild enough, and belongs to a team of theirs that the configuration lists for the
 * account. A tag or a claim alone makes nobody the one who may bear a risk.
 */
export const acceptsAlone = (
  human: Pick<Human, "teams">,
  items: readonly ApprovalItem[],
  rules: PolicyRules & { readonly limits: Pick<AsideLimits, "acceptAlone"> },
): boolean =>
  items.length > 0 &&
  items.every(
    ({ severity, owner, account }) =>
      severity !== "critical" &&
      severity !== "high" &&
      rules.limits.acceptAlone.includes(severity) &&
      owner !== undefined &&
      human.teams.includes(owner) &&
      ownersHere(account, rules).includes(owner),
  );
