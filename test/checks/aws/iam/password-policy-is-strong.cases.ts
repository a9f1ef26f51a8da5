import { check } from "#checks/aws/iam/password-policy-is-strong";
import { casesFor } from "#test/checks/cases";
import { strong } from "#test/checks/password-policies";

export const cases = casesFor(check, {
  "more than is asked": { facts: { passwordPolicy: strong }, expect: "pass" },
  "exactly what is asked: age and reuse are not": {
    facts: { passwordPolicy: { ...strong, minimumLength: 8, maxAgeDays: undefined, reusePrevention: undefined } },
    expect: "pass",
  },
  "7 characters": {
    facts: { passwordPolicy: { ...strong, minimumLength: 7 } },
    expect: "fail",
    row: "not required: 8 characters",
  },
  "no symbols, no upper case": {
    facts: { passwordPolicy: { ...strong, requireSymbols: false, requireUppercase: false } },
    expect: "fail",
    row: "not required: symbols, upper case",
  },
  "no numbers": {
    facts: { passwordPolicy: { ...strong, requireNumbers: false } },
    expect: "fail",
    row: "not required: numbers",
  },
  "no lower case": {
    facts: { passwordPolicy: { ...strong, requireLowercase: false } },
    expect: "fail",
    row: "not required: lower case",
  },
  "no policy": { facts: { passwordPolicy: undefined }, expect: "fail", row: "no password policy" },
});
