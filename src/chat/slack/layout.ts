import type { types } from "@slack/bolt";
import { accessoryOf } from "#chat/slack/actions";
import type { Draft } from "#chat/slack/draft";
import { mrkdwn, size } from "#chat/slack/mrkdwn";
import type { Row } from "#domain/card";

export type Block = types.KnownBlock;

/** What is laid out: blocks that stand or fall together, or rows that share what room is left. */
export type Piece = Fixed | Rows;
interface Fixed {
  readonly kind: "blocks";
  readonly blocks: readonly Block[];
  /** Buttons, fields and the grey line come before everything else. */
  readonly must?: boolean;
}
interface Rows {
  readonly kind: "rows";
  readonly rows: readonly Row[];
  readonly more: number;
}

/** Slack's published block counts; the characters are our own measure: a message far longer is refused as a whole. */
const surfaces = {
  message: { blocks: 50, characters: 12_000 },
  view: { blocks: 100, characters: 60_000 },
} as const;
export const maxSection = 3000;
/** One hostile name must not push its neighbours out. */
const maxRow = 1000;

export const section = (text: string): types.SectionBlock => ({
  type: "section",
  text: { type: "mrkdwn", text, verbatim: true },
});
export const context = (text: string): types.ContextBlock => ({
  type: "context",
  elements: [{ type: "mrkdwn", text, verbatim: true }],
});
const shortened = context("… shortened");
const more = (count: number): types.ContextBlock => context(`and ${count} more`);

interface Room {
  /** False: there is no room, and nothing was taken. */
  take(blocks: number, characters: number): boolean;
}

function roomOf(surface: keyof typeof surfaces): Room {
  let { blocks, characters }: { blocks: number; characters: number } = surfaces[surface];
  return {
    take(count, length) {
      if (count > blocks || length > characters) return false;
      blocks -= count;
      characters -= length;
      return true;
    },
  };
}

const lengthOf = (blocks: readonly Block[]): number => size(JSON.stringify(blocks));

/** Fits the pieces in their order; what does not fit is counted and said. */
export function layout(pieces: readonly Piece[], surface: keyof typeof surfaces, draft: Draft): Block[] {
  const room = roomOf(surface);
  const lists = pieces.filter(({ kind }) => kind === "rows").slice(0, surfaces[surface].blocks - 1);
  // Kept free for "… shortened" and for "and 7 more" below each list.
  room.take(1 + lists.length, 100 * (1 + lists.length));
  const kept = new Map<Piece, readonly Block[]>();
  for (const first of [true, false])
    for (const piece of pieces)
      if (
        piece.kind === "blocks" &&
        (piece.must ?? false) === first &&
        room.take(piece.blocks.length, lengthOf(piece.blocks))
      )
        kept.set(piece, piece.blocks);
  for (const piece of lists) if (piece.kind === "rows") kept.set(piece, fillRows(piece, room, draft));
  const missing = pieces.length - kept.size;
  draft.lose("part", missing);
  const blocks = pieces.flatMap((piece) => kept.get(piece) ?? []);
  return missing > 0 ? [...blocks, shortened] : blocks;
}

/** Rows with a button are a block each; the others share blocks as lines. */
function fillRows({ rows, more: before }: Rows, room: Room, draft: Draft): readonly Block[] {
  const blocks: Block[] = [];
  let lines = "";
  let drawn = 0;
  for (const row of rows) {
    const { text, cut } = mrkdwn(row.text, maxRow);
    const accessory = row.action && accessoryOf(row.action, draft);
    const block: Block = { ...section(text || "…"), ...(accessory && { accessory }) };
    const joins = !accessory && lines !== "" && size(lines) + size(text) < maxSection;
    if (!room.take(joins ? 0 : 1, lengthOf([block]))) break;
    drawn++;
    if (cut) draft.lose("text");
    if (joins) lines += `\n${text}`;
    else {
      if (lines !== "") blocks.push(section(lines));
      lines = accessory ? "" : text || "…";
      if (accessory) blocks.push(block);
    }
  }
  if (lines !== "") blocks.push(section(lines));
  const missing = rows.length - drawn;
  draft.lose("row", missing);
  return before + missing > 0 ? [...blocks, more(before + missing)] : blocks;
}
