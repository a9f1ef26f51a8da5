import { firstLookCard } from "#cards/first-look";
import type { RolloutRow } from "#cards/views";
import { severityCounts } from "#cards/words";
import type { Finding } from "#domain/finding";
import { minute } from "#domain/time";
import { adminChannel } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { groupLines } from "#flows/lines";
import { ifAllLive, rolloutRow } from "#flows/rollout";
import type { ScanSummary } from "#flows/scan-summary";

/** A scan of the command line, or one before the admin channel was known, was nobody's first look. */
export const firstLookSent = (bot: Bot): boolean => bot.store.setting("first-look") !== undefined;

/** The one message of a new database, to the admin channel. Everything found so far was there before. */
export async function firstLook(
  bot: Bot,
  { run, summary }: { readonly run: number; readonly summary: ScanSummary },
): Promise<void> {
  const channel = adminChannel(bot);
  if (channel === undefined) return;
  const open = bot.store.findings({ status: ["open"] });
  const told = open.filter(({ folded }) => !folded);
  const by = (source: Finding["ownership"]["source"]): number =>
    open.filter(({ ownership }) => ownership.source === source).length;
  const units = bot.store.units(run);
  const good = await goodFirst(bot);
  const card = firstLookCard({
    accounts: { read: summary.accounts.read.length, of: summary.accounts.read.length + summary.accounts.unread.length },
    regions: new Set(units.map(({ region }) => region).filter((region) => region !== "global")).size,
    minutes: Math.round((summary.endedAt - summary.startedAt) / minute),
    closedRegions: new Set(summary.closed.map(({ region }) => region)).size,
    open: severityCounts(open),
    folded: {
      findings: open.length - told.length,
      lines: new Set(open.filter(({ folded }) => folded).map(({ account, topic }) => `${account}\n${topic}`)).size,
    },
    owned: { tag: by("tag"), account: by("account"), claim: by("claim") },
    nobody: by("nobody"),
    look: groupLines(bot, told).slice(0, 3),
    now: bot.now(),
    ifLive: await ifAllLive(bot),
    ...(good && { good }),
    nextScan: summary.startedAt + bot.config.scan.every * minute,
  });
  await bot.store.commit({
    settings: { "first-look": String(run) },
    outbox: [{ key: "first-look", channel, kind: "post", card }],
    told: bot.store.events({ untold: true }).map(({ id }) => ({ id, how: "count" as const })),
    audit: [{ at: bot.now(), actor: "stance", action: "first-look", subject: channel, facts: { open: open.length } }],
  });
}

/** A team to begin with: something is open, all of it owned, the bot is in, nobody from outside listens. Few cards first. */
async function goodFirst(bot: Bot): Promise<RolloutRow | undefined> {
  const admin = adminChannel(bot);
  const rows = await Promise.all(
    bot.store
      .channels()
      .filter(({ id }) => id !== admin)
      .map((channel) => rolloutRow(bot, channel)),
  );
  return rows
    .filter(
      ({ open, owned, joined, guests, broken }) =>
        open > 0 && owned === open && joined && guests !== true && broken === undefined,
    )
    .sort((a, b) => a.cards - b.cards || b.open - a.open)[0];
}
