import { createHash } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { BufferedIncomingMessage } from "@slack/bolt";
import type { SlackLog } from "#chat/slack/log";
import { sdkLogger } from "#chat/slack/log";
import type { Receive } from "#chat/slack/receive";
import { StanceError } from "#domain/errors";

export interface HttpOptions {
  readonly signingSecret: string;
  readonly port: number;
  /** Absent: all addresses, as a container needs it. */
  readonly host?: string;
  readonly log: SlackLog;
  /** The wall clock: what stamps are compared with. */
  now(): number;
}

/** Why requests were turned away before anybody looked at them; counted, not audited: anyone can send them. */
export const refusals = ["signature", "stamp", "size", "form", "path"] as const;
export type Refused = (typeof refusals)[number];

export interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

const endpoint = "/slack/events";
const maxBody = 256 * 1024;
/** Slack's own window; Bolt checks only the past. */
const maxAge = 300_000;

export async function listenHttp(
  options: HttpOptions,
  receive: Receive,
  count: (why: Refused) => void,
): Promise<Listening> {
  const { signingSecret, log, now } = options;
  const { App, HTTPReceiver, LogLevel } = await import("@slack/bolt");
  const logger = sdkLogger(log, LogLevel.WARN);
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: endpoint,
    bodyLimit: maxBody,
    logger,
    customPropertiesExtractor: (request: BufferedIncomingMessage) => ({ keys: [signatureKey(request)] }),
  });
  const app = new App({
    receiver,
    logger,
    convoStore: false,
    tokenVerificationEnabled: false,
    authorize: async () => ({}),
  });
  // Bolt's own dispatch acknowledges events before any listener runs. Ours are stored first, so it is taken over whole.
  app.processEvent = receive;

  const server = createServer((request, response) => {
    const why = refusal(request, now());
    if (why) return turnAway(response, why, count);
    response.once("finish", () => {
      if (response.statusCode === 401) count("signature");
      if (response.statusCode === 413) count("size");
      if (response.statusCode === 400) count("form");
    });
    receiver.requestListener(request, response);
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 500;
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** What can be told from the head alone. The stamp is signed with the body, so a changed one fails the signature. */
function refusal(request: IncomingMessage, now: number): Refused | undefined {
  if (request.method !== "POST" || (request.url ?? "").split("?")[0] !== endpoint) return "path";
  if (Number(request.headers["content-length"] ?? 0) > maxBody) return "size";
  const stamp = request.headers["x-slack-request-timestamp"];
  return typeof stamp === "string" && /^\d{1,12}$/.test(stamp) && Math.abs(now - Number(stamp) * 1000) <= maxAge
    ? undefined
    : "stamp";
}

const statuses: Readonly<Record<Refused, number>> = { signature: 401, stamp: 401, size: 413, form: 400, path: 404 };

function turnAway(response: ServerResponse, why: Refused, count: (why: Refused) => void): void {
  count(why);
  response.writeHead(statuses[why], { connection: "close" }).end();
}

const signatureKey = ({ headers }: IncomingMessage): string =>
  `signature:${createHash("sha256").update(String(headers["x-slack-signature"])).digest("hex")}`;

const listen = (server: Server, { port, host }: HttpOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new StanceError("chat/failed", { detail: `Port ${port} for Slack's requests cannot be opened.`, cause })),
    );
    server.listen(port, host, resolve);
  });
