import { check } from "#checks/aws/iam/password-policy-reuse";
import { casesFor } from "#test/checks/cases";
import { strong } from "#test/checks/password-policies";

export const cases = casesFor(check, {
  "24 are remembered": { facts: { passwordPolicy: strong }, expect: "pass" },
  "23 are remembered": {
    facts: { passwordPolicy: { ...strong, reusePrevention: 23 } },
    expect: "fail",
    row: "last 23 of 24 remembered",
  },
  "none are remembered": {
    facts: { passwordPolicy: { ...strong, reusePrevention: undefined } },
    expect: "fail",
    row: "old passwords can be used again",
  },
  "no policy": { facts: { passwordPolicy: undefined }, expect: "fail", row: "old passwords can be used again" },
});
