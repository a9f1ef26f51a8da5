import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, fit, terminalSafe, widthOf, wrap } from "#formats/terminal-safe";
import { hostile } from "#test/formats/samples";

describe("terminalSafe", () => {
  it.each([
    ["plain ünïcode 漢字", "plain ünïcode 漢字"],
    ["\u001B[31mred", "\\u{1b}[31mred"],
    ["a\nb\tc\r", "a\\nb\\tc\\r"],
    ["\u009B2J", "\\u{9b}2J"],
    ["x\u202Efdp.exe", "x\\u{202e}fdp.exe"],
    ["a\u200Bb", "a\\u{200b}b"],
    ["\u{E0041}", "\\u{e0041}"],
    ["\u3164", "\\u{3164}"],
    ["\uD83D", "\\u{d83d}"],
    ["😀", "😀"],
  ])("%j", (text, safe) => {
    expect(terminalSafe(text)).toBe(safe);
  });

  it("leaves nothing that moves a cursor, reorders or hides", () => {
    const forbidden = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u061C\u180E\u{E0000}-\u{E007F}]/u;
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...hostile)), (text) => {
        expect(terminalSafe(text)).not.toMatch(forbidden);
        expect(terminalSafe(terminalSafe(text))).toBe(terminalSafe(text));
      }),
    );
  });
});

describe("widths", () => {
  it("counts columns, not letters", () => {
    expect(widthOf("abc")).toBe(3);
    expect(widthOf("漢字")).toBe(4);
    expect(widthOf("ｱｲ")).toBe(2);
    expect(widthOf("ＡＢ")).toBe(4);
    expect(widthOf("e\u0301")).toBe(1);
    expect(widthOf("😀")).toBe(2);
  });

  it("fits exactly and cuts with an ellipsis", () => {
    expect(fit("ab", 4)).toBe("ab  ");
    expect(fit("漢字漢字", 5)).toBe("漢字…");
    expect(cut("abc", 3)).toBe("abc");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(widthOf(fit(terminalSafe(text), width))).toBe(width);
      }),
    );
  });

  it("wraps between words and loses nothing", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 4, max: 30 }), (text, width) => {
        const safe = terminalSafe(text);
        for (const line of wrap(safe, width)) expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(wrap(safe, width).join("").replaceAll(" ", "")).toBe(safe.replaceAll(" ", ""));
      }),
    );
  });
});
