import { answerCard, scanDoneCard, scanRunningCard, scanStartedCard } from "#cards/answers";
import { severityCounts } from "#cards/words";
import type { Card } from "#domain/card";
import { StanceError } from "#domain/errors";
import type { Bot } from "#flows/bot";
import { Leaving } from "#flows/change";
import type { Invocation } from "#flows/command";
import type { ScanFilter } from "#flows/scan-filter";

/** Starts a scan for a person and tells them when it is done. */
export function scanFor(bot: Bot, { actor, channel }: Invocation, filter: ScanFilter, what: string): Card {
  const running = bot.store.runs(1)[0];
  if (running?.state === "running") return scanRunningCard(running.startedAt);
  const before = bot.store.lastEvent();
  void bot
    .scan(filter)
    .then(async ({ endedAt, accounts }) => {
      const events = bot.store.events({ after: before });
      const done = scanDoneCard({
        what,
        at: endedAt,
        open: severityCounts(bot.store.findings({ status: ["open"] })),
        new: events.filter(({ kind }) => kind === "new" || kind === "returned").length,
        fixed: events.filter(({ kind }) => kind === "fixed").length,
        accounts: { read: accounts.read.length, of: accounts.read.length + accounts.unread.length },
      });
      await bot.chat.whisper({ channel, person: actor.account, card: done });
    })
    .catch(async (error: unknown) => {
      if (error instanceof Leaving) return;
      bot.log.error("scan.asked", error);
      if (error instanceof StanceError)
        await bot.chat.whisper({ channel, person: actor.account, card: answerCard(error.message) });
    })
    .catch((error: unknown) => bot.log.error("answer.lost", error));
  return scanStartedCard("You", what);
}

/** An admin says that what the last scan wanted to close of an account is right. */
export async function closeHeld(bot: Bot, account: string, by: string): Promise<number | undefined> {
  const held = Number(bot.store.setting(`closing:${account}`) ?? 0);
  const last = bot.store.runs(1)[0];
  // A newer scan has looked since: what the old one staged is gone.
  if (held === 0 || last?.id !== held) return undefined;
  const closed = await bot.store.applyClosings(held, account, bot.now());
  await bot.store.commit({
    settings: { [`closing:${account}`]: "0" },
    audit: [{ at: bot.now(), actor: by, action: "closings.confirmed", subject: account, facts: { run: held, closed } }],
  });
  return closed;
}
