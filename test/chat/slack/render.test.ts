import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mrkdwn, size } from "#chat/slack/mrkdwn";
import { renderCard, renderSections } from "#chat/slack/render";
import { renderCardView, renderForm } from "#chat/slack/view";
import type { Card, Inline, Text } from "#domain/card";
import { actionArb, cardArb, formArb, hostile, textArb } from "#test/chat/slack/arbitraries";
import { parse, textsOf } from "#test/chat/slack/parse";
import { validateMessage, validateView } from "#test/support/block-kit";

const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/u;
const runs = { numRuns: 150 };

describe("a card", () => {
  test("whatever it holds is a message that Slack takes", () => {
    fc.assert(
      fc.property(cardArb, (card) => {
        const message = renderCard(card);
        expect(validateMessage(message)).toEqual([]);
        expect(validateMessage(renderSections(card, "/posture"))).toEqual([]);
        expect(validateView(renderCardView(card, { channel: "C0TEAM" }).view)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("has no markup but ours, however things in the cloud are called", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (one, two, three) => {
        const card: Card = {
          text: one,
          parts: [
            { kind: "heading", text: one },
            { kind: "heading", text: [{ mention: "U0MARIA", name: one }, two] },
            { kind: "text", text: [one, two, three] },
            { kind: "facts", facts: [[two, three]] },
            { kind: "rows", rows: [{ text: one }, { text: [{ bold: two }, three] }] },
            { kind: "note", text: two },
          ],
        };
        const message = renderCard(card);
        const texts = textsOf(message.blocks).mrkdwn;
        for (const text of [...texts, message.text]) {
          const seen = parse(text);
          expect(seen.marks.filter((mark) => mark !== "@U0MARIA")).toEqual([]);
          expect(seen).toMatchObject({ code: [], italic: 0, struck: 0, emoji: [], quoted: false, stray: [] });
          expect(text.match(/\*/g)?.length ?? 0).toBeLessThanOrEqual(2);
          expect(text.replaceAll("\n", "")).not.toMatch(invisible);
        }
        expect(parse(texts.find((text) => text.includes("U0MARIA")) ?? "").marks).toEqual(["@U0MARIA"]);
        for (const text of textsOf(message.blocks).plain) expect(text).not.toMatch(invisible);
      }),
      runs,
    );
  });

  test("shows exactly the mentions and links of its tree, in order", () => {
    fc.assert(
      fc.property(textArb, (text) => {
        const drawn = mrkdwn(text, 100_000);
        const seen = parse(drawn.text);
        expect(seen.marks.map((mark) => mark.replace(/\|.*$/, ""))).toEqual(marksOf(text));
        expect(seen.stray).toEqual([]);
        expect(seen.italic + seen.struck).toBe(0);
      }),
      runs,
    );
  });

  test("cuts long text visibly, within the limit and never inside markup", () => {
    fc.assert(
      fc.property(textArb, fc.integer({ min: 40, max: 400 }), (text, limit) => {
        const { text: drawn, cut } = mrkdwn(text, limit);
        expect(size(drawn)).toBeLessThanOrEqual(limit);
        expect(cut).toBe(drawn.endsWith("… shortened") && size(mrkdwn(text, 1_000_000).text) > size(drawn) - 12);
        expect(parse(drawn).stray).toEqual([]);
      }),
      runs,
    );
  });

  test("of 500 rows is delivered shortened and says so", () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({
      text: [{ code: `F-${index}` }, " ", { bold: `bucket-${index}` }, " eu-west-1 · policy lets everyone read"],
      action: { kind: "button" as const, label: "Open", press: { command: `show F-${index}` } },
    }));
    const card: Card = {
      text: "500 buckets",
      parts: [
        { kind: "heading", text: "500 buckets" },
        { kind: "rows", rows, more: 7 },
        { kind: "note", text: "G-7k" },
      ],
      actions: [{ kind: "button", label: "All", press: { command: "findings" } }],
    };
    const { blocks, dropped } = renderCard(card);
    expect(validateMessage(renderCard(card))).toEqual([]);
    const shown = blocks.filter((block) => "accessory" in block).length;
    expect(shown).toBeGreaterThanOrEqual(30);
    expect(JSON.stringify(blocks)).toContain(`and ${507 - shown} more`);
    expect(dropped).toEqual([`${500 - shown} rows`]);
    expect(blocks.at(-2)).toMatchObject({ type: "actions" });
    expect(JSON.stringify(blocks)).toContain("G-7k");
  });

  test("escapes & < > exactly once and leaves names with underscores alone", () => {
    const { blocks, text } = renderCard({
      text: "R&D <a>",
      parts: [{ kind: "text", text: ["R&D <a> my_user_name &amp;"] }],
    });
    expect(text).toBe("R&amp;D &lt;a&gt;");
    expect(textsOf(blocks).mrkdwn).toEqual(["R&amp;D &lt;a&gt; my_user_name &amp;amp;"]);
  });

  test("draws moments in the reader's zone, with UTC where that cannot be", () => {
    const at = Date.UTC(2026, 10, 23, 9, 12);
    const draw = (style: "date" | "minute" | "time"): string => mrkdwn({ at, style }, 500).text;
    expect(draw("minute")).toBe("<!date^1795425120^{date_short_pretty} {time}|Mon 23 Nov 09:12 UTC>");
    expect(draw("date")).toBe("<!date^1795425120^{date_short_pretty}|Mon 23 Nov>");
    expect(draw("time")).toBe("<!date^1795425120^{time}|09:12 UTC>");
  });

  test("draws buttons, menus and rows with a button as Slack's elements", () => {
    const item = (label: string): { label: string; press: { command: string } } => ({
      label,
      press: { command: label },
    });
    const { blocks } = renderCard({
      text: "x",
      parts: [
        {
          kind: "rows",
          rows: [
            { text: "one" },
            { text: "two" },
            { text: "three", action: { kind: "button", label: "Open", press: { command: "show F-1" } } },
          ],
        },
      ],
      actions: [
        {
          kind: "button",
          label: "Approve 2 changes",
          style: "primary",
          press: { nonce: "n1" },
          confirm: { title: "Approve R-12?", text: "Blocks.", ok: "Approve", cancel: "Back" },
        },
        { kind: "menu", items: ["a", "b"].map(item) },
        { kind: "menu", items: ["a", "b", "c", "d", "e", "f"].map(item) },
        { kind: "menu", items: [item("only")] },
        { kind: "menu", items: [item("short"), item("other"), { label: "long", press: { command: "x".repeat(150) } }] },
        { kind: "link", label: "Open in AWS", url: "https://console.aws.amazon.com/" },
      ],
    });
    expect(blocks.map(({ type }) => type)).toEqual(["section", "section", "actions"]);
    expect(blocks[0]).toMatchObject({ text: { text: "one\ntwo" } });
    expect(blocks[1]).toMatchObject({ accessory: { type: "button", value: '{"command":"show F-1"}' } });
    const elements = blocks[2]?.type === "actions" ? blocks[2].elements : [];
    expect(elements.map(({ type }) => type)).toEqual([
      "button",
      "overflow",
      "static_select",
      "button",
      "overflow",
      "button",
      "button",
    ]);
    expect(elements[0]).toMatchObject({
      value: '{"nonce":"n1"}',
      style: "primary",
      confirm: { title: { text: "Approve R-12?" }, deny: { text: "Back" } },
    });
  });

  test("prints what can be typed where buttons are impossible", () => {
    const { blocks, dropped } = renderSections(
      {
        text: "x",
        parts: [
          { kind: "heading", text: "Heading" },
          {
            kind: "rows",
            rows: [{ text: "row", action: { kind: "button", label: "Open", press: { command: "show F-1" } } }],
          },
          { kind: "note", text: "note" },
        ],
        actions: [{ kind: "button", label: "Snooze…", press: { command: "snooze G-7k" } }],
      },
      "/posture",
    );
    expect(textsOf(blocks).mrkdwn.join("\n")).toContain("Snooze…: `/posture snooze G-7k`");
    expect(new Set(blocks.map(({ type }) => type))).toEqual(new Set(["section"]));
    expect(JSON.stringify(blocks)).toContain("Heading");
    expect(dropped).toEqual([]);
  });
});

describe("an action", () => {
  test("that cannot be drawn is counted", () => {
    fc.assert(
      fc.property(actionArb, (action) => {
        const { blocks, dropped } = renderCard({ text: "x", parts: [], actions: [action] });
        const drawn =
          JSON.stringify(blocks).split('"value"').length - 1 + JSON.stringify(blocks).split('"url"').length - 1;
        const wanted = action.kind === "menu" ? action.items.length : 1;
        if (drawn < wanted) expect(dropped.join()).toMatch(/button|menu item|part/);
      }),
      runs,
    );
  });
});

describe("a form", () => {
  test("whatever it holds is a view that Slack takes", () => {
    fc.assert(
      fc.property(formArb, (form) => {
        const { view } = renderForm(form, { channel: "C0TEAM", thread: "1.2", answerTo: "https://hooks.slack.com/x" });
        expect(validateView(view)).toEqual([]);
      }),
      runs,
    );
  });

  test("draws its fields", () => {
    const { view, dropped } = renderForm(
      {
        title: "Fix G-7k: block public access",
        submit: "Ask for approval",
        state: "fix G-7k",
        parts: [
          { kind: "text", text: "Who notices" },
          {
            kind: "choice",
            name: "which",
            label: "Which",
            pick: "many",
            options: [
              { value: "F-1", label: "F-1 pay-receipts-eu" },
              { value: "F-2", label: "F-2 pay-static-old", hint: "managed by Terraform" },
            ],
            value: ["F-1"],
          },
          { kind: "input", name: "reason", label: "Reason", minLength: 5, multiline: true },
        ],
      },
      { channel: "C1" },
    );
    expect(dropped).toEqual([]);
    expect(view.title.text).toBe("Fix G-7k: block public…");
    expect(view.blocks).toMatchObject([
      { type: "section" },
      { type: "input", block_id: "which", element: { type: "checkboxes", initial_options: [{ value: "F-1" }] } },
      {
        type: "input",
        block_id: "reason",
        optional: false,
        element: { type: "plain_text_input", min_length: 5, multiline: true },
      },
    ]);
  });

  test("above ten options is a list, above a hundred says what is missing", () => {
    const options = Array.from({ length: 120 }, (_, index) => ({ value: `v${index}`, label: `l${index}` }));
    const draw = (count: number): string[] =>
      renderForm(
        {
          title: "t",
          submit: "s",
          state: "",
          parts: [{ kind: "choice", name: "f", label: "l", pick: "one", options: options.slice(0, count) }],
        },
        { channel: "C1" },
      ).view.blocks.map((block) => ("element" in block ? block.element.type : JSON.stringify(block)));
    expect(draw(10)).toEqual(["radio_buttons"]);
    expect(draw(11)).toEqual(["static_select"]);
    expect(draw(120)[1]).toContain("and 20 more");
  });
});

/** The markup a tree asks for, said by reading the tree and not by drawing it. */
function marksOf(text: Text): string[] {
  return (Array.isArray(text) ? (text as readonly Inline[]) : [text as Inline]).flatMap((inline): string[] => {
    if (typeof inline === "string" || "code" in inline) return [];
    if ("bold" in inline) return marksOf(inline.bold);
    if ("mention" in inline) return inline.mention === "U0MARIA" ? ["@U0MARIA"] : [];
    if ("group" in inline) return ["!subteam^S0LEADS"];
    if ("channel" in inline) return ["#C0TEAM"];
    if ("at" in inline)
      return Number.isFinite(inline.at) && Math.abs(inline.at) <= 8.64e15
        ? [
            `!date^${Math.floor(inline.at / 1000)}^${{ date: "{date_short_pretty}", minute: "{date_short_pretty} {time}", time: "{time}" }[inline.style]}`,
          ]
        : [];
    const visible = inline.label.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "").trim() !== "";
    if (inline.link.startsWith("https://console")) return visible ? [inline.link.replace("&", "&amp;")] : [];
    return inline.link === "https://evil.example/fix" && visible ? ["https://evil.example/fix"] : [];
  });
}
