import { check } from "#checks/aws/cloudtrail/account-records-all-regions";
import type { Trail } from "#cloud/aws/account";
import { casesFor } from "#test/checks/cases";

const trail: Trail = {
  arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main",
  name: "main",
  homeRegion: "eu-west-1",
  multiRegion: true,
  organization: false,
  logging: true,
  managementEvents: { read: true, write: true },
};
const writesOnly = { read: false, write: true };

export const cases = casesFor(check, {
  "the account's own trail": { facts: { trails: [trail] }, expect: "pass" },
  "the organisation's trail": {
    facts: {
      trails: [
        { ...trail, arn: "arn:aws:cloudtrail:us-east-1:444455556666:trail/org", name: "org", organization: true },
      ],
    },
    expect: "pass",
  },
  "one of several is enough": { facts: { trails: [{ ...trail, logging: false }, trail] }, expect: "pass" },
  "no trail": { facts: { trails: [] }, expect: "fail", row: "no trail" },
  "it has stopped": {
    facts: { trails: [{ ...trail, logging: false }] },
    expect: "fail",
    row: "trail main: not logging",
  },
  "it covers one region": {
    facts: { trails: [{ ...trail, multiRegion: false }] },
    expect: "fail",
    row: "trail main: one region only",
  },
  "it leaves reads out": {
    facts: { trails: [{ ...trail, managementEvents: writesOnly }] },
    expect: "fail",
    row: "trail main: not all management events",
  },
  "it leaves writes out": {
    facts: { trails: [{ ...trail, managementEvents: { read: true, write: false } }] },
    expect: "fail",
    row: "trail main: not all management events",
  },
  "two halves do not make one: each has a gap": {
    facts: {
      trails: [
        { ...trail, multiRegion: false },
        { ...trail, name: "writes", managementEvents: writesOnly },
      ],
    },
    expect: "fail",
    row: "trail main: one region only",
  },
});
