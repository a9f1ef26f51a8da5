import type { Instant } from "#domain/time";
import { hour } from "#domain/time";
import type { LocalDay, Weekday, Zone } from "#posture/zone";
import { weekdayOf, zoneOf } from "#posture/zone";

/** When people of one place work. `from` is before `to`, and there is at least one day: the configuration sees to it. */
export interface Calendar {
  /** IANA name. */
  readonly zone: string;
  /** `08:00`, on the wall clock. */
  readonly from: string;
  readonly to: string;
  readonly days: readonly Weekday[];
}

/** A calendar and the time of the daily digest. */
export interface Times extends Calendar {
  readonly digest: string;
}

/** The part of the configuration that says when. */
export interface TimeRules {
  readonly hours: Times;
  readonly channels?:
    | {
        readonly times: Readonly<
          Record<
            string,
            {
              readonly digest?: string | undefined;
              readonly zone?: string | undefined;
              readonly hours?: { readonly from: string; readonly to: string } | undefined;
            }
          >
        >;
      }
    | undefined;
}

/** A channel's own times over those of all. The configuration may name it by id or by #name. */
export function timesOf(
  channel: { readonly id?: string; readonly name?: string },
  { hours, channels }: TimeRules,
): Times {
  const name = channel.name?.replace(/^#?/, "#");
  const entry = Object.entries(channels?.times ?? {}).find(([key]) => key === channel.id || key === name);
  const own = entry?.[1];
  return {
    ...hours,
    ...(own?.zone !== undefined && { zone: own.zone }),
    ...(own?.digest !== undefined && { digest: own.digest }),
    ...own?.hours,
  };
}

/** When that many working hours are over. Within a day they are hours that really pass, also where the clock is changed. */
export function addWorkingHours(start: Instant, hours: number, calendar: Calendar): Instant {
  let left = hours * hour;
  for (const { opens, closes } of shifts(start, calendar)) {
    const begins = Math.max(start, opens);
    if (begins + left <= closes) return begins + left;
    left -= closes - begins;
  }
  throw noWork(calendar);
}

export function isWorking(at: Instant, calendar: Calendar): boolean {
  return nextWorkingStart(at, calendar) === at;
}

/** `at` itself during working hours, else the next moment they begin. */
export function nextWorkingStart(at: Instant, calendar: Calendar): Instant {
  for (const { opens } of shifts(at, calendar)) return Math.max(at, opens);
  throw noWork(calendar);
}

const noWork = ({ days }: Calendar): Error => new Error(`a calendar of ${days.length} days a week has no working time`);

/** Far more than an approval's longest wait; a calendar without working time ends here. */
const farthest = 400;

/** Working days that are not over yet, in order. */
function* shifts(
  since: Instant,
  calendar: Calendar,
): Generator<{ readonly opens: Instant; readonly closes: Instant }, void> {
  const zone = zoneOf(calendar.zone);
  const today = zone.dayOf(since);
  for (let date = today; date < today + farthest; date++) {
    const shift = shiftOn(date, zone, calendar);
    if (shift && shift.closes > since) yield shift;
  }
}

function shiftOn(
  date: LocalDay,
  zone: Zone,
  { from, to, days }: Calendar,
): { readonly opens: Instant; readonly closes: Instant } | undefined {
  if (!days.includes(weekdayOf(date))) return undefined;
  const opens = zone.instantOf(date, from);
  const closes = zone.instantOf(date, to);
  return opens === undefined || closes === undefined || closes <= opens ? undefined : { opens, closes };
}
