/** Facts of every asset type. The type file of a service (`cloud/<cloud>/<service>.ts`) adds its own by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface AssetTypes {}
export type AssetType = keyof AssetTypes;
export type Facts<T extends AssetType> = AssetTypes[T];
export type FactName<T extends AssetType> = keyof Facts<T> & string;

export type CloudName = "aws" | "azure" | "gcp";

/** What an asset has to do with another: `{ kind: "in", id: "vpc-1" }`. */
export interface Relation {
  readonly kind: "in" | "attached-to" | "uses";
  readonly id: string;
}

/** A cloud resource as last collected. Its facts travel beside it (`FactMap`), or inside a `View` of it. */
export interface Asset<T extends AssetType = AssetType> {
  readonly type: T;
  /** ARN, ARM id or full resource name: unique over all clouds. */
  readonly id: string;
  readonly cloud: CloudName;
  /** Account, subscription or project. */
  readonly account: string;
  /** "global" for account-wide ones. */
  readonly region: string;
  /** What people call it and what its API calls take: bucket name, sg-…, user name. */
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Why the tags are not known although the asset is. Absent: they are. */
  readonly tagsUnreadable?: string;
  readonly relations?: readonly Relation[];
  /**
   * The place the asset fills, where its id changes although the place stays (a member of a scaling group).
   * Absent: the id is the address.
   */
  readonly address?: string;
}

/** What a check or a remediation sees: the asset and the facts it declared, nothing else. */
export type View<T extends AssetType, F extends FactName<T>> = Asset<T> & {
  readonly facts: Readonly<Pick<Facts<T>, F>>;
};

/**
 * One collected property. Absent is known: the value is undefined.
 * `version`: the ETag it was read under, never hashed. `settling`: the cloud is still changing it.
 */
export type Fact<V = unknown> =
  | { readonly state: "known"; readonly value: V; readonly version?: string; readonly settling?: boolean }
  | {
      readonly state: "unreadable";
      readonly reason: string;
      readonly permission?: string;
      /** Denied by the organisation's own policy: said once per account and region, not once per asset. */
      readonly closed?: boolean;
    };
export type FactMap = Readonly<Record<string, Fact | undefined>>;
