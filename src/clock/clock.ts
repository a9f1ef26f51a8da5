import type { Instant } from "#domain/time";

/** The door to time. Implementations: `cron/` (real), `manual/` (tests). */
export interface Clock {
  now(): Instant;
  /** Ends early when `until` is aborted. */
  sleep(ms: number, until?: AbortSignal): Promise<void>;
  /**
   * Runs `work` at every full minute until it is told to stop, never twice at once: minutes that pass meanwhile are
   * left out. So a minute is only a chance to look; what is due is worked out from what was done last. `work` does not
   * throw.
   */
  everyMinute(name: string, work: () => Promise<void>): Ticking;
}

export interface Ticking {
  /** No further minute begins; resolves when the running one has ended. */
  stop(): Promise<void>;
}
