import type { Asset } from "#domain/asset";
import type { AuditDraft } from "#domain/audit";
import type { Ownership } from "#domain/finding";
import { adminChannel } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { Leaving } from "#flows/change";
import { refreshRequests } from "#flows/exceptions";
import { firstLook, firstLookSent } from "#flows/first-look";
import { closingBrakeNotice, notify } from "#flows/notify";
import { environmentIn, ownerFinder } from "#flows/ownership";
import { recorder } from "#flows/record";
import { scan } from "#flows/scan";
import type { ScanFilter } from "#flows/scan-filter";
import type { ScanSummary } from "#flows/scan-summary";
import type { Edge } from "#store/store";

/** One scan, kept and told. A filtered one closes nothing and announces nothing. */
export async function scanNow(bot: Bot, filter: ScanFilter = {}): Promise<ScanSummary> {
  const { store, config } = bot;
  const filtered = Object.values(filter).some((words) => words !== undefined);
  const first = store.runs(50).every(({ state, filtered: part }) => state !== "done" || part);
  const run = await store.beginRun({ at: bot.now(), filtered, first });
  const owned = ownerFinder(bot);
  try {
    const sink = recorder({
      store,
      run,
      checks: bot.checks,
      filtered,
      now: () => bot.now(),
      owned: (asset: Asset): Promise<Ownership> => owned(asset),
      environmentOf: (asset) => environmentIn(bot, asset),
      limits: config.limits,
      held: (account, closings, open) => hold(bot, run, { account, closings, open }),
    });
    const summary = await scan({
      clouds: bot.clouds,
      checks: bot.checks,
      filter,
      now: () => bot.now(),
      sink,
      signal: bot.stopping,
    });
    if (summary.stopped) throw new Leaving();
    if (!filtered && !firstLookSent(bot)) await firstLook(bot, { run, summary });
    await store.endRun(run, { at: bot.now(), state: "done", facts: factsOf(summary) });
    const began = store.runs(1)[0]?.startedAt ?? 0;
    await refreshRequests(
      bot,
      store.exceptions({ open: false }).filter(({ ended }) => ended !== undefined && ended.at >= began),
    );
    const { accounts, counts, units, startedAt, endedAt } = summary;
    const seen = { read: accounts.read.length, unread: accounts.unread.length, units, counts };
    bot.log.info("scanned", { run, filtered, seconds: Math.round((endedAt - startedAt) / 1000), ...seen });
    await store.commit(scanDone(run, summary, bot.now()));
    bot.wake();
    return summary;
  } catch (error) {
    const stopped = error instanceof Leaving;
    await store.endRun(run, { at: bot.now(), state: "aborted", facts: stopped ? { stopped } : {} });
    throw error;
  }
}

/** The beats of the bot tell it: one after the other, and also after a restart or a scan of the command line. */
export const scanDone = (run: number, summary: ScanSummary, at: number): Edge => ({
  ...(!summary.filtered && { settings: { tell: "yes" } }),
  audit: [auditOf(run, summary, at)],
});

export const factsOf = (summary: ScanSummary): object => ({
  counts: summary.counts,
  units: summary.units,
  read: summary.accounts.read.length,
  unread: summary.accounts.unread.map(({ account, why }) => ({ id: account.id, name: account.name, why })),
  suspended: summary.accounts.suspended.map(({ id }) => id),
  closed: summary.closed,
  complete: summary.complete,
});

const auditOf = (run: number, summary: ScanSummary, at: number): AuditDraft => ({
  at,
  actor: "stance",
  action: "scan.done",
  subject: `run ${run}`,
  facts: {
    counts: { ...summary.counts },
    units: { ...summary.units },
    complete: summary.complete,
    filtered: summary.filtered,
  },
});

/** Closing so much at once is more often a broken read than a good day: nothing closes until an admin has said so. */
async function hold(
  bot: Bot,
  run: number,
  { account, closings, open }: { readonly account: string; readonly closings: number; readonly open: number },
): Promise<void> {
  const channel = adminChannel(bot);
  await bot.store.commit({
    settings: { [`closing:${account}`]: String(run) },
    ...(channel !== undefined && {
      outbox: [
        {
          key: `closing:${run}:${account}`,
          channel,
          kind: "post",
          card: closingBrakeNotice(bot, { account, closings, open }),
        },
      ],
    }),
    audit: [
      { at: bot.now(), actor: "stance", action: "closings.held", subject: account, facts: { run, closings, open } },
    ],
  });
}

/** Tells what a scan found, and what an admin said of a held one: "fold" (also after two hours of silence), "post", or "hold". */
export async function tellNews(bot: Bot): Promise<void> {
  const said = bot.store.setting("brake:scan");
  const scanned = bot.store.setting("tell") === "yes";
  if (said === "post" || said === "fold") {
    await notify(bot, said === "post" ? "released" : "folded");
    await bot.store.commit({ settings: { "brake:scan": "" }, audit: [] });
  }
  // Before the first look, whatever a command line has found is no news: that message says all of it.
  else if (scanned && firstLookSent(bot)) await notify(bot);
  else return;
  await bot.store.commit({ settings: { tell: "" }, audit: [] });
}
