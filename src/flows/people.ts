import type { ChatPerson } from "#chat/chat";
import type { Actor, Human } from "#domain/person";
import type { Bot } from "#flows/bot";

/** Why somebody may do nothing at all, in the sentence they read. */
export interface Nobody {
  readonly nobody: string;
}

const refusals: Readonly<Record<Exclude<ChatPerson["kind"], "member">, string>> = {
  guest: "Guests cannot use Stance here. Ask a member of the team to do this.",
  bot: "Bots cannot use Stance.",
  deactivated: "This account is deactivated.",
  stranger: "People of other organisations cannot use Stance here.",
};

/** Who acts: the platform is asked each time (it remembers for at most 60 seconds), nothing in the message is believed. */
export async function actorOf(bot: Bot, account: string): Promise<Actor | Nobody> {
  const person = await bot.chat.person(account);
  if (!person) return { nobody: "Your account could not be read, so nothing was done. Try again in a minute." };
  if (person.kind !== "member") return { nobody: refusals[person.kind] };
  const email = person.email?.toLowerCase();
  const taken = Object.values(bot.config.people).some(
    ({ slack, email: listed }) =>
      slack !== undefined && slack !== account && email !== undefined && listed?.toLowerCase() === email,
  );
  // Rights are never won by an address, and nobody is two people.
  if (taken)
    return {
      nobody: "Your address is that of somebody whose account is another one, so it may do nothing. Tell an admin.",
    };
  const humans = humansFor(bot, person);
  if (humans.length > 1)
    return {
      nobody: `Your account matches ${humans.length} people of the configuration, so it may do nothing. Tell an admin.`,
    };
  const human = humans[0] ?? unlisted(bot, person);
  return {
    human,
    platform: bot.chat.platform,
    team: person.team,
    account: person.account,
    groups: await groupsOf(bot, human.id, person.account),
  };
}

/** A listed person's account on this platform, read live; undefined when they have none or may do nothing. */
export async function actorById(bot: Bot, id: string): Promise<Actor | undefined> {
  const account = await accountOf(bot, id);
  if (account === undefined) return undefined;
  const actor = await actorOf(bot, account);
  return "nobody" in actor || actor.human.id !== id ? undefined : actor;
}

/** The chat account of a person of the configuration, or of `slack:<account>`. */
export async function accountOf(bot: Bot, id: string): Promise<string | undefined> {
  const person = bot.config.people[id];
  if (!person) return id.startsWith(`${bot.chat.platform}:`) ? id.slice(bot.chat.platform.length + 1) : undefined;
  if (person.slack !== undefined) return person.slack;
  return person.email === undefined ? undefined : (await bot.chat.personByEmail(person.email))?.account;
}

export const nameOf = (bot: Bot, id: string): string =>
  bot.config.people[id]?.name ?? bot.store.setting(`name:${id}`) ?? id;

function humansFor(bot: Bot, person: ChatPerson): readonly Human[] {
  const email = person.email?.toLowerCase();
  return Object.entries(bot.config.people)
    .filter(([, { slack, email: listed }]) =>
      slack === undefined ? email !== undefined && listed?.toLowerCase() === email : slack === person.account,
    )
    .map(([id, { name, email: listed, roles }]) => ({
      id,
      name,
      roles,
      teams: teamsOf(bot, id),
      ...(listed !== undefined && { email: listed }),
    }));
}

/** A member of the workspace whom the configuration does not name. */
const unlisted = (bot: Bot, person: ChatPerson): Human => ({
  id: `${bot.chat.platform}:${person.account}`,
  name: person.name,
  roles: ["member"],
  teams: [],
  ...(person.email !== undefined && { email: person.email }),
});

const teamsOf = (bot: Bot, id: string): readonly string[] =>
  Object.entries(bot.config.owners)
    .filter(([, { people }]) => people.includes(id))
    .map(([key]) => key);

/** Approver groups the person is in. A chat group that cannot be read has nobody in it. */
async function groupsOf(bot: Bot, id: string, account: string): Promise<readonly string[]> {
  const found = await Promise.all(
    Object.entries(bot.config.groups).map(async ([key, group]) => {
      if (group.people.includes(id)) return [key];
      const members = group.slack === undefined ? undefined : await bot.chat.members(group.slack);
      return members?.includes(account) ? [key] : [];
    }),
  );
  return found.flat();
}
