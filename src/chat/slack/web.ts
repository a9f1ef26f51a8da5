import type { webApi } from "@slack/bolt";
import { chatError, isTokenTrouble } from "#chat/slack/errors";
import type { SlackLog } from "#chat/slack/log";
import { sdkLogger } from "#chat/slack/log";

export interface WebOptions {
  readonly botToken: string;
  readonly apiUrl?: string;
  readonly log: SlackLog;
  /** The wall clock. */
  now(): number;
}

/** Slack's Web API. Every failure is a ChatError. */
export interface Web {
  /** Tried again when the network or Slack fails. */
  read<Result>(method: string, call: (client: webApi.WebClient) => Promise<Result>): Promise<Result>;
  /** Once: whoever asks decides whether doing it twice is worse than not at all. */
  write<Result>(method: string, call: (client: webApi.WebClient) => Promise<Result>): Promise<Result>;
  /** How far our clock is from Slack's at the last answer, in ms; positive: ours is ahead. */
  skew(): number | undefined;
  /** Slack's code, while it refuses the token; asks again now and then, so that it is not said for ever. */
  tokenRefused(): string | undefined;
}

const timeout = 10_000;
const askAgain = 60_000;

/**
 * Slack's client would retry posts for half an hour and stop all calls at one 429. Here a call ends in seconds; waiting
 * and trying again belong to the outbox, which knows what else is queued.
 */
export async function connectWeb({ botToken, apiUrl, log, now }: WebOptions): Promise<Web> {
  const { webApi, LogLevel } = await import("@slack/bolt");
  let skew: number | undefined;
  const common = {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    timeout,
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: sdkLogger(log, LogLevel.WARN),
    async fetch(...request: Parameters<typeof fetch>): Promise<Response> {
      const response = await fetch(...request);
      const date = Date.parse(response.headers.get("date") ?? "");
      if (Number.isFinite(date)) skew = now() - date;
      return response;
    },
  };
  const reader = new webApi.WebClient(botToken, { ...common, retryConfig: { retries: 2, minTimeout: 250, factor: 3 } });
  const writer = new webApi.WebClient(botToken, { ...common, retryConfig: { retries: 0 } });
  let refused: { readonly code: string; readonly at: number } | undefined;
  const asking =
    (client: webApi.WebClient): Web["read"] =>
    async (method, call) => {
      try {
        const answer = await call(client);
        refused = undefined;
        return answer;
      } catch (error) {
        const told = chatError(error, method);
        if (isTokenTrouble(told)) refused = { code: told.code, at: now() };
        throw told;
      }
    };
  const read = asking(reader);
  return {
    read,
    write: asking(writer),
    skew: () => skew,
    tokenRefused() {
      if (refused && now() - refused.at >= askAgain) {
        refused = { ...refused, at: now() };
        void read("auth.test", (client) => client.auth.test()).catch(() => undefined);
      }
      return refused?.code;
    },
  };
}
