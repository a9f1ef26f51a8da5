import type { Asset, AssetType, FactName, Facts, View } from "#domain/asset";
import type { Call } from "#domain/call";

/** What only a person can say. `parse` throws a sentence for them. */
export interface Input<V = unknown> {
  readonly label: string;
  /** What to write, by example. */
  readonly hint?: string;
  /** May be left empty: `parse("")` then says what that means. */
  readonly optional?: true;
  parse(text: string): V;
}
export type Inputs = Readonly<Record<string, Input>>;
export type Given<I extends Inputs> = { readonly [K in keyof I]: ReturnType<I[K]["parse"]> };

export interface Refusal {
  readonly refused: string;
}
export const refuse = (refused: string): Refusal => ({ refused });
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value;

/** 1: one approver. 2: one approver who has been shown who may notice. 3: two approvers. */
export type Tier = 1 | 2 | 3;

/** One fact that shows who may notice. */
export interface Notice<V = unknown, A = Asset> {
  /** "attached interfaces": where the fact cannot be read, the card says "attached interfaces: no data". */
  readonly what: string;
  /** Told to whoever approves. Never "safe", never "nobody": that nothing was seen is no proof. */
  tell(value: V, asset: A): string;
}

/** A value in code: an object is a nested block, a list of objects the same block several times. */
export type CodeValue = string | number | boolean | readonly CodeValue[] | { readonly [key: string]: CodeValue };
/** The same change where the resource is written down. Only with what this change knows, so a fragment. */
export interface CodeChange {
  readonly terraform: { readonly resource: string; readonly body: Readonly<Record<string, CodeValue>> };
  /** Absent: CloudFormation has no such resource. */
  readonly cloudFormation?: { readonly type: string; readonly properties: Readonly<Record<string, CodeValue>> };
}

interface Described {
  /** Raised when `change` or `calls` mean something else; part of the plan's hash. */
  readonly version?: number;
  /** Checks whose findings it closes. */
  readonly fixes: readonly string[];
  /** "Turn on all four public access settings" */
  readonly title: string;
  /** Verb phrase for cards: "block public access". */
  readonly verb: string;
  /** The same, done: "public access blocked". */
  readonly done: string;
  /** Who may notice, in a sentence. */
  readonly danger: string;
  /** "none", or what it adds to the bill. */
  readonly cost: string;
  readonly tier: Tier;
  readonly alsoNeeds?: readonly string[];
  /** Minutes the cloud may take to show the new state. */
  readonly settles?: number;
}

export interface Remediation<
  Id extends string,
  T extends AssetType,
  S extends FactName<T>,
  R extends FactName<T>,
  I extends Inputs,
  Op extends string,
  C = Partial<Pick<Facts<T>, S>>,
> extends Described {
  readonly id: Id;
  readonly asset: T;
  /** The facts it changes, and those it only looks at. */
  readonly sets: readonly S[];
  readonly reads?: readonly R[];
  readonly inputs?: I;
  /** Every operation `calls` may use, both ways: the write policy comes from these and `alsoNeeds`. */
  readonly operations: readonly Op[];
  /** Absent: undo is the mirror image. */
  readonly undo?:
    | { readonly none: string }
    | {
        readonly partly: string;
        nearest?(before: Pick<Facts<T>, S>, after: Pick<Facts<T>, S>): Pick<Facts<T>, S>;
      };
  /** The facts as they should be; those left out stay as they are. */
  change(asset: View<T, S | R>, given: Given<I>): C | Refusal;
  /** The calls from one state to another, either way. Nothing differs, no calls. */
  calls(asset: Asset<T>, from: Pick<Facts<T>, S>, to: Pick<Facts<T>, S>): readonly Call<NoInfer<Op>>[];
  /** The change in a few words: "block public access: 2 of 4 settings on → 4 of 4". */
  summary(from: Pick<Facts<T>, S>, to: Pick<Facts<T>, S>): string;
  /** What shows who may notice, by fact. Read for the card; never part of the plan. */
  readonly notices?: { readonly [F in FactName<T>]?: Notice<Facts<T>[F], Asset<T>> };
  /** For what Terraform or CloudFormation manages: the goal as a fragment of code. */
  code(asset: Asset<T>, to: Pick<Facts<T>, S>): CodeChange;
}

export const defineRemediation = <
  const Id extends string,
  T extends AssetType,
  const S extends FactName<T>,
  const Op extends string,
  const R extends FactName<T> = never,
  I extends Inputs = Record<never, never>,
  const C extends Partial<Facts<T>> = Partial<Facts<T>>,
>(
  remediation: Remediation<Id, T, S, R, I, Op, C & { readonly [K in Exclude<keyof C, S>]: never }>,
): Remediation<Id, T, S, R, I, Op> => remediation;

export type Values = Readonly<Record<string, unknown>>;

/** Any remediation, its types forgotten: what registries hold. */
export interface AnyRemediation extends Described {
  readonly id: string;
  readonly asset: AssetType;
  readonly sets: readonly string[];
  readonly reads?: readonly string[];
  readonly inputs?: Inputs;
  readonly operations: readonly string[];
  readonly undo?:
    | { readonly none: string }
    | { readonly partly: string; nearest?(before: never, after: never): Values };
  change(asset: never, given: never): Values | Refusal;
  calls(asset: never, from: never, to: never): readonly Call[];
  summary(from: never, to: never): string;
  readonly notices?: Readonly<Record<string, Notice<never, never> | undefined>>;
  code(asset: never, to: never): CodeChange;
}
