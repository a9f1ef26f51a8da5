import { check } from "#checks/aws/s3/bucket-blocks-public-access";
import { casesFor } from "#test/checks/cases";

const off = { blockPublicAcls: false, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false };
const on = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };

export const cases = casesFor(check, {
  "the account blocks everything: the bucket is not asked": { facts: { accountBlock: on }, expect: "pass" },
  "the bucket blocks everything": { facts: { accountBlock: undefined, publicAccessBlock: on }, expect: "pass" },
  "account and bucket add up": {
    facts: {
      accountBlock: { ...off, blockPublicAcls: true, ignorePublicAcls: true },
      publicAccessBlock: { ...on, blockPublicAcls: false },
    },
    expect: "pass",
  },
  "there is no block at all": {
    facts: { accountBlock: undefined, publicAccessBlock: undefined },
    expect: "fail",
    row: "0 of 4 settings on",
  },
  "one setting is off in both": {
    facts: { accountBlock: off, publicAccessBlock: { ...on, restrictPublicBuckets: false } },
    expect: "fail",
    row: "3 of 4 settings on",
  },
});
