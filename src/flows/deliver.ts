import type { Posted } from "#chat/chat";
import { ChatError } from "#chat/chat";
import { canonical, sha256 } from "#domain/plan";
import type { Bot } from "#flows/bot";
import { continues, withdrawn } from "#flows/groups";
import type { Edge, PostedMessage, QueuedMessage } from "#store/store";

/** How long a message that nobody takes is tried. */
const maxTries = 40;

/**
 * Sends what is queued. Each channel has its own line: one that is throttled or broken does not stall another, and order
 * within it is kept. At least once, with a key the platform side dedupes by.
 */
export function deliverer(bot: Bot): { pump(): Promise<void> } {
  const busy = new Set<string>();
  async function drain(channel: string): Promise<void> {
    while (!bot.stopping.aborted) {
      const queued = bot.store.queued(bot.now()).find((message) => message.channel === channel);
      if (!queued) return;
      if (!(await sendOne(bot, queued))) return;
    }
  }
  return {
    async pump() {
      const channels = [...new Set(bot.store.queued(bot.now()).map(({ channel }) => channel))].filter(
        (id) => !busy.has(id),
      );
      await Promise.all(
        channels.map(async (channel) => {
          busy.add(channel);
          try {
            await drain(channel);
          } finally {
            busy.delete(channel);
          }
        }),
      );
    },
  };
}

/** False: this channel's line has to wait. */
async function sendOne(bot: Bot, queued: QueuedMessage): Promise<boolean> {
  const why = unwanted(bot, queued);
  if (why !== undefined) {
    await drop(bot, queued, { code: why, ...withdrawn(bot, queued.key) });
    return true;
  }
  try {
    const content = sha256(canonical(queued.card));
    const known = bot.store.posted(queued.key);
    const result = await route(bot, queued, { known, content });
    await bot.store.delivered(queued, result === "dropped" ? "dropped" : { ...result, at: bot.now(), content });
    const pointer = result === "dropped" || queued.kind !== "post" ? undefined : continues(queued.key, result.link);
    if (pointer && bot.store.posted(pointer.key))
      await bot.store.commit({ outbox: [{ ...pointer, channel: queued.channel, kind: "edit" }], audit: [] });
    return true;
  } catch (error) {
    return setback(bot, queued, error);
  }
}

/** The channel was shared, quieted or switched back while this waited: then it is not posted, whatever was right before. */
function unwanted(bot: Bot, { key, kind, channel: id, notBefore = 0 }: QueuedMessage): string | undefined {
  const channel = bot.store.channel(id);
  if (channel?.broken !== undefined) return channel.broken;
  const news = key.startsWith("G-") && (kind === "post" || (kind === "thread" && notBefore > 0));
  if (!channel || !news) return undefined;
  if (channel.mode !== "live") return channel.mode;
  return channel.quietUntil !== undefined && channel.quietUntil > bot.now() ? "quiet" : undefined;
}

async function drop(
  bot: Bot,
  queued: QueuedMessage,
  { code, ...rest }: { readonly code: string } & Omit<Edge, "audit">,
): Promise<void> {
  const { key, channel } = queued;
  await bot.store.commit({
    ...rest,
    audit: [{ at: bot.now(), actor: "stance", action: "message.dropped", subject: key, facts: { code, channel } }],
  });
  await bot.store.delivered(queued, "dropped");
}

async function route(
  bot: Bot,
  queued: QueuedMessage,
  { known, content }: { readonly known: PostedMessage | undefined; readonly content: string },
): Promise<Posted | "dropped"> {
  const { card, channel, key, kind } = queued;
  switch (kind) {
    case "thread":
      return known ? bot.chat.post({ channel, card, dedupe: `thread:${queued.id}`, thread: known.message }) : "dropped";
    case "post":
    case "edit": {
      if (!known) return bot.chat.post({ channel, card, dedupe: key });
      if (known.content === content) return "dropped";
      const edited = await bot.chat.update(known, card);
      // Somebody deleted it: what it would say is still true, so it is posted once more.
      return edited === "gone" ? bot.chat.post({ channel, card, dedupe: `${key}:${queued.id}` }) : known;
    }
  }
}

async function setback(bot: Bot, queued: QueuedMessage, error: unknown): Promise<boolean> {
  const code = error instanceof ChatError ? error.code : "unexpected";
  const kind = error instanceof ChatError ? error.kind : "wait";
  bot.log.error("chat.send", error, { key: queued.key, channel: queued.channel, code, tries: queued.tries });
  if (kind === "wait" && queued.tries < maxTries) {
    const asked = error instanceof ChatError ? error.retryAfterMs : undefined;
    await bot.store.postpone(queued, bot.now() + (asked ?? Math.min(2_000 * 2 ** queued.tries, 300_000)), code);
    return false;
  }
  const channel = bot.store.channel(queued.channel);
  await drop(bot, queued, {
    code,
    ...withdrawn(bot, queued.key),
    ...(kind === "route" && channel && { channels: [{ ...channel, broken: code }] }),
  });
  return true;
}
