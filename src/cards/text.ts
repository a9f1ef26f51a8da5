import type { Action, Card, Inline, Part, Press, Row, Text } from "#domain/card";
import type { Severity } from "#domain/check";
import type { Instant } from "#domain/time";

/** Small builders for message trees. Nothing here knows what a message is about. */

type Piece = Text | undefined | false;
const isList = (text: Text): text is readonly Inline[] => Array.isArray(text);
const flat = (text: Text): readonly Inline[] => (isList(text) ? text : [text]);
const isPiece = (piece: Piece): piece is Text =>
  piece !== undefined && piece !== false && piece !== "" && !(isList(piece) && piece.length === 0);

/** Pieces one after the other; what is absent leaves nothing behind. */
export const line = (...pieces: readonly Piece[]): readonly Inline[] => pieces.filter(isPiece).flatMap(flat);

export const joined = (pieces: readonly Piece[], between: string): readonly Inline[] =>
  pieces.filter(isPiece).flatMap((piece, index) => (index === 0 ? flat(piece) : [between, ...flat(piece)]));

export const dots = (...pieces: readonly Piece[]): readonly Inline[] => joined(pieces, " · ");

/** "a", "a and b", "a, b and c" */
export const listed = (words: readonly string[], last = "and"): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;

export const date = (at: Instant): Inline => ({ at, style: "date" });
export const minuteOf = (at: Instant): Inline => ({ at, style: "minute" });
export const timeOf = (at: Instant): Inline => ({ at, style: "time" });
export const bold = (text: Text): Inline => ({ bold: text });
export const code = (text: string): Inline => ({ code: text });

export const heading = (...pieces: readonly Piece[]): Part => ({ kind: "heading", text: line(...pieces) });
export const para = (...pieces: readonly Piece[]): Part => ({ kind: "text", text: line(...pieces) });
export const note = (...pieces: readonly Piece[]): Part => ({ kind: "note", text: line(...pieces) });
export const sameAs = (command: string): Part => note(`same as /posture ${command}`);

/** Undefined when there is nothing to list: a section without content is left out. */
export function rows(list: readonly Row[], more = 0): Part | undefined {
  if (list.length === 0) return undefined;
  return { kind: "rows", rows: list, ...(more > 0 && { more }) };
}

export function facts(...pairs: readonly (readonly [label: string, value: Piece] | undefined)[]): Part | undefined {
  const shown = pairs.flatMap((pair): readonly (readonly [string, Text])[] =>
    pair && isPiece(pair[1]) ? [[pair[0], pair[1]]] : [],
  );
  return shown.length === 0 ? undefined : { kind: "facts", facts: shown };
}

/** A press that does what the person could have typed after `/posture`. */
export const run = (command: string): Press => ({ command });
/** The same, where the answer is a form. */
export const form = (command: string): Press => ({ command, form: true });

export const button = (label: string, press: Press, style?: "primary" | "danger"): Action => ({
  kind: "button",
  label: clip(label, 75),
  press,
  ...(style && { style }),
});

export function menu(...items: readonly (readonly [label: string, press: Press] | undefined)[]): Action | undefined {
  const shown = items.flatMap((item) => (item ? [{ label: clip(item[0], 75), press: item[1] }] : []));
  return shown.length === 0 ? undefined : { kind: "menu", items: shown };
}

interface CardOptions {
  readonly actions?: readonly (Action | undefined)[];
  readonly severity?: Severity;
  /** Where the phone shows more than the first line. */
  readonly text?: string;
}

/** A card whose notification is its first line. */
export function cardOf(parts: readonly (Part | undefined)[], options: CardOptions = {}): Card {
  const shown = parts.filter((part) => part !== undefined);
  const actions = options.actions?.filter((action) => action !== undefined) ?? [];
  const first = shown[0];
  return {
    text: options.text ?? (first ? notification(firstLine(first)) : ""),
    parts: shown,
    ...(actions.length > 0 && { actions }),
    ...(options.severity && { severity: options.severity }),
  };
}

/** "🟧 HIGH · 3 S3 buckets …" → "HIGH: 3 S3 buckets …": a phone and a screen reader get no square. */
export const notification = (text: Text): string =>
  plain(text)
    .replaceAll(/[🟥🟧🟨⬜] /gu, "")
    .replace(/^(CRITICAL|HIGH|MEDIUM|LOW) · /, "$1: ");

function firstLine(part: Part): Text {
  switch (part.kind) {
    case "heading":
    case "text":
    case "note":
      return part.text;
    case "facts":
      return line(...part.facts.slice(0, 1).map(([label, value]) => line(label, " ", value)));
    case "rows":
      return part.rows[0]?.text ?? "";
    case "code":
      return part.code;
    case "divider":
      return "";
  }
}

/** Without markup. Times in the zone given; with no reader to ask, in UTC and saying so. */
export function plain(text: Text, zone?: string): string {
  if (isList(text)) return text.map((inline) => plain(inline, zone)).join("");
  if (typeof text === "string") return text;
  if ("bold" in text) return plain(text.bold, zone);
  if ("code" in text) return text.code;
  if ("link" in text) return text.label;
  if ("at" in text) return stamp(text.at, text.style, zone);
  return text.name;
}

/** "Mon 23 Nov 2026", "Mon 23 Nov 09:12", "09:12" */
export function stamp(at: Instant, style: "date" | "minute" | "time", zone?: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone ?? "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  const day = `${part("weekday")} ${part("day")} ${part("month").slice(0, 3)}`;
  const time = `${part("hour")}:${part("minute")}${zone === undefined ? " UTC" : ""}`;
  if (style === "time") return time;
  return style === "date" ? `${day} ${part("year")}` : `${day} ${time}`;
}

/** Cut to so many characters (code points, as platforms count them). */
export function clip(text: string, most: number): string {
  const points = Array.from(text);
  return points.length <= most ? text : `${points.slice(0, most - 1).join("")}…`;
}
