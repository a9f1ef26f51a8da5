import type { CheckId } from "#checks";
import { awsCall } from "#cloud/aws/api";
import { type PublicAccessBlock, publicAccessSettings } from "#cloud/aws/s3";
import { defineRemediation } from "#domain/remediation";

const allOn = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };

/** Policy and ACL stay as they are: the block makes what they grant to everyone ineffective, and gives it back on undo. */
export const remediation = defineRemediation({
  id: "aws.s3.block-bucket-public-access",
  fixes: [
    "aws.s3.bucket-blocks-public-access",
    "aws.s3.bucket-is-not-publicly-readable",
    "aws.s3.bucket-is-not-publicly-writable",
  ] satisfies readonly CheckId[],
  asset: "aws.s3.bucket",
  sets: ["publicAccessBlock"],
  operations: ["s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"],
  title: "Turn on all four public access settings",
  verb: "block public access",
  done: "public access blocked",
  danger: "Anonymous readers, and other accounts let in by a public policy, lose access at once.",
  cost: "none",
  tier: 2,
  change: () => ({ publicAccessBlock: allOn }),
  calls: ({ name }, { publicAccessBlock: from }, { publicAccessBlock: to }) => {
    if (to && !same(from, to)) return [put(name, to)];
    return from && !to ? [awsCall("s3", "DeletePublicAccessBlock", { Bucket: name })] : [];
  },
  summary: ({ publicAccessBlock: from }, { publicAccessBlock: to }) =>
    `block public access: ${count(from)} of ${publicAccessSettings.length} settings on → ${count(to)} of ${publicAccessSettings.length}`,
  notices: {
    website: {
      what: "website configuration",
      tell: (website) =>
        website === undefined
          ? "not configured as a website"
          : `configured as a website (${website}): its address stops answering`,
    },
  },
  code: ({ name }, { publicAccessBlock: to }) => ({
    terraform: {
      resource: "aws_s3_bucket_public_access_block",
      body: {
        bucket: name,
        block_public_acls: to?.blockPublicAcls ?? false,
        ignore_public_acls: to?.ignorePublicAcls ?? false,
        block_public_policy: to?.blockPublicPolicy ?? false,
        restrict_public_buckets: to?.restrictPublicBuckets ?? false,
      },
    },
    cloudFormation: {
      type: "AWS::S3::Bucket",
      properties: { BucketName: name, PublicAccessBlockConfiguration: to ? toAws(to) : {} },
    },
  }),
});

/** The call replaces all four: the fact is the whole of them, so none is lost. */
const put = (bucket: string, block: PublicAccessBlock) =>
  awsCall("s3", "PutPublicAccessBlock", { Bucket: bucket, PublicAccessBlockConfiguration: toAws(block) });

const toAws = (block: PublicAccessBlock) => ({
  BlockPublicAcls: block.blockPublicAcls,
  IgnorePublicAcls: block.ignorePublicAcls,
  BlockPublicPolicy: block.blockPublicPolicy,
  RestrictPublicBuckets: block.restrictPublicBuckets,
});

const same = (a: PublicAccessBlock | undefined, b: PublicAccessBlock): boolean =>
  a !== undefined && publicAccessSettings.every((setting) => a[setting] === b[setting]);
const count = (block: PublicAccessBlock | undefined): number =>
  publicAccessSettings.filter((setting) => block?.[setting]).length;
