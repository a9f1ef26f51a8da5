/** One exact request to a cloud API, as data: shown, hashed, executed and audited as it stands. */
export interface Call<Op extends string = string, Out = unknown> {
  /** `<service>:<Operation>`: the SDK's names, e.g. `s3:PutPublicAccessBlock`. */
  readonly operation: Op;
  readonly input: object;
  /** Error codes that mean "what an earlier call made has not spread yet": the executor tries again. */
  readonly retry?: readonly string[];
  readonly _out?: Out;
}

type Recipe =
  | { readonly output: Call; readonly path: readonly string[] }
  | { readonly version: string }
  | { readonly token: true }
  | { readonly later: true };

/** A value known only while the plan runs. Its type is the value's; its content is the recipe. */
export class Hole {
  readonly recipe: Recipe;
  constructor(recipe: Recipe) {
    this.recipe = recipe;
  }
  [Symbol.toPrimitive](): never {
    throw new Error("a value known only at execution cannot be put into a string");
  }
}
const hole = <V>(recipe: Recipe): V => new Hole(recipe) as V;

/**
 * Desired facts only: chosen by the cloud, known after the write (an id, a date, an address).
 * @public
 */
export const later = <V = string>(): V => hole<V>({ later: true });
/**
 * The version the named fact was read under, just before the write.
 * @public
 */
export const version = <V = string>(fact: string): V => hole<V>({ version: fact });
/**
 * An idempotency token: the same for every try of this step of this request.
 * @public
 */
export const token = (): string => hole<string>({ token: true });

export type Deep<T> = T extends object ? { [K in keyof T]-?: Deep<NonNullable<T[K]>> } : T;
/**
 * What an earlier call of the same plan answered.
 * @public
 */
export function output<Out, V>(call: Call<string, Out>, pick: (out: Deep<Out>) => V): V {
  const path: string[] = [];
  const track: object = new Proxy(
    {},
    {
      get: (_, key) => {
        path.push(String(key));
        return track;
      },
    },
  );
  pick(track as Deep<Out>);
  return hole<V>({ output: call, path });
}
