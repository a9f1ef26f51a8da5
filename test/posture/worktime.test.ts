import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configSchema } from "#config/schema";
import type { Instant } from "#domain/time";
import { day, hour, minute } from "#domain/time";
import type { Calendar } from "#posture/worktime";
import { addWorkingHours, isWorking, nextWorkingStart, timesOf } from "#posture/worktime";
import { millisecondsOf, weekdayOf, zoneOf } from "#posture/zone";

const utc = (text: string): Instant => Date.parse(`${text}Z`);
const berlin: Calendar = {
  zone: "Europe/Berlin",
  from: "08:00",
  to: "16:00",
  days: ["mon", "tue", "wed", "thu", "fri"],
};
/** A wall-clock time in Berlin in winter. */
const winter = (text: string): Instant => utc(text) - hour;

describe("working hours", () => {
  test.each([
    ["the approval card's own: Monday 09:31 and 8 hours is Tuesday 09:31", "2026-11-23T09:31", 8, "2026-11-24T09:31"],
    ["a whole day ends when work ends", "2026-11-23T08:00", 8, "2026-11-23T16:00"],
    ["the night does not count", "2026-11-23T20:00", 1, "2026-11-24T09:00"],
    ["nor the early morning", "2026-11-23T05:00", 1, "2026-11-23T09:00"],
    ["nor the weekend", "2026-11-27T15:00", 2, "2026-11-30T09:00"],
    ["Saturday begins on Monday", "2026-11-28T12:00", 8, "2026-11-30T16:00"],
    ["two weeks", "2026-11-23T08:00", 80, "2026-12-04T16:00"],
    ["none at all", "2026-11-28T12:00", 0, "2026-11-30T08:00"],
  ])("%s", (_, start, hours, end) => {
    expect(addWorkingHours(winter(start), hours, berlin)).toBe(winter(end));
  });

  test("across the change of clocks the hours are hours that pass", () => {
    const always: Calendar = { ...berlin, from: "00:00", to: "23:59", days: ["sat", "sun", "mon"] };
    // 29 March 2026: 02:00 becomes 03:00. 25 October: 03:00 becomes 02:00.
    expect(addWorkingHours(utc("2026-03-29T00:30"), 2, always)).toBe(utc("2026-03-29T02:30"));
    expect(addWorkingHours(utc("2026-10-25T00:30"), 2, always)).toBe(utc("2026-10-25T02:30"));
    // Friday 15:00 in winter to Monday 09:00 in summer.
    expect(addWorkingHours(utc("2026-03-27T14:00"), 2, berlin)).toBe(utc("2026-03-30T07:00"));
  });

  test("when somebody works", () => {
    expect(isWorking(winter("2026-11-23T08:00"), berlin)).toBe(true);
    expect(isWorking(winter("2026-11-23T07:59"), berlin)).toBe(false);
    expect(isWorking(winter("2026-11-23T16:00") - 1, berlin)).toBe(true);
    expect(isWorking(winter("2026-11-23T16:00"), berlin)).toBe(false);
    expect(isWorking(winter("2026-11-22T12:00"), berlin)).toBe(false);
    expect(nextWorkingStart(winter("2026-11-23T12:00"), berlin)).toBe(winter("2026-11-23T12:00"));
    expect(nextWorkingStart(winter("2026-11-27T16:00"), berlin)).toBe(winter("2026-11-30T08:00"));
  });
  test("a calendar without a working day is an error, not an endless search", () => {
    expect(() => nextWorkingStart(0, { ...berlin, days: [] })).toThrow("no working time");
    expect(() => addWorkingHours(0, 1, { ...berlin, from: "09:00", to: "09:00" })).toThrow("no working time");
  });
});

describe("laws", () => {
  const zones = [
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "UTC",
  ];
  const calendar = fc.record({
    zone: fc.constantFrom(...zones),
    from: fc.constantFrom("00:00", "01:30", "02:30", "08:00", "09:15"),
    to: fc.constantFrom("10:00", "16:00", "23:30"),
    days: fc.uniqueArray(fc.constantFrom("mon" as const, "wed" as const, "sat" as const, "sun" as const), {
      minLength: 1,
    }),
  });
  const instant = fc
    .integer({ min: utc("2014-01-01T00:00") / minute, max: utc("2027-01-01T00:00") / minute })
    .map((n) => n * minute);

  /** Independent of the code: what the wall clock says in plain text. */
  const open = (at: Instant, { zone, from, to, days }: Calendar): boolean => {
    const [weekday = "", clock = ""] = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    })
      .format(at)
      .split(/,? /);
    return clock >= from && clock < to && days.some((each) => each === weekday.toLowerCase());
  };

  test("isWorking is what the wall clock says", () => {
    fc.assert(
      fc.property(instant, calendar, (at, given) => {
        expect([at, given, isWorking(at, given)]).toEqual([at, given, open(at, given)]);
      }),
      { numRuns: 3_000 },
    );
  });
  test("nextWorkingStart is working, not earlier, and nothing before it was", () => {
    fc.assert(
      fc.property(instant, calendar, (at, given) => {
        const next = nextWorkingStart(at, given);
        expect(next).toBeGreaterThanOrEqual(at);
        expect(open(next, given)).toBe(true);
        if (next > at) expect(open(next - minute, given)).toBe(false);
        for (let step = at; step < next; step += 97 * minute) expect(open(step, given)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
  test("addWorkingHours counts exactly the minutes that are working, and adds up", () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 12 }), calendar, (start, hours, given) => {
        const end = addWorkingHours(start, hours, given);
        let worked = 0;
        const text = given;
        const zone = zoneOf(text.zone);
        for (let at = start; at < end; at += minute) {
          const clock = zone.wall(at) % day;
          const inside = clock >= millisecondsOf(text.from) && clock < millisecondsOf(text.to);
          if (inside && text.days.some((each) => each === weekdayOf(zone.dayOf(at)))) worked++;
        }
        expect(worked).toBe(hours * 60);
        expect(addWorkingHours(addWorkingHours(start, 1, given), hours - 1 || 0, given)).toBe(
          hours === 1 ? nextWorkingStart(end, given) : end,
        );
      }),
      { numRuns: 60 },
    );
  });
});

test("a channel's own times go before those of all", () => {
  const config = configSchema.parse({
    accounts: "organization",
    hours: { zone: "Europe/Berlin" },
    channels: {
      admin: "#sec",
      times: {
        "#team-web": { zone: "America/New_York", hours: { from: "09:00", to: "17:00" } },
        C0DATA00: { digest: "10:30" },
      },
    },
  });
  const base = { zone: "Europe/Berlin", from: "08:00", to: "16:00", digest: "09:00", days: berlin.days };
  expect(timesOf({ id: "C1", name: "team-web" }, config)).toEqual({
    ...base,
    zone: "America/New_York",
    from: "09:00",
    to: "17:00",
  });
  expect(timesOf({ name: "#team-web" }, config).zone).toBe("America/New_York");
  expect(timesOf({ id: "C0DATA00", name: "data" }, config)).toEqual({ ...base, digest: "10:30" });
  expect(timesOf({ id: "C1", name: "other" }, config)).toEqual(base);
  expect(timesOf({}, configSchema.parse({ accounts: "organization" })).zone).toBe("UTC");
});
