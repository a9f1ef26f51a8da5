/**
 * A Slack of our own, for the demo and the tests: Slack's Web API on 127.0.0.1 for the real Bolt, and people who type,
 * press and submit, sent to the bot as signed requests. It refuses what Slack refuses.
 *
 *   const slack = await createSlack(seed);
 *   const chat = slackChat({ botToken: slack.botToken, apiUrl: slack.apiUrl,
 *     connection: { mode: "http", port: 0, signingSecret: slack.signingSecret }, log, now: Date.now });
 *   await chat.start(inbound);
 *   slack.connect(`http://127.0.0.1:${chat.port()}/slack/events`);
 *
 *   await slack.as("U0TOM").command("C0PAY", "summary");
 *   const { channels, views } = slack.screen("U0TOM");        // what Tom sees, to be drawn
 *   await slack.as("U0TOM").press({ channel: "C0PAY", message: channels[0].messages[0].ts }, "a1");
 *   await slack.as("U0TOM").submit(views[0].id, { reason: "moved" });   // { ok, errors? }
 *   const stop = slack.subscribe((change) => …);              // draw again
 *
 * Ids: people U…, channels C…, groups S…, the bot's conversation with a person D…. Text is Slack's mrkdwn, blocks are Block
 * Kit as sent, with block ids. An element is pressed by its action_id; menus need the option's value too.
 * Faults: slack.faults.next("chat.postMessage", { kind: "rate-limited", seconds: 2 }).
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Ack, Acts, Post } from "#demo/slack/acts";
import { actsOf, changeChannel } from "#demo/slack/acts";
import { answerDesk } from "#demo/slack/answers";
import type { ApiCall, Faults } from "#demo/slack/api";
import { bodyOf, webApi } from "#demo/slack/api";
import type { Screen } from "#demo/slack/screen";
import { screenOf } from "#demo/slack/screen";
import type { Change, ChannelSeed, SlackSeed, State } from "#demo/slack/state";
import { createState } from "#demo/slack/state";
import { wireToBot } from "#demo/slack/wire";

export interface SlackOptions {
  /** Dates of messages; another clock than the machine's where days are played in minutes. Default: the wall clock. */
  now?(): number;
  /** The wall clock: signatures and triggers. */
  wall?(): number;
  /** Default: a free one. */
  readonly port?: number;
  /** What the token may do. Default: all that there is. */
  readonly scopes?: readonly string[];
}

export interface DemoSlack {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** For the bot: `http://127.0.0.1:PORT/api/` */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly state: State;
  readonly faults: Faults;
  /** Where the bot listens for what people do. */
  connect(endpoint: string): void;
  as(person: string): Acts;
  screen(person: string): Screen;
  subscribe(listener: (change: Change) => void): () => void;
  /** An admin changes a channel; the bot is told as Slack would. */
  changeChannel(id: string, change: Partial<Omit<ChannelSeed, "id" | "members">>): Promise<void>;
  changeGroup(id: string, members: readonly string[]): void;
  /** Signs and posts anything to the bot; undefined: no answer in three seconds. */
  deliver(post: Post): Promise<Ack | undefined>;
  /** Calls of the Web API since the start, in order. */
  calls(): readonly ApiCall[];
  close(): Promise<void>;
}

export async function createSlack(seed: SlackSeed, options: SlackOptions = {}): Promise<DemoSlack> {
  const wall = options.wall ?? Date.now;
  const state = createState(seed, options.now ?? wall);
  const botToken = `xoxb-${randomBytes(16).toString("hex")}`;
  const signingSecret = randomBytes(16).toString("hex");
  let port = 0;
  const address = (): string => `http://127.0.0.1:${port}`;
  const answers = answerDesk(state, wall);
  const wire = wireToBot({ state, signingSecret, answers, address, now: wall });
  const api = webApi({ botToken, scopes: options.scopes, state, spendTrigger: wire.spendTrigger, address });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const [, area, name = ""] = /^\/(api|answer)\/([\w.-]+)$/.exec(path) ?? [];
    if (request.method !== "POST" || area === undefined) response.writeHead(404).end();
    else if (area === "api") await api.serve(name, request, response);
    else response.writeHead(answers.take(name, await bodyOf(request))).end("ok");
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(error instanceof Error ? error.message : "failed");
    });
  });
  port = await listen(server, options.port ?? 0);

  return {
    address: address(),
    apiUrl: `${address()}/api/`,
    botToken,
    signingSecret,
    state,
    faults: api.faults,
    connect: wire.connect,
    as: (person) => actsOf(person, wire),
    screen: (person) => screenOf(person, state),
    subscribe: state.subscribe,
    changeChannel: (id, change) => changeChannel(wire, id, change),
    changeGroup: state.changeGroup,
    deliver: wire.deliver,
    calls: api.calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** On this machine's own address only. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : port;
}
