import type { Bucket } from "@aws-sdk/client-s3";
import { type AwsApi, pages, tagsOf } from "#cloud/aws/api";
import { asset, home, isoDate, partitionOf, required, resourceIn } from "#cloud/aws/collect/shared";
import type { PublicAccessBlock } from "#cloud/aws/s3";
import { CloudError, defineCollector, type Listed } from "#cloud/cloud";
import { messageOf } from "#domain/errors";

type Tags = ReadonlyMap<string, Readonly<Record<string, string>>>;

export const buckets = defineCollector<AwsApi, "aws.s3.bucket", "created">({
  asset: "aws.s3.bucket",
  scope: "account",
  operations: ["s3:ListBuckets", "s3:GetBucketLocation", "tag:GetResources"],
  listed: ["created"],
  async *list(api, only) {
    const name = only && resourceIn(only.id);
    // S3 adds BucketRegion only to requests that carry a parameter.
    const input = name === undefined ? { MaxBuckets: 10_000 } : { MaxBuckets: 100, Prefix: name };
    const answers = pages(
      (ContinuationToken) => api.send("s3", "ListBuckets", { ...input, ContinuationToken }),
      (out) => out.ContinuationToken,
    );
    for await (const { Buckets = [] } of answers) {
      const wanted = Buckets.filter((bucket) => name === undefined || bucket.Name === name);
      const found = await Promise.all(wanted.map((bucket) => locate(api, bucket)));
      yield await withTags(api, found.flat(), only?.id);
    }
  },
  fetch: {
    accountBlock: {
      per: "account",
      operations: ["s3control:GetPublicAccessBlock"],
      absent: ["NoSuchPublicAccessBlockConfiguration"],
      async read(api, assets) {
        const accountBlock = await accountPublicAccessBlock(api);
        return new Map(assets.map(({ id }) => [id, { facts: { accountBlock } }]));
      },
    },
    publicAccessBlock: {
      per: "asset",
      operations: ["s3:GetPublicAccessBlock"],
      absent: ["NoSuchPublicAccessBlockConfiguration"],
      async read(api, [bucket]) {
        if (!bucket) return new Map();
        const out = await api.at(bucket.region).send("s3", "GetPublicAccessBlock", { Bucket: bucket.name });
        const block = required(out.PublicAccessBlockConfiguration, "s3:GetPublicAccessBlock", "the bucket's settings");
        return new Map([[bucket.id, { facts: { publicAccessBlock: blockOf(block) } }]]);
      },
    },
    policy: {
      per: "asset",
      operations: ["s3:GetBucketPolicy"],
      absent: ["NoSuchBucketPolicy"],
      async read(api, [bucket]) {
        if (!bucket) return new Map();
        const { Policy } = await api.at(bucket.region).send("s3", "GetBucketPolicy", { Bucket: bucket.name });
        const policy = required(Policy, "s3:GetBucketPolicy", "the policy");
        return new Map([[bucket.id, { facts: { policy } }]]);
      },
    },
    acl: {
      per: "asset",
      operations: ["s3:GetBucketAcl"],
      async read(api, [bucket]) {
        if (!bucket) return new Map();
        const { Grants = [] } = await api.at(bucket.region).send("s3", "GetBucketAcl", { Bucket: bucket.name });
        const acl = Grants.map(({ Grantee, Permission }) => ({
          grantee: required(Grantee?.URI ?? Grantee?.ID ?? Grantee?.EmailAddress, "s3:GetBucketAcl", "a grantee"),
          permission: required(Permission, "s3:GetBucketAcl", "a permission"),
        }));
        return new Map([[bucket.id, { facts: { acl } }]]);
      },
    },
    website: {
      per: "asset",
      operations: ["s3:GetBucketWebsite"],
      absent: ["NoSuchWebsiteConfiguration"],
      async read(api, [bucket]) {
        if (!bucket) return new Map();
        const out = await api.at(bucket.region).send("s3", "GetBucketWebsite", { Bucket: bucket.name });
        const { IndexDocument: index, RedirectAllRequestsTo: redirect } = out;
        const website = redirect?.HostName === undefined ? index?.Suffix : `redirect to ${redirect.HostName}`;
        return new Map([
          [bucket.id, { facts: { website: required(website, "s3:GetBucketWebsite", "what it answers") } }],
        ]);
      },
    },
  },
});

/** Of the account, for its buckets and for itself: read once. Throws NoSuchPublicAccessBlockConfiguration. */
export const accountPublicAccessBlock = (api: AwsApi): Promise<PublicAccessBlock> => {
  const from = home(api);
  return from.once("account public access block", async () => {
    const out = await from.send("s3control", "GetPublicAccessBlock", { AccountId: api.account });
    return blockOf(
      required(out.PublicAccessBlockConfiguration, "s3control:GetPublicAccessBlock", "the account's settings"),
    );
  });
};

const blockOf = (block: {
  BlockPublicAcls?: boolean | undefined;
  IgnorePublicAcls?: boolean | undefined;
  BlockPublicPolicy?: boolean | undefined;
  RestrictPublicBuckets?: boolean | undefined;
}): PublicAccessBlock => ({
  blockPublicAcls: block.BlockPublicAcls ?? false,
  ignorePublicAcls: block.IgnorePublicAcls ?? false,
  blockPublicPolicy: block.BlockPublicPolicy ?? false,
  restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
});

/** The bucket where it lives; nothing when it was deleted meanwhile. */
async function locate(api: AwsApi, bucket: Bucket): Promise<Listed<"aws.s3.bucket", "created">[]> {
  const name = required(bucket.Name, "s3:ListBuckets", "a bucket's name");
  const region = bucket.BucketRegion ?? (await regionOf(api, name));
  if (region === undefined) return [];
  const id = `arn:${partitionOf(region)}:s3:::${name}`;
  const facts = { created: isoDate(bucket.CreationDate) };
  return [{ ...asset(api.at(region), "aws.s3.bucket", { id, name, tags: {} }), facts }];
}

async function regionOf(api: AwsApi, name: string): Promise<string | undefined> {
  try {
    const { LocationConstraint: region } = await api.send("s3", "GetBucketLocation", { Bucket: name });
    if (!region) return "us-east-1";
    return region === "EU" ? "eu-west-1" : region;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    // A bucket that hides its place is still listed; its own reads will say why they cannot be made.
    return error.code === "NoSuchBucket" ? undefined : api.region;
  }
}

async function withTags(
  api: AwsApi,
  listed: readonly Listed<"aws.s3.bucket", "created">[],
  only?: string,
): Promise<readonly Listed<"aws.s3.bucket", "created">[]> {
  const regions = [...new Set(listed.map(({ region }) => region))];
  const read = await Promise.all(regions.map(async (region) => [region, await tagsIn(api.at(region), only)] as const));
  const byRegion = new Map(read);
  return listed.map((bucket) => {
    const tags = byRegion.get(bucket.region);
    if (tags instanceof CloudError) return { ...bucket, tagsUnreadable: `${tags.operation}: ${messageOf(tags)}` };
    return { ...bucket, tags: tags?.get(bucket.id) ?? {} };
  });
}

/** Tags of all buckets of a region, or of one: by ARN. Buckets are listed without them rather than not at all. */
const tagsIn = (api: AwsApi, only: string | undefined): Promise<Tags | CloudError> =>
  api.once(`bucket tags ${only ?? ""}`, async () => {
    const input =
      only === undefined ? { ResourceTypeFilters: ["s3"], ResourcesPerPage: 100 } : { ResourceARNList: [only] };
    const answers = pages(
      (PaginationToken) => api.send("tag", "GetResources", { ...input, PaginationToken }),
      (out) => out.PaginationToken,
    );
    const tags = new Map<string, Readonly<Record<string, string>>>();
    try {
      for await (const { ResourceTagMappingList = [] } of answers)
        for (const { ResourceARN, Tags } of ResourceTagMappingList)
          if (ResourceARN) tags.set(ResourceARN, tagsOf(Tags));
      return tags;
    } catch (error) {
      if (error instanceof CloudError) return error;
      throw error;
    }
  });
