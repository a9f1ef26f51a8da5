import { inWords, openingsOf } from "#cloud/aws/public-access";
import { defineCheck, fail, pass } from "#domain/check";

/** What policy and ACL grant to everyone, less what the blocks of account and bucket take back. */
export const check = defineCheck({
  id: "aws.s3.bucket-is-not-publicly-readable",
  asset: "aws.s3.bucket",
  facts: ["accountBlock", "publicAccessBlock", "policy", "acl"],
  title: "S3 bucket cannot be read by the public",
  topic: "public-bucket",
  severity: "high",
  risk: "Anyone on the internet can list or download what is in the bucket.",
  controls: ["aws-fsbp:S3.2"],
  categories: ["internet-exposed"],
  guidance: {
    console: [
      "Open the bucket in the S3 console and go to Permissions.",
      "Under Block public access, choose Edit, tick Block all public access and save.",
      "Remove the statement or grant for everyone from the bucket policy or the ACL.",
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
    const opening = openingsOf(facts, "read");
    const { statements, grants } = opening;
    if (statements.length + grants.length === 0) return pass(`Bucket ${name} lets nobody read without permission.`);
    return fail({
      message: `Anyone on the internet can read bucket ${name}: ${inWords(opening, "read")}.`,
      row: inWords(opening, "read"),
      evidence: { statements, grants },
    });
  },
});
