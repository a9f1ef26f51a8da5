import type { Asset } from "#domain/asset";
import type { AnyCheck } from "#domain/check";
import { pass } from "#domain/check";
import type { ScanSummary } from "#flows/scan-summary";
import type { Format, Reported } from "#formats/format";
import { rowOf } from "#formats/format";
import type { Decision } from "#posture/evaluate";

export const sampleCheck: AnyCheck = {
  id: "aws.s3.bucket-is-not-public",
  title: "S3 bucket cannot be read by anyone",
  topic: "bucket-public",
  severity: "high",
  risk: "Anyone can download the files.",
  controls: ["cis-aws-3.0:2.1.4", "aws-fsbp:S3.2", "aws-fsbp:S3.3"],
  categories: ["internet-exposed"],
  guidance: { console: ["Open the bucket.", "Block public access."], cli: "aws s3api …", terraform: "" },
  asset: "aws.s3.bucket",
  facts: [],
  evaluate: () => pass("Good."),
};

export const sampleAsset = (more: Partial<Asset> = {}): Asset => ({
  type: "aws.s3.bucket",
  id: "arn:aws:s3:::invoices",
  cloud: "aws",
  account: "111122223333",
  region: "eu-west-1",
  name: "invoices",
  tags: { team: "payments" },
  ...more,
});

const failed: Extract<Decision, { status: "fail" }> = {
  status: "fail",
  message: "Bucket invoices can be read by anyone.",
  row: "policy lets everyone read",
  evidence: { policy: "*" },
};
export const decisions = {
  pass: pass("Bucket invoices is private."),
  fail: failed,
  unknown: { status: "unknown", message: "Could not read acl.", fact: "acl", permission: "s3:GetBucketAcl" },
  "not-applicable": { status: "not-applicable", message: "It is a log bucket." },
} as const satisfies Record<string, Decision>;

export function reported(
  decision: Decision = decisions.fail,
  asset: Partial<Asset> = {},
  check: Partial<AnyCheck> = {},
): Reported {
  const evaluated = { check: { ...sampleCheck, ...check }, asset: sampleAsset(asset), decision };
  return {
    row: rowOf(evaluated, { owner: "payments", remediation: "aws.s3.block-bucket-public-access" }),
    check: evaluated.check,
    account: { cloud: "aws", id: "111122223333", name: "payments-prod", state: "active" },
    at: 1_764_000_000_123,
  };
}

export const summary = (more: Partial<ScanSummary> = {}): ScanSummary => ({
  filter: {},
  filtered: false,
  startedAt: 0,
  endedAt: 1_500,
  checks: 3,
  accounts: { read: [], unread: [], suspended: [] },
  counts: { assets: 0, pass: 0, fail: 0, unknown: 0, notApplicable: 0, closed: 0 },
  failed: { critical: 0, high: 0, medium: 0, low: 0 },
  units: { complete: 0, denied: 0, closed: 0, throttled: 0, failed: 0, skipped: 0 },
  gaps: [],
  unchecked: [],
  untagged: [],
  closed: [],
  stopped: false,
  complete: true,
  ...more,
});

export const render = (format: Format, rows: readonly Reported[], end: ScanSummary = summary()): string =>
  [format.begin(), ...rows.map((row) => format.add(row)), format.end(end)].join("");

/** What hostile people call their buckets and write into tags. */
export const hostile = [
  "=cmd|' /C calc'!A0",
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\t=1+1",
  "\r=1+1",
  " =1+1",
  "\u200B=1+1",
  "\u202E=1+1",
  "＝1+1",
  "＠x",
  'say "hi", now\r\nnext',
  "\u001B[2J\u001B]0;owned\u0007",
  "\u009B31m",
  "\u202Etxt.exe",
  "a\u200Bb\uFEFFc\u2060",
  "\u{E0041}\u{E0042}tag",
  "\uD800 alone",
  "<!channel> <script>",
  "😀🏳️‍🌈",
  "x".repeat(256),
  "",
];
