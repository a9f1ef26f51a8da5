import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import type { AnyAnswer, Scene } from "#cloud/aws/memory/answer";
import { defineAnswer, defineRead, page, refused, tagList } from "#cloud/aws/memory/answer";
import { bucketArn, canonicalId } from "#cloud/aws/memory/arns";
import type { AccountSpec, BucketSpec } from "#cloud/aws/memory/estate";
import type { Grant, PublicAccessBlock } from "#cloud/aws/s3";

const longAgo = "2023-03-01T09:00:00.000Z";

interface AwsBlock {
  readonly BlockPublicAcls?: boolean | undefined;
  readonly IgnorePublicAcls?: boolean | undefined;
  readonly BlockPublicPolicy?: boolean | undefined;
  readonly RestrictPublicBuckets?: boolean | undefined;
}
const toAws = (block: PublicAccessBlock): AwsBlock => ({
  BlockPublicAcls: block.blockPublicAcls,
  IgnorePublicAcls: block.ignorePublicAcls,
  BlockPublicPolicy: block.blockPublicPolicy,
  RestrictPublicBuckets: block.restrictPublicBuckets,
});
/** A setting that is not named is off. */
const fromAws = (block: AwsBlock): PublicAccessBlock => ({
  blockPublicAcls: block.BlockPublicAcls ?? false,
  ignorePublicAcls: block.IgnorePublicAcls ?? false,
  blockPublicPolicy: block.BlockPublicPolicy ?? false,
  restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
});

/** A bucket of the account, in its own region. Names are one space for all accounts: somebody else's is denied, not unknown. */
function bucketOf({ state, account, region }: Scene, name: string | undefined): BucketSpec {
  const all = state.estate().accounts;
  const owner = all.find(({ buckets }) => buckets?.some((bucket) => bucket.name === name));
  const bucket = owner?.buckets?.find((candidate) => candidate.name === name);
  if (!bucket) return refused("NoSuchBucket", "The specified bucket does not exist");
  if (owner?.id !== account.id) return refused("AccessDenied", "Access Denied");
  if (bucket.region !== region)
    return refused("PermanentRedirect", `The bucket is in ${bucket.region}: send the request there.`);
  return bucket;
}

/** The account with one bucket changed. */
export const withBucket = (
  account: AccountSpec,
  name: string | undefined,
  change: (before: BucketSpec) => BucketSpec,
): AccountSpec => ({
  ...account,
  buckets: (account.buckets ?? []).map((bucket) => (bucket.name === name ? change(bucket) : bucket)),
});

export function withoutKey<T extends object, K extends keyof T>(from: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = from;
  return rest;
}

const noBlock = (): never =>
  refused("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found");

function grantee(address: string) {
  if (address.startsWith("http")) return { Type: "Group" as const, URI: address };
  return address.includes("@")
    ? { Type: "AmazonCustomerByEmail" as const, EmailAddress: address }
    : { Type: "CanonicalUser" as const, ID: address };
}
const permissions = ["FULL_CONTROL", "READ", "READ_ACP", "WRITE", "WRITE_ACP"] as const;
const grantToAws = ({ grantee: address, permission }: Grant) => {
  const known = permissions.find((candidate) => candidate === permission);
  return { Grantee: grantee(address), ...(known && { Permission: known }) };
};

const onBucket = { resource: ({ Bucket }: { Bucket: string | undefined }): string => bucketArn(Bucket ?? "") };

const reads: readonly AnyAnswer[] = [
  defineRead("s3", "ListBuckets", ({ account, pageSize }, input) => {
    const { MaxBuckets, ContinuationToken, Prefix, BucketRegion } = input;
    // AWS answers a bare request with everything at once, and then without the regions.
    const bare = Object.values(input).every((value) => value === undefined);
    const wanted = [...(account.buckets ?? [])]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .filter(({ name, region }) => name.startsWith(Prefix ?? "") && (BucketRegion ?? region) === region);
    const size = bare ? wanted.length : Math.min(MaxBuckets ?? pageSize, pageSize);
    const { items, next } = page(wanted, { token: ContinuationToken, size, list: "buckets" });
    return {
      Buckets: items.map(({ name, region, created }) => ({
        Name: name,
        CreationDate: new Date(created ?? longAgo),
        ...(!bare && { BucketRegion: region, BucketArn: bucketArn(name) }),
      })),
      Owner: { ID: canonicalId(account.id) },
      ...(Prefix !== undefined && { Prefix }),
      ...(next !== undefined && { ContinuationToken: next }),
    };
  }),
  defineRead(
    "s3",
    "GetBucketLocation",
    ({ account }, { Bucket }) => {
      // The one read of a bucket that any region answers.
      const bucket = account.buckets?.find(({ name }) => name === Bucket);
      const { region } = bucket ?? refused("NoSuchBucket", "The specified bucket does not exist");
      // The SDK lists the regions it was built with; an estate may name any.
      return region === "us-east-1" ? {} : { LocationConstraint: region as BucketLocationConstraint };
    },
    onBucket,
  ),
  defineRead(
    "s3",
    "GetPublicAccessBlock",
    (scene, { Bucket }) => {
      const { publicAccessBlock } = bucketOf(scene, Bucket);
      return { PublicAccessBlockConfiguration: toAws(publicAccessBlock ?? noBlock()) };
    },
    onBucket,
  ),
  defineRead(
    "s3",
    "GetBucketPolicy",
    (scene, { Bucket }) => {
      const { policy } = bucketOf(scene, Bucket);
      return { Policy: JSON.stringify(policy ?? refused("NoSuchBucketPolicy", "The bucket policy does not exist")) };
    },
    onBucket,
  ),
  defineRead(
    "s3",
    "GetBucketAcl",
    (scene, { Bucket }) => {
      const { acl = [] } = bucketOf(scene, Bucket);
      const owner = canonicalId(scene.account.id);
      return { Owner: { ID: owner }, Grants: [{ grantee: owner, permission: "FULL_CONTROL" }, ...acl].map(grantToAws) };
    },
    onBucket,
  ),
  defineRead(
    "s3",
    "GetBucketWebsite",
    (scene, { Bucket }) => {
      const { website } = bucketOf(scene, Bucket);
      const none = () => refused("NoSuchWebsiteConfiguration", "The specified bucket has no website configuration");
      return { IndexDocument: { Suffix: website ?? none() } };
    },
    onBucket,
  ),
  defineRead("s3control", "GetPublicAccessBlock", ({ account }) => ({
    PublicAccessBlockConfiguration: toAws(account.publicAccessBlock ?? noBlock()),
  })),
  defineRead("tag", "GetResources", ({ account, region, pageSize }, input) => {
    const { PaginationToken, ResourcesPerPage, ResourceTypeFilters, ResourceARNList } = input;
    const bucketsOnly = (ResourceTypeFilters ?? []).every((type) => type === "s3" || type === "s3:bucket");
    if (!bucketsOnly || (!ResourceTypeFilters && !ResourceARNList))
      refused("InvalidParameterException", "The embedded cloud lists the tags of buckets only.");
    // A resource that was never tagged is not listed.
    const tagged = (account.buckets ?? [])
      .filter((bucket) => bucket.region === region && bucket.tags)
      .filter(({ name }) => ResourceARNList === undefined || ResourceARNList.includes(bucketArn(name)));
    const size = Math.min(ResourcesPerPage ?? pageSize, pageSize);
    const token = PaginationToken === "" ? undefined : PaginationToken;
    const { items, next } = page(tagged, { token, size, list: "tags" });
    return {
      ResourceTagMappingList: items.map(({ name, tags }) => ({ ResourceARN: bucketArn(name), Tags: tagList(tags) })),
      PaginationToken: next ?? "",
    };
  }),
];

const writes: readonly AnyAnswer[] = [
  defineAnswer("s3", "PutPublicAccessBlock", {
    access: "write",
    ...onBucket,
    answer(scene, { Bucket, PublicAccessBlockConfiguration: block }) {
      bucketOf(scene, Bucket);
      if (!block) return refused("MalformedXML", "The XML you provided was not well-formed");
      scene.edit((account) =>
        withBucket(account, Bucket, (bucket) => ({ ...bucket, publicAccessBlock: fromAws(block) })),
      );
      return {};
    },
  }),
  defineAnswer("s3", "DeletePublicAccessBlock", {
    access: "write",
    ...onBucket,
    answer(scene, { Bucket }) {
      bucketOf(scene, Bucket);
      scene.edit((account) => withBucket(account, Bucket, (bucket) => withoutKey(bucket, "publicAccessBlock")));
      return {};
    },
  }),
];

export const s3Answers: readonly AnyAnswer[] = [...reads, ...writes];
