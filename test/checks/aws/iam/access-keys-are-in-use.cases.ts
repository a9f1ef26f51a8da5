import { check } from "#checks/aws/iam/access-keys-are-in-use";
import type { AccessKey } from "#cloud/aws/iam";
import { casesFor } from "#test/checks/cases";

const key: AccessKey = { slot: 1, active: true, lastUsed: "2026-11-22T00:00:00Z", lastRotated: "2024-01-01T00:00:00Z" };
const withKeys = (...keys: readonly AccessKey[]) => ({
  passwordEnabled: false,
  passwordLastUsed: undefined,
  mfaActive: false,
  keys,
});
const now = "2026-11-23T09:00:00Z";

export const cases = casesFor(check, {
  "no keys": { facts: { credentials: withKeys() }, expect: "not-applicable" },
  "an inactive key": {
    facts: { credentials: withKeys({ ...key, active: false, lastUsed: undefined }) },
    expect: "not-applicable",
  },
  "used yesterday": { facts: { credentials: withKeys(key) }, expect: "pass", now },
  "used just under 45 days ago": {
    facts: { credentials: withKeys({ ...key, lastUsed: "2026-10-09T09:00:01Z" }) },
    expect: "pass",
    now,
  },
  "made last week, not used yet": {
    facts: { credentials: withKeys({ ...key, lastUsed: undefined, lastRotated: "2026-11-16T09:00:00Z" }) },
    expect: "pass",
    now,
  },
  "used 45 days ago": {
    facts: { credentials: withKeys({ ...key, lastUsed: "2026-10-09T09:00:00Z" }) },
    expect: "fail",
    now,
    row: "key 1 last used 2026-10-09",
  },
  "never used, made long ago": {
    facts: { credentials: withKeys({ ...key, lastUsed: undefined }) },
    expect: "fail",
    now,
    row: "key 1 never used",
  },
  "never used, and only the user's age is known": {
    facts: {
      created: "2025-05-05T00:00:00Z",
      credentials: withKeys({ ...key, slot: 2, lastUsed: undefined, lastRotated: undefined }),
    },
    expect: "fail",
    now,
    row: "key 2 never used",
  },
  "one of two": {
    facts: { credentials: withKeys(key, { ...key, slot: 2, lastUsed: "2026-06-01T00:00:00Z" }) },
    expect: "fail",
    now,
    row: "key 2 last used 2026-06-01",
  },
});
