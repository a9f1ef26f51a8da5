import type { Account, Cloud } from "#cloud/cloud";
import { type AnyCheck, severities } from "#domain/check";
import { StanceError } from "#domain/errors";
import { nearest } from "#domain/nearest";
import type { Evaluated } from "#posture/evaluate";

/** What a scan is narrowed to. The lists combine with AND, the words within one with OR. Absent: everything. */
export interface ScanFilter {
  readonly clouds?: readonly string[];
  /** Ids or names. */
  readonly accounts?: readonly string[];
  /** "global" for account-wide assets. */
  readonly regions?: readonly string[];
  /** Second part of a check's id: "s3". */
  readonly services?: readonly string[];
  /** Ids, with `*` for anything. */
  readonly checks?: readonly string[];
  readonly categories?: readonly string[];
  /** Of the result: a check may judge one asset worse than another. */
  readonly severities?: readonly string[];
  /** `cis-aws`, `cis-aws-3.0` or `cis-aws-3.0:2.1`. */
  readonly frameworks?: readonly string[];
}

export const isFiltered = (filter: ScanFilter): boolean => Object.values(filter).some((words) => words !== undefined);

/** Naming every cloud there is narrows nothing. */
export function withoutAllClouds(filter: ScanFilter, clouds: readonly Pick<Cloud, "name">[]): ScanFilter {
  const { clouds: named, ...rest } = filter;
  const known: readonly string[] = clouds.map(({ name }) => name);
  if (!named || !known.every((name) => named.includes(name))) return filter;
  return named.every((word) => known.includes(word)) ? rest : filter;
}

export const serviceOf = ({ id }: Pick<AnyCheck, "id">): string => id.split(".")[1] ?? "";
export const frameworkOf = (control: string): string => control.split(":")[0] ?? control;

/** The checks that a filter leaves. A word that means nothing here is an error that names the nearest that does. */
export function selectChecks(checks: readonly AnyCheck[], filter: ScanFilter): readonly AnyCheck[] {
  requireKnown("severity", filter.severities, severities);
  let selected = checks;
  for (const { name, words, valuesOf, matches, shown } of narrowings) {
    const wanted = words(filter);
    if (!wanted) continue;
    const known = checks.flatMap(valuesOf);
    const stray = wanted.find((word) => !known.some((value) => matches(word, value)));
    if (stray !== undefined) throw unknownWord(name, stray, known.map(shown ?? String));
    selected = selected.filter((check) => valuesOf(check).some((value) => wanted.some((word) => matches(word, value))));
  }
  if (selected.length === 0) throw new StanceError("input/invalid", { detail: "No check matches all of the filters." });
  return selected;
}

interface Narrowing {
  readonly name: string;
  readonly words: (filter: ScanFilter) => readonly string[] | undefined;
  readonly valuesOf: (check: AnyCheck) => readonly string[];
  readonly matches: (word: string, value: string) => boolean;
  /** How a value is offered as the nearest match. */
  readonly shown?: (value: string) => string;
}

const is = (word: string, value: string): boolean => word === value;
const isPartOf = (word: string, value: string): boolean =>
  value === word || (value.startsWith(word) && /[-.:]/.test(value[word.length] ?? ""));

const narrowings: readonly Narrowing[] = [
  {
    name: "check",
    words: (filter) => filter.checks,
    valuesOf: ({ id, aliases = [] }) => [id, ...aliases],
    matches: (word, value) => isGlob(word, value),
  },
  { name: "service", words: (filter) => filter.services, valuesOf: (check) => [serviceOf(check)], matches: is },
  { name: "category", words: (filter) => filter.categories, valuesOf: (check) => check.categories, matches: is },
  {
    name: "framework",
    words: (filter) => filter.frameworks,
    valuesOf: (check) => check.controls,
    matches: isPartOf,
    shown: frameworkOf,
  },
];

/** `*` stands for anything; everything else for itself. */
export function isGlob(glob: string, value: string): boolean {
  const [head = "", ...rest] = glob.split("*");
  if (rest.length === 0) return head === value;
  const tail = rest.pop() ?? "";
  if (!value.startsWith(head) || !value.endsWith(tail)) return false;
  let from = head.length;
  for (const part of rest) {
    const found = value.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from + tail.length <= value.length;
}

/** All but the checks named. A word that names none is an error: it would silently exclude nothing. */
export function withoutChecks(checks: readonly AnyCheck[], excluded: readonly string[]): readonly AnyCheck[] {
  const out = new Set(excluded.flatMap((word) => selectChecks(checks, { checks: [word] })));
  return checks.filter((check) => !out.has(check));
}

/** The accounts that a filter leaves, suspended ones included. */
export function selectAccounts(accounts: readonly Account[], { accounts: words }: ScanFilter): readonly Account[] {
  if (!words) return accounts;
  requireKnown(
    "account",
    words,
    accounts.flatMap(({ id, name }) => [id, name]),
  );
  return accounts.filter(({ id, name }) => words.includes(id) || words.includes(name));
}

export const allowsRegion = ({ regions }: ScanFilter, region: string): boolean => regions?.includes(region) ?? true;

export function allowsResult({ severities: wanted }: ScanFilter, { check, decision }: Evaluated): boolean {
  const severity = decision.status === "fail" ? (decision.severity ?? check.severity) : check.severity;
  return wanted?.includes(severity) ?? true;
}

export function requireKnown(name: string, words: readonly string[] | undefined, known: readonly string[]): void {
  for (const word of words ?? []) if (!known.includes(word)) throw unknownWord(name, word, known);
}

export function unknownWord(name: string, word: string, known: readonly string[]): StanceError {
  const close = nearest(word, known);
  const hint = close === undefined ? listed(known) : `Did you mean ${close}?`;
  return new StanceError("input/invalid", { detail: `There is no ${name} "${word}". ${hint}` });
}

const listed = (known: readonly string[]): string => {
  const words = [...new Set(known)].sort();
  return words.length > 0 && words.length <= 20 ? `Known: ${words.join(", ")}.` : "";
};
