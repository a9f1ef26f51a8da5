import fc from "fast-check";
import type { Action, Card, Field, Form, Inline, Part, Press, Text } from "#domain/card";

/** What people (and attackers) name and tag cloud resources with. */
export const hostile = fc.oneof(
  fc.constantFrom(
    "<!channel>",
    "<!here|x>",
    "<@U999EVIL>",
    "<#C999EVIL>",
    "<!subteam^S999EVIL>",
    "<https://evil.example|Fix>",
    "https://evil.example/fix",
    "*Approved* by _nobody_ ~really~",
    "`code` ```block```",
    "> quoted",
    ">>> quoted to the end",
    "&lt;!channel&gt;",
    "&amp;&amp;",
    "a\nb\r\n*c*\u2028d",
    "\u202Eevil\u202C \u200B\u2066x\u2069 \uFEFF",
    ":white_check_mark: done :tada:",
    "𝕊𝟛 😀 👩‍💻 🟥",
    "snake_case_name",
    "_",
    "*",
    "__init__",
    "arn:aws:s3:::bucket/*",
    "\uD800 lone",
    "|pipe|>",
    "=cmd()",
    "<!date^0^{date}|x>",
  ),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom("*", "_", "~", "`", "<", ">", "&", "!", "@", "|", ":", "\n", " ", "a"),
    maxLength: 40,
  }),
  fc.constant("x".repeat(5000)),
  fc.constant("&".repeat(3000)),
);

const words = fc.constantFrom("3 S3 buckets", "prod", " · ", "since Sun 22 Nov", "");
const inline: fc.Arbitrary<Inline> = fc.oneof(
  { weight: 3, arbitrary: hostile },
  { weight: 3, arbitrary: words },
  fc.record({ code: hostile }),
  fc.constant({ mention: "U0MARIA", name: "Maria" }),
  fc.record({ mention: hostile, name: hostile }),
  fc.constant({ group: "S0LEADS", name: "@payments-leads" }),
  fc.constant({ channel: "C0TEAM", name: "team-payments" }),
  fc.record({ link: fc.constant("https://console.aws.amazon.com/s3?region=eu-west-1&a=1"), label: hostile }),
  fc.record({ link: hostile, label: hostile }),
  fc.record({ at: fc.integer({ min: 0, max: 4e12 }), style: fc.constantFrom("date", "minute", "time") }),
  fc.record({ at: fc.double(), style: fc.constantFrom("date", "minute", "time") }),
);
export const textArb: fc.Arbitrary<Text> = fc.oneof(
  hostile,
  fc.array(fc.oneof({ weight: 5, arbitrary: inline }, fc.record({ bold: fc.array(inline, { maxLength: 4 }) })), {
    maxLength: 8,
  }),
);

const press: fc.Arbitrary<Press> = fc.oneof(
  fc.record({ command: hostile }),
  fc.record({ nonce: fc.string({ unit: fc.constantFrom("0", "1", "9", "a", "f"), minLength: 32, maxLength: 32 }) }),
  fc.record({ command: hostile, form: fc.constant(true as const) }),
);
const button = fc.record(
  {
    kind: fc.constant("button" as const),
    label: hostile,
    press,
    style: fc.constantFrom("primary" as const, "danger" as const),
    confirm: fc.record({ title: hostile, text: hostile, ok: hostile, cancel: hostile }),
  },
  { requiredKeys: ["kind", "label", "press"] },
);
export const actionArb: fc.Arbitrary<Action> = fc.oneof(
  button,
  fc.record({
    kind: fc.constant("menu" as const),
    items: fc.array(fc.record({ label: hostile, press }), { maxLength: 120 }),
  }),
  fc.record({ kind: fc.constant("link" as const), label: hostile, url: fc.oneof(fc.webUrl(), hostile) }),
);
const row = fc.record({ text: textArb, action: actionArb }, { requiredKeys: ["text"] });

export const partArb: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant("heading" as const), text: textArb }),
  fc.record({ kind: fc.constant("text" as const), text: textArb }),
  fc.record({ kind: fc.constant("facts" as const), facts: fc.array(fc.tuple(hostile, textArb), { maxLength: 12 }) }),
  fc.record(
    { kind: fc.constant("rows" as const), rows: fc.array(row, { maxLength: 80 }), more: fc.nat(1000) },
    { requiredKeys: ["kind", "rows"] },
  ),
  fc.record({
    kind: fc.constant("code" as const),
    code: fc.oneof(hostile, fc.constant("line of a call\n".repeat(900))),
  }),
  fc.record({ kind: fc.constant("note" as const), text: textArb }),
  fc.constant({ kind: "divider" as const }),
);

export const cardArb: fc.Arbitrary<Card> = fc.record(
  {
    text: hostile,
    parts: fc.array(partArb, { maxLength: 70, size: "medium" }),
    actions: fc.array(actionArb, { maxLength: 30, size: "small" }),
  },
  { requiredKeys: ["text", "parts"] },
);

const field = (index: number): fc.Arbitrary<Field> =>
  fc.oneof(
    fc.record(
      {
        kind: fc.constant("input" as const),
        name: fc.constant(`f${index}`),
        label: hostile,
        hint: hostile,
        multiline: fc.boolean(),
        minLength: fc.integer({ min: 0, max: 4000 }),
        maxLength: fc.integer({ min: 0, max: 4000 }),
        value: hostile,
        optional: fc.boolean(),
      },
      { requiredKeys: ["kind", "name", "label"] },
    ),
    fc.record(
      {
        kind: fc.constant("choice" as const),
        name: fc.constant(`f${index}`),
        label: hostile,
        pick: fc.constantFrom("one" as const, "many" as const),
        options: fc.uniqueArray(
          fc.record({ value: hostile, label: hostile, hint: hostile }, { requiredKeys: ["value", "label"] }),
          {
            maxLength: 120,
            selector: ({ value }) => value,
          },
        ),
        value: fc.array(hostile, { maxLength: 3 }),
      },
      { requiredKeys: ["kind", "name", "label", "pick", "options"] },
    ),
  );
export const formArb: fc.Arbitrary<Form> = fc.record({
  title: hostile,
  submit: hostile,
  state: fc.string({ unit: "grapheme", maxLength: 600 }),
  parts: fc
    .array(fc.boolean(), { maxLength: 20 })
    .chain(
      (kinds) =>
        fc.tuple(...kinds.map((isPart, index) => (isPart ? partArb : field(index)))) as fc.Arbitrary<(Part | Field)[]>,
    ),
});
