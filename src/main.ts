import { resolve } from "node:path";
import { assemble, prepare } from "#assemble";
import { slackChat } from "#chat/slack/slack";
import { cronClock } from "#clock/cron/cron";
import { cloudsFrom } from "#clouds";
import type { Config } from "#config/schema";
import { readSecret } from "#config/secret";
import { StanceError } from "#domain/errors";
import type { Log } from "#flows/bot";
import { openStore } from "#store/sqlite/sqlite";

export interface Running {
  /** Finishes what runs, within the beat. */
  stop(): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** How long a queued message or an approved request waits at most for the next beat. */
const wakeMs = 200;

/** The real bot: the clouds and the Slack of the configuration, SQLite on disk. */
export async function startBot(
  config: Config,
  options: { readonly env: Env; readonly cwd: string; readonly log: Log },
): Promise<Running> {
  const { env, cwd, log } = options;
  const clock = cronClock();
  const chat = chatFrom(config, { env, log, now: clock.now });
  const clouds = cloudsFrom(config, { env, now: clock.now });
  const store = await openStore({
    file: resolve(cwd, config.database),
    kind: "real",
    exclusive: true,
    at: clock.now(),
  });
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  const assembled = assemble({
    config,
    store,
    chat,
    clouds,
    log,
    now: clock.now,
    sleep: clock.sleep,
    wake() {
      if (stopping) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void assembled.heart.beat();
      }, wakeMs);
    },
  });
  const { heart, inbound } = assembled;
  try {
    await chat.start(inbound);
    await prepare(assembled);
  } catch (error) {
    await chat.stop();
    store.close();
    throw error;
  }
  const ticking = clock.everyMinute("beat", async () => {
    void heart.scanIfDue();
    void heart.sweepIfDue();
    await heart.beat();
  });
  void heart.scanIfDue();
  log.info("started", { database: resolve(cwd, config.database), slack: config.slack?.mode ?? "none" });
  return {
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await ticking.stop();
      await chat.stop();
      await heart.beat();
      store.close();
      log.info("stopped");
    },
  };
}

function chatFrom(
  config: Config,
  { env, log, now }: { readonly env: Env; readonly log: Log; readonly now: () => number },
) {
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
    log,
    now,
  });
}
