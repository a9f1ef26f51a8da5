import type { Credentials } from "#cloud/aws/iam";
import type { AnyAnswer } from "#cloud/aws/memory/answer";
import { defineRead, page, refused, tagList } from "#cloud/aws/memory/answer";
import { userArn } from "#cloud/aws/memory/arns";
import type { AccountSpec, UserSpec } from "#cloud/aws/memory/estate";

const longAgo = "2022-06-01T09:00:00.000Z";
const home = "us-east-1";

const userId = (name: string): string =>
  `AIDA${name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "")
    .padEnd(17, "X")}`;
const userOf = (account: AccountSpec, { name, created, tags }: UserSpec) => ({
  Path: "/",
  UserName: name,
  UserId: userId(name),
  Arn: userArn(account.id, name),
  CreateDate: new Date(created ?? longAgo),
  ...(tags && { Tags: tagList(tags) }),
});
const findUser = ({ users }: AccountSpec, name: string | undefined): UserSpec =>
  users?.find((user) => user.name === name) ?? refused("NoSuchEntity", `The user with name ${name} cannot be found.`);

const columns =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation," +
  "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region," +
  "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date," +
  "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active," +
  "cert_2_last_rotated";

function keyColumns({ keys }: Pick<Credentials, "keys">, slot: 1 | 2): readonly string[] {
  const key = keys.find((candidate) => candidate.slot === slot);
  if (!key) return ["false", "N/A", "N/A", "N/A", "N/A"];
  const used = key.lastUsed === undefined ? ["N/A", "N/A", "N/A"] : [key.lastUsed, "eu-central-1", "s3"];
  return [`${key.active}`, key.lastRotated ?? "N/A", ...used];
}

function reportLine({ name, created, credentials }: UserSpec, account: AccountSpec): string {
  const { passwordEnabled, passwordLastUsed, mfaActive } = credentials;
  const since = created ?? longAgo;
  // AWS tells "no password" from "never used it".
  const lastUsed = passwordEnabled ? (passwordLastUsed ?? "no_information") : "N/A";
  const password = [`${passwordEnabled}`, lastUsed, passwordEnabled ? since : "N/A", "N/A"];
  const keys = [...keyColumns(credentials, 1), ...keyColumns(credentials, 2)];
  return [name, userArn(account.id, name), since, ...password, `${mfaActive}`, ...keys, "false,N/A,false,N/A"].join(
    ",",
  );
}

function rootLine(account: AccountSpec): string {
  const count = account.rootAccessKeys ?? 0;
  const key = (slot: 1 | 2) => ({ slot, active: true, lastUsed: undefined, lastRotated: longAgo });
  const keys = ([1, 2] as const).filter((slot) => slot <= count).map(key);
  const password = "not_supported,no_information,not_supported,not_supported";
  const columns = [...keyColumns({ keys }, 1), ...keyColumns({ keys }, 2)];
  return `<root_account>,arn:aws:iam::${account.id}:root,${longAgo},${password},true,${columns.join(",")},false,N/A,false,N/A`;
}

export const iamAnswers: readonly AnyAnswer[] = [
  defineRead(
    "iam",
    "GetAccountAuthorizationDetails",
    ({ account, pageSize }, { Filter, Marker, MaxItems }) => {
      const users = Filter === undefined || Filter.includes("User") ? (account.users ?? []) : [];
      const size = Math.min(MaxItems ?? pageSize, pageSize);
      const { items, next } = page(users, { token: Marker, size, list: "authorizations" });
      return {
        UserDetailList: items.map((user) => ({ ...userOf(account, user), GroupList: [], AttachedManagedPolicies: [] })),
        GroupDetailList: [],
        RoleDetailList: [],
        Policies: [],
        IsTruncated: next !== undefined,
        ...(next !== undefined && { Marker: next }),
      };
    },
    { home },
  ),
  defineRead(
    "iam",
    "GetUser",
    ({ account }, { UserName }) => ({ User: userOf(account, findUser(account, UserName)) }),
    {
      home,
      resource: ({ UserName }, account) => userArn(account, UserName ?? ""),
    },
  ),
  defineRead(
    "iam",
    "GetAccountSummary",
    ({ account }) => ({
      SummaryMap: {
        Users: account.users?.length ?? 0,
        // A flag, whatever its name says.
        AccountAccessKeysPresent: (account.rootAccessKeys ?? 0) > 0 ? 1 : 0,
        AccountMFAEnabled: 1,
      },
    }),
    { home },
  ),
  defineRead(
    "iam",
    "GetAccountPasswordPolicy",
    ({ account: { id, passwordPolicy: policy } }) => {
      if (!policy) return refused("NoSuchEntity", `The Password Policy with domain name ${id} cannot be found.`);
      return {
        PasswordPolicy: {
          MinimumPasswordLength: policy.minimumLength,
          RequireSymbols: policy.requireSymbols,
          RequireNumbers: policy.requireNumbers,
          RequireUppercaseCharacters: policy.requireUppercase,
          RequireLowercaseCharacters: policy.requireLowercase,
          AllowUsersToChangePassword: policy.allowUsersToChange,
          ExpirePasswords: policy.maxAgeDays !== undefined,
          ...(policy.maxAgeDays !== undefined && { MaxPasswordAge: policy.maxAgeDays }),
          ...(policy.reusePrevention !== undefined && { PasswordReusePrevention: policy.reusePrevention }),
          ...(policy.hardExpiry !== undefined && { HardExpiry: policy.hardExpiry }),
        },
      };
    },
    { home },
  ),
  defineRead("iam", "GenerateCredentialReport", ({ account, state }) => ({ State: state.startReport(account.id) }), {
    home,
  }),
  defineRead(
    "iam",
    "GetCredentialReport",
    ({ account, state }) => {
      if (!state.reportReady(account.id)) refused("ReportInProgress", "The credential report is being generated.");
      const lines = [columns, rootLine(account), ...(account.users ?? []).map((user) => reportLine(user, account))];
      return {
        Content: new TextEncoder().encode(lines.join("\n")),
        ReportFormat: "text/csv" as const,
        GeneratedTime: new Date(state.now()),
      };
    },
    { home },
  ),
];
