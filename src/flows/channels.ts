import type { AuditDraft } from "#domain/audit";
import type { Instant } from "#domain/time";
import { day } from "#domain/time";
import type { Bot } from "#flows/bot";
import type { ChannelState } from "#posture/notify";
import { routeOf } from "#posture/owners";
import { nextWorkingStart, timesOf } from "#posture/worktime";
import { zoneOf } from "#posture/zone";
import type { Channel } from "#store/store";

/** Why nothing may be posted there. A channel shared with others, or whose sharing is not known, is refused. */
export function brokenBecause(channel: {
  readonly archived: boolean;
  readonly joined: boolean;
  readonly shared: boolean | undefined;
}): string | undefined {
  if (channel.archived) return "archived";
  if (!channel.joined) return "not invited";
  if (channel.shared === undefined) return "cannot tell whether it is shared";
  return channel.shared ? "shared with another organisation" : undefined;
}

/** Names of every channel that the configuration sends something to. */
export function configuredChannels({ config }: Pick<Bot, "config">): ReadonlySet<string> {
  const { channels, owners } = config;
  if (!channels) return new Set();
  return new Set([
    channels.admin,
    channels.approvals ?? channels.admin,
    ...Object.values(owners).flatMap(({ channel }) => channel ?? []),
  ]);
}

/** Every channel the configuration names: looked up, and remembered as off until an admin says otherwise. */
export async function learnChannels(bot: Bot): Promise<void> {
  for (const name of configuredChannels(bot)) {
    const found = await bot.chat.channel(name);
    const known = bot.store.channel(found?.id ?? name);
    if (!found) {
      bot.log.warn("channel.unknown", { channel: name });
      continue;
    }
    const next = seenAs(known ?? { id: found.id, name: found.name, mode: "off", since: bot.now() }, found);
    if (known && known.name === next.name && known.broken === next.broken && known.guests === next.guests) continue;
    await bot.store.commit({ channels: [next], audit: [changed(bot, next)] });
  }
}

/** The stored channel as the platform shows it now. */
export function seenAs(
  { broken: _, guests: __, ...rest }: Channel,
  now: Parameters<typeof brokenBecause>[0] & { readonly name: string; readonly guests: boolean | undefined },
): Channel {
  const broken = brokenBecause(now);
  return {
    ...rest,
    name: now.name,
    ...(now.guests && { guests: true }),
    ...(broken !== undefined && { broken }),
  };
}

const changed = (bot: Bot, { id, mode, broken }: Channel): AuditDraft => ({
  at: bot.now(),
  actor: "stance",
  action: "channel.seen",
  subject: id,
  facts: { mode, broken: broken ?? null },
});

/** The stored channel of an owner; the admin channel for nobody. */
export function channelOfOwner(bot: Bot, owner: string): Channel | undefined {
  const name = routeOf(owner === "" ? undefined : owner, bot.config);
  return name === undefined ? undefined : bot.store.channel(name);
}

/** Owners whose messages go to a channel; "" is nobody, who belongs to the admin channel. */
export function ownersOf(bot: Bot, channel: Pick<Channel, "id">): readonly string[] {
  return [...Object.keys(bot.config.owners), ""].filter((owner) => channelOfOwner(bot, owner)?.id === channel.id);
}

/** How the channel stands, as the rules of quiet look at it. */
export function channelState(bot: Bot, channel: Channel, cardsOn: (day: string) => number): ChannelState {
  const times = timesOf(channel, bot.config);
  const opens = nextWorkingStart(bot.now(), times);
  const zone = zoneOf(times.zone);
  const dayOf = (at: Instant): string => new Date(zone.dayOf(at) * day).toISOString().slice(0, 10);
  return {
    id: channel.id,
    mode: channel.mode,
    quiet: channel.quietUntil !== undefined && channel.quietUntil > bot.now(),
    broken: channel.broken !== undefined,
    working: opens === bot.now(),
    workStartsAt: opens,
    today: dayOf(bot.now()),
    workday: dayOf(opens),
    cardsOn,
  };
}
