import { drawBlock } from "./blocks.ts";
import { arrange, el, fill, icon } from "./dom.ts";
import type { Press } from "./elements.ts";
import { drawInput, type Field } from "./inputs.ts";
import { list, str, words } from "./json.ts";
import type { Reading } from "./text.ts";
import type { Outcome, Values, View } from "./wire.ts";

export interface ViewActs {
  press(view: string): Press;
  submit(view: string, values: Values): Promise<Outcome | undefined>;
  close(view: string): void;
}

const noAnswer = "Stance did not answer in time. Nothing was sent; try again.";

/** Shows the topmost form, as a dialog that holds the focus. The browser does the holding. */
export function viewHost(acts: ViewActs): { draw(views: readonly View[], reading: Reading): void } {
  let shown: View | undefined;
  let fields: readonly Field[] = [];
  const title = el("h2", { id: "view-title" });
  const problem = el("p", { class: "form-error", role: "alert", hidden: true });
  const body = el("div", { class: "modal-body" });
  const foot = el("div", { class: "modal-foot" });
  const form = el("form", { novalidate: true, on: { submit: (event) => void send(event) } }, problem, body, foot);
  const x = el(
    "button",
    { class: "plain", type: "button", "aria-label": "Close", on: { click: close } },
    icon("close"),
  );
  const dialog = el("dialog", { class: "modal", "aria-labelledby": "view-title" }, el("header", {}, title, x), form);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  // Some browsers close on a second Escape whatever we say.
  dialog.addEventListener("close", close);
  document.body.append(dialog);

  function close(): void {
    if (shown) acts.close(shown.id);
  }

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (!shown || form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const outcome = await acts.submit(shown.id, valuesOf(fields));
    form.removeAttribute("aria-busy");
    problem.hidden = outcome === undefined || outcome.ok;
    problem.textContent = problem.hidden ? "" : noAnswer;
    const errors = outcome?.errors ?? {};
    for (const field of fields) field.fail(errors[field.name]);
    fields.find(({ name }) => errors[name] !== undefined)?.focus();
  }

  function fillDialog({ id, content }: View, reading: Reading): void {
    const kept = shown?.id === id ? valuesOf(fields) : {};
    const drawn = list(content, "blocks").map((block) =>
      str(block, "type") === "input" ? drawInput(block) : drawBlock(block, reading, acts.press(id)),
    );
    fields = drawn.filter((each): each is Field => !(each instanceof Node));
    // What was typed stays when the form changes below it.
    for (const field of fields) if (kept[field.name] !== undefined) field.set(kept[field.name] ?? "");
    fill(title, words(content, "title"));
    fill(
      body,
      drawn.map((each) => (each instanceof Node ? each : each.node)),
    );
    problem.hidden = true;
    const submit = words(content, "submit");
    const closing = el(
      "button",
      { class: "button", type: "button", on: { click: close } },
      words(content, "close") || "Close",
    );
    arrange(foot, [
      closing,
      ...(submit === "" ? [] : [el("button", { class: "button primary", type: "submit" }, submit)]),
    ]);
  }

  return {
    draw(views, reading) {
      const top = views.at(-1);
      if (top?.id === shown?.id && JSON.stringify(top?.content) === JSON.stringify(shown?.content)) return;
      if (top === undefined) {
        shown = undefined;
        fields = [];
        dialog.close();
        return;
      }
      fillDialog(top, reading);
      shown = top;
      if (!dialog.open) dialog.showModal();
      fields[0]?.focus();
    },
  };
}

const valuesOf = (fields: readonly Field[]): Values =>
  Object.fromEntries(fields.map(({ name, value }) => [name, value()]));
