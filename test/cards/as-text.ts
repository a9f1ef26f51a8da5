import { plain } from "#cards/text";
import type { Action, Card, Field, Form, Part, Text } from "#domain/card";
import { isField } from "#domain/card";

/** A message as `design/messages.md` writes one: *bold*, `ids`, [buttons], and the grey lines last. */
const zone = "Europe/Berlin";

export function cardText(card: Card): string {
  const grey = card.parts.filter(({ kind }) => kind === "note");
  return [
    ...card.parts.filter(({ kind }) => kind !== "note").flatMap(linesOf),
    ...((card.actions?.length ?? 0) > 0 ? [card.actions?.map(actionText).join("  ") ?? ""] : []),
    ...grey.flatMap(linesOf),
  ].join("\n");
}

export function formText(form: Form): string {
  return [
    form.title,
    ...form.parts.flatMap((part) => (isField(part) ? fieldText(part) : linesOf(part))),
    `[Cancel]  [${form.submit}]`,
    `state: ${form.state}`,
  ].join("\n");
}

function fieldText(field: Field): string {
  const optional = field.optional ? "" : "   (required)";
  if (field.kind === "input")
    return `${field.label}  [ ${field.value ?? ""} ]${optional}  ${field.hint ?? ""}`.trimEnd();
  const options = field.options.map(({ value, label, hint }) => {
    const ticked = field.value?.includes(value) ? "x" : " ";
    return `[${ticked}] ${label}${hint === undefined ? "" : ` (${hint})`}`;
  });
  return `${field.label}  ${options.join("   ")}${optional}`;
}

function linesOf(part: Part): readonly string[] {
  switch (part.kind) {
    case "heading":
      return [`*${marked(part.text)}*`];
    case "text":
    case "note":
      return [marked(part.text)];
    case "facts":
      return part.facts.map(([label, value]) => `${label}  ${marked(value)}`);
    case "rows":
      return [
        ...part.rows.map(({ text, action }) => `${marked(text)}${action ? `  ${actionText(action)}` : ""}`),
        ...(part.more === undefined ? [] : [`and ${part.more} more`]),
      ];
    case "code":
      return ["```", part.code, "```"];
    case "divider":
      return ["---"];
  }
}

function actionText(action: Action): string {
  switch (action.kind) {
    case "button":
    case "link":
      return `[${action.label}]`;
    case "menu":
      return `[⋯ ${action.items.map(({ label }) => label).join(" · ")}]`;
  }
}

function marked(text: Text): string {
  if (typeof text === "string") return text;
  if (!("length" in text)) {
    if ("bold" in text) return `*${marked(text.bold)}*`;
    if ("code" in text) return `\`${text.code}\``;
    if ("link" in text) return `<${text.link}>`;
    return plain(text, zone);
  }
  return text.map(marked).join("");
}
