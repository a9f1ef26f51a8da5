import { describe, expect, test } from "vitest";
import type { Exception } from "#domain/exception";
import { isWorse, leave, standingAside } from "#domain/exception";
import type { Standing } from "#domain/finding";
import { finding } from "#test/cards/samples";

const was: Standing = { severity: "medium", exposed: false, row: "bad", evidence: { rules: ["tcp 22-22 0.0.0.0/0"] } };
const evidence = (before: Record<string, unknown>, now: Record<string, unknown>): boolean =>
  isWorse({ ...was, evidence: before }, { ...was, evidence: now });

describe("worse is", () => {
  test("a higher severity, or reachable from the internet now; not the other way round", () => {
    expect(isWorse(was, was)).toBe(false);
    expect(isWorse(was, { ...was, severity: "high" })).toBe(true);
    expect(isWorse(was, { ...was, severity: "low" })).toBe(false);
    expect(isWorse(was, { ...was, exposed: true })).toBe(true);
    expect(isWorse({ ...was, exposed: true }, was)).toBe(false);
  });

  const worse: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>])[] = [
    ["another port", { ports: [22] }, { ports: [22, 3389] }],
    ["another port instead", { ports: [22] }, { ports: [3389] }],
    ["another address", { sources: ["198.51.100.0/24"] }, { sources: ["198.51.100.0/24", "0.0.0.0/0"] }],
    [
      "a grant beside the policy",
      { statements: [{ name: "a" }], grants: [] },
      { statements: [{ name: "a" }], grants: [{ grantee: "all" }] },
    ],
    [
      "the same statement, which writes now",
      { s: [{ name: "a", reads: true, writes: false }] },
      { s: [{ name: "a", reads: true, writes: true }] },
    ],
    ["a list that was not there", {}, { loose: ["aws:SourceVpc"] }],
    ["another name in the same place", { principal: "111122223333" }, { principal: "*" }],
    ["two of the same where there was one", { keys: [{ used: undefined }] }, { keys: [{}, {}] }],
    ["something that says so now", { website: false }, { website: true }],
    ["text where there was a list", { policy: [] }, { policy: "all" }],
  ];
  test.each(worse)("%s", (_, before, now) => {
    expect(evidence(before, now)).toBe(true);
  });

  const not: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>])[] = [
    ["a rule fewer", { rules: ["a", "b"] }, { rules: ["b"] }],
    ["another order", { rules: ["a", "b"] }, { rules: ["b", "a"] }],
    ["a number, either way", { days: 45 }, { days: 90 }],
    ["a number inside a member of a list", { keys: [{ slot: "1", days: 45 }] }, { keys: [{ slot: "1", days: 46 }] }],
    ["something less", { s: [{ name: "a", writes: true }] }, { s: [{ name: "a", writes: false }] }],
    ["an empty list, or nothing, that was not there", {}, { grants: [], policy: undefined, other: null }],
    ["a list that is gone", { grants: ["a"] }, {}],
    ["what was written down and read again", { a: [{ b: undefined, c: "d" }] }, JSON.parse('{"a":[{"c":"d"}]}')],
  ];
  test.each(not)("not %s", (_, before, now) => {
    expect(evidence(before, now)).toBe(false);
  });
});

const exception: Exception = {
  id: "E-5",
  kind: "snooze",
  members: ["a", "b"].map((print) => ({ finding: print, findingId: `F-${print}`, was })),
  because: "fix-planned",
  note: "",
  by: "jo",
  approvedBy: [],
  from: 1,
  until: 9,
};

describe("findings leave an exception", () => {
  test("one by one; with the last one it ends", () => {
    const one = leave(exception, ["a"], { at: 5, how: "fixed" });
    expect(one.members.map(({ left }) => left)).toEqual([{ at: 5, how: "fixed" }, undefined]);
    expect(one.ended).toBeUndefined();
    const both = leave(one, ["a", "b"], { at: 7, how: "woken", by: "jo" });
    expect(both.members.map(({ left }) => left?.how)).toEqual(["fixed", "woken"]);
    expect(both.ended).toEqual({ at: 7, how: "woken", by: "jo" });
  });
  test("once: what has left, or was never in it, changes nothing", () => {
    const one = leave(exception, ["a"], { at: 5, how: "fixed" });
    expect(leave(one, ["a"], { at: 6, how: "worse" })).toBe(one);
    expect(leave(exception, ["c"], { at: 6, how: "worse" })).toBe(exception);
  });
});

test("whether a finding is set aside is what is stored, not what a scan read before", () => {
  const open = finding("F-1a2b", "logs");
  const aside = { exception: "E-5", until: 9, by: "jo", was };
  const snoozed = { ...open, status: "snoozed", aside } as const;
  expect(standingAside(snoozed, { ...open, row: "seen" })).toEqual({ ...snoozed, row: "seen" });
  expect(standingAside(open, { ...snoozed, row: "seen" })).toEqual({ ...open, row: "seen" });
  expect(standingAside(open, open)).toBe(open);
});
