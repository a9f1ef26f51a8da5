import { check } from "#checks/aws/s3/bucket-is-not-publicly-writable";
import { casesFor } from "#test/checks/cases";

const off = { blockPublicAcls: false, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false };
const on = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";
const signedIn = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const statement = { Effect: "Allow", Principal: "*", Resource: "arn:aws:s3:::sample/*" };

export const cases = casesFor(check, {
  "the account's block closes policies and ACLs: nothing else is read": { facts: { accountBlock: on }, expect: "pass" },
  "the bucket's block closes both": { facts: { accountBlock: off, publicAccessBlock: on }, expect: "pass" },
  "everyone may read, nobody may write": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: JSON.stringify({ Statement: [{ ...statement, Action: ["s3:GetObject", "s3:List*"] }] }),
      acl: [{ grantee: everyone, permission: "READ" }],
    },
    expect: "pass",
  },
  "a Deny for everyone closes what the Allow opens": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: JSON.stringify({
        Statement: [
          { ...statement, Action: "s3:*" },
          { ...statement, Effect: "Deny", Action: "*" },
        ],
      }),
      acl: [],
    },
    expect: "pass",
  },
  "everyone may upload": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: JSON.stringify({ Statement: { ...statement, Action: "s3:PutObject" } }),
      acl: [],
    },
    expect: "fail",
    row: "policy lets everyone write",
  },
  "everyone may do everything": {
    facts: {
      accountBlock: off,
      publicAccessBlock: off,
      policy: JSON.stringify({ Statement: [{ ...statement, Action: "*" }] }),
      acl: [{ grantee: everyone, permission: "WRITE" }],
    },
    expect: "fail",
    row: "policy and ACL let everyone write",
  },
  "everyone may change who may": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: { ...off, restrictPublicBuckets: true },
      acl: [{ grantee: everyone, permission: "WRITE_ACP" }],
    },
    expect: "fail",
    row: "ACL lets everyone write",
  },
  "any AWS account may write": {
    facts: {
      accountBlock: undefined,
      publicAccessBlock: undefined,
      policy: undefined,
      acl: [{ grantee: signedIn, permission: "WRITE" }],
    },
    expect: "fail",
    row: "ACL lets anyone with an AWS account write",
  },
});
