import { check } from "#checks/aws/rds/instance-is-unreachable-from-internet";
import { casesFor } from "#test/checks/cases";

const open = "sg-1 tcp 5432-5432 0.0.0.0/0";

export const cases = casesFor(check, {
  "it has no public address: the network is not read": { facts: { publiclyAccessible: false }, expect: "pass" },
  "no rule lets everyone in": {
    facts: { publiclyAccessible: true, exposure: { openRules: [], internetRoute: true } },
    expect: "pass",
  },
  "no way leads to its subnets": {
    facts: { publiclyAccessible: true, exposure: { openRules: [open], internetRoute: false } },
    expect: "pass",
  },
  "everything is open": {
    facts: { publiclyAccessible: true, exposure: { openRules: [open], internetRoute: true } },
    expect: "fail",
    row: "public address, open rule sg-1 tcp 5432-5432 0.0.0.0/0",
  },
  "by several rules": {
    facts: {
      publiclyAccessible: true,
      exposure: { openRules: [open, "sg-2 -1 -1--1 ::/0"], internetRoute: true },
    },
    expect: "fail",
    row: "public address, open rule sg-1 tcp 5432-5432 0.0.0.0/0 and 1 more",
  },
});
