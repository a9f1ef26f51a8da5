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

/** No more people of a group are told by name. */
const mostPinged = 3;

/** The groups, the first of them told: as a chat group, or by its people. Never a guess: who is not found is not told. */
export async function pingsFor(bot: Bot, keys: readonly string[]): Promise<readonly Party[]> {
  const [first, ...others] = keys;
  const group = first === undefined ? undefined : bot.config.groups[first];
  if (first === undefined || !group) return parties(keys);
  const mentions = group.slack === undefined ? await peopleOf(bot, group.people) : await chatGroup(bot, group.slack);
  return [{ name: `@${first}`, ...(mentions.length > 0 && { mentions }) }, ...parties(others)];
}

async function chatGroup(bot: Bot, handle: string): Promise<readonly Mention[]> {
  const group = await bot.chat.groupId(handle);
  return group === undefined ? [] : [{ group, name: handle }];
}

async function peopleOf(bot: Bot, people: readonly string[]): Promise<readonly Mention[]> {
  const found = await Promise.all(
    people.slice(0, mostPinged).map(async (id): Promise<Mention | undefined> => {
      const account = await accountOf(bot, id);
      return account === undefined ? undefined : { mention: account, name: nameOf(bot, id) };
    }),
  );
  return found.filter((mention) => mention !== undefined);
}

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
