import type { Asset } from "#domain/asset";
import { isWorse } from "#domain/exception";
import type { Cause, Closing, Finding, Ownership } from "#domain/finding";
import { fingerprintOf } from "#domain/finding";
import type { Instant } from "#domain/time";
import type { Evaluated } from "#posture/evaluate";

/** What the present look at one unit says, beside what was known before. Pure: state in, writes out. */
export interface UnitLook {
  readonly at: Instant;
  readonly run: number;
  /** Every page was read. Only then does an asset's absence mean anything. */
  readonly complete: boolean;
  readonly results: readonly Evaluated[];
  /** Findings of the unit, whatever their status, by fingerprint. */
  readonly known: ReadonlyMap<string, Finding>;
  /** Asset ids that a read of their own did not find either. */
  readonly gone: ReadonlySet<string>;
  readonly history: History;
  owned(asset: Asset): Ownership;
  environmentOf(asset: Asset): string | undefined;
}

export interface History {
  /** The first scan of this database, of this account. */
  readonly firstRun: boolean;
  readonly accountKnown: boolean;
  /** Versions of the checks evaluated in this unit before; empty: never looked at. */
  readonly versions: ReadonlyMap<string, number>;
  /** The unit's last outcome was not complete. */
  readonly regained: boolean;
  /** `check` + asset id of what could not be checked last time. */
  readonly unknown: ReadonlySet<string>;
  /** Checks of which some results were closed by the organisation's policy last time. */
  readonly closed: ReadonlySet<string>;
  /** Scaling groups (tag aws:autoscaling:groupName) with findings of a check before: `check` + group. */
  readonly scalingGroups: ReadonlySet<string>;
}

export type Draft = Omit<Finding, "id">;
export interface Happened {
  readonly fingerprint: string;
  readonly kind: "new" | "returned" | "new-owner" | "woke" | "worse";
  readonly cause: Cause;
  readonly finding: Draft;
  /** It was set aside: the open count did not move. */
  readonly aside?: true;
  /** The former owner, of a finding that changed hands. */
  readonly from?: string;
}
export interface Reconciled {
  /** New or changed. */
  readonly findings: readonly Draft[];
  readonly happened: readonly Happened[];
  readonly closings: readonly { readonly fingerprint: string; readonly how: Closing; readonly at: Instant }[];
}

export const scalingGroupOf = (tags: Readonly<Record<string, string>>): string | undefined =>
  tags["aws:autoscaling:groupName"];

export function reconcile(look: UnitLook): Reconciled {
  const findings: Draft[] = [];
  const happened: Happened[] = [];
  const closings: { fingerprint: string; how: Closing; at: Instant }[] = [];
  const seen = new Set<string>();
  for (const result of look.results) {
    const fingerprint = fingerprintFor(result, look.known);
    seen.add(fingerprint);
    const before = look.known.get(fingerprint);
    const { decision } = result;
    switch (decision.status) {
      case "fail": {
        // Read before something closed it: a fix was faster than this look.
        if (before?.closed !== undefined && before.closed.at > look.at) break;
        const draft = failing(look, result, fingerprint, before);
        findings.push(draft);
        for (const what of whatHappened(before, draft)) happened.push(happening(what, before, draft));
        break;
      }
      case "unknown":
        if (before && isOpen(before) && before.uncheckedSince === undefined)
          findings.push({ ...before, uncheckedSince: look.at });
        break;
      case "pass":
      case "not-applicable":
        if (before && isOpen(before)) closings.push({ fingerprint, how: closingOf(result, before), at: look.at });
        break;
    }
  }
  for (const before of look.known.values()) {
    if (seen.has(before.fingerprint) || !isOpen(before)) continue;
    if (look.complete && look.gone.has(before.asset.id))
      closings.push({ fingerprint: before.fingerprint, how: "gone", at: look.at });
    else if (before.uncheckedSince === undefined) findings.push({ ...before, uncheckedSince: look.at });
  }
  return { findings, happened, closings };
}

/** Findings still open whose asset a complete listing did not have: each is read again before anything is believed. */
export const missing = (look: Pick<UnitLook, "known">, listed: ReadonlySet<string>): readonly Finding[] =>
  [...look.known.values()].filter((finding) => isOpen(finding) && !listed.has(finding.asset.id));

export const isOpen = ({ status }: Pick<Finding, "status">): boolean => status !== "resolved" && status !== "retired";

/** A finding made under a former name of the check is the same finding. */
function fingerprintFor({ check, asset }: Evaluated, known: ReadonlyMap<string, Finding>): string {
  const names = [check.id, ...(check.aliases ?? [])];
  return (
    names.map((name) => fingerprintOf(name, asset)).find((print) => known.has(print)) ?? fingerprintOf(check.id, asset)
  );
}

const closingOf = ({ check, decision }: Evaluated, before: Finding): Closing => {
  if ((check.version ?? 1) !== before.checkVersion) return "rule-changed";
  return decision.status === "pass" ? "passed" : "not-applicable";
};

function failing(
  look: UnitLook,
  { check, asset, decision }: Evaluated,
  fingerprint: string,
  before: Finding | undefined,
): Draft {
  if (decision.status !== "fail") throw new Error("only a fail makes a finding");
  const back = before !== undefined && !isOpen(before);
  const environment = look.environmentOf(asset);
  const cause = before && !back ? before.cause : causeOf(look, check, asset, before);
  const standing = {
    severity: decision.severity ?? check.severity,
    exposed: check.categories.includes("internet-exposed"),
    row: decision.row,
    evidence: decision.evidence,
  };
  // What was set aside stays so while it is as it was. Worse than that, and it is everybody's matter again, at once.
  const aside = before?.aside && !isWorse(before.aside.was, standing) ? before.aside : undefined;
  return {
    fingerprint,
    check: check.id,
    checkVersion: check.version ?? 1,
    topic: check.topic,
    source: "stance",
    cloud: asset.cloud,
    account: asset.account,
    region: asset.region,
    asset: { id: asset.id, type: asset.type, name: asset.name },
    tags: asset.tags,
    status: before && aside ? before.status : "open",
    ...standing,
    message: decision.message,
    ownership: look.owned(asset),
    cause,
    firstSeen: before?.firstSeen ?? look.at,
    lastSeen: look.at,
    since: before && !back ? before.since : look.at,
    returns: (before?.returns ?? 0) + (back ? 1 : 0),
    folded: decision.idle === true,
    ...(environment !== undefined && { environment }),
    ...(aside && { aside }),
  };
}

/** News means that the resource changed. Everything else is counted, never announced (`design/messages.md`, rule 4). */
function causeOf(look: UnitLook, check: Evaluated["check"], asset: Asset, before: Finding | undefined): Cause {
  const { history } = look;
  if (history.firstRun) return "baseline";
  if (!history.accountKnown) return "new-account";
  const version = history.versions.get(check.id);
  if (version !== undefined && version !== (check.version ?? 1)) return "new-check";
  if (history.regained || history.unknown.has(`${check.id}\n${asset.id}`) || history.closed.has(check.id))
    return "regained";
  if (before !== undefined) return "change";
  if (version === undefined) return history.versions.size === 0 ? "new-account" : "new-check";
  const group = scalingGroupOf(asset.tags);
  if (group !== undefined && history.scalingGroups.has(`${check.id}\n${group}`)) return "replaced";
  return "change";
}

const happening = (kind: Happened["kind"], before: Finding | undefined, now: Draft): Happened => ({
  fingerprint: now.fingerprint,
  kind,
  cause: eventCause(kind, before, now),
  finding: now,
  ...(kind === "new-owner" && { from: before?.ownership.owner ?? "" }),
  ...(kind === "new-owner" && before?.aside && { aside: true }),
});

/** Worse because the resource changed, or because the rule did. */
function eventCause(kind: Happened["kind"], before: Finding | undefined, now: Draft): Cause {
  if (kind === "new-owner") return "new-owner";
  if (kind === "worse" || kind === "woke") return before?.checkVersion === now.checkVersion ? "change" : "new-check";
  return now.cause;
}

const order = ["critical", "high", "medium", "low"];
function whatHappened(before: Finding | undefined, now: Draft): readonly Happened["kind"][] {
  if (!before) return ["new"];
  if (!isOpen(before)) return ["returned"];
  const woke = before.aside !== undefined && now.aside === undefined;
  // Of what is set aside, severe or not, nobody hears while it stays so.
  const worse = woke || (!before.aside && order.indexOf(now.severity) < order.indexOf(before.severity));
  const moved = (before.ownership.owner ?? "") !== (now.ownership.owner ?? "");
  return [
    ...(woke ? ["woke" as const] : []),
    ...(worse ? ["worse" as const] : []),
    ...(moved ? ["new-owner" as const] : []),
  ];
}
