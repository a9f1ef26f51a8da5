import type { Asset, AssetType, CloudName, FactMap, FactName, Facts } from "#domain/asset";
import type { Call } from "#domain/call";
import { redacted } from "#domain/secrets";

/** What one read gave for one asset: the facts (undefined = absent), their version, whether the cloud is still changing them. */
export interface Reading<V> {
  readonly facts: V;
  readonly version?: string;
  readonly settling?: boolean;
}
export type Listed<T extends AssetType, L extends FactName<T>> = Asset<T> & Reading<Pick<Facts<T>, L>>;

/** One API call (or a fixed few) and the facts it gives. `asset` reads run in batches where the API has one (size > 1). */
export interface Source<Api, T extends AssetType, G extends FactName<T>> {
  readonly per: "asset" | "region" | "account";
  /** `<service>:<Operation>`, all that `read` may call: the read-only policy derives from these. */
  readonly operations: readonly string[];
  /** Error codes that mean "there is none": the fact is known to be undefined. */
  readonly absent?: readonly string[];
  readonly size?: number;
  /** An asset left out of the answer becomes unreadable, or says why by its own error; it is never asked for twice. */
  read(api: Api, assets: readonly Asset<T>[]): Promise<ReadonlyMap<string, Reading<Pick<Facts<T>, G>> | CloudError>>;
}

/** How assets of one type are found and read. `Api` is the cloud's own narrow door (`cloud/aws/api.ts`). */
export interface Collector<Api, T extends AssetType, L extends FactName<T>> {
  readonly asset: T;
  readonly scope: "account" | "region";
  readonly operations: readonly string[];
  readonly listed: readonly L[];
  /** Pages of the scope; with `only`, that asset alone (nothing = gone): the re-read before and after a write. */
  list(api: Api, only?: Asset<T>): AsyncIterable<readonly Listed<T, L>[]>;
  /** The source of every fact that is not listed (the compiler finds the gap); one object under several names is read once. */
  readonly fetch: { readonly [K in Exclude<FactName<T>, L>]: Source<Api, T, K> };
}
export const defineCollector = <Api, T extends AssetType, const L extends FactName<T>>(
  collector: Collector<Api, T, L>,
): Collector<Api, T, L> => collector;

/** Any collector of a cloud, its types forgotten. */
export interface AnyCollector<Api> {
  readonly asset: AssetType;
  readonly scope: "account" | "region";
  readonly operations: readonly string[];
  readonly listed: readonly string[];
  list(api: Api, only?: never): AsyncIterable<readonly (Asset & Reading<object>)[]>;
  readonly fetch: Readonly<Record<string, AnySource<Api>>>;
}
export interface AnySource<Api> {
  readonly per: "asset" | "region" | "account";
  readonly operations: readonly string[];
  readonly absent?: readonly string[];
  readonly size?: number;
  read(api: Api, assets: readonly never[]): Promise<ReadonlyMap<string, Reading<object> | CloudError>>;
}

/**
 * An answer that was not a success. `denied`: by the role's own permissions; `closed`: by the organisation's policy;
 * `absent`: no such thing; `throttled`: after all tries; `failed`: everything else.
 */
export class CloudError extends Error {
  readonly kind: "denied" | "closed" | "absent" | "throttled" | "failed";
  /** The cloud's own code: "AccessDenied", "NoSuchBucketPolicy". */
  readonly code: string;
  readonly operation: string;
  /** The permission to add, when denied. */
  readonly permission?: string;
  constructor(
    error: { kind: CloudError["kind"]; code: string; operation: string; message: string; permission?: string },
    cause?: unknown,
  ) {
    super(redacted(error.message), { cause });
    this.name = "CloudError";
    this.kind = error.kind;
    this.code = error.code;
    this.operation = error.operation;
    if (error.permission !== undefined) this.permission = error.permission;
  }
}

/** An account of the configuration or of the organisation, before anything is read from it. */
export interface Account {
  readonly cloud: CloudName;
  readonly id: string;
  readonly name: string;
  /** suspended: known to the organisation, not readable, not a gap. */
  readonly state: "active" | "suspended";
  readonly environment?: string;
  /** Key of `owners`. */
  readonly owner?: string;
}

/** The door to one cloud. Implementations: `aws/sdk`, `aws/memory`. */
export interface Cloud {
  readonly name: CloudName;
  readonly assetTypes: readonly AssetType[];
  accounts(): Promise<readonly Account[]>;
  /**
   * Signs in and proves who we are: the cloud's own answer must equal the account asked for (StanceError
   * `cloud/identity` otherwise). One session is one look: what it has read once it does not read again.
   */
  open(account: Account, options?: { readonly regions?: readonly string[] }): Promise<Session>;
  /**
   * The way to write: its own credentials, narrowed to the operations and the resource named. Never retries by itself.
   */
  openForWriting(account: Account, grant: WriteGrant): Promise<Writer>;
}

/** What a write session may do; the session policy is made from it. */
export interface WriteGrant {
  /** goes into the session's name, so that the cloud's own log points back here. */
  readonly request: string;
  readonly remediation: string;
  readonly operations: readonly string[];
  readonly asset: Asset;
}
export interface Writer {
  /** Sends one exact call; answers the cloud's output and its request id. Throws CloudError. */
  run(call: Call, region: string): Promise<{ readonly output: unknown; readonly requestId?: string }>;
}

export interface Session {
  readonly account: Account;
  /** Regions the account has enabled; a region that is off is skipped, not unknown. */
  readonly regions: readonly string[];
  /** The collector's scope: "account" types are listed once, under region "global". */
  scopeOf(type: AssetType): "account" | "region";
  listedFacts(type: AssetType): readonly string[];
  /** Pages of assets with their listed facts. Throws CloudError. With `only`, that asset alone (nothing = gone). */
  list(type: AssetType, region: string, only?: Asset): AsyncIterable<readonly Collected[]>;
  /** The named facts of these assets (all of one type and region). Never throws for what the cloud answers. */
  fetch(fact: string, assets: readonly Asset[]): Promise<ReadonlyMap<string, FactMap>>;
}
export interface Collected {
  readonly asset: Asset;
  readonly facts: FactMap;
}
