import type { AccountSpec } from "#cloud/aws/memory/estate";
import type { Asset } from "#domain/asset";

/** A state a remediation may meet, and what a person would answer. What must come of it are the four laws. */
export interface RemediationCase<Fixed extends string = string> {
  /** What the account holds, besides its id, name and regions. */
  readonly account: Partial<AccountSpec>;
  readonly asset: Pick<Asset, "id" | "region">;
  /** The check that raised the finding. */
  readonly check: Fixed;
  readonly given?: Readonly<Record<string, string>>;
}
export type RemediationCases = Readonly<Record<string, RemediationCase>>;

/** Ties cases to their remediation: a check that it does not fix fails in the editor. */
export const casesFor = <Fixed extends string>(
  _remediation: { readonly fixes: readonly Fixed[] },
  cases: Readonly<Record<string, RemediationCase<Fixed>>>,
): RemediationCases => cases;
