import { createHash } from "node:crypto";
import type { Asset } from "#domain/asset";
import type { Call } from "#domain/call";
import { Hole } from "#domain/call";
import type { AnyRemediation, Refusal, Values } from "#domain/remediation";
import { refuse } from "#domain/remediation";

/** One leaf that differs. Records are compared by key, everything else as a whole; `id` is the cloud's choice and never differs. */
export interface Change {
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

export interface Plan {
  /** `<id>@<version>` */
  readonly remediation: string;
  readonly asset: string;
  readonly account: string;
  readonly region: string;
  readonly changes: readonly Change[];
  readonly calls: readonly Call[];
  /** The calls that would take it back, or one sentence why not. */
  readonly undo: readonly Call[] | string;
  /** Every tag that policy looked at: an approval dies when one changes. */
  readonly tags: Readonly<Record<string, string>>;
  /** SHA-256 over all of the above, hex. Not part of it: whole before-states and ETags. */
  readonly hash: string;
}

const isRecord = (v: unknown): v is Values =>
  typeof v === "object" && v !== null && Object.getPrototypeOf(v) === Object.prototype;
const isLater = (v: unknown): boolean => v instanceof Hole && "later" in v.recipe;

export function diff(from: unknown, to: unknown, path: readonly string[] = []): readonly Change[] {
  if (isRecord(from) && isRecord(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) =>
      key === "id" && key in from && key in to ? [] : diff(from[key], to[key], [...path, key]),
    );
  }
  return matches(from, to) ? [] : [{ path, from, to }];
}

/** Is the goal reached? `later` accepts any value that is there. */
export function matches(live: unknown, goal: unknown): boolean {
  if (isLater(goal)) return live !== undefined;
  if (isRecord(live) && isRecord(goal)) return diff(live, goal).length === 0;
  if (Array.isArray(live) && Array.isArray(goal))
    return live.length === goal.length && live.every((v, i) => matches(v, goal[i]));
  return Object.is(live, goal);
}

/** Takes back what was changed, and only that; names the places where someone else has been since. */
export function revert(live: Values, applied: readonly Change[]): Values | Refusal {
  const theirs = applied.filter(
    // What is back already (by hand, or before a crash) is nobody's change any more.
    ({ path, from, to }) => !matches(at(live, path), to) && !matches(at(live, path), from),
  );
  return theirs.length > 0
    ? refuse(`Changed by someone else since: ${theirs.map(({ path }) => path.join(".")).join(", ")}.`)
    : applied.reduce((facts, { path, from }) => put(facts, path, from), live);
}

/** Those of the changes that are live now. */
export const reached = (live: Values, changes: readonly Change[]): readonly Change[] =>
  changes.filter(({ path, to }) => matches(at(live, path), to));

/** What two attempts changed, one after the other, as one: the first `from` and the last `to` of each place. */
export function joinChanges(first: readonly Change[], second: readonly Change[]): readonly Change[] {
  const joined = second.reduce<readonly Change[]>((sum, change) => {
    const around = sum.find(({ path }) => within(change.path, path));
    if (around) {
      const to = put({ root: around.to }, ["root", ...change.path.slice(around.path.length)], change.to)["root"];
      return sum.map((each) => (each === around ? { ...each, to } : each));
    }
    const inside = sum.filter(({ path }) => within(path, change.path));
    const from = inside.reduce<Values>(
      (facts, each) => put(facts, ["root", ...each.path.slice(change.path.length)], each.from),
      { root: change.from },
    )["root"];
    return [...sum.filter((each) => !inside.includes(each)), { ...change, from }];
  }, first);
  return joined.filter(({ from, to }) => !matches(to, from));
}
const within = (path: readonly string[], outer: readonly string[]): boolean =>
  outer.every((key, index) => path[index] === key);

const at = (v: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((o, key) => (isRecord(o) ? o[key] : undefined), v);

function put(facts: Values, [key = "", ...rest]: readonly string[], value: unknown): Values {
  const { [key]: old, ...others } = facts;
  const next = rest.length > 0 ? put(isRecord(old) ? old : {}, rest, value) : value;
  return next === undefined ? others : { ...others, [key]: next };
}

/** The one maker of plans: a fix, an undo and the rest of a fix that broke off are all (from, to). Undefined: nothing to do. */
export function planFor(
  remediation: AnyRemediation,
  asset: Asset,
  from: Values,
  to: Values,
  tags: Readonly<Record<string, string>> = {},
): Plan | undefined {
  const changes = diff(from, to);
  if (changes.length === 0) return undefined;
  const calls = remediation.calls(asset as never, from as never, to as never);
  const undo =
    remediation.undo && "none" in remediation.undo
      ? remediation.undo.none
      : remediation.calls(asset as never, to as never, undoGoal(remediation, from, to) as never);
  const body = {
    remediation: `${remediation.id}@${remediation.version ?? 1}`,
    asset: asset.id,
    account: asset.account,
    region: asset.region,
    changes,
    calls,
    undo,
    tags,
  };
  return { ...body, hash: sha256(canonical(body)) };
}

export const undoGoal = ({ undo }: AnyRemediation, before: Values, after: Values): Values =>
  (undo && "nearest" in undo && undo.nearest?.(before as never, after as never)) || before;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Sorted keys; holes as their recipe, calls they point at as their place in the list. */
export function canonical(value: unknown, calls: readonly Call[] = []): string {
  if (value instanceof Hole) {
    const r = value.recipe;
    if ("output" in r) return canonical({ $output: [calls.indexOf(r.output), ...r.path] });
    if ("version" in r) return canonical({ $version: r.version });
    return canonical("token" in r ? { $token: true } : { $later: true });
  }
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v, value.every(isCall) ? value : calls)).join()}]`;
  if (isRecord(value)) {
    const entries = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key], calls)}`);
    return `{${entries.join()}}`;
  }
  return JSON.stringify(value) ?? "null";
}
const isCall = (v: unknown): v is Call => isRecord(v) && "operation" in v && "input" in v;
