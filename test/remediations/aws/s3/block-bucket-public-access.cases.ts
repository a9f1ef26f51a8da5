import { remediation } from "#remediations/aws/s3/block-bucket-public-access";
import { casesFor } from "#test/remediations/cases";

const off = { blockPublicAcls: false, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false };
const asset = { id: "arn:aws:s3:::receipts", region: "eu-west-1" };
const bucket = { name: "receipts", region: "eu-west-1", tags: { team: "payments" } };
const policy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::receipts/*" }],
};
const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";

export const cases = casesFor(remediation, {
  "there was no block": {
    account: { buckets: [bucket, { name: "other", region: "eu-west-1" }] },
    asset,
    check: "aws.s3.bucket-blocks-public-access",
  },
  "all four settings were off, and a policy lets everyone read": {
    account: { buckets: [{ ...bucket, publicAccessBlock: off, policy }] },
    asset,
    check: "aws.s3.bucket-is-not-publicly-readable",
  },
  "two settings were on, and the ACL lets everyone write": {
    account: {
      buckets: [
        {
          ...bucket,
          publicAccessBlock: { ...off, blockPublicAcls: true, blockPublicPolicy: true },
          acl: [{ grantee: everyone, permission: "WRITE" }],
        },
      ],
    },
    asset,
    check: "aws.s3.bucket-is-not-publicly-writable",
  },
  "the account blocks a part": {
    account: { publicAccessBlock: { ...off, restrictPublicBuckets: true }, buckets: [{ ...bucket, policy }] },
    asset,
    check: "aws.s3.bucket-blocks-public-access",
  },
});
