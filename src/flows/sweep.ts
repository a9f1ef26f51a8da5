import type { RetentionKey } from "#domain/retention";
import { retention } from "#domain/retention";
import type { Instant } from "#domain/time";
import { day } from "#domain/time";
import type { Bot } from "#flows/bot";

const slot = "sweep";

/** Once a day what is kept no longer is deleted, with one entry in the audit trail that counts it. */
export async function sweepIfDue(bot: Bot): Promise<void> {
  const now = bot.now();
  const last = bot.store.slot(slot);
  if (last !== undefined && now - last < day) return;
  const counts = await bot.store.sweep(now, keptSince(bot, now));
  const deleted = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  await bot.store.commit({
    slots: { [slot]: now },
    audit:
      Object.keys(deleted).length === 0
        ? []
        : [{ at: bot.now(), actor: "stance", action: "retention.swept", subject: "store", facts: { deleted } }],
  });
}

function keptSince({ config }: Pick<Bot, "config">, now: Instant): Readonly<Record<RetentionKey, Instant>> {
  const chosen: Partial<Record<RetentionKey, number>> = config.retention;
  const since = (name: RetentionKey): Instant => now - (chosen[name] ?? retention[name].days) * day;
  const names = Object.keys(retention) as RetentionKey[];
  return Object.fromEntries(names.map((name) => [name, since(name)])) as Record<RetentionKey, Instant>;
}
