import { describe, expect, test } from "vitest";
import { validateMessage, validateView } from "#test/support/block-kit";

const plain = (length: number): object => ({ type: "plain_text", text: "x".repeat(length) });
const mrkdwn = (length: number): object => ({ type: "mrkdwn", text: "😀".repeat(length) });
const section = (more: object): object => ({ type: "section", text: mrkdwn(1), ...more });
const button = (more: object = {}): object => ({ type: "button", text: plain(1), action_id: "a", ...more });
const option = (more: object = {}): object => ({ text: plain(1), value: "v", ...more });
const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));
const actions = (elements: object[]): object => ({ type: "actions", elements });
const select = (type: string, count: number): object => ({
  type,
  action_id: "s",
  options: times(count, (index) => option({ value: `v${index}` })),
});

/** Each limit of Slack's, at the limit and one beyond. */
const messages: readonly [string, (count: number) => object[], number][] = [
  ["blocks", (count) => times(count, () => ({ type: "divider" })), 50],
  ["section text", (count) => [section({ text: mrkdwn(count) })], 3000],
  ["fields", (count) => [section({ fields: times(count, () => plain(1)) })], 10],
  ["field text", (count) => [section({ fields: [plain(count)] })], 2000],
  ["header", (count) => [{ type: "header", text: plain(count) }], 150],
  ["context elements", (count) => [{ type: "context", elements: times(count, () => plain(1)) }], 10],
  ["actions", (count) => [actions(times(count, (index) => button({ action_id: `a${index}` })))], 25],
  ["button text", (count) => [actions([button({ text: plain(count) })])], 75],
  ["button value", (count) => [actions([button({ value: "x".repeat(count) })])], 2000],
  ["button address", (count) => [actions([button({ url: `https://${"x".repeat(count - 8)}` })])], 3000],
  ["action id", (count) => [actions([button({ action_id: "x".repeat(count) })])], 255],
  ["block id", (count) => [{ type: "divider", block_id: "x".repeat(count) }], 255],
  ["overflow options", (count) => [actions([select("overflow", count)])], 5],
  ["select options", (count) => [actions([select("static_select", count)])], 100],
  ["radio buttons", (count) => [actions([select("radio_buttons", count)])], 10],
  ["tick boxes", (count) => [actions([select("checkboxes", count)])], 10],
  ["option text", (count) => [actions([{ ...select("overflow", 1), options: [option({ text: plain(count) })] }])], 75],
  [
    "option value",
    (count) => [actions([{ ...select("overflow", 1), options: [option({ value: "x".repeat(count) })] }])],
    150,
  ],
  [
    "option description",
    (count) => [actions([{ ...select("overflow", 1), options: [option({ description: plain(count) })] }])],
    75,
  ],
  ...(
    [
      ["title", 100],
      ["text", 300],
      ["confirm", 30],
      ["deny", 30],
    ] as const
  ).map(([part, most]): [string, (count: number) => object[], number] => [
    `confirm ${part}`,
    (count) => {
      const confirm = { title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1), [part]: plain(count) };
      return [actions([button({ confirm })])];
    },
    most,
  ]),
];
const view = (more: object): object => ({
  type: "modal",
  title: plain(1),
  submit: plain(1),
  blocks: [{ type: "divider" }],
  ...more,
});
const views: readonly [string, (count: number) => object, number][] = [
  ["title", (count) => view({ title: plain(count) }), 24],
  ["submit", (count) => view({ submit: plain(count) }), 24],
  ["close", (count) => view({ close: plain(count) }), 24],
  ["private metadata", (count) => view({ private_metadata: "x".repeat(count) }), 3000],
  ["callback id", (count) => view({ callback_id: "x".repeat(count) }), 255],
  ["blocks", (count) => view({ blocks: times(count, () => ({ type: "divider" })) }), 100],
];

describe("the validator", () => {
  test.each(messages)("knows the limit of a message's %s", (_, blocks, most) => {
    expect(validateMessage({ text: "x", blocks: blocks(most) })).toEqual([]);
    expect(validateMessage({ text: "x", blocks: blocks(most + 1) })).toHaveLength(1);
  });

  test.each(views)("knows the limit of a view's %s", (_, make, most) => {
    expect(validateView(make(most))).toEqual([]);
    expect(validateView(make(most + 1))).toHaveLength(1);
  });

  test.each<[string, object[]]>([
    ["an unknown block", [{ type: "alert", text: plain(1) }]],
    ["an unknown property", [section({ colour: "red" })]],
    [
      "an input in a message",
      [{ type: "input", label: plain(1), element: { type: "plain_text_input", action_id: "a" } }],
    ],
    ["an empty text", [section({ text: plain(0) })]],
    ["a section of nothing", [{ type: "section" }]],
    ["mrkdwn in a header", [{ type: "header", text: mrkdwn(1) }]],
    ["the same action id twice", [section({ accessory: button() }), actions([button()])]],
    [
      "the same block id twice",
      [
        { type: "divider", block_id: "b" },
        { type: "divider", block_id: "b" },
      ],
    ],
    [
      "a start that is no option",
      [actions([{ ...select("static_select", 2), initial_option: option({ value: "other" }) }])],
    ],
    ["a button without a label", [actions([{ type: "button", action_id: "a" }])]],
    ["an address that is none", [actions([button({ url: "javascript:alert(1)" })])]],
    ["a broadcast", [section({ text: { type: "mrkdwn", text: "<!channel> hi" } })]],
  ])("refuses %s", (_, blocks) => {
    expect(validateMessage({ text: "x", blocks })).toHaveLength(1);
  });

  test("wants words for phones, and no broadcast in them", () => {
    expect(validateMessage({ blocks: [] })).toHaveLength(1);
    expect(validateMessage({ text: "<!here>", blocks: [] })).toHaveLength(1);
    expect(validateMessage({ text: "x".repeat(40_001) })).toHaveLength(1);
  });

  test("wants a way to send a form with fields", () => {
    const blocks = [
      { type: "input", block_id: "f", label: plain(1), element: { type: "plain_text_input", action_id: "a" } },
    ];
    expect(validateView(view({ blocks }))).toEqual([]);
    expect(validateView({ type: "modal", title: plain(1), blocks })).toHaveLength(1);
    const long = { type: "plain_text_input", action_id: "a", max_length: 3, initial_value: "four" };
    expect(validateView(view({ blocks: [{ type: "input", label: plain(1), element: long }] }))).toHaveLength(1);
  });
});
