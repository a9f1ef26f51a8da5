import { check } from "#checks/aws/iam/root-has-no-access-keys";
import { casesFor } from "#test/checks/cases";

export const cases = casesFor(check, {
  "no keys": { facts: { rootAccessKeys: 0 }, expect: "pass" },
  "one key": { facts: { rootAccessKeys: 1 }, expect: "fail", row: "root user has 1 access key" },
  "two keys": { facts: { rootAccessKeys: 2 }, expect: "fail", row: "root user has 2 access keys" },
});
