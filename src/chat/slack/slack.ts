import type { Chat, Inbound } from "#chat/chat";
import { ChatError } from "#chat/chat";
import { slackDirectory } from "#chat/slack/directory";
import type { Listening, Refused } from "#chat/slack/http";
import { listenHttp, refusals } from "#chat/slack/http";
import { text } from "#chat/slack/incoming";
import type { SlackLog } from "#chat/slack/log";
import { receiving } from "#chat/slack/receive";
import { responderFor } from "#chat/slack/respond";
import { defaultCommand, historyScopes, scopes } from "#chat/slack/scopes";
import { slackSender } from "#chat/slack/send";
import type { Sockets } from "#chat/slack/socket";
import { openSockets } from "#chat/slack/socket";
import type { Web } from "#chat/slack/web";
import { connectWeb } from "#chat/slack/web";
import { messageOf } from "#domain/errors";
import { minute } from "#domain/time";

export interface SlackOptions {
  readonly botToken: string;
  readonly connection:
    | { readonly mode: "socket"; readonly appToken: string }
    | { readonly mode: "http"; readonly signingSecret: string; readonly port: number; readonly host?: string };
  /** The workspace whose people are served. Absent: the token's. */
  readonly team?: string;
  /** Default `/posture`: another name where two bots share a workspace. */
  readonly command?: string;
  /** Another Slack than slack.com: `http://127.0.0.1:4003/api/`. */
  readonly apiUrl?: string;
  readonly log: SlackLog;
  /** The wall clock: Slack's stamps are compared with it. */
  now(): number;
}

export interface SlackChat extends Chat {
  /** HTTP mode, started: where requests arrive. */
  port(): number | undefined;
}

interface Identity {
  readonly team: string;
  readonly tokenTeam: string;
  readonly botUser: string;
  /** `https://team.slack.com/` */
  readonly home: string | undefined;
  /** Undefined: Slack does not say. */
  readonly scopes: readonly string[] | undefined;
}

/** Slack behind the chat port, on Bolt: Socket Mode, or signed requests over HTTP. */
export function slackChat(options: SlackOptions): SlackChat {
  const { log, now, connection, command = defaultCommand, apiUrl } = options;
  let connected: Web | undefined;
  const web = once(async () => (connected ??= await connectWeb(options)));
  async function askIdentity(): Promise<Identity> {
    const told = await (await web()).read("auth.test", (client) => client.auth.test());
    return {
      tokenTeam: text(told, "team_id"),
      team: options.team ?? text(told, "team_id"),
      botUser: text(told, "user_id"),
      home: text(told, "url") || undefined,
      scopes: told.response_metadata?.scopes,
    };
  }
  const identity = once(askIdentity);
  const directory = slackDirectory({ web, team: async () => (await identity()).team, log, now });
  const sender = slackSender({
    web,
    home: async () => (await identity()).home,
    mayRead: async () => {
      const held = (await identity()).scopes;
      return historyScopes.every((scope) => held?.includes(scope));
    },
    command,
    log,
  });

  const refused = new Map<Refused, number>(refusals.map((why) => [why, 0]));
  let listening: Listening | undefined;
  let sockets: Sockets | undefined;
  let idle: (() => Promise<void>) | undefined;

  async function start(inbound: Inbound): Promise<void> {
    const { team, botUser } = await identity();
    const receive = receiving({
      inbound,
      self: { team, botUser, command },
      log,
      responder: (incoming) => responderFor(incoming, { web, sender, log, ...(apiUrl !== undefined && { apiUrl }) }),
      forget: directory.forget,
    });
    idle = receive.idle;
    if (connection.mode === "http")
      listening = await listenHttp({ ...connection, log, now }, receive, (why) => {
        refused.set(why, (refused.get(why) ?? 0) + 1);
      });
    else sockets = await openSockets({ ...connection, log, now, ...(apiUrl !== undefined && { apiUrl }) }, receive);
  }

  return {
    platform: "slack",
    post: ({ channel, card, thread, dedupe }) =>
      sender.post({ channel, ...(thread !== undefined && { thread }) }, card, dedupe),
    update: sender.update,
    whisper: ({ channel, person, card, thread }) =>
      sender.whisper({ channel, ...(thread !== undefined && { thread }) }, person, card),
    person: directory.person,
    personByEmail: directory.personByEmail,
    members: directory.members,
    groupId: directory.groupId,
    channel: directory.channel,
    async problems() {
      const told = await identityProblems(askIdentity);
      const down = sockets?.downSince();
      const turnedAway = [...refused]
        .filter(([, count]) => count > 0)
        .map(([why, count]) => `${count} ${why}`)
        .join(", ");
      return [
        ...told,
        ...clockProblems((await web()).skew()),
        ...(down === undefined
          ? []
          : [`No connection to Slack for ${Math.round((now() - down) / 1000)} s: nothing people do arrives.`]),
        ...((refused.get("signature") ?? 0) + (refused.get("stamp") ?? 0) > 0
          ? [
              `Requests that did not come from Slack, or came too late, were turned away: ${turnedAway}. Is the signing secret right?`,
            ]
          : []),
      ];
    },
    down: () => whyDown({ connection: listening ?? sockets, sockets, web: connected, now }),
    start,
    async stop() {
      await Promise.all([listening?.stop(), sockets?.stop()]);
      await Promise.race([idle?.(), new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
    },
    port: () => listening?.port,
    refused: () => Object.fromEntries(refused),
  };
}

async function identityProblems(ask: () => Promise<Identity>): Promise<readonly string[]> {
  try {
    const { scopes: held, team, tokenTeam } = await ask();
    const missing = Object.entries(scopes).filter(([scope]) => held !== undefined && !held.includes(scope));
    return [
      ...(team === tokenTeam
        ? []
        : [`The bot token belongs to the workspace ${tokenTeam}, the configuration names ${team}.`]),
      ...missing.map(
        ([scope, { without }]) =>
          `The Slack app lacks the scope ${scope}: ${without}. Add it from manifest.yml and install the app again.`,
      ),
    ];
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return [`Slack does not take the bot token: ${messageOf(error)}`];
  }
}

function whyDown(at: {
  readonly connection: unknown;
  readonly sockets: Sockets | undefined;
  readonly web: Web | undefined;
  now(): number;
}): string | undefined {
  const since = at.sockets?.downSince();
  if (since !== undefined) return `No connection to Slack for ${Math.round((at.now() - since) / 1000)} s.`;
  if (!at.connection) return "The connection to Slack is not open yet.";
  const code = at.web?.tokenRefused();
  return code === undefined ? undefined : `Slack does not take the bot token (${code}).`;
}

/** Slack's requests are refused when the clocks are five minutes apart. */
function clockProblems(skew: number | undefined): readonly string[] {
  if (skew === undefined || Math.abs(skew) < minute) return [];
  const apart = `${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? "ahead of" : "behind"}`;
  return [`This machine's clock is ${apart} Slack's; at 300 s everything people do is refused. Set it by NTP.`];
}

/** Done at first use and remembered, unless it failed. */
function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return async () => {
    const current = (loading ??= load());
    try {
      return await current;
    } catch (error) {
      if (loading === current) loading = undefined;
      throw error;
    }
  };
}
