import { publicAccessSettings } from "#cloud/aws/s3";
import { defineCheck, fail, pass } from "#domain/check";

/** The bucket's own block and its account's add up. (aws-fsbp:S3.8 looks at the bucket's alone: another verdict.) */
export const check = defineCheck({
  id: "aws.s3.bucket-blocks-public-access",
  asset: "aws.s3.bucket",
  facts: ["accountBlock", "publicAccessBlock"],
  title: "S3 bucket blocks all public access",
  topic: "bucket-block",
  severity: "low",
  risk: "A public ACL or policy set later would expose the bucket's files to anyone on the internet.",
  controls: ["cis-aws-3.0:2.1.4"],
  categories: ["trust-boundaries"],
  guidance: {
    console: [
      "Open the bucket in the S3 console and go to Permissions.",
      "Under Block public access, choose Edit, tick Block all public access and save.",
    ],
    cli: "aws s3api put-public-access-block --bucket {name} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
    terraform: `resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = "{name}"
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}`,
  },
  evaluate({ name, facts }) {
    const left = publicAccessSettings.filter((setting) => !facts.accountBlock?.[setting]);
    const off = left.filter((setting) => !facts.publicAccessBlock?.[setting]);
    if (off.length === 0) return pass(`Bucket ${name} blocks all public access.`);
    return fail({
      message: `Bucket ${name} leaves ${off.join(", ")} off, and so does its account.`,
      row: `${publicAccessSettings.length - off.length} of ${publicAccessSettings.length} settings on`,
      evidence: { off },
    });
  },
});
