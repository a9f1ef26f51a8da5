import type { Document, ErrorCode, Node, Pair, YAMLError } from "yaml";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { messageOf } from "#domain/errors";

export type Path = readonly (string | number)[];
export interface Place {
  readonly line: number;
  readonly column: number;
}
/** Something wrong in the file, in a sentence that says what to write instead. */
export interface Problem extends Place {
  /** `owners.payments.people[0]`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export interface Source {
  /** Plain data; undefined when the file cannot be read as YAML at all. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Of the value, or of the key that has it; the nearest thing above where there is no such value. */
  place(path: Path, at?: "key" | "value"): Place;
  /** A value as it is written in the file: `012345678901`, whatever YAML makes of it. */
  written(path: Path): string | undefined;
  /** The line a value stands on ends in a comment, so that the value is empty: `channel: #team`. */
  swallowed(path: Path): string | undefined;
}

/** Aliases resolved at most so often: enough for any real file, too few for a bomb. */
const maxAliases = 100;

/** Deeper than any configuration, and enough to keep the parser busy for minutes. */
const tooDeep = /(?:[[{]\s*){40}|^\s*(?:[-?]\s+){20}|^ {400}/m;

const tooDeepSentence = "the file is nested deeper than any configuration";

export function parseYaml(text: string): Source {
  if (tooDeep.test(text)) return unreadable(tooDeepSentence);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
    logLevel: "error",
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = [...document.errors, ...document.warnings].map((error) => ({
    path: "",
    message: sentenceOf(error, text),
    ...placeOf(error.pos[0]),
  }));
  const read = plain(document);
  const problems =
    read.problem === undefined ? broken : [...broken, { path: "", message: read.problem, ...placeOf(0) }];
  return {
    value: read.value,
    problems,
    place: (path, at = "value") => placeOf(offsetOf(document, path, at)),
    written: (path) => {
      const { node } = find(document, path);
      return isScalar(node) ? node.source : undefined;
    },
    swallowed: (path) => {
      const { node, key } = find(document, path);
      if (!isScalar(node) || node.value !== null || !key?.range) return undefined;
      return /^[^\n]*?:[ \t]+(#[^\s#]+)/.exec(text.slice(key.range[0]))?.[1];
    },
  };
}

const unreadable = (message: string): Source => ({
  value: undefined,
  problems: [{ path: "", line: 1, column: 1, message }],
  place: () => ({ line: 1, column: 1 }),
  written: () => undefined,
  swallowed: () => undefined,
});

function plain(document: Document): { readonly value?: unknown; readonly problem?: string } {
  try {
    return { value: document.toJS({ maxAliasCount: maxAliases }) };
  } catch (error) {
    const message = messageOf(error);
    if (/alias count/i.test(message)) return { problem: `too many aliases; ${maxAliases} are read at most` };
    const unknown = /Unresolved alias.*: (\S+)$/.exec(message)?.[1];
    return {
      problem: unknown === undefined ? message : `*${unknown} points at no anchor; write &${unknown} before it`,
    };
  }
}

/** What YAML's own errors mean for somebody who wrote a configuration. */
function sentenceOf({ code, message, pos: [at] }: YAMLError, text: string): string {
  const word = JSON.stringify(/^[^\s:#,[\]{}]{0,40}/.exec(text.slice(at, at + 50))?.[0] ?? "");
  const sentences: Partial<Record<ErrorCode, string>> = {
    DUPLICATE_KEY: `${word} is written twice here, and only one would count; merge the two`,
    TAB_AS_INDENT: "a tab stands where YAML wants blanks; use two blanks per level",
    BAD_SCALAR_START: `text that begins with ${JSON.stringify(text[at])} needs quotes`,
    MULTIPLE_DOCS: "a second document begins here (---); keep everything in one",
    TAG_RESOLVE_FAILED: "YAML tags (!…) are not read; remove it",
    NON_STRING_KEY: "a key must be plain text",
    RESOURCE_EXHAUSTION: tooDeepSentence,
    BAD_INDENT: `the indentation does not fit what stands above (${message})`,
  };
  return sentences[code] ?? `this is not YAML: ${message}`;
}

interface Found {
  readonly node: unknown;
  readonly key: Node | undefined;
  /** The path led to the end. */
  readonly whole: boolean;
}

function find(document: Document, path: Path): Found {
  let node: unknown = document.contents;
  let key: Node | undefined;
  for (const step of path) {
    const inside = resolved(document, node);
    if (isSeq(inside) && inside.items[Number(step)] !== undefined) {
      node = inside.items[Number(step)];
      key = undefined;
      continue;
    }
    const pair = pairOf(document, inside, String(step));
    if (!pair) return { node, key, whole: false };
    node = pair.value;
    key = nodeOf(pair.key);
  }
  return { node: resolved(document, node), key, whole: true };
}

const resolved = (document: Document, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
const nodeOf = (value: unknown): Node | undefined =>
  isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : undefined;

/** Merges within merges are followed a few steps only: an anchor may merge itself. */
function pairOf(document: Document, node: unknown, name: string, depth = 0): Pair | undefined {
  if (!isMap(node) || depth > 5) return undefined;
  const own = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
  if (own) return own;
  const merged = node.items.filter(({ key }) => isScalar(key) && key.value === "<<").map(({ value }) => value);
  const sources = merged.flatMap((value) => (isSeq(value) ? value.items : [value]));
  for (const source of sources) {
    const pair = pairOf(document, resolved(document, source), name, depth + 1);
    if (pair) return pair;
  }
  return undefined;
}

function offsetOf(document: Document, path: Path, at: "key" | "value"): number {
  const { node, key, whole } = find(document, path);
  const value = nodeOf(node);
  const target = key && (!whole || at === "key" || !isScalar(value) || value.value === null) ? key : value;
  return (target ?? key)?.range?.[0] ?? 0;
}

/** `owners.payments.people[0]` */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
