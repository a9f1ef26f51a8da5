import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff, joinChanges, revert } from "#domain/plan";
import { isRefusal, type Values } from "#domain/remediation";

const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom("a", "b"), fc.boolean());
const facts: fc.Arbitrary<Values> = fc.dictionary(
  fc.constantFrom("p", "q", "r"),
  fc.oneof(leaf, fc.dictionary(fc.constantFrom("x", "y", "z"), leaf, { noNullPrototype: true })),
  { noNullPrototype: true },
);

describe("two attempts, one change", () => {
  test("are taken back to the state before the first, whatever they did", () => {
    fc.assert(
      fc.property(facts, facts, facts, (before, between, after) => {
        const joined = joinChanges(diff(before, between), diff(between, after));
        const back = revert(after, joined);
        expect(isRefusal(back)).toBe(false);
        expect(diff(before, back)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a place that is as it was before is no change", () => {
    expect(joinChanges(diff({ a: 1 }, { a: 2 }), diff({ a: 2 }, { a: 1 }))).toEqual([]);
  });
});
