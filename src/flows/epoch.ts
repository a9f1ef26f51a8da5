import { epochCard } from "#cards/database";
import { adminChannel } from "#flows/after-request";
import type { Bot } from "#flows/bot";

/** Says once, in the admin channel, that the database was restored or copied, and what ended with that. */
export async function tellEpoch(bot: Bot): Promise<void> {
  const epoch = bot.store.epoch();
  const channel = adminChannel(bot);
  if (epoch?.why === undefined || channel === undefined || bot.store.setting("epoch:told") === epoch.id) return;
  const { id, at, why, from, published, copy, requests = 0, messages = 0, clicks = 0 } = epoch;
  const card = epochCard({
    at,
    why,
    from: from?.seq ?? 0,
    requests,
    messages,
    clicks,
    ...(published && { published: published.seq }),
    ...(copy && { taken: copy.at }),
  });
  await bot.store.commit({
    settings: { "epoch:told": id },
    // By its id: another restore of the same backup is another message.
    outbox: [{ key: `epoch:${id}`, channel, kind: "post", card }],
    audit: [],
  });
  bot.wake();
}
