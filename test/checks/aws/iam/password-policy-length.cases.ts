import { check } from "#checks/aws/iam/password-policy-length";
import { casesFor } from "#test/checks/cases";
import { strong } from "#test/checks/password-policies";

export const cases = casesFor(check, {
  "14 characters": { facts: { passwordPolicy: strong }, expect: "pass" },
  "13 characters": {
    facts: { passwordPolicy: { ...strong, minimumLength: 13 } },
    expect: "fail",
    row: "minimum length 13",
  },
  "no policy": {
    facts: { passwordPolicy: undefined },
    expect: "fail",
    row: "no password policy, minimum length 8",
  },
});
