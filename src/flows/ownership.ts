import type { ChatPerson } from "#chat/chat";
import type { Asset } from "#domain/asset";
import type { Ownership } from "#domain/finding";
import { day, hour } from "#domain/time";
import type { Bot } from "#flows/bot";
import type { DirectoryPerson } from "#posture/owners";
import { environmentOf, ownerResolver } from "#posture/owners";

/** How long the directory's answer about an address is believed: somebody found, nobody found. */
const remembered = { found: day, nobody: hour };

type Owned = Pick<Asset, "id" | "tags" | "account">;

/** Who owns an asset, as of now: a claim, else its tags (asking the directory where they hold addresses), else its account. */
export function ownerFinder(bot: Bot): (asset: Owned) => Promise<Ownership> {
  const resolve = ownerResolver(bot.config);
  const answers = new Map<string, DirectoryPerson | undefined>();
  return async (asset) => {
    // Asked each time: somebody may claim it while a scan runs.
    const claim = bot.store.claim(asset.id)?.owner;
    const subject = { tags: asset.tags, account: asset.account, ...(claim !== undefined && { claim }) };
    let owned = resolve(subject, answers);
    while ("lookup" in owned) {
      for (const email of owned.lookup) answers.set(email, await lookUp(bot, email));
      owned = resolve(subject, answers);
    }
    return owned;
  };
}

/** A directory that does not answer leaves the owner to the account, and is asked again next time. */
async function lookUp(bot: Bot, email: string): Promise<DirectoryPerson | undefined> {
  const key = `person:${bot.chat.platform}:${email}`;
  const cached = bot.store.cached(key, bot.now());
  if (cached !== undefined) return cached === "" ? undefined : JSON.parse(cached);
  let person: ChatPerson | undefined;
  try {
    person = await bot.chat.personByEmail(email);
  } catch (error) {
    bot.log.error("directory", error);
    return undefined;
  }
  await bot.store.cache(
    key,
    person ? JSON.stringify(person) : "",
    bot.now() + (person ? remembered.found : remembered.nobody),
  );
  return person;
}

export const environmentIn = (bot: Bot, asset: Pick<Asset, "tags" | "account">): string | undefined =>
  environmentOf(asset.tags, asset.account, bot.config);

export const ownerName = (bot: Bot, owner: string | undefined): string | undefined =>
  owner === undefined || owner === "" ? undefined : (bot.config.owners[owner]?.name ?? owner);
