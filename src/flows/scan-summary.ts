import type { Account, Collected } from "#cloud/cloud";
import type { CloudName } from "#domain/asset";
import type { Severity } from "#domain/check";
import type { Instant } from "#domain/time";
import type { ScanFilter } from "#flows/scan-filter";
import { isFiltered } from "#flows/scan-filter";
import type { Evaluated } from "#posture/evaluate";
import type { Outcome, UnitKey } from "#store/store";

/** Results by what was decided. `closed`: could not be checked because the organisation's policy forbids it. */
export interface Counts {
  readonly assets: number;
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
  readonly notApplicable: number;
  readonly closed: number;
}

/** How one unit ended. Only `complete` means that every page was read. */
export interface UnitEnd {
  readonly unit: UnitKey;
  readonly outcome: Outcome;
  /** In people's words; of everything but complete. */
  readonly reason?: string;
  readonly permission?: string;
  readonly counts: Counts;
}

/** What could not be checked although its asset was listed, for one missing permission or fact. */
export interface Unchecked {
  readonly permission?: string;
  readonly fact: string;
  readonly type: string;
  /** The first message met. */
  readonly example: string;
  readonly count: number;
}

/** Assets whose tags could not be read: checked all the same, but nobody can tell whose they are. */
export interface Untagged {
  readonly type: string;
  readonly reason: string;
  readonly count: number;
}

export interface UnreadAccount {
  readonly account: Account;
  readonly why: string;
}

export interface ScanSummary {
  readonly filter: ScanFilter;
  /** Nothing outside the filter was looked at: nothing outside may be resolved. */
  readonly filtered: boolean;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly checks: number;
  readonly accounts: {
    readonly read: readonly Account[];
    readonly unread: readonly UnreadAccount[];
    /** Known to the organisation, not readable, not a gap. */
    readonly suspended: readonly Account[];
  };
  readonly counts: Counts;
  readonly failed: Readonly<Record<Severity, number>>;
  readonly units: Readonly<Record<Outcome, number>>;
  /** Denied, throttled and failed units. */
  readonly gaps: readonly UnitEnd[];
  readonly unchecked: readonly Unchecked[];
  readonly untagged: readonly Untagged[];
  /** Once per account and region, however many calls the organisation's policy denied there. */
  readonly closed: readonly { readonly cloud: CloudName; readonly account: string; readonly region: string }[];
  /** Asked to stop before the end. */
  readonly stopped: boolean;
  /** Everything that was asked for could be read. Closed regions and suspended accounts are no gap. */
  readonly complete: boolean;
}

export const noCounts: Counts = { assets: 0, pass: 0, fail: 0, unknown: 0, notApplicable: 0, closed: 0 };

const countNames = {
  pass: "pass",
  fail: "fail",
  unknown: "unknown",
  "not-applicable": "notApplicable",
} as const;

export function countPage(before: Counts, assets: number, results: readonly Evaluated[]): Counts {
  const counts = { ...before, assets: before.assets + assets };
  for (const { decision } of results) counts[isClosed(decision) ? "closed" : countNames[decision.status]]++;
  return counts;
}

export const isClosed = (decision: Evaluated["decision"]): boolean =>
  decision.status === "unknown" && decision.closed === true;

/** Adds a scan up as it goes; its size depends on accounts, units and checks, never on assets. */
export function tally(scope: {
  filter: ScanFilter;
  checks: number;
  startedAt: Instant;
  suspended: readonly Account[];
}) {
  const read: Account[] = [];
  const unread: UnreadAccount[] = [];
  const gaps: UnitEnd[] = [];
  const failed: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0 };
  const units: Record<Outcome, number> = { complete: 0, denied: 0, closed: 0, throttled: 0, failed: 0, skipped: 0 };
  const unchecked = new Map<string, Unchecked>();
  const untagged = new Map<string, Untagged>();
  const closed = new Map<string, ScanSummary["closed"][number]>();
  let counts = noCounts;
  const close = (cloud: CloudName, account: string, region: string): void => {
    closed.set([cloud, account, region].join("\n"), { cloud, account, region });
  };
  return {
    accountRead: (account: Account): void => void read.push(account),
    accountUnread: (account: Account, why: string): void => void unread.push({ account, why }),
    page(assets: readonly Collected[], results: readonly Evaluated[]): void {
      for (const { asset } of assets) {
        if (asset.tagsUnreadable === undefined) continue;
        const key = `${asset.type}\n${asset.tagsUnreadable}`;
        const count = (untagged.get(key)?.count ?? 0) + 1;
        untagged.set(key, { type: asset.type, reason: asset.tagsUnreadable, count });
      }
      for (const { check, asset, decision } of results) {
        if (decision.status === "fail") failed[decision.severity ?? check.severity]++;
        if (decision.status !== "unknown") continue;
        if (decision.closed) {
          close(asset.cloud, asset.account, asset.region);
          continue;
        }
        const { permission, fact, message } = decision;
        const key = permission ?? `${fact} ${asset.type}`;
        const before = unchecked.get(key) ?? { fact, type: asset.type, example: message, count: 0 };
        unchecked.set(key, { ...before, count: before.count + 1, ...(permission !== undefined && { permission }) });
      }
    },
    unit(end: UnitEnd): void {
      units[end.outcome]++;
      if (end.outcome === "closed") close(end.unit.cloud, end.unit.account, end.unit.region);
      if (isGap(end.outcome)) gaps.push(end);
      counts = sum(counts, end.counts);
    },
    summary: (endedAt: Instant, stopped: boolean): ScanSummary => ({
      filter: scope.filter,
      filtered: isFiltered(scope.filter),
      startedAt: scope.startedAt,
      endedAt,
      checks: scope.checks,
      accounts: { read, unread, suspended: scope.suspended },
      counts,
      failed,
      units,
      gaps,
      unchecked: [...unchecked.values()].sort((a, b) => b.count - a.count),
      untagged: [...untagged.values()],
      closed: [...closed.values()],
      stopped,
      complete: !stopped && unread.length === 0 && gaps.length === 0 && counts.unknown === 0,
    }),
  };
}

const isGap = (outcome: Outcome): boolean => outcome === "denied" || outcome === "throttled" || outcome === "failed";

const sum = (a: Counts, b: Counts): Counts => ({
  assets: a.assets + b.assets,
  pass: a.pass + b.pass,
  fail: a.fail + b.fail,
  unknown: a.unknown + b.unknown,
  notApplicable: a.notApplicable + b.notApplicable,
  closed: a.closed + b.closed,
});
