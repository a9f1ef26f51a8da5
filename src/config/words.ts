import type { z } from "zod";
import type { JsonSchema } from "#config/json-schema";
import { configJsonSchema, schemasAt } from "#config/json-schema";
import { holdsSecret } from "#config/secret";
import type { Path, Source } from "#config/yaml";
import { nearest } from "#domain/nearest";

/** What is wrong with a place of the file, before it has a line. */
export interface Trouble {
  readonly path: Path;
  readonly message: string;
  /** The key is wrong, not its value. */
  readonly at?: "key";
}

type Issue = z.core.$ZodIssue;

/** The schema's findings in sentences that say what to write instead. */
export function troublesOf(issues: readonly Issue[], source: Source): readonly Trouble[] {
  const schema = configJsonSchema();
  const found = issues.flatMap((issue) => unfold(issue)).flatMap((issue) => troubleOf(issue, source, schema));
  // A misspelt key is one mistake, not also a missing one.
  const meant = new Set(found.flatMap(({ meant: key }) => (key === undefined ? [] : [key])));
  return found.filter(({ missing }) => missing === undefined || !meant.has(missing)).map(({ trouble }) => trouble);
}

interface Worded {
  readonly trouble: Trouble;
  /** Places, as JSON: a key that is not there; the key that a misspelt one was meant to be. */
  readonly missing?: string;
  readonly meant?: string;
}

/** Of the alternatives of a union, the one that was meant: its shape fits and it complains least. */
function unfold(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const fitting = issue.errors.filter((errors) => !errors.some(({ path, code }) => path.length === 0 && isShape(code)));
  const [best] = [...fitting].sort((a, b) => a.length - b.length);
  if (!best) return [issue];
  return best.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }));
}
const isShape = (code: Issue["code"]): boolean => code === "invalid_type" || code === "invalid_value";

function troubleOf(issue: Issue, source: Source, schema: JsonSchema): readonly Worded[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key, schema));
  if (issue.code === "invalid_key") {
    const why = issue.issues[0]?.message ?? issue.message;
    return [{ trouble: { path, at: "key", message: `${shown(path.at(-1))} cannot be a key here: ${why}` } }];
  }
  const value = valueAt(source.value, path);
  const about = schemasAt(schema, path).find(({ description }) => description !== undefined)?.description;
  if (value === undefined) {
    const message = `${shown(path.at(-1))} is missing${about === undefined ? "" : `. ${about}`}`;
    return [{ trouble: { path, message }, missing: JSON.stringify(path) }];
  }
  return [{ trouble: { path, message: wrongValue(issue, { value, path, source, about }) } }];
}

function unknownKey(path: Path, key: string, schema: JsonSchema): Worded {
  const known = [...new Set(schemasAt(schema, path).flatMap(({ properties = {} }) => Object.keys(properties)))];
  const meant = nearest(key, known);
  const help = meant === undefined ? `Known here: ${known.join(", ")}` : `Did you mean ${shown(meant)}?`;
  return {
    trouble: { path: [...path, key], at: "key", message: `${shown(key)} is not a known key. ${help}` },
    ...(meant !== undefined && { meant: JSON.stringify([...path, meant]) }),
  };
}

interface Wrong {
  readonly value: unknown;
  readonly path: Path;
  readonly source: Source;
  /** What the key means, in the schema's words. */
  readonly about: string | undefined;
}

function wrongValue(issue: Issue, wrong: Wrong): string {
  const { value, path } = wrong;
  if (issue.code === "invalid_type") return wrongType(issue.expected, wrong);
  if (issue.code === "invalid_value") return noChoice(value, issue.values.map(String));
  if (issue.code === "too_small" && typeof value !== "number")
    return `this must not be empty${Array.isArray(value) ? "; list at least one" : ""}`;
  if (issue.code === "too_small") return `${shown(value)} is too small; write ${issue.minimum} or more`;
  if (issue.code === "too_big") return `${shown(value)} is too big; write ${issue.maximum} or less`;
  if (issue.code === "invalid_union") return issue.message;
  if (issue.code === "custom") return `${shown(value)} ${issue.message}`;
  // Somebody may have put the secret where its name belongs: it is not repeated.
  return path.at(-1) === "env" ? `${issue.message} here` : `${shown(value)}: ${issue.message}`;
}

function noChoice(value: unknown, choices: readonly string[]): string {
  const meant = typeof value === "string" ? nearest(value, choices) : undefined;
  return `${shown(value)} is none of ${choices.join(", ")}${meant === undefined ? "" : `. Did you mean ${shown(meant)}?`}`;
}

function wrongType(expected: string, { value, path, source, about }: Wrong): string {
  const lost = source.swallowed(path);
  if (lost !== undefined)
    return `# begins a comment in YAML, so this is empty; write ${JSON.stringify(lost)} in quotes`;
  if (expected === "string" && typeof value === "number") {
    const text = source.written(path) ?? String(value);
    const zeros = text.startsWith("0") && text.length > 1 ? ", and the leading zero would be lost" : "";
    return `without quotes YAML reads a number${zeros}; write "${text}"`;
  }
  if (expected === "string" && typeof value === "boolean")
    return `without quotes YAML reads ${value} as yes or no; write "${source.written(path) ?? value}"`;
  const wanted = wordsFor[expected] ?? expected;
  const wrong =
    value === null
      ? `this is empty; it needs ${wanted}, or take the line out`
      : `this must be ${wanted}, not ${kindOf(value)}`;
  return about === undefined ? wrong : `${wrong}. ${about}`;
}

const wordsFor: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list (- one line each, or [a, b])",
  object: "keys with values (key: value, one level in)",
  record: "keys with values (key: value, one level in)",
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "keys with values";
  return typeof value === "string" ? `text (${shown(value)})` : shown(value);
}

/** A value, short, in quotes. Never one that looks like a secret: the sentence may end in a log. */
export function shown(value: unknown): string {
  if (typeof value === "string" && holdsSecret(value)) return "this";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inside, step) =>
      typeof inside === "object" && inside !== null && Object.hasOwn(inside, step)
        ? (inside as Readonly<Record<string | number, unknown>>)[step]
        : undefined,
    value,
  );
