import { describe, expect, it } from "vitest";
import { nearest } from "#domain/nearest";

describe("the nearest word", () => {
  it.each([
    ["scna", ["scan", "show", "start"], "scan"],
    ["SUMARY", ["summary", "scan"], "summary"],
    ["aws.s3.bucket-is-not-publik", ["aws.s3.bucket-is-not-public", "aws.iam.user"], "aws.s3.bucket-is-not-public"],
    ["bucket-is-public", ["aws.s3.bucket-is-public-anywhere", "aws.iam.user"], "aws.s3.bucket-is-public-anywhere"],
    ["xyzzy", ["scan", "show"], undefined],
    ["a", ["alpha", "beta"], undefined],
    ["anything", [], undefined],
  ])("to %s among %j is %s", (typed, known, expected) => {
    expect(nearest(typed, known)).toBe(expected);
  });
});
