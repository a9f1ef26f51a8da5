import { describe, expect, it } from "vitest";
import { jsonFormat } from "#formats/json";
import { decisions, hostile, render, reported } from "#test/formats/samples";

const fields = [
  "check",
  "title",
  "severity",
  "status",
  "message",
  "cloud",
  "account",
  "region",
  "asset",
  "owner",
  "controls",
  "evidence",
  "reason",
  "fingerprint",
  "remediation",
];

describe("json", () => {
  it("is one array with exactly the fields of the contract", () => {
    const rows = JSON.parse(
      render(
        jsonFormat(),
        Object.values(decisions).map((decision) => reported(decision)),
      ),
    );
    expect(rows.map((row: object) => Object.keys(row))).toEqual([fields, fields, fields, fields]);
    expect(rows.map((row: { status: string }) => row.status)).toEqual(["pass", "fail", "unknown", "not-applicable"]);
    expect(Object.keys(rows[0].asset)).toEqual(["id", "type", "name", "tags"]);
    expect(rows[1]).toMatchObject({ evidence: { policy: "*" }, reason: null, severity: "high" });
    expect(rows[2]).toMatchObject({ evidence: null, reason: "missing permission s3:GetBucketAcl" });
    expect(rows[1].fingerprint).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is an empty array without rows", () => {
    expect(JSON.parse(render(jsonFormat(), []))).toEqual([]);
  });

  it("shows a fail's own severity, and says once why a region is closed", () => {
    const worse = reported({ ...decisions.fail, severity: "critical" });
    const closed = reported({ ...decisions.unknown, closed: true });
    expect(worse.row.severity).toBe("critical");
    expect(closed.row.reason).toBe("closed by the organisation's policy");
  });

  it("carries hostile names unchanged", () => {
    const rows = JSON.parse(
      render(
        jsonFormat(),
        hostile.map((name) => reported(decisions.fail, { name })),
      ),
    );
    expect(rows.map((row: { asset: { name: string } }) => row.asset.name)).toEqual(hostile);
  });
});
