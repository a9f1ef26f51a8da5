import { el } from "./dom.ts";
import { unknown } from "./elements.ts";
import { list, num, object, str, words } from "./json.ts";
import type { Json } from "./wire.ts";

/** A field of a form, with what has been filled in. */
export interface Field {
  readonly name: string;
  readonly node: HTMLElement;
  value(): string | readonly string[];
  set(value: string | readonly string[]): void;
  /** Says what is wrong; undefined: nothing any more. */
  fail(error: string | undefined): void;
  focus(): void;
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
/** What takes the value, before label, hint and error are put around it. */
interface Entry {
  readonly node: Node;
  readonly controls: readonly Control[];
  value(): string | readonly string[];
  set(values: readonly string[]): void;
  /** Several controls under one name need a name of their own. */
  readonly group: boolean;
}

/** Ids of one page may not repeat; names of fields do, in one form after another. */
let made = 0;

export function drawInput(block: Json): Field {
  const id = `field-${++made}`;
  const entry = drawEntry(object(block, "element") ?? {}, id);
  const hint = words(block, "hint");
  const error = el("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const label = [words(block, "label"), block["optional"] === true && el("span", { class: "optional" }, " (optional)")];
  const about = el("p", { class: "field-hint", id: `${id}-hint`, hidden: hint === "" }, hint);
  const fail = (why: string | undefined): void => {
    error.textContent = why ?? "";
    error.hidden = why === undefined;
    for (const control of entry.controls) control.setAttribute("aria-invalid", String(why !== undefined));
  };
  for (const control of entry.controls) {
    control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
    control.addEventListener("input", () => fail(undefined));
  }
  return {
    name: str(block, "block_id"),
    node: entry.group
      ? el("fieldset", { class: "field" }, el("legend", {}, label), entry.node, about, error)
      : el("div", { class: "field" }, el("label", { for: id }, label), entry.node, about, error),
    value: entry.value,
    set: (value) => entry.set(typeof value === "string" ? [value] : value),
    fail,
    focus: () => entry.controls[0]?.focus(),
  };
}

function drawEntry(element: Json, id: string): Entry {
  switch (str(element, "type")) {
    case "plain_text_input":
      return textEntry(element, id);
    case "static_select":
      return selectEntry(element, id);
    case "radio_buttons":
      return tickEntry(element, id, "radio");
    case "checkboxes":
    case "multi_static_select":
      return tickEntry(element, id, "checkbox");
    default:
      return { node: unknown(element), controls: [], value: () => "", set: () => undefined, group: false };
  }
}

function textEntry(element: Json, id: string): Entry {
  const common = { id, maxlength: num(element, "max_length"), placeholder: words(element, "placeholder") };
  const control =
    element["multiline"] === true
      ? el("textarea", { ...common, rows: 4 })
      : el("input", { ...common, type: "text", autocomplete: "off" });
  control.value = str(element, "initial_value");
  return {
    node: control,
    controls: [control],
    value: () => control.value,
    set: ([text = ""]) => {
      control.value = text;
    },
    group: false,
  };
}

function selectEntry(element: Json, id: string): Entry {
  const options = list(element, "options").map((option) =>
    el("option", { value: str(option, "value") }, words(option, "text")),
  );
  const none = el("option", { value: "" }, words(element, "placeholder") || "Choose…");
  const control = el("select", { id }, none, options);
  control.value = str(object(element, "initial_option") ?? {}, "value");
  return {
    node: control,
    controls: [control],
    value: () => control.value,
    set: ([value = ""]) => {
      control.value = value;
    },
    group: false,
  };
}

function tickEntry(element: Json, id: string, type: "radio" | "checkbox"): Entry {
  const first = [...list(element, "initial_options"), object(element, "initial_option") ?? {}];
  const chosen = first.map((option) => str(option, "value"));
  const ticks = list(element, "options").map((option) => {
    const value = str(option, "value");
    const control = el("input", { type, name: id, value, checked: chosen.includes(value) });
    const hint = words(option, "description");
    const text = el("span", {}, words(option, "text"), hint !== "" && el("small", {}, hint));
    return { control, node: el("label", { class: "tick" }, control, text) };
  });
  const controls = ticks.map(({ control }) => control);
  const values = (): readonly string[] => controls.filter(({ checked }) => checked).map(({ value }) => value);
  return {
    node: el(
      "div",
      { class: "ticks" },
      ticks.map(({ node }) => node),
    ),
    controls,
    value: () => (type === "radio" ? (values()[0] ?? "") : values()),
    set: (wanted) => {
      for (const control of controls) control.checked = wanted.includes(control.value);
    },
    group: true,
  };
}
