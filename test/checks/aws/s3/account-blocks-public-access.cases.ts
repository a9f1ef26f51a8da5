import { check } from "#checks/aws/s3/account-blocks-public-access";
import { casesFor } from "#test/checks/cases";

const on = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };

export const cases = casesFor(check, {
  "all four settings are on": { facts: { publicAccessBlock: on }, expect: "pass" },
  "there is no block": { facts: { publicAccessBlock: undefined }, expect: "fail", row: "0 of 4 settings on" },
  "one setting is off": {
    facts: { publicAccessBlock: { ...on, blockPublicPolicy: false } },
    expect: "fail",
    row: "3 of 4 settings on",
  },
});
