import type { Instant } from "#domain/time";
import { day, hour, minute } from "#domain/time";

/** A date without a place: days since 1970-01-01. */
export type LocalDay = number;

/** The clock on the wall of one place, whatever summer time does. */
export interface Zone {
  /** What the wall clock shows, as if it were UTC. */
  wall(at: Instant): Instant;
  dayOf(at: Instant): LocalDay;
  /**
   * When the wall clock shows `time` (09:00) on that day. Shown twice: the first time. Never shown, because the clock
   * jumps over it: the moment of the jump. Undefined: the place skips the whole day (Samoa, 30 December 2011).
   */
  instantOf(date: LocalDay, time: string): Instant | undefined;
}

/** Throws RangeError for an unknown name; the configuration has been checked for that. */
export function zoneOf(name: string): Zone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const wall = (at: Instant): Instant => {
    const [month = 1, date = 1, year = 1970, hours = 0, minutes = 0, seconds = 0] =
      format.format(at).match(/\d+/g)?.map(Number) ?? [];
    return Date.UTC(year, month - 1, date, hours, minutes, seconds) + modulo(at, 1000);
  };
  const dayOf = (at: Instant): LocalDay => Math.floor(wall(at) / day);

  /** The first moment at which the wall clock shows `shown` or later. Offsets change at most once within two days. */
  const firstShowing = (shown: Instant): Instant => {
    const offsets = [-day, day].map((shift) => wall(shown + shift) - (shown + shift));
    const candidates = offsets.map((offset) => shown - offset).sort((a, b) => a - b);
    const exact = candidates.find((at) => wall(at) === shown);
    if (exact !== undefined) return exact;
    let [before = shown, after = shown] = candidates;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (wall(middle) >= shown) after = middle;
      else before = middle;
    }
    return after;
  };

  return {
    wall,
    dayOf,
    instantOf(date, time) {
      if (dayOf(firstShowing(date * day)) !== date) return undefined;
      return firstShowing(date * day + millisecondsOf(time));
    },
  };
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** `09:30` since midnight. */
export function millisecondsOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * hour + minutes * minute;
}

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

/** 1970-01-01 was a Thursday. */
export const weekdayOf = (date: LocalDay): Weekday => weekdays[modulo(date + 3, 7)] ?? "mon";
