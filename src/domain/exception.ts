import type { Severity } from "#domain/check";
import { severities } from "#domain/check";
import type { Finding, Standing } from "#domain/finding";
import type { Instant } from "#domain/time";

/** A snooze puts findings off; an acceptance says that somebody bears their risk. Both end on a day. */
export type ExceptionKind = "snooze" | "acceptance";

export const becauses = {
  snooze: ["fix-planned", "being-replaced", "waiting"],
  acceptance: ["meant-to-be", "other-protection", "shutting-down", "not-worth-fixing"],
} as const satisfies Record<ExceptionKind, readonly string[]>;
export type Because = (typeof becauses)[ExceptionKind][number];
export const becauseFrom = (kind: ExceptionKind, text: string): Because | undefined =>
  becauses[kind].find((each) => each === text);

/**
 * How a finding left its exception. `expired`: its day came; `woken`, `revoked`: a person ended the snooze, the acceptance;
 * `replaced`: another exception took its place; `closed`: a changed rule, or no longer concerned.
 */
export type Ending = "expired" | "woken" | "revoked" | "worse" | "replaced" | "fixed" | "gone" | "closed" | "retired";

/** One finding of an exception, and how it stood when it was set aside. */
export interface Member {
  /** Fingerprint. */
  readonly finding: string;
  /** `F-1a2b` */
  readonly findingId: string;
  readonly was: Standing;
  readonly left?: { readonly at: Instant; readonly how: Ending };
}

export interface Exception {
  /** `E-5` */
  readonly id: string;
  readonly kind: ExceptionKind;
  readonly members: readonly Member[];
  readonly because: Because;
  readonly note: string;
  readonly ticket?: string;
  /** Id of the human who asked for it. */
  readonly by: string;
  /** Empty: nobody had to. */
  readonly approvedBy: readonly string[];
  readonly from: Instant;
  readonly until: Instant;
  /** The request an acceptance was approved by. */
  readonly request?: string;
  /** When the last of its findings left. `by` where a person ended it. */
  readonly ended?: { readonly at: Instant; readonly how: Ending; readonly by?: string };
}

export const standingOf = ({ severity, exposed, row, evidence }: Standing): Standing => ({
  severity,
  exposed,
  row,
  evidence,
});

const rank = (severity: Severity): number => severities.indexOf(severity);

/** Worse than it was: more severe, reachable from the internet now, or the evidence names more than it did. */
export const isWorse = (was: Omit<Standing, "row">, now: Omit<Standing, "row">): boolean =>
  rank(now.severity) < rank(was.severity) || (now.exposed && !was.exposed) || namesMore(was.evidence, now.evidence);

/**
 * Another port, address, permission is more; one fewer is not. Numbers are measures, not names, except as members of a
 * list: what a check measures it says in its severity.
 */
function namesMore(was: unknown, now: unknown): boolean {
  if (Array.isArray(now)) {
    const old: readonly unknown[] = Array.isArray(was) ? was : [];
    return now.length > old.length || now.some((each) => !old.some((other) => covers(other, each)));
  }
  if (typeof now === "object" && now !== null) {
    const old: Readonly<Record<string, unknown>> = typeof was === "object" && was !== null ? { ...was } : {};
    return Object.entries(now).some(([key, value]) => namesMore(old[key], value));
  }
  if (typeof now === "string") return now !== was;
  return now === true && was !== true;
}

/** A member of a list that was there already, as bad as it is now or worse. */
const covers = (old: unknown, now: unknown): boolean =>
  typeof now === "object" && now !== null ? typeof old === "object" && !namesMore(old, now) : old === now;

/** The finding leaves its exception; with the last one the exception ends. Unchanged when it had left before. */
export function leave(
  exception: Exception,
  fingerprints: readonly string[],
  { at, how, by }: { readonly at: Instant; readonly how: Ending; readonly by?: string },
): Exception {
  const leaving = (member: Member): boolean => member.left === undefined && fingerprints.includes(member.finding);
  if (!exception.members.some(leaving)) return exception;
  const members = exception.members.map((member) => (leaving(member) ? { ...member, left: { at, how } } : member));
  const over = members.every(({ left }) => left !== undefined);
  return { ...exception, members, ...(over && { ended: { at, how, ...(by !== undefined && { by }) } }) };
}

/** The finding as it is once nothing sets it aside any more. */
export function reopened(finding: Finding): Finding {
  const { aside: _, ...rest } = finding;
  return { ...rest, status: "open" };
}

/** The finding, set aside by the exception. */
export const setAside = (finding: Finding, { id, kind, until, by }: Exception): Finding => ({
  ...finding,
  status: kind === "snooze" ? "snoozed" : "accepted",
  aside: { exception: id, until, by, was: standingOf(finding) },
});

/** What a scan saw of a finding, less what is not its to say: whether the finding is set aside stays as it is stored. */
export function standingAside(stored: Finding, seen: Omit<Finding, "id">): Omit<Finding, "id"> {
  if (stored.aside) return { ...seen, status: stored.status, aside: stored.aside };
  if (!seen.aside) return seen;
  const { aside: _, ...rest } = seen;
  return { ...rest, status: "open" };
}
