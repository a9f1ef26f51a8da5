import { check } from "#checks/aws/rds/instance-is-private";
import { casesFor } from "#test/checks/cases";

export const cases = casesFor(check, {
  "the setting is off": { facts: { publiclyAccessible: false }, expect: "pass" },
  "the setting is on": {
    facts: { publiclyAccessible: true, engine: "mysql" },
    expect: "fail",
    row: "mysql, set to publicly accessible",
  },
});
