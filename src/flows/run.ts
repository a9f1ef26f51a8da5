import { StanceError } from "#domain/errors";
import { isSettled, mayStart } from "#domain/request";
import { minute } from "#domain/time";
import type { Bot } from "#flows/bot";
import { Leaving } from "#flows/change";
import { deliverer } from "#flows/deliver";
import { postDigests } from "#flows/digest";
import { tellEpoch } from "#flows/epoch";
import { runRequest } from "#flows/execute";
import { lookAgain } from "#flows/look-again";
import { scanNow, tellNews } from "#flows/scan-now";
import { sweepIfDue } from "#flows/sweep";
import { runTimers } from "#flows/timers";

/** One thing at a time, whoever asks: a second call while it runs makes it run once more. Nothing begins while stopping. */
function oneAtATime(bot: Bot, name: string, work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  const turn = async (): Promise<void> => {
    do {
      again = false;
      try {
        await work();
      } catch (error) {
        if (error instanceof Leaving) bot.log.info("left", { work: name });
        else bot.log.error(name, error);
      }
    } while (again && !bot.stopping.aborted);
  };
  return () => {
    if (running) again = true;
    else if (!bot.stopping.aborted) running = turn().finally(() => (running = undefined));
    return running ?? Promise.resolve();
  };
}

/** A scan that broke off is begun again, not at once: what broke it may last. */
const retryAfter = 15 * minute;

export interface Heart {
  /** Everything that is due now. Returns when requests, timers and messages of this moment are done. */
  beat(): Promise<void>;
  /** A scheduled scan, when one is due. Runs beside the beats: it takes minutes. */
  scanIfDue(): Promise<void>;
  scan(): Promise<void>;
  /** Once a day: what is kept no longer is deleted, little by little, beside the beats. */
  sweepIfDue(): Promise<void>;
}

/** What the bot does by itself. The composition root decides how often. */
export function heart(bot: Bot): Heart {
  const { pump } = deliverer(bot);
  const deliver = oneAtATime(bot, "deliver", pump);
  const requests = oneAtATime(bot, "requests", () => runRequests(bot));
  const timers = oneAtATime(bot, "timers", () => runTimers(bot));
  const news = oneAtATime(bot, "news", async () => {
    await tellEpoch(bot);
    await tellNews(bot);
  });
  const digests = oneAtATime(bot, "digests", () => postDigests(bot));
  const scan = oneAtATime(bot, "scan", () => scanUnlessBusy(bot));
  const remember = (): void => {
    try {
      bot.store.rememberHead();
    } catch (error) {
      bot.log.error("mark", error);
    }
  };
  return {
    async beat() {
      // A change may take half an hour to show: nobody's message waits for it.
      await Promise.all([requests().then(deliver), timers().then(news).then(digests).then(deliver)]);
      remember();
    },
    async scanIfDue() {
      await bot.store.endDeadRuns(bot.now());
      // A look at one account is no reason to put off the look at all of them.
      const last = bot.store.runs(50).find(({ filtered }) => !filtered);
      const every = bot.config.scan.every * minute;
      const broke = last?.state === "aborted";
      // One that a stop broke off is begun again at once.
      const wait = broke ? (last.facts["stopped"] === true ? 0 : Math.min(every, retryAfter)) : every;
      if (last === undefined || (last.state !== "running" && bot.now() - last.startedAt >= wait)) await scan();
    },
    scan,
    sweepIfDue: oneAtATime(bot, "sweep", () => sweepIfDue(bot)),
  };
}

/** Somebody scans from the command line: what that finds is told, and the next slot is ours again. */
async function scanUnlessBusy(bot: Bot): Promise<void> {
  try {
    await scanNow(bot);
    bot.wake();
  } catch (error) {
    if (!(error instanceof StanceError && error.code === "store/scanning")) throw error;
    bot.log.info("scan.waits", { why: error.message });
  }
}

/** Approved requests, and those that a crash broke off. One executes at a time. */
async function runRequests(bot: Bot): Promise<void> {
  const due = bot.store
    .requests({ state: ["approved", "executing", "halted"] })
    .filter((request) => request.state !== "halted" || mayStart(request));
  for (const { id } of due.reverse()) {
    if (bot.stopping.aborted) return;
    await runRequest(bot, id);
    const request = bot.store.request(id)?.request;
    if (request && isSettled(request.state)) await lookAgain(bot, request);
    if (request?.state === "halted") await lookAgain(bot, request);
  }
}
