import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketWebsiteCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { PutPublicAccessBlockCommand as PutAccountBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AccountSpec, BucketSpec, Estate, TrailSpec } from "#cloud/aws/memory/estate";
import type { PublicAccessBlock } from "#cloud/aws/s3";
import type { Front } from "#test/support/moto-front";
import { seedRegion } from "#test/support/moto-seed-region";

export interface SeedConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly maxAttempts: number;
}

/**
 * Creates an estate in moto, and nothing else: moto's default VPCs go. What moto cannot hold, and the estate's own ids,
 * the front is told. Sent to moto itself, past the front.
 */
export async function seedMoto(moto: string, front: Front, estate: Estate): Promise<void> {
  for (const account of estate.accounts) front.represent(account);
  await Promise.all(
    estate.accounts.filter(({ state }) => state !== "suspended").map((account) => seedAccount(moto, front, account)),
  );
}

export const keys = { accessKeyId: "stance-tests", secretAccessKey: "stance-tests" };

async function seedAccount(moto: string, front: Front, account: AccountSpec): Promise<void> {
  const sts = new STSClient({ endpoint: moto, region: "us-east-1", credentials: keys });
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account.id}:role/seed`, RoleSessionName: "seed" }),
  );
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? "",
    secretAccessKey: given?.SecretAccessKey ?? "",
    sessionToken: given?.SessionToken ?? "",
  };
  const at = (region: string): SeedConfig => ({ endpoint: moto, region, credentials, maxAttempts: 1 });
  const home = at(account.regions[0] ?? "us-east-1");
  await Promise.all([
    seedIam(home, account),
    (async () => {
      // A trail wants a bucket: CloudTrail is done before the account's own buckets.
      for (const trail of account.trails ?? []) await seedTrail(at(trail.homeRegion), trail);
      await seedBuckets(at, account);
    })(),
    ...account.regions.map((region) =>
      seedRegion(at(region), front, account.places?.find((place) => place.region === region) ?? { region }),
    ),
  ]);
}

async function seedIam(
  config: SeedConfig,
  { users = [], roles = [], passwordPolicy: policy }: AccountSpec,
): Promise<void> {
  const iam = new IAMClient(config);
  for (const { name, tags } of users) await iam.send(new CreateUserCommand({ UserName: name, Tags: tagList(tags) }));
  for (const name of roles) {
    const trust = { Version: "2012-10-17", Statement: [] };
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  }
  if (!policy) return;
  await iam.send(
    new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: policy.minimumLength,
      RequireSymbols: policy.requireSymbols,
      RequireNumbers: policy.requireNumbers,
      RequireUppercaseCharacters: policy.requireUppercase,
      RequireLowercaseCharacters: policy.requireLowercase,
      AllowUsersToChangePassword: policy.allowUsersToChange,
      MaxPasswordAge: policy.maxAgeDays,
      PasswordReusePrevention: policy.reusePrevention,
      HardExpiry: policy.hardExpiry,
    }),
  );
}

async function seedTrail(config: SeedConfig, trail: TrailSpec): Promise<void> {
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const bucket = `seed-${trail.name}-${Math.random().toString(36).slice(2)}`;
  await s3.send(new CreateBucketCommand(bucketInput(bucket, config.region)));
  const client = new CloudTrailClient(config);
  const { name: Name, multiRegion, organization, logging, managementEvents: events } = trail;
  await client.send(
    new CreateTrailCommand({
      Name,
      S3BucketName: bucket,
      IsMultiRegionTrail: multiRegion,
      IsOrganizationTrail: organization,
    }),
  );
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
  await client.send(new PutEventSelectorsCommand({ TrailName: Name, ...selectors(trail) }));
  if (logging) await client.send(new StartLoggingCommand({ Name }));

  function selectors({ advancedSelectors }: TrailSpec) {
    const none = !events.read && !events.write;
    if (!advancedSelectors) {
      const ReadWriteType = events.read === events.write ? "All" : events.read ? "ReadOnly" : "WriteOnly";
      return { EventSelectors: [{ IncludeManagementEvents: !none, ReadWriteType } as const] };
    }
    const readOnly = events.read === events.write ? [] : [{ Field: "readOnly", Equals: [String(events.read)] }];
    const FieldSelectors = [{ Field: "eventCategory", Equals: [none ? "Data" : "Management"] }, ...readOnly];
    return { AdvancedEventSelectors: [{ FieldSelectors }] };
  }
}

async function seedBuckets(at: (region: string) => SeedConfig, account: AccountSpec): Promise<void> {
  const { buckets = [], publicAccessBlock } = account;
  for (const bucket of buckets) await seedBucket(at(bucket.region), bucket);
  if (!publicAccessBlock) return;
  const config = at(account.regions[0] ?? "us-east-1");
  const control = new S3ControlClient({
    ...config,
    endpointProvider: () => ({
      url: new URL(config.endpoint),
      properties: { authSchemes: [{ name: "sigv4", signingName: "s3", signingRegion: config.region, properties: {} }] },
    }),
  });
  const block = { AccountId: account.id, PublicAccessBlockConfiguration: toAws(publicAccessBlock) };
  await control.send(new PutAccountBlockCommand(block));
}

async function seedBucket(config: SeedConfig, bucket: BucketSpec): Promise<void> {
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const { name: Bucket, tags, publicAccessBlock, policy, acl, website } = bucket;
  await s3.send(new CreateBucketCommand(bucketInput(Bucket, config.region)));
  if (tags) await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(tags) } }));
  if (acl) {
    const Owner = { ID: "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a" };
    const own = { Grantee: { Type: "CanonicalUser", ID: Owner.ID }, Permission: "FULL_CONTROL" } as const;
    const others = acl.map(({ grantee, permission }) => ({
      Grantee: grantee.includes("/")
        ? ({ Type: "Group", URI: grantee } as const)
        : ({ Type: "CanonicalUser", ID: grantee } as const),
      Permission: permission as "READ",
    }));
    await s3.send(new PutBucketAclCommand({ Bucket, AccessControlPolicy: { Owner, Grants: [own, ...others] } }));
  }
  if (policy) await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
  if (website !== undefined)
    await s3.send(
      new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: website } } }),
    );
  if (!publicAccessBlock) return;
  const PublicAccessBlockConfiguration = toAws(publicAccessBlock);
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
}

const bucketInput = (Bucket: string, region: string) => ({
  Bucket,
  ...(region !== "us-east-1" && {
    CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
  }),
});
const toAws = (block: PublicAccessBlock) => ({
  BlockPublicAcls: block.blockPublicAcls,
  IgnorePublicAcls: block.ignorePublicAcls,
  BlockPublicPolicy: block.blockPublicPolicy,
  RestrictPublicBuckets: block.restrictPublicBuckets,
});
export const tagList = (tags: Readonly<Record<string, string>> = {}): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
