import type { z } from "zod";
import type { AccountConfig, Config, GroupConfig, OwnerConfig, PersonConfig, PolicyConfig } from "#config/schema";
import { accountSchema, configSchema, groupSchema, ownerSchema, personSchema, policySchema } from "#config/schema";
import type { Path } from "#config/yaml";

/** One entry of the file, as far as it can be understood: fields that the schema refuses are left out. */
export interface Entry<T> {
  readonly path: Path;
  readonly value: { readonly [K in keyof T]?: T[K] | undefined };
  /** Something was left out, so what is not there says nothing. */
  readonly broken: boolean;
}

/** The configuration as far as it can be understood: a wrong line in one place must not hide what is wrong in another. */
export interface Draft {
  readonly accounts: readonly Entry<AccountConfig>[];
  /** All members of an organisation: accounts besides the listed ones exist. */
  readonly openEnded: boolean;
  readonly owners: ReadonlyMap<string, Entry<OwnerConfig>>;
  readonly people: ReadonlyMap<string, Entry<PersonConfig>>;
  readonly groups: ReadonlyMap<string, Entry<GroupConfig>>;
  readonly policies: readonly Entry<PolicyConfig>[];
  readonly hours: Config["hours"] | undefined;
  readonly channels: Config["channels"];
  /** `slack` is there and `channels` is not. */
  readonly speechless: boolean;
  readonly excluded: readonly string[];
}

export function draftOf(value: unknown): Draft {
  const raw = recordOf(value);
  const { shape } = configSchema;
  const organization = Object.hasOwn(recordOf(raw.accounts), "organization");
  const known = organization ? recordOf(raw.accounts).known : raw.accounts;
  return {
    accounts: list(known, accountSchema.partial({ name: true }), organization ? ["accounts", "known"] : ["accounts"]),
    openEnded: organization || raw.accounts === "organization",
    owners: entries(raw.owners, ownerSchema, "owners"),
    people: entries(raw.people, personSchema, "people"),
    groups: entries(raw.groups, groupSchema, "groups"),
    policies: list(raw.policies, policySchema, ["policies"]),
    hours: shape.hours.safeParse(raw.hours).data,
    channels: shape.channels.safeParse(raw.channels).data,
    speechless: raw.slack !== undefined && raw.channels === undefined,
    excluded: shape.scan.safeParse(raw.scan).data?.checks.exclude ?? [],
  };
}

const list = <S extends z.ZodObject>(value: unknown, schema: S, path: Path): readonly Entry<z.output<S>>[] =>
  Array.isArray(value) ? value.map((item: unknown, index) => entry(item, schema, [...path, index])) : [];

const entries = <S extends z.ZodObject>(
  value: unknown,
  schema: S,
  name: string,
): ReadonlyMap<string, Entry<z.output<S>>> =>
  new Map(Object.entries(recordOf(value)).map(([key, item]) => [key, entry(item, schema, [name, key])]));

function entry<S extends z.ZodObject>(item: unknown, schema: S, path: Path): Entry<z.output<S>> {
  const raw = recordOf(item);
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    const read = (field as z.ZodType).safeParse(raw[name]);
    return read.success && read.data !== undefined ? [[name, read.data] as const] : [];
  });
  const value = Object.fromEntries(fields) as Entry<z.output<S>>["value"];
  return { path, value, broken: !schema.safeParse(item).success };
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
