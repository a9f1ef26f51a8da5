import type { Bot } from "#flows/bot";
import { exceptionEnds, exceptionWarns } from "#flows/exceptions";
import { apply, targetOf } from "#flows/execute";
import { lookAgain } from "#flows/look-again";
import { foldHeld } from "#flows/notify";
import { remindApprovers } from "#flows/show-request";
import type { Timer } from "#store/store";

/** Everything that became due, one after the other. A timer is done only after its work was kept. */
export async function runTimers(bot: Bot): Promise<void> {
  for (const timer of bot.store.dueTimers(bot.now())) {
    if (bot.stopping.aborted) return;
    try {
      await runTimer(bot, timer);
    } catch (error) {
      bot.log.error("timer", error, { timer: timer.id });
      // Tried again in five minutes; the others do not wait for it.
      await bot.store.commit({ timers: [{ ...timer, due: bot.now() + 300_000 }], audit: [] });
      continue;
    }
    await bot.store.commit({ timersDone: [timer.id], audit: [] });
  }
}

async function runTimer(bot: Bot, timer: Timer): Promise<void> {
  switch (timer.kind) {
    case "expire":
      await apply(bot, timer.subject, { kind: "expire", at: bot.now() });
      return;
    case "remind":
      await remindApprovers(bot, timer.subject);
      return;
    case "recheck":
      await recheck(bot, timer.subject);
      return;
    case "brake":
      await foldHeld(bot, timer);
      return;
    case "exception-ends":
      await exceptionEnds(bot, timer.subject);
      return;
    case "exception-warns":
      await exceptionWarns(bot, timer.subject);
      return;
  }
}

/** Ten minutes and a day later: is it still as we made it? */
async function recheck(bot: Bot, id: string): Promise<void> {
  const request = bot.store.request(id)?.request;
  if (request?.state !== "verified" || request.undoneBy !== undefined || request.regressedAt !== undefined) return;
  for (const item of request.items) {
    const check = bot.checks.find((each) => each.id === item.check);
    const verdict = check && (await bot.looks.judge(check, targetOf(item), bot.now()));
    if (verdict === undefined || verdict === "gone" || verdict.status !== "fail") continue;
    await apply(bot, id, { kind: "regress", at: bot.now() });
    break;
  }
  // Also where it still holds: a crash just after the change may have kept its findings open.
  await lookAgain(bot, request);
}
