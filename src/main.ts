import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assemble, prepare } from "#assemble";
import { watchChain } from "#audit/watch";
import { slackChat } from "#chat/slack/slack";
import { cronClock } from "#clock/cron/cron";
import type { Cloud } from "#cloud/cloud";
import { cloudsFrom } from "#clouds";
import type { Config } from "#config/schema";
import { readSecret } from "#config/secret";
import { StanceError } from "#domain/errors";
import type { Log } from "#flows/bot";
import { freezeItself, freezeOf } from "#flows/freeze";
import { leave } from "#flows/stopping";
import { openStore } from "#store/sqlite/sqlite";
import type { Watched } from "#web/health";
import type { Web } from "#web/server";

export interface Running {
  /**
   * After `stopping` was aborted: takes nothing in any more, waits for what runs, closes. Answers what was left for the
   * next start, a sentence each.
   */
  stop(): Promise<readonly string[]>;
}

export interface StartOptions {
  readonly env: Env;
  readonly cwd: string;
  readonly log: Log;
  readonly stopping: AbortSignal;
  /** Other clouds than the configuration's; another Slack than slack.com. */
  readonly clouds?: readonly Cloud[];
  readonly slackApi?: string;
  /** How long what runs is waited for. */
  readonly patienceMs?: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Orchestrators kill after 30 seconds, some after less. What is cut off then is taken up from the journal all the same. */
export const patience = 18_000;

/** How long a queued message or an approved request waits at most for the next beat. */
const wakeMs = 200;

/** The real bot: the clouds and the Slack of the configuration, SQLite on disk. */
export async function startBot(config: Config, options: StartOptions): Promise<Running> {
  const { env, cwd, log, stopping, patienceMs = patience } = options;
  const clock = cronClock();
  const chat = chatFrom(config, { ...options, now: clock.now });
  const clouds = options.clouds ?? cloudsFrom(config, { env, now: clock.now });
  const store = await openStore({
    file: resolve(cwd, config.database),
    kind: "real",
    exclusive: true,
    at: clock.now(),
  });
  let timer: NodeJS.Timeout | undefined;
  const assembled = assemble({
    config,
    store,
    chat,
    clouds,
    log,
    now: clock.now,
    sleep: (ms) => clock.sleep(ms, stopping),
    stopping,
    wake() {
      if (stopping.aborted) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void assembled.heart.beat();
      }, wakeMs);
    },
  });
  const { bot, heart, inbound } = assembled;
  const chain = watchChain(
    (seq) => (stopping.aborted ? [] : store.auditRows(seq)),
    (problem) => {
      log.error("audit.broken", problem);
      void freezeItself(bot, "chain", `the audit trail does not add up ${problem}`);
    },
  );
  let started = false;
  let web: Web | undefined;
  try {
    web = await webOf(config, {
      store,
      chat,
      stopping,
      now: clock.now,
      every: config.scan.every,
      started: () => started,
      chainProblem: chain.problem,
      refusals: bot.refusals.count,
      frozen: () => freezeOf(store) !== undefined,
      failed: (error) => log.error("web", error),
    });
    if (web) log.info("web", { address: web.address });
    await chat.start(web?.timed(inbound) ?? inbound);
    await prepare(assembled);
  } catch (error) {
    await Promise.all([chat.stop(), web?.stop()]);
    store.close();
    throw error;
  }
  started = true;
  const look = (): void => void chain.look().catch((error: unknown) => log.error("audit.watch", error));
  const ticking = clock.everyMinute("beat", async () => {
    void heart.scanIfDue();
    void heart.sweepIfDue();
    look();
    // Its parts run one at a time by themselves: a change under way must not keep the clock from the rest.
    void heart.beat();
  });
  void heart.beat();
  void heart.scanIfDue();
  look();
  log.info("started", { database: resolve(cwd, config.database), slack: config.slack?.mode ?? "none" });
  return {
    async stop() {
      clearTimeout(timer);
      const ends = Promise.allSettled([chat.stop(), ticking.stop(), assembled.idle()]);
      await Promise.race([ends, delay(patienceMs, undefined, { ref: false })]);
      // Last: until then it says that we are on our way out.
      await web?.stop();
      const left = await leave(bot);
      store.close();
      return left;
    },
  };
}

/** Loaded only where somebody looks. */
async function webOf({ web: { port, host } }: Config, watched: Watched): Promise<Web | undefined> {
  if (port === undefined) return undefined;
  const { serveWeb } = await import("#web/server");
  return serveWeb({ host, port }, watched);
}

function chatFrom(config: Config, { env, log, now, slackApi }: StartOptions & { readonly now: () => number }) {
  const { slack } = config;
  if (!slack || !config.channels)
    throw new StanceError("config/invalid", {
      detail:
        "`stance start` is the bot in chat: it needs `slack` and `channels` in the configuration. Without chat, use `stance scan`.",
    });
  return slackChat({
    botToken: readSecret(slack.botToken, env),
    connection:
      slack.mode === "socket"
        ? { mode: "socket", appToken: readSecret(slack.appToken, env) }
        : { mode: "http", signingSecret: readSecret(slack.signingSecret, env), port: slack.port },
    ...(slack.team !== undefined && { team: slack.team }),
    ...(slackApi !== undefined && { apiUrl: slackApi }),
    log,
    now,
  });
}
