import { afterEach, describe, expect, test, vi } from "vitest";
import type { Clock } from "#clock/clock";
import { cronClock } from "#clock/cron/cron";
import { manualClock } from "#clock/manual/manual";
import { minute } from "#domain/time";

const start = Date.parse("2026-11-01T05:30:20Z");

/** One suite for both: how time passes is the only difference. */
interface Running {
  readonly clock: Clock;
  readonly pass: (ms: number) => Promise<void>;
}
const clocks: Record<string, () => Running> = {
  manual: () => {
    const clock = manualClock(start);
    return { clock, pass: (ms) => clock.advance(ms) };
  },
  cron: () => {
    vi.useFakeTimers({ now: start });
    return {
      clock: cronClock(),
      pass: async (ms) => {
        await vi.advanceTimersByTimeAsync(ms);
      },
    };
  },
};

afterEach(() => {
  vi.useRealTimers();
});

describe.each(Object.entries(clocks))("%s clock", (name, make) => {
  test("now", async () => {
    const { clock, pass } = make();
    expect(clock.now()).toBe(start);
    await pass(1234);
    expect(clock.now()).toBe(start + 1234);
  });

  test("every full minute, none left out, also where summer time ends (05:59 to 06:00 UTC in New York)", async () => {
    const zone = process.env.TZ;
    process.env.TZ = "America/New_York";
    try {
      const { clock, pass } = make();
      const ticks: number[] = [];
      const ticking = clock.everyMinute("test", async () => {
        ticks.push(clock.now());
      });
      await pass(40 * minute);
      await ticking.stop();
      await pass(5 * minute);
      const first = Math.ceil(start / minute) * minute;
      expect(ticks.map((at) => Math.floor(at / minute))).toEqual(
        Array.from({ length: 40 }, (_, index) => first / minute + index),
      );
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test("work that takes longer than a minute is not begun twice", async () => {
    const { clock, pass } = make();
    let running = 0;
    let most = 0;
    let begun = 0;
    const ticking = clock.everyMinute("slow", async () => {
      begun++;
      most = Math.max(most, ++running);
      // Fake timers replace the global ones alone, not those of node:timers/promises.
      await (name === "cron" ? new Promise((resolve) => setTimeout(resolve, 150_000)) : clock.sleep(150_000));
      running--;
    });
    await pass(10 * minute);
    expect(most).toBe(1);
    expect(begun).toBeGreaterThanOrEqual(3);
    expect(begun).toBeLessThanOrEqual(5);
    const stopping = ticking.stop();
    await pass(3 * minute);
    await stopping;
    expect(running).toBe(0);
  });
});

describe("sleeping", () => {
  test("by hand: in order, at their time", async () => {
    const clock = manualClock(start);
    const woke: [string, number][] = [];
    const sleep = async (who: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woke.push([who, clock.now() - start]);
    };
    const all = Promise.all([sleep("b", 200), sleep("a", 100), sleep("c", 90_000)]);
    await clock.advance(150);
    expect(woke).toEqual([["a", 100]]);
    await clock.advance(2 * minute);
    await all;
    expect(woke).toEqual([
      ["a", 100],
      ["b", 200],
      ["c", 90_000],
    ]);
  });
  test.each([
    ["by hand", () => manualClock(start)],
    ["for real", cronClock],
  ])("ends early when it is told to: %s", async (_, make) => {
    const clock = make();
    const stop = new AbortController();
    const asleep = clock.sleep(3_600_000, stop.signal);
    stop.abort();
    await expect(asleep).resolves.toBeUndefined();
  });
  test("for real", async () => {
    const clock = cronClock();
    const before = performance.now();
    await clock.sleep(30);
    expect(performance.now() - before).toBeGreaterThanOrEqual(28);
  });
});
