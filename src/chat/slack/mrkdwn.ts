import type { Inline, Text } from "#domain/card";
import type { Instant } from "#domain/time";

/** Slack counts code points, after escaping. */
export const size = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Said wherever text had to be cut. */
const shortened = " … shortened";

/** Drawn on one line, without anything that is invisible or turns the reading direction around. */
export const clean = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    // Format characters (bidi, zero-width, tags), lone surrogates, and letters that are drawn as nothing.
    .replaceAll(/[\p{Cf}\p{Cs}\u115F\u1160\u3164\uFFA0]/gu, "");

/** The same, line by line. */
export const cleanLines = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => clean(line.replaceAll("\t", "    ")))
    .join("\n");

export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * mrkdwn has no way to write its own characters literally, so look-alikes take their place. An underscore between two
 * letters or digits never starts or ends anything and stays: names with underscores can be copied.
 */
const neutral = (text: string): string =>
  text
    .replaceAll("*", "∗")
    .replaceAll("~", "∼")
    .replaceAll("`", "ˋ")
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "ˍ");

/** No emoji by name, also not from two neighbours. Our own marks and code, which may hold colons, are left alone. */
const withoutEmoji = (drawn: string): string =>
  drawn.replaceAll(/<[^>]*>|`[^`]*`|:(?=[\p{L}\p{N}_+'-]+:)/gu, (found) => (found === ":" ? "∶" : found));

/** For plain_text objects: nothing in them is markup, and Slack escapes them itself. */
export function plainText(text: string, limit: number): string {
  const whole = clean(text).trim();
  if (size(whole) <= limit) return whole;
  const mark = limit >= 40 ? shortened : "…";
  return `${take(whole, limit - size(mark)).trimEnd()}${mark}`;
}

/** What a screen reader or a plain_text object gets of a text. */
export function wordsOf(text: Text): string {
  if (isList(text)) return text.map(wordsOf).join("");
  if (typeof text === "string") return text;
  if ("bold" in text) return wordsOf(text.bold);
  if ("code" in text) return text.code;
  if ("mention" in text || "group" in text) return handle("@", text.name);
  if ("channel" in text) return handle("#", text.name);
  if ("link" in text) return text.label;
  return utc(text.at, text.style);
}

export interface Drawn {
  readonly text: string;
  readonly cut: boolean;
}

/** mrkdwn of at most `limit` code points. Cut text says so; marks, links and mentions are never cut in the middle. */
export function mrkdwn(text: Text, limit: number): Drawn {
  const whole = draw(text, limit, false);
  const cut = whole.cut ? draw(text, limit - size(shortened), false).text.trimEnd() + shortened : whole.text;
  // A quotation starts at a line's first ">", escaped or not.
  return { text: withoutEmoji(cut.trim().replace(/^&gt;/, "›")), cut: whole.cut };
}

function draw(text: Text, room: number, bold: boolean): Drawn {
  let drawn = "";
  let left = room;
  for (const inline of inlines(text)) {
    const part = drawInline(inline, left, bold);
    drawn += part.text;
    left -= size(part.text);
    if (part.cut) return { text: drawn, cut: true };
  }
  return { text: drawn, cut: false };
}

function drawInline(inline: Inline, room: number, bold: boolean): Drawn {
  if (typeof inline === "string") return fill(neutral(clean(inline)), room);
  if ("bold" in inline) return drawBold(inline.bold, room, bold);
  if ("code" in inline) return marked("`", fill(clean(inline.code).trim().replaceAll("`", "ˋ"), room - 2));
  const markup = markupOf(inline);
  if (markup === undefined) return fill(neutral(clean(wordsOf(inline))), room);
  return size(markup) <= room ? { text: markup, cut: false } : { text: "", cut: true };
}

function drawBold(text: Text, room: number, bold: boolean): Drawn {
  const inner = draw(text, bold ? room : room - 2, true);
  if (bold) return inner;
  // A mark next to a blank marks nothing: blanks go outside.
  const [, before = "", middle = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(inner.text) ?? [];
  return { text: middle === "" ? before : `${before}*${middle}*${after}`, cut: inner.cut };
}

const marked = (mark: string, inner: Drawn): Drawn => ({
  text: inner.text === "" ? "" : mark + inner.text + mark,
  cut: inner.cut,
});

/** As many characters as fit once they are escaped. */
function fill(text: string, room: number): Drawn {
  let drawn = "";
  let left = room;
  for (const character of text) {
    const escaped = escape(character);
    left -= escaped.length > 2 ? escaped.length : 1;
    if (left < 0) return { text: drawn, cut: true };
    drawn += escaped;
  }
  return { text: drawn, cut: false };
}

/** Undefined: it is no id or address of ours, so it is drawn as words. */
function markupOf(
  inline: Exclude<Inline, string | { readonly bold: Text } | { readonly code: string }>,
): string | undefined {
  if ("mention" in inline) return /^[UW][A-Z0-9]+$/.test(inline.mention) ? `<@${inline.mention}>` : undefined;
  if ("group" in inline) return /^S[A-Z0-9]+$/.test(inline.group) ? `<!subteam^${inline.group}>` : undefined;
  if ("channel" in inline) return /^[CGD][A-Z0-9]+$/.test(inline.channel) ? `<#${inline.channel}>` : undefined;
  if ("link" in inline) {
    const address = webAddress(inline.link);
    const label = escape(neutral(clean(inline.label)).trim().replaceAll("|", "¦"));
    return address === undefined || label === "" ? undefined : `<${escape(address)}|${label}>`;
  }
  const fallback = utc(inline.at, inline.style);
  return Number.isFinite(inline.at) && fallback !== ""
    ? `<!date^${Math.floor(inline.at / 1000)}^${tokens[inline.style]}|${fallback}>`
    : undefined;
}

/** Slack has no token for a short weekday; these are the shortest that say the day in the reader's zone. */
const tokens = { date: "{date_short_pretty}", minute: "{date_short_pretty} {time}", time: "{time}" } as const;

/** The address as it may stand in a link, or undefined when it is no web address. */
export function webAddress(address: string): string | undefined {
  try {
    const url = new URL(address);
    if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
    const safe = url.href.replaceAll("|", "%7C").replaceAll("<", "%3C").replaceAll(">", "%3E");
    return size(safe) <= 3000 ? safe : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Mon 23 Nov 09:12 UTC`: for what cannot draw a moment in the reader's zone. */
export function utc(at: Instant, style: "date" | "minute" | "time"): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const day = `${weekdays[date.getUTCDay()]} ${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
  const time = date.toISOString().replace(/^.*T(\d\d:\d\d).*$/, "$1 UTC");
  if (style === "date") return day;
  return style === "time" ? time : `${day} ${time}`;
}

export const take = (text: string, count: number): string => Array.from(text).slice(0, Math.max(0, count)).join("");
const handle = (mark: string, name: string): string => (name.startsWith(mark) ? name : mark + name);
const isList = (text: Text): text is readonly Inline[] => Array.isArray(text);
export const inlines = (text: Text): readonly Inline[] => (isList(text) ? text : [text]);
