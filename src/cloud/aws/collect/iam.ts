import type { Tag } from "@aws-sdk/client-iam";
import { type AwsApi, pages, tagsOf } from "#cloud/aws/api";
import { credentialReport } from "#cloud/aws/collect/credential-report";
import {
  asset,
  home,
  incomplete,
  isoDate,
  markerIn,
  required,
  resourceIn,
  unlessGone,
} from "#cloud/aws/collect/shared";
import { defineCollector, type Listed } from "#cloud/cloud";

export const users = defineCollector<AwsApi, "aws.iam.user", "created">({
  asset: "aws.iam.user",
  scope: "account",
  operations: ["iam:GetAccountAuthorizationDetails", "iam:GetUser"],
  listed: ["created"],
  async *list(api, only) {
    for await (const page of unlessGone(["NoSuchEntity"], only ? one(api, only.id) : all(api)))
      yield page.map((user) => listed(api, user));
  },
  fetch: {
    credentials: {
      per: "account",
      operations: ["iam:GenerateCredentialReport", "iam:GetCredentialReport"],
      async read(api, asked) {
        const from = home(api);
        const report = await from.once("credential report", () => credentialReport(from));
        return new Map(
          asked.map(({ id }) => {
            const credentials = report.get(id);
            // The report may be up to four hours older than the list of users.
            return [id, credentials ? { facts: { credentials } } : incomplete("iam:GetCredentialReport", "this user")];
          }),
        );
      },
    },
  },
});

interface User {
  readonly UserName?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: Date | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** One paged call gives users with their tags; ListUsers gives none. */
async function* all(api: AwsApi): AsyncIterable<readonly User[]> {
  const answers = pages(
    (Marker) => api.send("iam", "GetAccountAuthorizationDetails", { Filter: ["User"], MaxItems: 1000, Marker }),
    markerIn("iam:GetAccountAuthorizationDetails"),
  );
  for await (const { UserDetailList = [] } of answers) yield UserDetailList;
}

async function* one(api: AwsApi, id: string): AsyncIterable<readonly User[]> {
  const out = await api.send("iam", "GetUser", { UserName: resourceIn(id) });
  const user = required(out.User, "iam:GetUser", "the user");
  // The same name under another path is another user.
  yield user.Arn === id ? [user] : [];
}

function listed(api: AwsApi, user: User): Listed<"aws.iam.user", "created"> {
  const id = required(user.Arn, "iam:GetAccountAuthorizationDetails", "a user's ARN");
  const name = required(user.UserName, "iam:GetAccountAuthorizationDetails", "a user's name");
  const facts = { created: isoDate(user.CreateDate) };
  return { ...asset(api, "aws.iam.user", { id, name, tags: tagsOf(user.Tags) }), region: "global", facts };
}
