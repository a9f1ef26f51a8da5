import type { AccountName, Mention, Party } from "#cards/views";
import type { Bot } from "#flows/bot";
import { accountOf, nameOf } from "#flows/people";

export const accountName = (bot: Bot, id: string): AccountName => ({
  id,
  name: bot.store.accounts().find((account) => account.id === id)?.name ?? id,
});

/** Names of accounts, read once for a list. */
export function accountNames(bot: Bot): (id: string) => AccountName {
  const names = new Map(bot.store.accounts().map(({ id, name }) => [id, name]));
  return (id) => ({ id, name: names.get(id) ?? id });
}

/** "@payments-leads": an approver group as people know it. */
export const parties = (keys: readonly string[]): readonly Party[] => keys.map((key) => ({ name: `@${key}` }));

export const peopleNames = (bot: Bot, ids: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(ids.map((id) => [id, nameOf(bot, id)]));

/** Whom a live card tells: the configured person or chat group, as the platform knows them. Never a tag's text. */
export async function mentionOf(
  bot: Bot,
  owner: string,
): Promise<{ readonly key: string; readonly mention: Mention } | undefined> {
  const who = bot.config.owners[owner]?.mention;
  if (who === undefined) return undefined;
  if (who.startsWith("@")) {
    const group = await bot.chat.groupId(who);
    return group === undefined ? undefined : { key: who, mention: { group, name: who } };
  }
  const account = await accountOf(bot, who);
  return account === undefined ? undefined : { key: who, mention: { mention: account, name: nameOf(bot, who) } };
}
