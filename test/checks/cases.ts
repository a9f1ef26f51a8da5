import type { AssetType, FactName, Facts } from "#domain/asset";
import type { Check, Severity } from "#domain/check";

/** One situation a check must judge. Only these facts can be read: reaching for another one fails the test. */
export interface Case<T extends AssetType = AssetType, F extends FactName<T> = FactName<T>> {
  readonly facts: { readonly [K in F]?: Facts<T>[K] };
  readonly expect: "pass" | "fail" | "not-applicable";
  /** Of a fail: the words of its row, exactly. */
  readonly row?: string;
  /** Of a fail: where it differs from the check's own. */
  readonly severity?: Severity;
  /** Of a fail: the account runs nothing in this region. */
  readonly idle?: boolean;
  /** ISO; absent: 2026-11-23T09:00:00Z. */
  readonly now?: string;
}
export type Cases = Readonly<Record<string, AnyCase>>;
export interface AnyCase extends Omit<Case, "facts"> {
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Ties cases to their check: a fact that it does not declare, or of another shape, fails in the editor. */
export const casesFor = <T extends AssetType, F extends FactName<T>>(
  _check: Check<T, F>,
  cases: Readonly<Record<string, Case<T, F>>>,
): Cases => cases;
