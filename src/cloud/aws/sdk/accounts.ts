import type { Account as Member } from "@aws-sdk/client-organizations";
import { pages } from "#cloud/aws/api";
import { partitionOf } from "#cloud/aws/collect/shared";
import type { Sender } from "#cloud/aws/sdk/sender";
import type { Account } from "#cloud/cloud";

/** An account and how to get into it; secrets are resolved. */
export interface AccountSettings {
  readonly id: string;
  readonly name?: string | undefined;
  /** ARN of the role to read with. Absent: the credentials at hand. */
  readonly role?: string | undefined;
  readonly externalId?: string | undefined;
  /** ARN of the role to write with. Absent: read only. */
  readonly writeRole?: string | undefined;
  readonly environment?: string | undefined;
  readonly owner?: string | undefined;
}
export interface OrganizationSettings {
  /** Names of the roles in every member account. */
  readonly role?: string | undefined;
  readonly writeRole?: string | undefined;
  readonly externalId?: string | undefined;
  readonly exclude?: readonly string[];
  /** What differs for single members. */
  readonly known?: readonly AccountSettings[];
}
/** A list; all members of the organisation; or the account of the credentials at hand. */
export type AccountsSettings =
  | { readonly list: readonly AccountSettings[] }
  | { readonly organization: OrganizationSettings }
  | "at-hand";

/** An account of the configuration, or a member found, with its state. */
export interface Known extends AccountSettings {
  readonly name: string;
  readonly state: Account["state"];
}

/** The read role's name where `accounts: organization` says nothing else. */
export const defaultRole = "StanceRead";

/** All accounts, in the order given; `sender` uses the credentials at hand. */
export async function knownAccounts(
  settings: AccountsSettings,
  sender: Sender,
  homeRegion: string,
): Promise<readonly Known[]> {
  if (settings === "at-hand") {
    const id = await accountAtHand(sender);
    return [{ id, name: id, state: "active" }];
  }
  if ("list" in settings)
    return settings.list.map((account) => ({ ...account, name: account.name ?? account.id, state: "active" }));
  const [mine, members] = await Promise.all([accountAtHand(sender), allMembers(sender)]);
  const { exclude = [], known = [] } = settings.organization;
  return members.flatMap(({ Id: id, Name, State, Status }) => {
    if (!id || exclude.includes(id)) return [];
    const roles = id === mine ? {} : rolesIn(id, settings.organization, homeRegion);
    // Status is the older name of State, and still what emulators send.
    const state = (State ?? Status) === "ACTIVE" ? "active" : "suspended";
    const own = known.find((account) => account.id === id);
    return [{ ...roles, ...defined(own), id, name: own?.name ?? Name ?? id, state }];
  });
}

async function accountAtHand(sender: Sender): Promise<string> {
  const { output } = await sender.send("sts", "GetCallerIdentity", {});
  return output.Account ?? "";
}

async function allMembers(sender: Sender): Promise<readonly Member[]> {
  const members: Member[] = [];
  const answers = pages(
    async (NextToken) => (await sender.send("organizations", "ListAccounts", { MaxResults: 20, NextToken })).output,
    (out) => out.NextToken,
  );
  for await (const { Accounts = [] } of answers) members.push(...Accounts);
  return members;
}

/** The account of the credentials at hand is read with them; every other by its roles. */
function rolesIn(id: string, { role = defaultRole, writeRole, externalId }: OrganizationSettings, homeRegion: string) {
  const arn = (name: string): string => `arn:${partitionOf(homeRegion)}:iam::${id}:role/${name}`;
  return { role: arn(role), externalId, writeRole: writeRole === undefined ? undefined : arn(writeRole) };
}

const defined = (account: AccountSettings | undefined): Partial<AccountSettings> =>
  Object.fromEntries(Object.entries(account ?? {}).filter(([, value]) => value !== undefined));
