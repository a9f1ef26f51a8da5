import { publicAccessSettings } from "#cloud/aws/s3";
import { defineCheck, fail, pass } from "#domain/check";

export const check = defineCheck({
  id: "aws.s3.account-blocks-public-access",
  asset: "aws.account",
  facts: ["publicAccessBlock"],
  title: "AWS account blocks public access to all its S3 buckets",
  topic: "account-block",
  severity: "low",
  risk: "Any bucket, also one made tomorrow, can be opened to anyone on the internet by one mistake.",
  controls: ["aws-fsbp:S3.1"],
  categories: ["trust-boundaries"],
  guided: "closes every public bucket at once",
  guidance: {
    console: [
      "Find out which buckets are meant to be public, and move them to an account of their own.",
      "In the S3 console, open Block Public Access settings for this account.",
      "Choose Edit, tick Block all public access and save.",
    ],
    cli: "aws s3control put-public-access-block --account-id {account} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
    terraform: `resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}`,
  },
  evaluate({ name, facts: { publicAccessBlock } }) {
    const off = publicAccessSettings.filter((setting) => !publicAccessBlock?.[setting]);
    if (off.length === 0) return pass(`Account ${name} blocks public access to all its buckets.`);
    return fail({
      message: `Account ${name} leaves ${off.join(", ")} off.`,
      row: `${publicAccessSettings.length - off.length} of ${publicAccessSettings.length} settings on`,
      evidence: { off },
    });
  },
});
