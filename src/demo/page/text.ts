import { fillDate, moment } from "./dates.ts";
import { el } from "./dom.ts";
import { str } from "./json.ts";
import { isAddress, type Piece, parse } from "./mrkdwn.ts";
import type { Json } from "./wire.ts";

/** Who reads, and what ids are called. */
export interface Reading {
  readonly zone: string;
  readonly now: number;
  /** Ids that mean the reader. */
  readonly mine: readonly string[];
  /** Name of a person, channel or group, without its mark. */
  name(id: string): string | undefined;
  /** Where links to messages start. */
  readonly archives: string;
  /** Shows a message, by its link's path: `C0PAY/p1700000000000100`. */
  jump(path: string): void;
  openChannel(id: string): void;
}

/** A text object of Block Kit: `plain_text` as it is, `mrkdwn` drawn. */
export const textObject = (text: Json | undefined, reading: Reading): readonly Node[] =>
  text === undefined
    ? []
    : str(text, "type") === "mrkdwn"
      ? mrkdwn(str(text, "text"), reading)
      : [document.createTextNode(str(text, "text"))];

export const mrkdwn = (text: string, reading: Reading): readonly Node[] =>
  parse(text).map((piece) => draw(piece, reading));

function draw(piece: Piece, reading: Reading): Node {
  const all = (content: readonly Piece[]): readonly Node[] => content.map((each) => draw(each, reading));
  switch (piece.kind) {
    case "text":
      return document.createTextNode(piece.text);
    case "bold":
      return el("strong", {}, all(piece.content));
    case "italic":
      return el("em", {}, all(piece.content));
    case "strike":
      return el("s", {}, all(piece.content));
    case "quote":
      return el("blockquote", {}, all(piece.content));
    case "code":
      return el("code", {}, piece.text);
    case "pre":
      return el("pre", { tabindex: "0" }, piece.text);
    case "break":
      return el("br");
    case "link":
      return link(piece.url, piece.label, reading);
    case "person":
    case "group":
      return mention(
        `@${reading.name(piece.id) ?? (piece.label.replace(/^@/, "") || "somebody")}`,
        reading.mine.includes(piece.id),
      );
    case "everyone":
      return mention(piece.label, true);
    case "channel":
      return channel(piece.id, piece.label, reading);
    case "date": {
      const words = fillDate(piece.format, piece.at, reading);
      return el("time", { title: moment(piece.at, reading) }, words || piece.label);
    }
  }
}

const mention = (words: string, mine: boolean): Node => el("span", { class: mine ? "mention mine" : "mention" }, words);

function channel(id: string, label: string, { name, openChannel }: Reading): Node {
  const known = name(id);
  if (known === undefined) return mention(label === "" ? "private channel" : `#${label}`, false);
  return el("button", { class: "mention channel", type: "button", on: { click: () => openChannel(id) } }, `#${known}`);
}

/** Opens elsewhere and says nothing of where it came from; a link to a message shows it here. */
export function link(
  url: string,
  label: string,
  { archives, jump }: Reading,
  props: { readonly class?: string } = {},
): Node {
  if (!isAddress(url)) return document.createTextNode(label);
  if (url.startsWith(archives)) {
    const path = url.slice(archives.length);
    const click = (event: MouseEvent): void => {
      event.preventDefault();
      jump(path);
    };
    return el("a", { ...props, href: `#${path}`, on: { click } }, label);
  }
  return el("a", { ...props, href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}
