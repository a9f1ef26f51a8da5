import type { AssetType, FactName, View } from "#domain/asset";

export const severities = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof severities)[number];

/** What people are told once for several checks; one card per (topic, owner, channel). Declared in `checks/topics.ts`. */
export interface Topic {
  /** "S3 bucket" / "S3 buckets" */
  readonly one: string;
  readonly many: string;
  /** Follows the noun: "can be read by anyone on the internet". `past` is used when nothing is open any more. */
  readonly state: { readonly one: string; readonly many: string; readonly past: string };
  /** "Anyone who has or guesses an address can download the files." */
  readonly means: string;
}

export type Category = "internet-exposed" | "encryption" | "logging" | "identity-access" | "trust-boundaries";

export type Verdict =
  | { readonly status: "pass" | "not-applicable"; readonly message: string }
  | {
      readonly status: "fail";
      readonly message: string;
      /** The few words of a card's row: "policy lets everyone read". */
      readonly row: string;
      /** The facts that decided it. */
      readonly evidence: Readonly<Record<string, unknown>>;
      /** Where this asset is worse or better off than the check's default (attached, reachable). */
      readonly severity?: Severity;
      /** The account runs nothing in this region: folded into one line, never a card. */
      readonly idle?: boolean;
    };

/** What a rule may know besides the asset: nothing else, so it can be run again. */
export interface Context {
  readonly now: Date;
}

export interface Guidance {
  /** Steps in the cloud's console, as one sentence each. */
  readonly console: readonly string[];
  /** A command line; `{name}`, `{region}` and `{account}` are filled in. */
  readonly cli: string;
  readonly terraform: string;
}

interface Described<Id extends string> {
  readonly id: Id;
  /** Raised when the rule itself changes: a pass under a changed check resolves as "rule changed", a fail is not news. */
  readonly version?: number;
  /** Former ids: their findings carry over. */
  readonly aliases?: readonly string[];
  /** The good state, 80 characters at most. */
  readonly title: string;
  readonly topic: string;
  readonly severity: Severity;
  /** What could happen, 160 characters at most. */
  readonly risk: string;
  /** Only controls whose verdict equals this check's on every asset: `cis-aws-3.0:2.1.4`, `aws-fsbp:S3.2`. */
  readonly controls: readonly string[];
  readonly categories: readonly Category[];
  readonly guidance: Guidance;
  /** Why there is no automatic fix, in about five words: "encryption needs a new database". */
  readonly guided?: string;
}

export interface Check<T extends AssetType = AssetType, F extends FactName<T> = FactName<T>, Id extends string = string>
  extends Described<Id> {
  readonly asset: T;
  readonly facts: readonly F[];
  /** Pure and synchronous. Reads decisive facts first: a fact that is reached is a call that is made. */
  evaluate(asset: View<T, F>, context: Context): Verdict;
}

/** Any check, its types forgotten: what registries hold. */
export interface AnyCheck extends Described<string> {
  readonly asset: AssetType;
  readonly facts: readonly string[];
  evaluate(asset: never, context: Context): Verdict;
}

export const defineCheck = <const Id extends string, T extends AssetType, const F extends FactName<T>>(
  check: Check<T, F, Id>,
): Check<T, F, Id> => check;

export const pass = (message: string): Verdict => ({ status: "pass", message });
export const notApplicable = (message: string): Verdict => ({ status: "not-applicable", message });
export const fail = (failed: Omit<Extract<Verdict, { status: "fail" }>, "status">): Verdict => ({
  status: "fail",
  ...failed,
});
