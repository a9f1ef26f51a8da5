import { randomBytes } from "node:crypto";
import type { Chat, Inbound } from "#chat/chat";
import { checks } from "#checks";
import { topics } from "#checks/topics";
import type { Cloud } from "#cloud/cloud";
import { commands } from "#commands";
import type { Config } from "#config/schema";
import type { AnyCheck } from "#domain/check";
import { refusals } from "#flows/audit";
import type { Bot, Log } from "#flows/bot";
import { learnChannels } from "#flows/channels";
import { dispatcher } from "#flows/dispatch";
import { looksAt } from "#flows/look";
import type { Heart } from "#flows/run";
import { heart } from "#flows/run";
import { scanNow } from "#flows/scan-now";
import { remediations } from "#remediations";
import type { Store } from "#store/store";

export interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly chat: Chat;
  readonly clouds: readonly Cloud[];
  readonly log: Log;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called when something became due between two beats. */
  readonly wake: () => void;
  /** Aborted when the process is told to end. Absent: whoever assembled it closes it at rest. */
  readonly stopping?: AbortSignal;
}
export interface Assembled {
  readonly bot: Bot;
  readonly heart: Heart;
  readonly inbound: Inbound & { resume(): Promise<void> };
  /** Resolves when nothing that the bot began by itself runs any more. */
  idle(): Promise<void>;
}

/** The same bot for every composition root: plug-ins from the registries, ports as given. */
export function assemble({ stopping = new AbortController().signal, ...parts }: Parts): Assembled {
  const { config, store, chat, clouds, log, now, sleep, wake } = parts;
  const { track, idle } = tracker();
  const excluded = new Set(config.scan.checks.exclude);
  const used: readonly AnyCheck[] = checks.filter(({ id }) => !excluded.has(id));
  const bot: Bot = {
    config,
    store,
    chat,
    clouds,
    looks: looksAt(clouds, (id) => store.asset(id)),
    checks: used,
    remediations,
    topics,
    commands,
    refusals: refusals({ store, chat, now }),
    log,
    now,
    nonce: () => randomBytes(16).toString("base64url"),
    sleep,
    stopping,
    scan: (filter) => track(scanNow(bot, filter)),
    wake,
  };
  const beating = heart(bot);
  return {
    bot,
    heart: {
      beat: () => track(beating.beat()),
      scanIfDue: () => track(beating.scanIfDue()),
      scan: () => track(beating.scan()),
      sweepIfDue: () => track(beating.sweepIfDue()),
    },
    inbound: dispatcher(bot),
    idle,
  };
}

/** Knows what runs. */
function tracker(): { track<T>(work: Promise<T>): Promise<T>; idle(): Promise<void> } {
  const running = new Set<Promise<unknown>>();
  return {
    async track(work) {
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
      }
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** Once at start: who we can talk to, and what people did that a crash left unanswered. The first beat takes up the rest. */
export async function prepare({ bot, inbound }: Assembled): Promise<void> {
  await learnChannels(bot);
  await bot.store.endDeadRuns(bot.now());
  await inbound.resume();
}
