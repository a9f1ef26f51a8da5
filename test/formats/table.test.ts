import { describe, expect, it } from "vitest";
import { tableFormat } from "#formats/table";
import { widthOf } from "#formats/terminal-safe";
import { decisions, hostile, render, reported, summary } from "#test/formats/samples";

const plain = { color: false };

describe("table", () => {
  it("shows the worst first, one row a line where nobody watches", () => {
    const text = render(tableFormat(plain), [
      reported(decisions.unknown, { name: "c" }),
      reported(decisions.fail, { name: "b" }),
      reported({ ...decisions.fail, severity: "critical" }, { name: "a" }),
    ]);
    const lines = text.split("\n");
    expect(lines[0]).toMatch(/^SEVERITY +CHECK +NAME +REGION +ACCOUNT +MESSAGE$/);
    expect(lines[1]).toMatch(
      /^CRITICAL +aws\.s3\.bucket-is-not-public +a +eu-west-1 +111122223333 payments-prod +Bucket/,
    );
    expect(lines[2]).toMatch(/^HIGH .* b /);
    expect(lines[3]).toMatch(/^unknown .* c .*Could not read acl\.$/);
  });

  it.each([40, 60, 80, 100, 160, 200])("never draws wider than a terminal of %i columns", (width) => {
    const rows = hostile.map((name) => reported(decisions.fail, { name: name || "x" }));
    const names = ["漢字".repeat(40), "e\u0301".repeat(90)].map((name) => reported(decisions.fail, { name }));
    const drawn = render(tableFormat({ width, color: false }), [...rows, ...names]).split("\n");
    for (const line of drawn) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it("cuts no check's id and no message, however narrow the terminal", () => {
    const message = "Bucket invoices can be read by anyone on the internet, and so can its copies elsewhere.";
    for (const width of [50, 80, 120, 200]) {
      const drawn = render(tableFormat({ width, color: false }), [reported({ ...decisions.fail, message })]);
      expect(drawn).toContain("aws.s3.bucket-is-not-public");
      expect(drawn.replaceAll(/\s+/g, " ")).toContain(message);
    }
  });

  it("lets no name, tag or message reach the terminal raw", () => {
    for (const name of hostile) {
      const failing = { ...decisions.fail, message: `Bucket ${name} is open.` };
      const text = render(tableFormat(plain), [reported(failing, { name, region: name, tags: { [name]: name } })]);
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/u);
    }
  });

  it("colours nothing but its own words, and only when asked", () => {
    expect(render(tableFormat({ color: true }), [reported()])).toContain("\u001B[31mHIGH");
    expect(render(tableFormat(plain), [reported()])).not.toContain("\u001B");
  });

  it("draws a long scan in blocks, so that memory does not grow", () => {
    const format = tableFormat(plain);
    let drawn = 0;
    for (let row = 0; row < 4_001; row++) drawn += format.add(reported()).length > 0 ? 1 : 0;
    expect(drawn).toBe(2);
    expect(
      format
        .end(summary())
        .split("\n")
        .filter((line) => line.startsWith("HIGH")),
    ).toHaveLength(1);
  });
});

describe("the summary", () => {
  const account = { cloud: "aws", id: "2222", name: "data\u001B[2J", state: "active" } as const;
  const text = render(
    tableFormat(plain),
    [reported()],
    summary({
      counts: { assets: 150, pass: 120, fail: 14, unknown: 6, notApplicable: 3, closed: 5 },
      failed: { critical: 1, high: 4, medium: 0, low: 9 },
      complete: false,
      filtered: true,
      filter: { services: ["s3", "iam"], regions: ["eu-west-1"] },
      accounts: {
        read: [account],
        unread: [{ account, why: "The credentials belong to another account." }],
        suspended: [{ ...account, id: "3333", name: "old" }],
      },
      unchecked: [
        { permission: "s3:GetBucketAcl", fact: "acl", type: "aws.s3.bucket", example: "Could not read acl.", count: 4 },
        { fact: "flowLogs", type: "aws.ec2.vpc", example: "Could not read flowLogs: no answer.", count: 2 },
      ],
      gaps: ["eu-west-1", "us-east-1"].map((region) => ({
        unit: { cloud: "aws", account: "1111", region, type: "aws.ec2.vpc" },
        outcome: "denied",
        reason: "ec2:DescribeVpcs: no",
        permission: "ec2:DescribeVpcs",
        counts: { assets: 0, pass: 0, fail: 0, unknown: 0, notApplicable: 0, closed: 0 },
      })),
      untagged: [{ type: "aws.s3.bucket", reason: "tag:GetResources: no", count: 3 }],
      closed: [{ cloud: "aws", account: "1111", region: "ap-south-1" }],
    }),
  );

  it.each([
    "Failed 14: 1 critical · 4 high · 9 low",
    "Passed 120 of 134 checked; 3 not applicable",
    "Could not be checked: 6",
    "  4 × aws.s3.bucket: missing permission s3:GetBucketAcl",
    "  2 × aws.ec2.vpc: Could not read flowLogs: no answer.",
    "Lists that could not be read, so nothing in them was checked: 2",
    "  aws.ec2.vpc in 1111: denied, missing permission ec2:DescribeVpcs (eu-west-1, us-east-1)",
    "Tags that could not be read, so that owners are missing:",
    "  3 × aws.s3.bucket: tag:GetResources: no",
    "Accounts that could not be read: 1",
    "  2222 data\\u{1b}[2J: The credentials belong to another account.",
    "Suspended accounts, not read: 1",
    "  3333 old",
    "Closed by the organisation's policy, not counted as a gap: 1",
    "  1111: ap-south-1",
    "Filtered by region eu-west-1 and service s3 or iam: everything else was left out of these numbers.",
  ])("says %s", (line) => {
    expect(text.split("\n")).toContain(line);
  });

  it("groups what failed by check", () => {
    expect(text).toMatch(/ {2}1 {2}HIGH {6}S3 bucket cannot be read by anyone/);
  });

  it("says nothing of gaps where there are none", () => {
    const clean = render(tableFormat(plain), [], summary());
    expect(clean).not.toMatch(/Could not|Suspended|Closed|Filtered/);
    expect(clean).toContain("Passed 0 of 0 checked");
  });
});
