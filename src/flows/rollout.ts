import type { RolloutRow } from "#cards/views";
import type { Finding } from "#domain/finding";
import type { Instant } from "#domain/time";
import type { Bot } from "#flows/bot";
import { channelOfOwner, ownersOf } from "#flows/channels";
import { mentionOf } from "#flows/names";
import { timesOf } from "#posture/worktime";
import { weekdayOf, zoneOf } from "#posture/zone";
import type { Channel, ChannelMode } from "#store/store";

/** Open findings of a channel's owners that would be told of: not those in regions where nothing runs. */
export const openIn = (bot: Bot, channel: Pick<Channel, "id">): readonly Finding[] =>
  ownersOf(bot, channel).flatMap((owner) => bot.store.findings({ owner, status: ["open"] }));

/** A card each for every topic and owner. */
export const cardsIn = (findings: readonly Finding[]): number =>
  new Set(findings.filter(({ folded }) => !folded).map(({ topic, ownership }) => `${topic}\n${ownership.owner ?? ""}`))
    .size;

export async function rolloutRow(bot: Bot, channel: Channel): Promise<RolloutRow> {
  const seen = await bot.chat.channel(channel.id);
  const open = openIn(bot, channel);
  const quiet = channel.quietUntil !== undefined && channel.quietUntil > bot.now() ? channel.quietUntil : undefined;
  return {
    channel: `#${channel.name}`,
    mode: channel.mode,
    open: open.length,
    cards: cardsIn(open),
    owned: open.filter(({ ownership }) => ownership.owner !== undefined).length,
    joined: seen?.joined ?? false,
    guests: seen?.guests,
    ...(channel.broken !== undefined && { broken: channel.broken }),
    ...(quiet !== undefined && { quietUntil: quiet }),
  };
}

/** How many people the cards of a channel would mention. */
export async function mentionedIn(bot: Bot, findings: readonly Finding[]): Promise<number> {
  const owners = new Set(findings.flatMap(({ ownership, folded }) => (folded ? [] : (ownership.owner ?? []))));
  const who = await Promise.all([...owners].map((owner) => mentionOf(bot, owner)));
  return new Set(who.flatMap((each) => each?.key ?? [])).size;
}

/** Where nobody has switched anything on: one card each, over all channels. */
export async function ifAllLive(
  bot: Bot,
): Promise<{ readonly channels: number; readonly cards: number; readonly people: number }> {
  const channels = bot.store.channels().filter((channel) => ownersOf(bot, channel).length > 0);
  const open = bot.store
    .findings({ status: ["open"] })
    .filter(({ ownership }) => channelOfOwner(bot, ownership.owner ?? ""));
  return { channels: channels.length, cards: cardsIn(open), people: await mentionedIn(bot, open) };
}

/** Moves a channel. From digest or live on, what is open now is "there before". */
export async function setMode(bot: Bot, { id }: Channel, to: ChannelMode, by: string): Promise<void> {
  const channel = bot.store.channel(id);
  if (!channel) return;
  const speaks = (mode: ChannelMode): boolean => mode === "digest" || mode === "live";
  const fresh = speaks(to) && !speaks(channel.mode);
  const at = bot.now();
  const lastDigest = { at, open: openIn(bot, channel).length, event: bot.store.lastEvent(), baseline: true } as const;
  await bot.store.commit({
    channels: [{ ...channel, mode: to, ...(fresh && { since: at, baselineAt: at, lastDigest }) }],
    audit: [{ at, actor: by, action: "channel.mode", subject: id, facts: { from: channel.mode, to } }],
  });
  bot.wake();
}

/** As a person names it: #name, the platform's id, or its link. */
export const channelNamed = (bot: Bot, text: string): Channel | undefined =>
  bot.store.channel(/^<#([A-Z0-9]+)(\|[^>]*)?>$/.exec(text)?.[1] ?? text);

/** When the channel's next digest comes, at the earliest. */
export function nextDigestOf(bot: Bot, channel: Channel): Instant | undefined {
  const times = timesOf(channel, bot.config);
  const zone = zoneOf(times.zone);
  const today = zone.dayOf(bot.now());
  for (let date = today; date < today + 8; date++) {
    const at = times.days.includes(weekdayOf(date)) ? zone.instantOf(date, times.digest) : undefined;
    if (at !== undefined && at > bot.now()) return at;
  }
  return undefined;
}

export async function setQuiet(
  bot: Bot,
  { id }: Channel,
  { until, by }: { readonly until: Instant | undefined; readonly by: string },
): Promise<void> {
  const channel = bot.store.channel(id);
  if (!channel) return;
  const { quietUntil: _, ...rest } = channel;
  await bot.store.commit({
    channels: [{ ...rest, ...(until !== undefined && { quietUntil: until }) }],
    audit: [{ at: bot.now(), actor: by, action: "channel.quiet", subject: id, facts: { until: until ?? null } }],
  });
  bot.wake();
}
