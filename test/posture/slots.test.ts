import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Instant } from "#domain/time";
import { day, hour, minute } from "#domain/time";
import { dueSlots, latest } from "#posture/slots";
import type { Weekday } from "#posture/zone";
import { weekdays } from "#posture/zone";

const utc = (text: string): Instant => Date.parse(`${text}Z`);
const always = [...weekdays];

/** The wall clock as a text, by another way than the code's: sorts like time within a day. */
const wallText = (zone: string): ((at: Instant) => string) => {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return (at) => format.format(at);
};

describe("summer time: 10 zones, 13 years, both ways", () => {
  // Jumps of half an hour, one and two hours; at midnight; south of the equator; quarter-hour offsets.
  const zones = [
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Berlin",
    "Antarctica/Troll",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
  ];

  /** Minutes at which the wall clock does not simply go on by one minute. */
  function jumps(zone: string): readonly Instant[] {
    const text = wallText(zone);
    const offset = (at: Instant): number => Date.parse(`${text(at).replace(" ", "T")}Z`) - at;
    const found: Instant[] = [];
    for (let at = utc("2014-01-01T00:00"); at < utc("2027-01-01T00:00"); at += day) {
      if (offset(at) === offset(at + day)) continue;
      let [low, high] = [at, at + day];
      while (high - low > minute) {
        const middle = Math.floor((low + high) / 2 / minute) * minute;
        if (offset(middle) === offset(at)) low = middle;
        else high = middle;
      }
      found.push(high);
    }
    return found;
  }

  /** Minute by minute: the first one of the day whose clock shows the time, or more. */
  function oracle(text: (at: Instant) => string, around: Instant, time: string): ReadonlyMap<string, Instant> {
    const slots = new Map<string, Instant>();
    for (let at = around - 40 * hour; at < around + 40 * hour; at += minute) {
      const [date = "", clock = ""] = text(at).split(" ");
      if (clock >= time && !slots.has(date)) slots.set(date, at);
    }
    return slots;
  }

  let transitions = 0;
  let posts = 0;
  test.each(zones)("%s", { timeout: 60_000 }, (zone) => {
    const text = wallText(zone);
    for (const jump of jumps(zone)) {
      transitions++;
      // In the hour that is skipped or comes twice, just before it, and at the usual time.
      const inside = text(jump - minute).slice(11) < text(jump).slice(11) ? text(jump - minute) : text(jump);
      const [hours = 0, minutes = 0] = inside.slice(11).split(":").map(Number);
      const quarter = new Date(Date.UTC(2020, 0, 1, hours, minutes + 15)).toISOString().slice(11, 16);
      for (const digest of [quarter, "09:00"]) {
        const expected = oracle(text, jump, digest);
        const seen = new Map<string, Instant[]>();
        const since = jump - 40 * hour;
        let last: Instant | undefined;
        for (let now = since + 7 * minute; now < jump + 36 * hour; now += 30 * minute) {
          const { due, skipped } = dueSlots(
            { since, now, ...(last !== undefined && { last }) },
            { zone, digest, days: always },
          );
          expect(skipped).toEqual([]);
          if (!due) continue;
          last = due.at;
          seen.set(due.day, [...(seen.get(due.day) ?? []), due.at]);
          expect(now - due.at).toBeLessThanOrEqual(30 * minute);
        }
        // The first and the last day of the walk are not whole.
        for (const [date, at] of [...expected].filter(([, at]) => at > since + day / 2 && at < jump + 35 * hour)) {
          expect([zone, date, digest, seen.get(date)]).toEqual([zone, date, digest, [at]]);
          posts++;
        }
      }
    }
  });
  test("were 260 transitions", () => {
    expect(transitions).toBe(260);
    expect(posts).toBeGreaterThan(260 * 4);
  });
});

const berlin = { zone: "Europe/Berlin", digest: "09:00", days: ["mon", "tue", "wed", "thu", "fri"] as Weekday[] };
const nine = utc("2026-11-23T08:00");

describe("what is due", () => {
  const since = utc("2026-11-20T12:00");
  test("nothing before the time, the slot at the time, once", () => {
    expect(dueSlots({ since, now: nine - 1 }, berlin)).toEqual({ skipped: [] });
    expect(dueSlots({ since, now: nine }, berlin)).toEqual({ due: { at: nine, day: "2026-11-23" }, skipped: [] });
    expect(dueSlots({ since, last: nine, now: nine + minute }, berlin)).toEqual({ skipped: [] });
    expect(dueSlots({ since, last: nine, now: nine + day }, berlin).due?.day).toBe("2026-11-24");
  });
  test("not at weekends", () => {
    expect(dueSlots({ since, last: nine - 3 * day, now: utc("2026-11-22T20:00") }, berlin)).toEqual({ skipped: [] });
  });
  test("nothing from before the channel got digests", () => {
    expect(dueSlots({ since: nine + 1, now: nine + hour }, berlin)).toEqual({ skipped: [] });
  });
  test("up to three hours late; then it is skipped, and said with the next one", () => {
    expect(dueSlots({ since, now: nine + latest }, berlin).due?.at).toBe(nine);
    const monday = { at: nine, day: "2026-11-23" };
    expect(dueSlots({ since, now: nine + latest + 1 }, berlin)).toEqual({ skipped: [monday] });
    expect(dueSlots({ since, now: nine + day }, berlin)).toEqual({
      due: { at: nine + day, day: "2026-11-24" },
      skipped: [monday],
    });
    expect(dueSlots({ since, last: nine + day, now: nine + day + minute }, berlin)).toEqual({ skipped: [] });
  });
  test("down over several days: one now, the others skipped", () => {
    const { due, skipped } = dueSlots({ since, now: nine + 3 * day + hour }, berlin);
    expect(due?.day).toBe("2026-11-26");
    expect(skipped.map((slot) => slot.day)).toEqual(["2026-11-23", "2026-11-24", "2026-11-25"]);
  });
  test("down nine hours over the slot (fault 32): nothing is posted twice, nothing unsaid", () => {
    expect(dueSlots({ since, now: nine + 9 * hour }, berlin)).toEqual({ skipped: [{ at: nine, day: "2026-11-23" }] });
    expect(dueSlots({ since, now: nine + 2 * hour }, berlin).due?.day).toBe("2026-11-23");
  });
  test("an absence of years is not counted day by day", () => {
    expect(dueSlots({ since: 0, now: nine }, berlin).skipped.length).toBeLessThan(31);
  });
  test("a later time on the same day brings no second one", () => {
    const later = { ...berlin, digest: "11:00" };
    expect(dueSlots({ since, last: nine, now: nine + 3 * hour }, later)).toEqual({ skipped: [] });
  });
  test("a clock set back brings none again", () => {
    expect(dueSlots({ since, last: nine, now: nine - hour }, berlin)).toEqual({ skipped: [] });
  });
  test("a day that the place skips has none", () => {
    const samoa = { zone: "Pacific/Apia", digest: "09:00", days: always };
    const days = new Set<string>();
    let last: Instant | undefined;
    const start = utc("2011-12-28T00:00");
    for (let now = start; now < start + 5 * day; now += hour) {
      const { due } = dueSlots({ since: start, now, ...(last !== undefined && { last }) }, samoa);
      if (!due) continue;
      last = due.at;
      days.add(due.day);
    }
    expect([...days]).toEqual(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01", "2012-01-02"]);
  });
});

test("however the bot comes and goes, each slot is posted, or said to be skipped, exactly once and in order", () => {
  const zones = ["Europe/Berlin", "America/Havana", "Pacific/Chatham", "Asia/Kolkata"];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: utc("2026-01-01T00:00"), max: utc("2026-12-01T00:00") }),
      fc.array(fc.oneof(fc.integer({ min: minute, max: 2 * hour }), fc.integer({ min: hour, max: 3 * day })), {
        maxLength: 60,
      }),
      (zone, hours, since, gaps) => {
        const times = { zone, digest: `${String(hours).padStart(2, "0")}:30`, days: berlin.days };
        const told: string[] = [];
        let open: string[] = [];
        let now = since;
        let last: Instant | undefined;
        for (const gap of gaps) {
          now += gap;
          const { due, skipped } = dueSlots({ since, now, ...(last !== undefined && { last }) }, times);
          open = skipped.map((slot) => slot.day);
          if (!due) continue;
          expect(now - due.at).toBeLessThanOrEqual(latest);
          told.push(...open, due.day);
          open = [];
          last = due.at;
        }
        told.push(...open);
        expect(told).toEqual([...new Set(told)].sort());
        const text = wallText(zone);
        const whole = new Set<string>();
        for (let at = since + day; at < now - day; at += hour) whole.add(text(at).slice(0, 10));
        const working = [...whole].filter((date) => ![0, 6].includes(new Date(date).getUTCDay()));
        expect(told).toEqual(expect.arrayContaining(working));
      },
    ),
    { numRuns: 300 },
  );
});
