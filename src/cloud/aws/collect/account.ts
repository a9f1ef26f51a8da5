import type { Trail as RawTrail } from "@aws-sdk/client-cloudtrail";
import type { Trail } from "#cloud/aws/account";
import type { AwsApi } from "#cloud/aws/api";
import { accountPublicAccessBlock } from "#cloud/aws/collect/s3";
import { asset, home, partitionOf, required } from "#cloud/aws/collect/shared";
import { managementEventsOf } from "#cloud/aws/collect/trail-selectors";
import { defineCollector } from "#cloud/cloud";

/** The account exists because we are in it: listing it costs no call. */
export const accounts = defineCollector<AwsApi, "aws.account", never>({
  asset: "aws.account",
  scope: "account",
  operations: [],
  listed: [],
  async *list(api) {
    const id = `arn:${partitionOf(api.region)}:iam::${api.account}:root`;
    yield [{ ...asset(api, "aws.account", { id, name: api.account, tags: {} }), region: "global", facts: {} }];
  },
  fetch: {
    publicAccessBlock: {
      per: "asset",
      operations: ["s3control:GetPublicAccessBlock"],
      absent: ["NoSuchPublicAccessBlockConfiguration"],
      async read(api, [account]) {
        const publicAccessBlock = await accountPublicAccessBlock(api);
        return new Map(account && [[account.id, { facts: { publicAccessBlock } }]]);
      },
    },
    rootAccessKeys: {
      per: "asset",
      operations: ["iam:GetAccountSummary"],
      async read(api, [account]) {
        const { SummaryMap } = await api.send("iam", "GetAccountSummary", {});
        const present = SummaryMap?.AccountAccessKeysPresent;
        const rootAccessKeys = required(present, "iam:GetAccountSummary", "the root user's keys");
        return new Map(account && [[account.id, { facts: { rootAccessKeys } }]]);
      },
    },
    passwordPolicy: {
      per: "asset",
      operations: ["iam:GetAccountPasswordPolicy"],
      absent: ["NoSuchEntity"],
      async read(api, [account]) {
        const { PasswordPolicy } = await api.send("iam", "GetAccountPasswordPolicy", {});
        const policy = required(PasswordPolicy, "iam:GetAccountPasswordPolicy", "the policy");
        const passwordPolicy = {
          minimumLength: policy.MinimumPasswordLength ?? 6,
          requireSymbols: policy.RequireSymbols ?? false,
          requireNumbers: policy.RequireNumbers ?? false,
          requireUppercase: policy.RequireUppercaseCharacters ?? false,
          requireLowercase: policy.RequireLowercaseCharacters ?? false,
          allowUsersToChange: policy.AllowUsersToChangePassword ?? false,
          maxAgeDays: policy.MaxPasswordAge || undefined,
          reusePrevention: policy.PasswordReusePrevention || undefined,
          hardExpiry: policy.HardExpiry,
        };
        return new Map(account && [[account.id, { facts: { passwordPolicy } }]]);
      },
    },
    trails: {
      per: "asset",
      operations: ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"],
      async read(api, [account]) {
        // One region shows its own trails and the shadows of all multi-region ones; no other can cover the account.
        const { trailList = [] } = await home(api).send("cloudtrail", "DescribeTrails", { includeShadowTrails: true });
        // A trail whose state cannot be read makes the whole fact unreadable: it may be the one that records everything.
        const trails = await Promise.all(trailList.map((trail) => trailOf(api, trail)));
        return new Map(account && [[account.id, { facts: { trails } }]]);
      },
    },
  },
});

/** Its state, asked where it lives and by ARN: a member knows an organisation's trail by no other name. */
async function trailOf(api: AwsApi, raw: RawTrail): Promise<Trail> {
  const arn = required(raw.TrailARN, "cloudtrail:DescribeTrails", "a trail's ARN");
  const homeRegion = required(
    raw.HomeRegion ?? arn.split(":")[3],
    "cloudtrail:DescribeTrails",
    "a trail's home region",
  );
  const there = api.at(homeRegion);
  const [status, selectors] = await Promise.all([
    there.send("cloudtrail", "GetTrailStatus", { Name: arn }),
    there.send("cloudtrail", "GetEventSelectors", { TrailName: arn }),
  ]);
  return {
    arn,
    name: raw.Name ?? arn,
    homeRegion,
    multiRegion: raw.IsMultiRegionTrail ?? false,
    organization: raw.IsOrganizationTrail ?? false,
    logging: required(status.IsLogging, "cloudtrail:GetTrailStatus", "whether the trail is logging"),
    managementEvents: managementEventsOf(selectors),
  };
}
