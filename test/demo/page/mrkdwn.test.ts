import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mrkdwn } from "#chat/slack/mrkdwn";
import { fillDate } from "#demo/page/dates";
import { mentioned, type Piece, parse } from "#demo/page/mrkdwn";
import { hostile, textArb } from "#test/chat/slack/arbitraries";
import { parse as read } from "#test/chat/slack/parse";

const text = (words: string): Piece => ({ kind: "text", text: words });

describe("what people and bots write", () => {
  it.each<[string, readonly Piece[]]>([
    ["plain", [text("plain")]],
    [
      "*bold* and _italic_ and ~gone~",
      [
        { kind: "bold", content: [text("bold")] },
        text(" and "),
        { kind: "italic", content: [text("italic")] },
        text(" and "),
        { kind: "strike", content: [text("gone")] },
      ],
    ],
    [
      "*bold with _italic_ inside*",
      [{ kind: "bold", content: [text("bold with "), { kind: "italic", content: [text("italic")] }, text(" inside")] }],
    ],
    ["snake_case_name, 2 * 3 * 4, a*b*c", [text("snake_case_name, 2 * 3 * 4, a*b*c")]],
    ["*open\nend*", [text("*open"), { kind: "break" }, text("end*")]],
    ["`F-1a2b`  *pay*", [{ kind: "code", text: "F-1a2b" }, text("  "), { kind: "bold", content: [text("pay")] }]],
    ["`*not bold*` &amp;lt; &lt;b&gt;", [{ kind: "code", text: "*not bold*" }, text(" &lt; <b>")]],
    ["before\n```\na *b*\n  c\n```\nafter", [text("before"), { kind: "pre", text: "a *b*\n  c" }, text("after")]],
    [
      "&gt; said\n&gt; twice\nnot said",
      [{ kind: "quote", content: [text("said"), { kind: "break" }, text("twice")] }, text("not said")],
    ],
    [
      "see <https://acme.example/a?b=1&amp;c=2|the *page*>",
      [text("see "), { kind: "link", url: "https://acme.example/a?b=1&c=2", label: "the *page*" }],
    ],
    [
      "*<https://acme.example>*",
      [{ kind: "bold", content: [{ kind: "link", url: "https://acme.example", label: "https://acme.example" }] }],
    ],
    [
      "<@U0TOM> <@U0TOM|Tom> <#C0PAY> <!subteam^S0LEADS|@leads> <!here>",
      [
        { kind: "person", id: "U0TOM", label: "" },
        text(" "),
        { kind: "person", id: "U0TOM", label: "Tom" },
        text(" "),
        { kind: "channel", id: "C0PAY", label: "" },
        text(" "),
        { kind: "group", id: "S0LEADS", label: "@leads" },
        text(" "),
        { kind: "everyone", label: "@here" },
      ],
    ],
    [
      "<!date^1700000000^{date_short_pretty} {time}|Tue 14 Nov>",
      [{ kind: "date", at: 1_700_000_000_000, format: "{date_short_pretty} {time}", label: "Tue 14 Nov" }],
    ],
  ])("%s", (written, pieces) => expect(parse(written)).toEqual(pieces));

  it.each([
    "<javascript:alert(1)|click>",
    "<data:text/html,x|click>",
    "<//evil.example|click>",
    "<https:evil|click>",
    "https://evil.example",
    "&lt;https://evil.example&gt;",
    "&lt;!channel&gt;",
    "<@nobody>",
    "<img src=x onerror=alert(1)>",
  ])("is no link and calls nobody: %s", (written) => {
    expect(parse(written).map(({ kind }) => kind)).toEqual(["text"]);
  });

  it("knows who is called, also within bold and quotes", () => {
    expect(mentioned(parse("*<@U0TOM>* hello\n&gt; <!subteam^S0LEADS> `<@U0ANA>`"))).toEqual(["U0TOM", "S0LEADS"]);
  });

  it("takes no longer than a moment for marks without partners", () => {
    const begun = performance.now();
    parse("*a _b ~c ".repeat(4_000));
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe("what our adapter draws", () => {
  it("names and tags stay text, whatever they hold", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        expect(parse(mrkdwn(name, 3_000).text).filter(({ kind }) => kind !== "text")).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("has as many links and mentions here as for a reader that knows neither us nor it", () => {
    const references = (pieces: readonly Piece[]): number =>
      pieces.reduce((sum, piece) => {
        if ("content" in piece) return sum + references(piece.content);
        return sum + (["link", "person", "group", "channel", "everyone", "date"].includes(piece.kind) ? 1 : 0);
      }, 0);
    fc.assert(
      fc.property(textArb, (drawn) => {
        const { text: written } = mrkdwn(drawn, 3_000);
        expect(references(parse(written))).toBe(read(written).marks.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("moments", () => {
  const at = Date.parse("2026-11-23T08:12:30Z");
  const reader = { zone: "Europe/Berlin", now: Date.parse("2026-11-23T20:00:00Z") };
  it.each([
    ["{date_short_pretty} {time}", "today 09:12"],
    ["{date_short} {time_secs}", "23 Nov 2026 09:12:30"],
    ["{date_num}", "2026-11-23"],
    ["{date_long}", "Monday, 23 November 2026"],
    ["{ago}", "12 hours ago"],
    ["{unknown} {toString}", "{unknown} {toString}"],
  ])("%s", (format, words) => expect(fillDate(format, at, reader)).toBe(words));

  it("is the reader's day, not the machine's", () => {
    const late = Date.parse("2026-11-22T23:30:00Z");
    expect(fillDate("{date_pretty}", late, reader)).toBe("today");
    expect(fillDate("{date_pretty}", late, { ...reader, zone: "America/New_York" })).toBe("yesterday");
  });
});
