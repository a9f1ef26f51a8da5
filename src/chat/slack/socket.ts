import type { SocketModeReceiver } from "@slack/bolt";
import { chatError } from "#chat/slack/errors";
import type { SlackLog } from "#chat/slack/log";
import { sdkLogger } from "#chat/slack/log";
import type { Receive } from "#chat/slack/receive";

export interface SocketOptions {
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly log: SlackLog;
  now(): number;
}

export interface Sockets {
  /** Since when no socket is open; undefined: at least one is. */
  downSince(): number | undefined;
  stop(): Promise<void>;
}

/** Slack renews sockets every few hours. While one is renewed, the other listens; an event goes to one of them. */
const sockets = 2;
const longestWait = 30_000;

/**
 * Keeps the sockets open. The client's own reconnecting is off: it leaves a gap of five seconds at each renewal, and when
 * it gives up it throws where nobody can catch.
 */
export async function openSockets(options: SocketOptions, receive: Receive): Promise<Sockets> {
  const { log, now } = options;
  const stopping = new AbortController();
  const open = new Set<SocketModeReceiver>();
  let downSince: number | undefined = now();

  async function connect(receiver: SocketModeReceiver): Promise<{ readonly closed: Promise<void> }> {
    const closed = new Promise<void>((resolve) => receiver.client.once("disconnected", () => resolve()));
    await receiver.client.start();
    open.add(receiver);
    downSince = undefined;
    return { closed };
  }

  async function keep(receiver: SocketModeReceiver, first?: Promise<void>): Promise<void> {
    await first;
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      open.delete(receiver);
      if (open.size === 0) downSince ??= now();
      if (tries > 0) await pause(Math.min(250 * 2 ** tries, longestWait), stopping.signal);
      try {
        const { closed } = await connect(receiver);
        tries = -1;
        await closed;
      } catch (error) {
        log.error("slack.socket", error, { tries });
      }
    }
  }

  const receivers = await Promise.all(Array.from({ length: sockets }, () => newReceiver(options, receive)));
  const [first, ...others] = receivers;
  // A token that does not work is said at the start, and not in an endless log.
  const opened =
    first &&
    (await connect(first).catch((error: unknown) => Promise.reject(chatError(error, "apps.connections.open"))));
  const kept = [...(first ? [keep(first, opened?.closed)] : []), ...others.map((receiver) => keep(receiver))];
  return {
    downSince: () => downSince,
    async stop() {
      stopping.abort();
      await Promise.race([Promise.allSettled(receivers.map(({ client }) => client.disconnect())), pause(2_000)]);
      await Promise.race([Promise.allSettled(kept), pause(2_000)]);
    },
  };
}

async function newReceiver({ appToken, apiUrl, log }: SocketOptions, receive: Receive): Promise<SocketModeReceiver> {
  const { App, LogLevel, SocketModeReceiver } = await import("@slack/bolt");
  const logger = sdkLogger(log, LogLevel.WARN);
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    // No retries inside: with reconnecting on they would end in an uncaught error; here every failure comes back to us.
    installerOptions: {
      clientOptions: {
        timeout: 10_000,
        retryConfig: { retries: 0 },
        ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
      },
    },
    customPropertiesExtractor: ({ envelope_id: id }: { envelope_id?: unknown }) => ({
      keys: typeof id === "string" ? [`envelope:${id}`] : [],
    }),
  });
  const app = new App({
    receiver,
    logger,
    convoStore: false,
    tokenVerificationEnabled: false,
    authorize: async () => ({}),
  });
  // As in HTTP mode: stored first, then acknowledged.
  app.processEvent = receive;
  return receiver;
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
