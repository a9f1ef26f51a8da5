import { setTimeout as delay } from "node:timers/promises";
import { schedule } from "node-cron";
import type { Clock } from "#clock/clock";
import { minute } from "#domain/time";

const silent = { info() {}, warn() {}, error() {}, debug() {} };

/** How long after a full minute node-cron is waited for. */
const grace = 500;

/**
 * The machine's own time; node-cron ticks each minute in UTC. node-cron 4.6.0 stands still for the hour that summer time
 * repeats on machines whose own zone has one, whatever zone it is given (it rounds "now" with Date.setMilliseconds), so
 * a timer stands by and begins a minute that node-cron let pass.
 */
export const cronClock = (): Clock => ({
  now: Date.now,
  async sleep(ms, until) {
    // Woken early is no failure.
    await delay(ms, undefined, until && { signal: until }).catch((error: unknown) => {
      if (!until?.aborted) throw error;
    });
  },
  everyMinute(name, work) {
    let running: Promise<void> | undefined;
    let begun = Math.floor(Date.now() / minute);
    const begin = (): void => {
      const now = Math.floor(Date.now() / minute);
      if (now === begun) return;
      begun = now;
      running ??= work().finally(() => {
        running = undefined;
      });
    };
    const task = schedule("* * * * *", begin, { name, timezone: "UTC", logger: silent, suppressMissedWarning: true });
    let standby: NodeJS.Timeout;
    const arm = (): void => {
      standby = setTimeout(
        () => {
          begin();
          arm();
        },
        minute - (Date.now() % minute) + grace,
      );
    };
    arm();
    return {
      async stop() {
        clearTimeout(standby);
        await task.destroy();
        await running;
      },
    };
  },
});
