import type { Chat, ChatChannel, ChatPerson } from "#chat/chat";
import { cacheOf } from "#chat/slack/cache";
import { codeOf } from "#chat/slack/errors";
import type { SlackLog } from "#chat/slack/log";
import type { Web } from "#chat/slack/web";
import { messageOf } from "#domain/errors";

export interface DirectoryOptions {
  web(): Promise<Web>;
  team(): Promise<string>;
  readonly log: SlackLog;
  now(): number;
}
export interface Directory extends Pick<Chat, "person" | "personByEmail" | "members" | "groupId" | "channel"> {
  /** Something about the channel changed: ask again next time. */
  forget(channel: string): void;
}

/** Decisions stand on who somebody is now: nothing about people or groups is remembered for longer. */
const minute = 60_000;

export function slackDirectory({ web, team, log, now }: DirectoryOptions): Directory {
  const people = cacheOf<ChatPerson | undefined>({ ttlMs: minute, most: 5000, now });
  const emails = cacheOf<string | undefined>({ ttlMs: 10 * minute, most: 20_000, now });
  const groups = cacheOf<ReadonlyMap<string, string>>({ ttlMs: minute, most: 1, now });
  const memberships = cacheOf<readonly string[]>({ ttlMs: minute, most: 500, now });
  const names = cacheOf<ReadonlyMap<string, string>>({ ttlMs: minute, most: 1, now });
  const channels = cacheOf<ChatChannel | undefined>({ ttlMs: minute, most: 2000, now });
  const guests = cacheOf<ReadonlySet<string>>({ ttlMs: 10 * minute, most: 1, now });

  async function person(account: string): Promise<ChatPerson | undefined> {
    const [foreign, name] = account.split("/");
    if (foreign !== undefined && name !== undefined) return { account, team: foreign, name, kind: "stranger" };
    return people.get(account, async () => {
      const found = await unless("user_not_found", async () =>
        (await web()).read("users.info", (client) => client.users.info({ user: account })),
      );
      return found?.user && readPerson(found.user, await team());
    });
  }

  /** Handles and ids of the enabled groups, to ids. */
  const allGroups = (): Promise<ReadonlyMap<string, string>> =>
    groups.get("all", async () => {
      const { usergroups = [] } = await (await web()).read("usergroups.list", (client) =>
        client.usergroups.list({ include_disabled: false }),
      );
      const usable = usergroups.filter(({ date_delete }) => !date_delete);
      return new Map(
        usable.flatMap(({ id = "", handle = "" }) => [[id, id] as const, [handle.toLowerCase(), id] as const]),
      );
    });

  const groupId = async (group: string): Promise<string | undefined> => {
    const wanted = group.replace(/^@/, "");
    const all = await allGroups();
    return all.get(wanted) ?? all.get(wanted.toLowerCase());
  };

  /** Undefined: the members or the people could not be read. */
  async function hasGuests(channel: string): Promise<boolean | undefined> {
    try {
      const api = await web();
      const outsiders = await guests.get("all", async () => new Set(await listGuests(api, await team())));
      if (outsiders.size === 0) return false;
      return (await listMembers(api, channel)).some((member) => outsiders.has(member));
    } catch (error) {
      log.warn("slack.guests", { channel, problem: messageOf(error) });
      return undefined;
    }
  }

  async function channelId(nameOrId: string): Promise<string | undefined> {
    if (/^[CGD][A-Z0-9]{2,}$/.test(nameOrId)) return nameOrId;
    const all = await names.get("all", async () => new Map(await listChannels(await web())));
    return all.get(nameOrId.replace(/^#/, "").toLowerCase());
  }

  return {
    person,
    async personByEmail(email) {
      const address = email.trim().toLowerCase();
      const account = await emails.get(address, async () => {
        const found = await unless("users_not_found", async () =>
          (await web()).read("users.lookupByEmail", (client) => client.users.lookupByEmail({ email: address })),
        );
        return found?.user?.id;
      });
      return account === undefined ? undefined : person(account);
    },
    async members(group) {
      try {
        const id = await groupId(group);
        if (id === undefined) return undefined;
        return await memberships.get(id, async () => {
          const { users } = await (await web()).read("usergroups.users.list", (client) =>
            client.usergroups.users.list({ usergroup: id, include_disabled: false }),
          );
          return users ?? [];
        });
      } catch (error) {
        log.warn("slack.group", { group, problem: messageOf(error) });
        return undefined;
      }
    },
    async groupId(group) {
      try {
        return await groupId(group);
      } catch (error) {
        log.warn("slack.group", { group, problem: messageOf(error) });
        return undefined;
      }
    },
    async channel(nameOrId) {
      const id = await channelId(nameOrId);
      if (id === undefined) return undefined;
      return channels.get(id, async () => {
        const found = await unless("channel_not_found", async () =>
          (await web()).read("conversations.info", (client) => client.conversations.info({ channel: id })),
        );
        if (!found?.channel) return undefined;
        const channel = readChannel(found.channel);
        return channel.joined && !channel.archived ? { ...channel, guests: await hasGuests(id) } : channel;
      });
    },
    forget(channel) {
      channels.forget(channel);
      names.forget("all");
    },
  };
}

/** Slack's way to say "there is none". */
async function unless<Result>(code: string, ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (codeOf(error) === code) return undefined;
    throw error;
  }
}

const listChannels = (web: Web): Promise<readonly (readonly [name: string, id: string])[]> =>
  allPages(async (page) => {
    const { channels = [], response_metadata } = await web.read("conversations.list", (client) =>
      client.conversations.list({ types: "public_channel,private_channel", limit: 1000, ...page }),
    );
    return [channels.map(({ name = "", id = "" }) => [name.toLowerCase(), id] as const), response_metadata];
  });

const listGuests = (web: Web, team: string): Promise<readonly string[]> =>
  allPages(async (page) => {
    const { members = [], response_metadata } = await web.read("users.list", (client) =>
      client.users.list({ limit: 1000, ...page }),
    );
    const outside = members.filter((user) => ["guest", "stranger"].includes(kindOf(user, team)));
    return [outside.flatMap(({ id }) => id ?? []), response_metadata];
  });

const listMembers = (web: Web, channel: string): Promise<readonly string[]> =>
  allPages(async (page) => {
    const { members = [], response_metadata } = await web.read("conversations.members", (client) =>
      client.conversations.members({ channel, limit: 1000, ...page }),
    );
    return [members, response_metadata];
  });

async function allPages<T>(
  read: (page: {
    readonly cursor?: string;
  }) => Promise<readonly [items: readonly T[], meta: { readonly next_cursor?: string } | undefined]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let cursor = "";
  do {
    const [items, meta] = await read(cursor === "" ? {} : { cursor });
    found.push(...items);
    cursor = meta?.next_cursor ?? "";
  } while (cursor !== "");
  return found;
}

interface SlackUser {
  readonly id?: string;
  readonly team_id?: string;
  readonly name?: string;
  readonly real_name?: string;
  readonly tz?: string;
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
  readonly is_workflow_bot?: boolean;
  readonly is_stranger?: boolean;
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_email_confirmed?: boolean;
  readonly profile?: { readonly email?: string; readonly display_name?: string; readonly real_name?: string };
}

function readPerson(user: SlackUser, team: string): ChatPerson {
  const { id: account = "", profile = {} } = user;
  // An address that nobody confirmed proves nothing about who this is.
  const email = user.is_email_confirmed === false ? undefined : profile.email;
  return {
    account,
    team: user.team_id ?? team,
    name: profile.display_name || profile.real_name || user.real_name || user.name || account,
    ...(email && { email }),
    ...(user.tz && { zone: user.tz }),
    kind: kindOf(user, team),
  };
}

function kindOf(user: SlackUser, team: string): ChatPerson["kind"] {
  if (user.deleted) return "deactivated";
  if (user.is_bot || user.is_workflow_bot || user.id === "USLACKBOT") return "bot";
  if (user.is_stranger || (user.team_id !== undefined && user.team_id !== team)) return "stranger";
  return user.is_restricted || user.is_ultra_restricted ? "guest" : "member";
}

interface SlackConversation {
  readonly id?: string;
  readonly name?: string;
  readonly is_private?: boolean;
  readonly is_archived?: boolean;
  readonly is_member?: boolean;
  readonly is_ext_shared?: boolean;
  readonly is_pending_ext_shared?: boolean;
  readonly is_shared?: boolean;
  readonly is_org_shared?: boolean;
  readonly pending_shared?: readonly unknown[];
}

/** Guests are told apart by reading the members, which Slack's answer about the channel does not hold. */
const readChannel = (channel: SlackConversation): ChatChannel => ({
  id: channel.id ?? "",
  name: channel.name ?? "",
  private: channel.is_private ?? false,
  archived: channel.is_archived ?? false,
  joined: channel.is_member ?? false,
  shared: sharedOf(channel),
  guests: undefined,
});

/** An invitation on its way counts; a channel shared within one organisation only does not. */
function sharedOf(channel: SlackConversation): boolean | undefined {
  if (channel.is_ext_shared || channel.is_pending_ext_shared || (channel.pending_shared?.length ?? 0) > 0) return true;
  if (channel.is_shared && !channel.is_org_shared) return true;
  return channel.is_ext_shared === undefined ? undefined : false;
}
