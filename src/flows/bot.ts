import type { Chat } from "#chat/chat";
import type { Cloud } from "#cloud/cloud";
import type { Config } from "#config/schema";
import type { AnyCheck, Topic } from "#domain/check";
import type { AnyRemediation } from "#domain/remediation";
import type { Instant } from "#domain/time";
import type { Refusals } from "#flows/audit";
import type { Command } from "#flows/command";
import type { Looks } from "#flows/look";
import type { ScanFilter } from "#flows/scan-filter";
import type { ScanSummary } from "#flows/scan-summary";
import type { Store } from "#store/store";

/** All that flows and commands work with. Made once, in a composition root; nothing in it is a global. */
export interface Bot {
  readonly config: Config;
  readonly store: Store;
  readonly chat: Chat;
  readonly clouds: readonly Cloud[];
  readonly looks: Looks;
  readonly checks: readonly AnyCheck[];
  readonly remediations: readonly AnyRemediation[];
  readonly topics: Readonly<Record<string, Topic>>;
  readonly commands: readonly Command[];
  readonly refusals: Refusals;
  readonly log: Log;
  now(): Instant;
  /** 128 random bits, as text for a button. */
  nonce(): string;
  /** Ends early when Stance is stopping. */
  sleep(ms: number): Promise<void>;
  /** Aborted: nothing new is begun, and what runs is brought to its next good end. */
  readonly stopping: AbortSignal;
  /** A scan now, or what a running one gives. */
  scan(filter?: ScanFilter): Promise<ScanSummary>;
  /** Something was queued or became due: look again now, not at the next tick. */
  wake(): void;
}

export interface Log {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  /** `error` is logged by its message only: SDK errors carry headers and tokens. */
  error(event: string, error: unknown, facts?: Readonly<Record<string, unknown>>): void;
}
