/**
 * Slack's published limits of messages and views, as data and as a check. It knows nothing of how our cards are drawn:
 * the demo's Slack refuses with it what Slack would refuse, and the tests hold every card to it. Lengths are code points.
 */

type Json = unknown;
type Props = Readonly<Record<string, Json>>;
/** Says what is wrong with a value at a path. */
type Rule = (value: Json, path: string, report: Report) => void;
type Report = (path: string, problem: string) => void;
interface Field {
  readonly rule: Rule;
  readonly required?: boolean;
}

const isProps = (value: Json): value is Props => typeof value === "object" && value !== null && !Array.isArray(value);
const length = (text: string): number => Array.from(text).length;

const flag: Rule = (value, path, report) => {
  if (typeof value !== "boolean") report(path, "must be true or false");
};
const oneOf =
  (...allowed: readonly string[]): Rule =>
  (value, path, report) => {
    if (typeof value !== "string" || !allowed.includes(value)) report(path, `must be ${allowed.join(" or ")}`);
  };
const text =
  (most: number, least = 1): Rule =>
  (value, path, report) => {
    if (typeof value !== "string") report(path, "must be a string");
    else if (length(value) < least) report(path, `must have at least ${least} characters`);
    else if (length(value) > most) report(path, `has ${length(value)} characters, more than ${most}`);
  };
const whole =
  (least: number, most: number): Rule =>
  (value, path, report) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
      report(path, `must be a whole number from ${least} to ${most}`);
  };
const address: Rule = (value, path, report) => {
  text(3000)(value, path, report);
  if (typeof value === "string" && !/^https?:\/\/\S+$/.test(value)) report(path, "must be a web address");
};
const many =
  (rule: Rule, most: number, least = 1): Rule =>
  (value, path, report) => {
    if (!Array.isArray(value)) return report(path, "must be a list");
    if (value.length < least) report(path, `must have at least ${least}`);
    if (value.length > most) report(path, `has ${value.length}, more than ${most}`);
    for (const [index, item] of value.entries()) rule(item, `${path}/${index}`, report);
  };

const must = (rule: Rule): Field => ({ rule, required: true });
const may = (rule: Rule): Field => ({ rule });

/** An object with these properties and no others: Slack refuses what it does not know. */
const object =
  (fields: Readonly<Record<string, Field>>): Rule =>
  (value, path, report) => {
    if (!isProps(value)) return report(path, "must be an object");
    for (const key of Object.keys(value))
      if (!Object.hasOwn(fields, key)) report(`${path}/${key}`, "is not known here");
    for (const [key, { rule, required }] of Object.entries(fields)) {
      if (value[key] !== undefined) rule(value[key], `${path}/${key}`, report);
      else if (required) report(`${path}/${key}`, "is missing");
    }
  };
/** An object whose `type` says which rule it is held to. */
const byType =
  (rules: Readonly<Record<string, Rule>>): Rule =>
  (value, path, report) => {
    const type = isProps(value) ? value["type"] : undefined;
    const rule = typeof type === "string" && Object.hasOwn(rules, type) ? rules[type] : undefined;
    if (rule) rule(value, path, report);
    else report(path, `cannot be ${typeof type === "string" ? type : "without a type"} here`);
  };

const plain = (most: number): Rule =>
  object({ type: must(oneOf("plain_text")), text: must(text(most)), emoji: may(flag) });
const mrkdwn = (most: number): Rule =>
  object({ type: must(oneOf("mrkdwn")), text: must(text(most)), verbatim: may(flag) });
const anyText = (most: number): Rule => byType({ plain_text: plain(most), mrkdwn: mrkdwn(most) });

const confirm = object({
  title: must(plain(100)),
  text: must(anyText(300)),
  confirm: must(plain(30)),
  deny: must(plain(30)),
  style: may(oneOf("primary", "danger")),
});
const option = object({ text: must(anyText(75)), value: must(text(150)), description: may(anyText(75)) });
const actionId = must(text(255));
const type = (name: string): Field => must(oneOf(name));

const elements = {
  button: object({
    type: type("button"),
    text: must(plain(75)),
    action_id: actionId,
    url: may(address),
    value: may(text(2000)),
    style: may(oneOf("primary", "danger")),
    confirm: may(confirm),
    accessibility_label: may(text(75)),
  }),
  overflow: object({
    type: type("overflow"),
    action_id: actionId,
    options: must(many(option, 5)),
    confirm: may(confirm),
  }),
  static_select: object({
    type: type("static_select"),
    action_id: actionId,
    placeholder: may(plain(150)),
    options: must(many(option, 100)),
    initial_option: may(option),
    confirm: may(confirm),
  }),
  multi_static_select: object({
    type: type("multi_static_select"),
    action_id: actionId,
    placeholder: may(plain(150)),
    options: must(many(option, 100)),
    initial_options: may(many(option, 100)),
  }),
  radio_buttons: object({
    type: type("radio_buttons"),
    action_id: actionId,
    options: must(many(option, 10)),
    initial_option: may(option),
  }),
  checkboxes: object({
    type: type("checkboxes"),
    action_id: actionId,
    options: must(many(option, 10)),
    initial_options: may(many(option, 10)),
  }),
  plain_text_input: object({
    type: type("plain_text_input"),
    action_id: actionId,
    multiline: may(flag),
    min_length: may(whole(0, 3000)),
    max_length: may(whole(1, 3000)),
    initial_value: may(text(3000)),
    placeholder: may(plain(150)),
  }),
} as const;

const image = object({
  type: type("image"),
  image_url: must(address),
  alt_text: must(text(2000)),
  title: may(plain(2000)),
  block_id: may(text(255)),
});
const { plain_text_input, ...interactive } = elements;
const { button: _, overflow: __, ...inputs } = elements;
const blockId = may(text(255));

const messageBlocks = {
  section: object({
    type: type("section"),
    text: may(anyText(3000)),
    fields: may(many(anyText(2000), 10)),
    accessory: may(byType({ ...interactive, image })),
    block_id: blockId,
    expand: may(flag),
  }),
  header: object({ type: type("header"), text: must(plain(150)), block_id: blockId }),
  divider: object({ type: type("divider"), block_id: blockId }),
  context: object({
    type: type("context"),
    elements: must(many(byType({ plain_text: plain(3000), mrkdwn: mrkdwn(3000), image }), 10)),
    block_id: blockId,
  }),
  actions: object({ type: type("actions"), elements: must(many(byType(interactive), 25)), block_id: blockId }),
  image,
} as const;
const viewBlocks = {
  ...messageBlocks,
  input: object({
    type: type("input"),
    label: must(plain(2000)),
    element: must(byType(inputs)),
    hint: may(plain(2000)),
    optional: may(flag),
    block_id: blockId,
  }),
} as const;

const view = object({
  type: must(oneOf("modal")),
  title: must(plain(24)),
  submit: may(plain(24)),
  close: may(plain(24)),
  callback_id: may(text(255)),
  private_metadata: may(text(3000, 0)),
  blocks: must(many(byType(viewBlocks), 100)),
  notify_on_close: may(flag),
  clear_on_close: may(flag),
});

/** Problems of a message's `text` and `blocks`, a line each: where and what. None: Slack takes it. */
export function messageProblems(message: { readonly text?: Json; readonly blocks?: Json }): string[] {
  const { problems, report } = collector();
  if (message.text !== undefined) text(40_000, 0)(message.text, "/text", report);
  if (message.blocks !== undefined) {
    many(byType(messageBlocks), 50, 0)(message.blocks, "/blocks", report);
    acrossBlocks(message.blocks, report);
  }
  return problems;
}

/** The same for a modal. */
export function viewProblems(modal: Json): string[] {
  const { problems, report } = collector();
  view(modal, "", report);
  if (Buffer.byteLength(JSON.stringify(modal) ?? "") > 250_000) report("", "is larger than 250 KB");
  if (!isProps(modal)) return problems;
  acrossBlocks(modal["blocks"], report);
  const asks =
    Array.isArray(modal["blocks"]) && modal["blocks"].some((block) => isProps(block) && block["type"] === "input");
  if (asks && modal["submit"] === undefined) report("/submit", "is missing, and the view has inputs");
  return problems;
}

function collector(): { readonly problems: string[]; readonly report: Report } {
  const problems: string[] = [];
  return { problems, report: (path, problem) => problems.push(`${path} ${problem}`) };
}

/** Rules about several blocks at once. */
function acrossBlocks(blocks: Json, report: Report): void {
  const seen = new Map<string, string>();
  const once = (kind: string, value: Json, path: string): void => {
    if (typeof value !== "string") return;
    const before = seen.get(`${kind} ${value}`);
    if (before !== undefined) report(path, `is the same as ${before}`);
    seen.set(`${kind} ${value}`, path);
  };
  for (const [index, block] of (Array.isArray(blocks) ? blocks : []).entries()) {
    if (!isProps(block)) continue;
    const path = `/blocks/${index}`;
    once("block_id", block["block_id"], `${path}/block_id`);
    if (block["type"] === "section" && block["text"] === undefined && block["fields"] === undefined)
      report(path, "needs text or fields");
    const held = [block["accessory"], ...(Array.isArray(block["elements"]) ? block["elements"] : [])].filter(isProps);
    for (const element of held)
      once("action_id", element["action_id"], `${path} action_id ${String(element["action_id"])}`);
    for (const element of [...held, block["element"]]) if (isProps(element)) chosen(element, path, report);
  }
}

/** What is chosen at the start must be one of the options, to the letter. */
function chosen(element: Props, path: string, report: Report): void {
  const options = Array.isArray(element["options"]) ? element["options"].map((each) => JSON.stringify(each)) : [];
  const initial: readonly Json[] = Array.isArray(element["initial_options"]) ? element["initial_options"] : [];
  for (const each of [...initial, element["initial_option"]])
    if (each !== undefined && !options.includes(JSON.stringify(each))) report(path, "starts with what is no option");
  const { min_length: least, max_length: most, initial_value: value } = element;
  if (typeof least === "number" && typeof most === "number" && least > most) report(path, "wants more than it takes");
  if (typeof most === "number" && typeof value === "string" && length(value) > most)
    report(path, "starts with too long a text");
}
