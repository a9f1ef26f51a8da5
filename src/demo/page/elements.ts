import { el, icon } from "./dom.ts";
import { list, object, str, words } from "./json.ts";
import { menuButton } from "./popup.ts";
import { link, type Reading, textObject } from "./text.ts";
import type { Json } from "./wire.ts";

/** Sends what was pressed; resolves when the bot has heard it. */
export type Press = (action: string, choice?: string) => Promise<void>;

/** Buttons and menus, in messages and at the ends of rows. */
export function interactive(element: Json, reading: Reading, press: Press): Node {
  const action = str(element, "action_id");
  const guarded = async (choice?: string): Promise<void> => {
    const question = object(element, "confirm");
    if (question === undefined || (await confirmed(question, reading))) await press(action, choice);
  };
  switch (str(element, "type")) {
    case "button": {
      const style = ["button", str(element, "style")].filter(Boolean).join(" ");
      const label = words(element, "text");
      if (str(element, "url") !== "") return link(str(element, "url"), label, reading, { class: style });
      const named = str(element, "accessibility_label") || undefined;
      return el(
        "button",
        { class: style, type: "button", "aria-label": named, on: { click: busy(() => guarded()) } },
        label,
      );
    }
    case "overflow":
      return menuButton(
        { label: "More actions", class: "button overflow", content: icon("more") },
        choices(element, guarded),
      );
    case "static_select":
      return menuButton(
        {
          label: words(element, "placeholder") || "Choose",
          class: "button select",
          content: [words(element, "placeholder"), icon("down")],
        },
        choices(element, guarded),
      );
    case "image":
      return el("span", { class: "image" }, str(element, "alt_text"));
    default:
      return unknown(element);
  }
}

const choices = (element: Json, pick: (choice: string) => Promise<void>) =>
  list(element, "options").map((option) => ({
    label: words(option, "text"),
    pick: () => void pick(str(option, "value")),
  }));

/** What our bot never sends is named, not hidden. */
export const unknown = (json: Json): Node =>
  el("em", { class: "unknown" }, `(${str(json, "type")} cannot be drawn here)`);

/** A second press does not count while the first is on its way. */
function busy(work: () => Promise<void>): (event: Event) => void {
  let working = false;
  return ({ currentTarget }) => {
    if (working) return;
    working = true;
    const button = currentTarget instanceof Element ? currentTarget : undefined;
    button?.setAttribute("aria-busy", "true");
    void work().finally(() => {
      working = false;
      button?.removeAttribute("aria-busy");
    });
  };
}

/** Slack's own question before a press: title, text and two buttons. */
function confirmed(question: Json, reading: Reading): Promise<boolean> {
  return new Promise((resolve) => {
    const danger = str(question, "style") === "danger" ? "danger" : "primary";
    const dialog = el(
      "dialog",
      { class: "modal small", "aria-labelledby": "confirm-title" },
      el("h2", { id: "confirm-title" }, words(question, "title")),
      el("div", { class: "modal-body" }, el("p", {}, textObject(object(question, "text"), reading))),
      el(
        "div",
        { class: "modal-foot" },
        el(
          "button",
          { class: "button", type: "button", on: { click: () => dialog.close("no") } },
          words(question, "deny"),
        ),
        el(
          "button",
          { class: `button ${danger}`, type: "button", autofocus: true, on: { click: () => dialog.close("yes") } },
          words(question, "confirm"),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
