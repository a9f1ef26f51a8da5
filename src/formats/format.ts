import type { Account } from "#cloud/cloud";
import type { AssetType, CloudName } from "#domain/asset";
import type { AnyCheck, Severity } from "#domain/check";
import { fingerprintOf } from "#domain/finding";
import type { Instant } from "#domain/time";
import type { ScanSummary } from "#flows/scan-summary";
import type { Evaluated } from "#posture/evaluate";

/** One verdict as scripts read it: `--format json` has exactly these fields, in this order. */
export interface Row {
  readonly check: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: RowStatus;
  readonly message: string;
  readonly cloud: CloudName;
  readonly account: string;
  readonly region: string;
  readonly asset: {
    readonly id: string;
    readonly type: AssetType;
    readonly name: string;
    readonly tags: Readonly<Record<string, string>>;
  };
  /** Key of `owners`; null: nobody known. */
  readonly owner: string | null;
  readonly controls: readonly string[];
  /** The facts that decided a fail. */
  readonly evidence: Readonly<Record<string, unknown>> | null;
  /** Of unknown: what is missing. */
  readonly reason: string | null;
  readonly fingerprint: string;
  /** Id of the fix, where there is one. */
  readonly remediation: string | null;
}
export const formatNames = ["table", "json", "json-ocsf", "csv"] as const;
export type FormatName = (typeof formatNames)[number];
export const rowStatuses = ["pass", "fail", "unknown", "not-applicable"] as const;
export type RowStatus = (typeof rowStatuses)[number];

/** A row with what the richer formats need besides. */
export interface Reported {
  readonly row: Row;
  readonly check: AnyCheck;
  readonly account: Account;
  readonly at: Instant;
  /** Set aside in the database that the scan is kept in, and no worse than it was then. */
  readonly aside?: { readonly status: "snoozed" | "accepted"; readonly until: Instant; readonly exception: string };
}

/** Pieces of text as the results come; the writer joins them. Memory does not grow with the number of rows. */
export interface Format {
  begin(): string;
  add(reported: Reported): string;
  end(summary: ScanSummary): string;
}

export function rowOf(
  { check, asset, decision }: Evaluated,
  known: { readonly owner?: string | undefined; readonly remediation?: string | undefined },
): Row {
  const failed = decision.status === "fail" ? decision : undefined;
  const { id, type, name, tags } = asset;
  return {
    check: check.id,
    title: check.title,
    severity: failed?.severity ?? check.severity,
    status: decision.status,
    message: decision.message,
    cloud: asset.cloud,
    account: asset.account,
    region: asset.region,
    asset: { id, type, name, tags },
    owner: known.owner ?? null,
    controls: check.controls,
    evidence: failed?.evidence ?? null,
    reason: decision.status === "unknown" ? reasonOf(decision) : null,
    fingerprint: fingerprintOf(check.id, asset),
    remediation: known.remediation ?? null,
  };
}

function reasonOf({ permission, closed, message }: Extract<Evaluated["decision"], { status: "unknown" }>): string {
  if (closed) return "closed by the organisation's policy";
  return permission === undefined ? message : `missing permission ${permission}`;
}
