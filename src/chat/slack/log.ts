import type { Logger, LogLevel } from "@slack/bolt";

/** Where the adapter says what no person needs to read. Never tokens, never bodies. */
export interface SlackLog {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  error(event: string, error: unknown, facts?: Readonly<Record<string, unknown>>): void;
}

/** What Slack's SDK logs, as far as somebody should look at it. Its debug lines hold whole requests and are dropped. */
export function sdkLogger(log: SlackLog, level: LogLevel): Logger {
  const drop = (): void => undefined;
  const warn = (...said: readonly unknown[]): void =>
    log.warn("slack.sdk", { said: said.map(String).join(" ").slice(0, 300) });
  return { debug: drop, info: drop, warn, error: warn, setLevel: drop, getLevel: () => level, setName: drop };
}
