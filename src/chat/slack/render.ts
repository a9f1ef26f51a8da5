import type { types } from "@slack/bolt";
import { actionBlocks, plain } from "#chat/slack/actions";
import type { Draft } from "#chat/slack/draft";
import { newDraft } from "#chat/slack/draft";
import type { Block, Piece } from "#chat/slack/layout";
import { context, layout, maxSection, section } from "#chat/slack/layout";
import { cleanLines, escape, inlines, mrkdwn, size, wordsOf } from "#chat/slack/mrkdwn";
import type { Card, Part, Text } from "#domain/card";
import { unreachable } from "#domain/errors";

export interface Rendered {
  /** What the phone shows. Escaped: even the fallback text is parsed for mentions. */
  readonly text: string;
  readonly blocks: Block[];
  /** What the limits took away, a phrase each: "455 rows". Empty when all of the card is there. */
  readonly dropped: readonly string[];
}

const maxHeader = 150;
const maxNote = 2000;
const maxNotification = 3000;

/** A card within every published limit. Pure. Block ids are left to Slack, which makes new ones at each edit. */
export function renderCard(card: Card): Rendered {
  const draft = newDraft();
  // The grey lines stand below the buttons.
  const body = piecesOf(
    card.parts.filter(({ kind }) => kind !== "note"),
    draft,
  );
  const grey = piecesOf(
    card.parts.filter(({ kind }) => kind === "note"),
    draft,
  );
  const blocks = layout([...body, ...actionPieces(card, draft), ...grey], "message", draft);
  const text = mrkdwn(card.text, maxNotification).text || "Stance";
  return { text, blocks: blocks.length > 0 ? blocks : [section(text)], dropped: draft.dropped() };
}

/** After Slack refused the blocks: sections and nothing else. Buttons become what can be typed in their place. */
export function renderSections(card: Card, command: string): Rendered {
  const typed = (card.actions ?? []).flatMap((action): Part[] =>
    action.kind === "button" && "command" in action.press
      ? [{ kind: "text", text: [`${action.label}: `, { code: `${command} ${action.press.command}` }] }]
      : [],
  );
  const parts = [...card.parts, ...typed].map((part): Part => {
    if (part.kind === "heading" || part.kind === "note") return { kind: "text", text: part.text };
    return part.kind === "rows" ? { ...part, rows: part.rows.map(({ text }) => ({ text })) } : part;
  });
  const { text, blocks, dropped } = renderCard({ text: card.text, parts });
  return { text, blocks: blocks.filter(({ type }) => type === "section"), dropped };
}

export const actionPieces = (card: Card, draft: Draft): readonly Piece[] =>
  actionBlocks(card.actions ?? [], draft).map((block) => ({ kind: "blocks", blocks: [block], must: true }));

export function piecesOf(parts: readonly Part[], draft: Draft): readonly Piece[] {
  const first = parts.find(({ kind }) => kind === "heading");
  return parts.flatMap((part) => piecesOfPart(part, { draft, first: part === first }));
}

function piecesOfPart(
  part: Part,
  { draft, first }: { readonly draft: Draft; readonly first: boolean },
): readonly Piece[] {
  const draw = (text: Text, limit: number): string => {
    const drawn = mrkdwn(text, limit);
    if (drawn.cut) draft.lose("text");
    return drawn.text;
  };
  switch (part.kind) {
    case "heading":
      return first && fitsHeader(part.text)
        ? piece([{ type: "header", text: plain(wordsOf(part.text), maxHeader) }])
        : piece(sections([draw({ bold: part.text }, maxSection)]));
    case "text":
      return piece(sections([draw(part.text, maxSection)]));
    case "facts":
      return piece(
        sections(part.facts.map(([label, value]) => draw([{ bold: label }, "  ", ...inlines(value)], maxNote))),
      );
    case "rows":
      return [{ kind: "rows", rows: part.rows, more: part.more ?? 0 }];
    case "code":
      return chunks(part.code).flatMap((code) => piece([section(`\`\`\`\n${code}\n\`\`\``)]));
    case "note": {
      const text = draw(part.text, maxNote);
      return text === "" ? [] : [{ kind: "blocks", blocks: [context(text)], must: true }];
    }
    case "divider":
      return piece([{ type: "divider" }]);
    default:
      return unreachable(part);
  }
}

const piece = (blocks: readonly Block[]): readonly Piece[] => (blocks.length > 0 ? [{ kind: "blocks", blocks }] : []);

/** A card's first heading is one for screen readers too, unless it says what a plain text cannot, or not for certain. */
const fitsHeader = (text: Text): boolean => {
  const words = wordsOf(text);
  return isPlain(text) && words.trim() !== "" && !/[<>&]/.test(words) && size(words) <= maxHeader;
};
const isPlain = (text: Text): boolean =>
  inlines(text).every((inline) => typeof inline === "string" || ("bold" in inline && isPlain(inline.bold)));

/** Lines, in as few sections as hold them. */
function sections(lines: readonly string[]): readonly types.SectionBlock[] {
  const texts: string[] = [];
  for (const line of lines.filter((text) => text !== "")) {
    const last = texts.at(-1);
    if (last !== undefined && size(last) + size(line) < maxSection) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
}

/** Pieces of a code block that hold together: broken at line ends, or in the middle of a line longer than a block. */
function chunks(code: string): readonly string[] {
  const room = maxSection - 10;
  const pieces: string[] = [];
  let current = "";
  let used = 0;
  for (const character of cleanLines(code).trimEnd().replaceAll("`", "ˋ")) {
    const escaped = escape(character);
    const cost = escaped.length > 2 ? escaped.length : 1;
    if (used + cost > room) {
      const end = current.lastIndexOf("\n");
      const [before, after] = end > 0 ? [current.slice(0, end), current.slice(end + 1)] : [current, ""];
      pieces.push(before);
      current = after;
      used = size(after);
    }
    current += escaped;
    used += cost;
  }
  return current.trim() === "" ? pieces : [...pieces, current];
}
