import type { Trouble } from "#config/words";
import { shown } from "#config/words";
import type { Path } from "#config/yaml";
import { nearest } from "#domain/nearest";

interface Missing {
  readonly word: string;
  readonly from: Iterable<string>;
  /** What the known words are: "people". */
  readonly where: string;
  readonly hence?: string;
}

/** A word that points at nothing, with the one that was probably meant. */
export function missing(path: Path, { word, from, where, hence = "" }: Missing): Trouble {
  const known = [...from];
  const meant = nearest(word, known);
  const help = meant !== undefined ? ` Did you mean ${shown(meant)}?` : known.length === 0 ? " Nothing is there." : "";
  return { path, message: `${shown(word)} is not in ${where}${hence}.${help}` };
}

export const absent = (
  path: Path,
  words: readonly string[],
  { from, where }: { readonly from: ReadonlyMap<string, unknown>; readonly where: string },
): readonly Trouble[] =>
  words.flatMap((word, index) =>
    from.has(word) ? [] : [missing([...path, index], { word, from: from.keys(), where })],
  );

/** Ids that only the program knows; undefined: not checked. */
export const unknownIds = (
  path: Path,
  {
    words,
    known,
    what,
  }: { readonly words: readonly string[]; readonly known: readonly string[] | undefined; readonly what: string },
): readonly Trouble[] =>
  words.flatMap((word, index) =>
    known === undefined || known.includes(word)
      ? []
      : [missing([...path, index], { word, from: known, where: `the ${what} of this version` })],
  );

interface Placed {
  readonly word: string;
  readonly path: Path;
  /** Who says it; the same one may say it again. */
  readonly of: string;
}

/** Every word that two say, at the second one. */
export function twice(words: readonly Placed[], say: (word: string, first: string) => string): readonly Trouble[] {
  const first = new Map<string, string>();
  return words.flatMap(({ word, path, of }) => {
    const before = first.get(word);
    if (before === undefined) first.set(word, of);
    return before === undefined || before === of ? [] : [{ path, message: say(word, before) }];
  });
}
