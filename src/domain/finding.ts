import type { Asset, AssetType, CloudName } from "#domain/asset";
import type { Severity } from "#domain/check";
import { sha256 } from "#domain/plan";
import type { Instant } from "#domain/time";

export type Status = "open" | "snoozed" | "accepted" | "resolved" | "retired";

/** How an owner was found. `nobody`: no tag, no account owner. */
export type OwnerSource = "claim" | "tag" | "account" | "fallback" | "nobody";
export interface Ownership {
  /** Key of `owners` in the configuration; undefined: nobody. */
  readonly owner?: string;
  readonly source: OwnerSource;
  /** "tag team=payments", "account payments-prod" */
  readonly via: string;
  /** A tag value that resolves to nobody: reported by `owners check`, never mentioned. */
  readonly unresolved?: string;
}

/** Why a finding appeared or changed. Only `change` is news; everything else is a digest line or a count. */
export type Cause =
  | "change"
  | "baseline"
  | "new-check"
  | "new-account"
  | "regained"
  | "new-owner"
  | "imported"
  | "replaced";

/** How a finding left: by its check, by its asset's end, by a changed rule, by a person's `retire`. */
export type Closing = "passed" | "gone" | "rule-changed" | "not-applicable" | "retired";

/**
 * What a look at a finding can show, or a person do. `left`: its former owner's side of `new-owner`; `woke`: what set it
 * aside ended while it was still failing.
 */
export type EventKind =
  | "new"
  | "returned"
  | "fixed"
  | "gone"
  | "rule-changed"
  | "not-applicable"
  | "retired"
  | "new-owner"
  | "left"
  | "snoozed"
  | "accepted"
  | "woke"
  | "worse";

/** How bad it is at one moment: what "worse" is measured against. */
export interface Standing {
  readonly severity: Severity;
  readonly exposed: boolean;
  /** The words of its row: "policy lets everyone read". */
  readonly row: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** The exception that sets a finding aside, and how the finding stood when it did. */
export interface Aside {
  /** `E-5` */
  readonly exception: string;
  readonly until: Instant;
  /** Id of the human who asked for it. */
  readonly by: string;
  readonly was: Standing;
}

/** check × asset over time. */
export interface Finding extends Standing {
  readonly fingerprint: string;
  /** `F-1a2b` */
  readonly id: string;
  readonly check: string;
  readonly checkVersion: number;
  readonly topic: string;
  readonly source: "stance";
  readonly cloud: CloudName;
  readonly account: string;
  readonly region: string;
  readonly asset: { readonly id: string; readonly type: AssetType; readonly name: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly status: Status;
  /** While it is snoozed or accepted, and only then. */
  readonly aside?: Aside;
  readonly message: string;
  readonly environment?: string;
  readonly ownership: Ownership;
  readonly cause: Cause;
  readonly firstSeen: Instant;
  /** When it was last seen failing. */
  readonly lastSeen: Instant;
  /** When the present spell began: first seen, or came back. */
  readonly since: Instant;
  /** How often it came back. */
  readonly returns: number;
  readonly closed?: { readonly at: Instant; readonly how: Closing; readonly request?: string };
  /** Since when it could not be checked again (denied, skipped, account removed). */
  readonly uncheckedSince?: Instant;
  /** In a region where the account runs nothing: folded into one line. */
  readonly folded: boolean;
}

/** Stable over scans: check id, cloud, account and address. Renames of checks keep an alias. */
export const fingerprintOf = (check: string, asset: Pick<Asset, "cloud" | "account" | "id" | "address">): string =>
  sha256([check, asset.cloud, asset.account, asset.address ?? asset.id].join("\n")).slice(0, 32);
