import { check } from "#checks/aws/s3/bucket-is-not-publicly-readable";
import { casesFor } from "#test/checks/cases";

const off = { blockPublicAcls: false, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false };
const on = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
const owner = {
  grantee: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
  permission: "FULL_CONTROL",
};
const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";
const signedIn = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const letsEveryone = (Action: string | string[], more: object = {}): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action, Resource: "arn:aws:s3:::sample/*", ...more }],
  });

export const cases = casesFor(check, {
  "the account's block closes policies and ACLs: nothing else is read": { facts: { accountBlock: on }, expect: "pass" },
  "the bucket's block closes both": { facts: { accountBlock: undefined, publicAccessBlock: on }, expect: "pass" },
  "account and bucket close one each": {
    facts: {
      accountBlock: { ...off, ignorePublicAcls: true },
      publicAccessBlock: { ...off, restrictPublicBuckets: true },
    },
    expect: "pass",
  },
  "nothing blocks, but nothing is granted to everyone": {
    facts: { accountBlock: undefined, publicAccessBlock: undefined, policy: undefined, acl: [owner] },
    expect: "pass",
  },
  "a policy for an account and a service": {
    facts: {
      accountBlock: off,
      publicAccessBlock: off,
      policy: letsEveryone("s3:*", {
        Principal: { AWS: "444455556666", Service: "cloudtrail.amazonaws.com" },
      }),
      acl: [owner],
    },
    expect: "pass",
  },
  "a policy for everyone, bound to one VPC endpoint": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: letsEveryone("s3:GetObject", { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } }),
      acl: [],
    },
    expect: "pass",
  },
  "a policy that lets everyone write only": {
    facts: { accountBlock: undefined, publicAccessBlock: undefined, policy: letsEveryone("s3:PutObject"), acl: [] },
    expect: "pass",
  },
  "the public policy is closed, and the ACL is the owner's": {
    facts: { accountBlock: undefined, publicAccessBlock: { ...off, restrictPublicBuckets: true }, acl: [owner] },
    expect: "pass",
  },
  "a policy lets everyone read": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: letsEveryone("s3:GetObject"),
      acl: [owner],
    },
    expect: "fail",
    row: "policy lets everyone read",
  },
  "settings that only refuse new policies and ACLs leave the old ones open": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: { ...off, blockPublicAcls: true, blockPublicPolicy: true },
      policy: letsEveryone(["s3:ListBucket", "s3:GetObject"]),
      acl: [{ grantee: everyone, permission: "READ" }],
    },
    expect: "fail",
    row: "policy and ACL let everyone read",
  },
  "the condition has a wildcard": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: letsEveryone("s3:*", { Condition: { StringLike: { "aws:SourceVpc": "vpc-*" } } }),
      acl: [],
    },
    expect: "fail",
    row: "policy lets everyone read",
  },
  "the ACL lets everyone list; policies are closed": {
    facts: {
      accountBlock: { ...off, restrictPublicBuckets: true },
      publicAccessBlock: undefined,
      acl: [owner, { grantee: everyone, permission: "READ" }],
    },
    expect: "fail",
    row: "ACL lets everyone read",
  },
  "the ACL lets everyone read the ACL": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: undefined,
      acl: [{ grantee: everyone, permission: "READ_ACP" }],
    },
    expect: "fail",
    row: "ACL lets everyone read",
  },
  "any AWS account is everyone": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: undefined,
      acl: [{ grantee: signedIn, permission: "FULL_CONTROL" }],
    },
    expect: "fail",
    row: "ACL lets anyone with an AWS account read",
  },
  "a policy that makes no sense is taken for public": {
    facts: { accountBlock: undefined, publicAccessBlock: undefined, policy: "{", acl: [] },
    expect: "fail",
    row: "policy cannot be understood: taken to let everyone read",
  },
});
