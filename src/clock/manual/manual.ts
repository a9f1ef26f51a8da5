import type { Clock } from "#clock/clock";
import type { Instant } from "#domain/time";
import { minute } from "#domain/time";

/** Time that passes when it is told to. */
export interface ManualClock extends Clock {
  /** Lets time pass: sleepers wake and minutes begin in their order; each minute's work ends, or sleeps, before the next. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: Instant;
  wake(): void;
}
interface Ticker {
  readonly work: () => Promise<void>;
  running?: Promise<void>;
}

export function manualClock(start: Instant): ManualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const tickers = new Set<Ticker>();
  let fellAsleep = (): void => {};

  const begin = async (ticker: Ticker): Promise<void> => {
    if (ticker.running) return;
    const asleep = new Promise<void>((resolve) => {
      fellAsleep = resolve;
    });
    ticker.running = ticker.work().finally(() => {
      delete ticker.running;
    });
    await Promise.race([ticker.running, asleep]);
  };

  return {
    now: () => now,
    sleep: (ms, until) =>
      new Promise((resolve) => {
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        until?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          resolve();
        });
        fellAsleep();
      }),
    everyMinute(_name, work) {
      const ticker: Ticker = { work };
      tickers.add(ticker);
      return {
        async stop() {
          tickers.delete(ticker);
          await ticker.running;
        },
      };
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const soonest = [...sleepers].sort((a, b) => a.at - b.at)[0];
        const full = tickers.size > 0 ? (Math.floor(now / minute) + 1) * minute : Infinity;
        const at = Math.min(soonest?.at ?? Infinity, full);
        if (at > end) break;
        now = Math.max(now, at);
        if (soonest?.at === at) {
          sleepers.delete(soonest);
          soonest.wake();
          await settled();
        } else for (const ticker of tickers) await begin(ticker);
      }
      now = end;
    },
  };
}

/** Lets what a waking sleeper does next run before time goes on. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
