/**
 * Slack's mrkdwn as a tree (docs.slack.dev/messaging/formatting-message-text): *bold*, _italic_, ~strike~, `code`, ```pre```,
 * > quotes, <links> and mentions, and the three entities. Nothing else is markup: a bare address stays text.
 */
export type Piece =
  | { readonly kind: "text" | "code" | "pre"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike" | "quote"; readonly content: readonly Piece[] }
  | { readonly kind: "break" }
  | { readonly kind: "link"; readonly url: string; readonly label: string }
  | { readonly kind: "person" | "channel" | "group"; readonly id: string; readonly label: string }
  | { readonly kind: "everyone"; readonly label: string }
  | { readonly kind: "date"; readonly at: number; readonly format: string; readonly label: string };

const marks: Readonly<Record<string, "bold" | "italic" | "strike">> = { "*": "bold", _: "italic", "~": "strike" };

export function parse(text: string): readonly Piece[] {
  return text.split(/```([\s\S]+?)```/).flatMap((part, index, all): readonly Piece[] => {
    if (index % 2 === 1) return [{ kind: "pre", text: literal(part.replace(/^\n|\n$/g, "")) }];
    // A block stands on lines of its own: the ends of line next to it are its edges.
    const before = index > 0 ? part.replace(/^\n/, "") : part;
    return lines(index < all.length - 1 ? before.replace(/\n$/, "") : before);
  });
}

function lines(text: string): readonly Piece[] {
  if (text === "") return [];
  const pieces: Piece[] = [];
  let quoted: Piece[] | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const quote = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quote) {
      const content = inline(quote[1] ?? "");
      if (quoted) quoted.push({ kind: "break" }, ...content);
      else pieces.push({ kind: "quote", content: (quoted = [...content]) });
      continue;
    }
    // A quotation ends its line by itself.
    if (index > 0 && !quoted) pieces.push({ kind: "break" });
    quoted = undefined;
    pieces.push(...inline(line));
  }
  return pieces;
}

/** A character, or what is drawn as one: code, a link, a mention. */
type Item = string | Piece;

function inline(line: string): readonly Piece[] {
  const items: Item[] = [];
  let from = 0;
  for (const found of line.matchAll(/`([^`]+)`|<([^<>]*)>/g)) {
    for (const character of line.slice(from, found.index)) items.push(character);
    const [whole, code, angle] = found;
    if (code !== undefined) items.push({ kind: "code", text: literal(code) });
    else items.push(reference(angle ?? "") ?? { kind: "text", text: whole });
    from = found.index + whole.length;
  }
  for (const character of line.slice(from)) items.push(character);
  return marked(items, 0, items.length);
}

function marked(items: readonly Item[], from: number, to: number): readonly Piece[] {
  const pieces: Piece[] = [];
  /** Marks with no partner further on: not looked for again. */
  const lonely = new Set<string>();
  let plain = "";
  const flush = (): void => {
    if (plain !== "") pieces.push({ kind: "text", text: decode(plain) });
    plain = "";
  };
  for (let at = from; at < to; at++) {
    const item = items[at] ?? "";
    if (typeof item !== "string") {
      flush();
      pieces.push(item);
      continue;
    }
    const kind = marks[item];
    const end = kind && !lonely.has(item) && opens(items, at) ? partner(items, at, to) : undefined;
    if (kind === undefined || end === undefined) {
      if (kind && opens(items, at)) lonely.add(item);
      plain += item;
      continue;
    }
    flush();
    pieces.push({ kind, content: marked(items, at + 1, end) });
    at = end;
  }
  flush();
  return pieces;
}

const isWord = (item: Item | undefined): boolean => typeof item === "string" && /[\p{L}\p{N}]/u.test(item);
const isBlank = (item: Item | undefined): boolean =>
  item === undefined || (typeof item === "string" && /\s/.test(item));
/** A mark counts at the edge of a word, its blank side outwards. */
const opens = (items: readonly Item[], at: number): boolean =>
  !isWord(items[at - 1]) && items[at - 1] !== items[at] && !isBlank(items[at + 1]) && items[at + 1] !== items[at];
const closes = (items: readonly Item[], at: number): boolean =>
  !isBlank(items[at - 1]) && items[at - 1] !== items[at] && !isWord(items[at + 1]) && items[at + 1] !== items[at];

function partner(items: readonly Item[], start: number, to: number): number | undefined {
  for (let at = start + 2; at < to; at++) if (items[at] === items[start] && closes(items, at)) return at;
  return undefined;
}

/** What stands between < and >; undefined: nothing Slack knows. */
function reference(inner: string): Piece | undefined {
  const [, target = "", label = ""] = /^([^|]*)(?:\|(.*))?$/.exec(inner) ?? [];
  const named = decode(label);
  const [, person] = /^@([UW][A-Z0-9]+)$/.exec(target) ?? [];
  if (person !== undefined) return { kind: "person", id: person, label: named };
  const [, channel] = /^#([CGD][A-Z0-9]+)$/.exec(target) ?? [];
  if (channel !== undefined) return { kind: "channel", id: channel, label: named };
  const [, group] = /^!subteam\^(S[A-Z0-9]+)$/.exec(target) ?? [];
  if (group !== undefined) return { kind: "group", id: group, label: named };
  const [, all] = /^!(here|channel|everyone)$/.exec(target) ?? [];
  if (all !== undefined) return { kind: "everyone", label: `@${all}` };
  const [, at, format] = /^!date\^(-?\d{1,13})\^([^^]+)(?:\^.*)?$/.exec(target) ?? [];
  if (at !== undefined) return { kind: "date", at: Number(at) * 1000, format: decode(format ?? ""), label: named };
  if (target.startsWith("!")) return label === "" ? undefined : { kind: "text", text: named };
  const url = decode(target);
  return isAddress(url) ? { kind: "link", url, label: named || url } : undefined;
}

export const isAddress = (url: string): boolean =>
  /^(?:https?:\/\/[^\s/]|mailto:[^\s@]+@)/.test(url) && URL.canParse(url);

/** Code shows a link's address and knows no mentions. */
const literal = (code: string): string =>
  decode(code.replaceAll(/<((?:https?:\/\/|mailto:)[^<>|]*)(?:\|[^<>]*)?>/g, "$1"));

const entities: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
/** Once: `&amp;lt;` is written `&lt;`. */
const decode = (text: string): string => text.replaceAll(/&(?:amp|lt|gt);/g, (entity) => entities[entity] ?? entity);

/** Who is called by a text: ids of people and groups. */
export function mentioned(pieces: readonly Piece[]): readonly string[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === "person" || piece.kind === "group") return [piece.id];
    return "content" in piece ? mentioned(piece.content) : [];
  });
}
