import type { Finding } from "#domain/finding";
import type { Request } from "#domain/request";
import type { Bot } from "#flows/bot";

/** For channels with guests: what is wrong may be known, not where. */
const hidden = "(name hidden: guests are here)";

const guestsIn = (bot: Bot, channel: string): boolean => bot.store.channel(channel)?.guests === true;

/** A finding as it may be posted to the channel. */
export const findingFor = (bot: Bot, channel: string): ((finding: Finding) => Finding) =>
  guestsIn(bot, channel) ? withoutName : (finding) => finding;

const withoutName = (finding: Finding): Finding => ({
  ...finding,
  asset: { ...finding.asset, name: hidden },
  row: "ask for it with /posture show",
});

/** The same of a request: its sentences name things, too. */
export function requestFor(bot: Bot, channel: string, request: Request): Request {
  if (!guestsIn(bot, channel)) return request;
  const { why: _, ...rest } = request;
  const items = request.items.map(({ why: __, ...item }) => ({ ...item, asset: { ...item.asset, name: hidden } }));
  return { ...rest, items };
}
