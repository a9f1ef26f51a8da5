import { check } from "#checks/aws/rds/instance-storage-is-encrypted";
import { casesFor } from "#test/checks/cases";

export const cases = casesFor(check, {
  "it is encrypted": { facts: { encrypted: true }, expect: "pass" },
  "it is not encrypted": {
    facts: { encrypted: false, engine: "postgres" },
    expect: "fail",
    row: "postgres, storage not encrypted",
  },
});
