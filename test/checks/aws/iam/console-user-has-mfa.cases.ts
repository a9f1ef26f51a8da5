import { check } from "#checks/aws/iam/console-user-has-mfa";
import { casesFor } from "#test/checks/cases";

const user = { passwordEnabled: true, passwordLastUsed: "2026-11-20T08:15:00Z", mfaActive: false, keys: [] };

export const cases = casesFor(check, {
  "MFA is on": { facts: { credentials: { ...user, mfaActive: true } }, expect: "pass" },
  "no console password": {
    facts: { credentials: { ...user, passwordEnabled: false, passwordLastUsed: undefined } },
    expect: "not-applicable",
  },
  "a password alone": { facts: { credentials: user }, expect: "fail", row: "last sign-in 2026-11-20" },
  "a password that was never used": {
    facts: { credentials: { ...user, passwordLastUsed: undefined } },
    expect: "fail",
    row: "never signed in",
  },
});
