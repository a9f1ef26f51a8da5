/** Control characters, escapes, bidi and zero-width marks, tags, variation selectors, lone surrogates. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu;
const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text from a cloud as it may stand on a terminal: whatever moves the cursor, reorders or hides is shown as its code. */
export const terminalSafe = (text: string): string =>
  text.replace(unsafe, (found) => named[found] ?? `\\u{${found.codePointAt(0)?.toString(16) ?? ""}}`);

/** Drawn two columns wide: CJK, full-width forms, emoji. Half-width forms are not. */
const wide =
  /^(?![\uFF61-\uFFDC\uFFE8-\uFFEE])[\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}]/u;
const mark = /^\p{M}/u;

const widthOfOne = (letter: string): number => (mark.test(letter) ? 0 : wide.test(letter) ? 2 : 1);

/** Terminal columns that safe text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += widthOfOne(letter);
  return width;
}

/** The longest beginning of at most `width` columns. */
function start(text: string, width: number): string {
  let used = 0;
  let out = "";
  for (const letter of text) {
    used += widthOfOne(letter);
    if (used > width) break;
    out += letter;
  }
  return out;
}

/** At most `width` columns; what was cut ends in "…". */
export const cut = (text: string, width: number): string =>
  widthOf(text) <= width ? text : `${start(text, width - 1)}…`;

/** At least `width` columns. */
export const pad = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
/** Exactly `width` columns. */
export const fit = (text: string, width: number): string => pad(cut(text, width), width);

/** Lines of at most `width` columns, broken between words; a longer word is broken where it must be. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (widthOf(line) > width) {
      const head = start(line, Math.max(2, width));
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}
