import type { Moves } from "#cards/views";
import type { Card, Part, Text } from "#domain/card";
import { cardText } from "#test/cards/as-text";

/** Platform ids of everybody a card mentions, groups too. */
export const mentionsIn = (card: Card): readonly string[] => card.parts.flatMap(textsOf).flatMap(mentionsOf);

/** What a part says, as rich text. Code is not text: nothing in it is read as markup. */
export function textsOf(part: Part): readonly Text[] {
  switch (part.kind) {
    case "heading":
    case "text":
    case "note":
      return [part.text];
    case "facts":
      return part.facts.map(([, value]) => value);
    case "rows":
      return part.rows.map(({ text }) => text);
    case "code":
    case "divider":
      return [];
  }
}

function mentionsOf(text: Text): readonly string[] {
  if (typeof text === "string") return [];
  if ("length" in text) return text.flatMap(mentionsOf);
  if ("bold" in text) return mentionsOf(text.bold);
  if ("mention" in text) return [text.mention];
  return "group" in text ? [text.group] : [];
}

export interface DigestNumbers {
  readonly open: number;
  /** Open at the digest before. Undefined: it compares with nothing. */
  readonly previous: number | undefined;
  readonly moves: Moves;
}

/** A digest's numbers, read off its words as a person would read them. */
export function digestNumbers(card: Card): DigestNumbers {
  const lines = cardText(card).replaceAll("*", "").split("\n");
  const number = (pattern: RegExp, among: readonly string[]): number =>
    Number(
      among
        .map((line) => pattern.exec(line)?.[1])
        .find((found) => found !== undefined)
        ?.replaceAll(",", "") ?? 0,
    );
  // That the figures are old is said before them.
  const head = lines.filter((line) => !line.startsWith("No scan ")).slice(0, 1);
  const open = number(/[:.] ([\d,]+) open/, head);
  const fewer = number(/([\d,]+) fewer than/, head);
  const more = number(/([\d,]+) more than/, head);
  const quiet = /nothing new, nothing due/.test(head[0] ?? "");
  const compares = quiet || /(fewer than|more than|as many as)/.test(head[0] ?? "");
  const labelled = (label: string): number =>
    number(
      new RegExp(`(?:^|· )${label} ([\\d,]+)`),
      lines.filter((line) => /^(New|Came back|Fixed|Gone) \d/.test(line)),
    );
  const also = lines.filter((line) => line.startsWith("Also "));
  return {
    open,
    previous: compares ? open + fewer - more : undefined,
    moves: {
      new: labelled("New"),
      cameBack: labelled("Came back"),
      fixed: labelled("Fixed"),
      gone: labelled("Gone"),
      arrived: number(/([\d,]+) came from other owners/, also),
      left: number(/([\d,]+) went to other owners/, also),
      woke: number(/([\d,]+) woke up/, also),
      setAside: number(/([\d,]+) set aside/, also),
      otherwise: number(/([\d,]+) closed by a changed rule/, also),
    },
  };
}
