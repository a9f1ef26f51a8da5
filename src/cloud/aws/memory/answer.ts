import type { Input, Operation, Output, Service } from "#cloud/aws/api";
import type { AccountSpec, RegionSpec } from "#cloud/aws/memory/estate";
import type { State } from "#cloud/aws/memory/state";

/** What one call stands before: the account and region it was sent to, as they are now. */
export interface Scene {
  readonly state: State;
  readonly account: AccountSpec;
  readonly region: string;
  readonly place: RegionSpec;
  /** No page is longer than this, whatever the call asks for. */
  readonly pageSize: number;
  edit(change: (before: AccountSpec) => AccountSpec): void;
}

type Content<S extends Service, O extends Operation<S>> = Omit<Output<S, O>, "$metadata">;

/** How the embedded cloud answers one operation. */
export interface Answer<S extends Service, O extends Operation<S>> {
  readonly access: "read" | "write";
  /** ARN of what the call is about. Absent: AWS knows no resource for it. */
  resource?(input: Input<S, O>, account: string, region: string): string;
  /** Where the call is carried out, when that is not the region it was sent to. */
  home?: string;
  answer(scene: Scene, input: Input<S, O>): Content<S, O>;
}
/** Any answer, its types forgotten. */
export interface AnyAnswer {
  readonly operation: `${Service}:${string}`;
  readonly access: "read" | "write";
  resource?(input: never, account: string, region: string): string;
  readonly home?: string;
  answer(scene: Scene, input: never): object;
}

export const defineAnswer = <S extends Service, O extends Operation<S>>(
  service: S,
  operation: O,
  answer: Answer<S, O>,
): AnyAnswer => ({ operation: `${service}:${operation}`, ...answer });

/** Most reads need nothing but the function. */
export const defineRead = <S extends Service, O extends Operation<S>>(
  service: S,
  operation: O,
  answer: Answer<S, O>["answer"],
  more: Omit<Answer<S, O>, "access" | "answer"> = {},
): AnyAnswer => defineAnswer(service, operation, { ...more, access: "read", answer });

/** AWS says no, with its own code: the door makes a CloudError of it. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "Refused";
    this.code = code;
  }
}
export function refused(code: string, message: string): never {
  throw new Refused(code, message);
}

/** One page and the token of the next one. A token of another list is refused, as AWS does. */
export function page<T>(
  all: readonly T[],
  options: { readonly token: string | undefined; readonly size: number; readonly list: string },
): { readonly items: T[]; readonly next: string | undefined } {
  const prefix = `${options.list}/`;
  const start = options.token === undefined ? 0 : Number(options.token.slice(prefix.length));
  if (options.token !== undefined && (!options.token.startsWith(prefix) || !Number.isInteger(start)))
    refused("InvalidNextToken", "The token is not valid.");
  const end = start + options.size;
  return { items: all.slice(start, end), next: end < all.length ? `${prefix}${end}` : undefined };
}

/** What people and AWS write as `[{ Key, Value }]`. */
export const tagList = (tags: Readonly<Record<string, string>> | undefined): { Key: string; Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

/** The server's own patterns: `*` is any text, `?` one character. */
function likeness(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}

interface Filter {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}
/** EC2's filters: all must hold, one value of each suffices. A filter that is not in the table is refused. */
export function filtered<T>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  table: Readonly<Record<string, (item: T) => readonly (string | undefined)[]>>,
): readonly T[] {
  return (filters ?? []).reduce((left, { Name = "", Values = [] }) => {
    const values = table[Name];
    if (!values) return refused("InvalidParameterValue", `The filter '${Name}' is invalid`);
    const patterns = Values.map(likeness);
    return left.filter((item) => values(item).some((value) => patterns.some((like) => like.test(value ?? ""))));
  }, items);
}
