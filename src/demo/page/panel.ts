import { el, fill } from "./dom.ts";
import { parse } from "./mrkdwn.ts";
import { Refused } from "./net.ts";
import type { Setup } from "./wire.ts";

export interface PanelActs {
  press(control: string): Promise<string>;
  /** Puts a command where it can be sent. */
  put(command: string): void;
  announce(words: string): void;
}

/** What to try, and what only the demo can do. */
export function drawPanel(host: HTMLElement, { story, controls }: Setup, acts: PanelActs): void {
  const steps = story.map((step) => {
    const box = el("input", { type: "checkbox" });
    return el("li", {}, el("label", {}, box, el("span", {}, stepText(step, acts))));
  });
  const said = el("p", { class: "said", hidden: true });
  fill(
    host,
    el(
      "div",
      { class: "panel-story" },
      el("h2", {}, "Try this"),
      el(
        "p",
        { class: "panel-hint" },
        "The bot is the real one. The cloud and Slack around it are played on this machine.",
      ),
      el("ol", { class: "story" }, steps),
    ),
    el(
      "div",
      { class: "panel-controls" },
      el("h2", {}, "Behind the scenes"),
      controls.map((control) => controlButton(control, said, acts)),
      said,
    ),
  );
}

/** A command in a step can be put into the composer by a click. */
function stepText(step: string, { put }: PanelActs): readonly Node[] {
  return parse(step).map((piece) => {
    if (piece.kind === "bold")
      return el(
        "strong",
        {},
        piece.content.map((each) => ("text" in each ? each.text : "")),
      );
    if (piece.kind !== "code") return document.createTextNode("text" in piece ? piece.text : "");
    const { text } = piece;
    if (!text.startsWith("/")) return el("code", {}, text);
    const click = (event: Event): void => {
      event.preventDefault();
      put(text);
    };
    return el(
      "button",
      { class: "command", type: "button", title: "Put it into the message field", on: { click } },
      text,
    );
  });
}

/** `said`: where the sentence goes that comes back. */
function controlButton({ id, label, hint }: Setup["controls"][number], said: HTMLElement, acts: PanelActs): Node {
  const props = { class: "button control", type: "button", id: `control-${id}`, on: { click: () => void press() } };
  const button = el("button", props, label, el("small", {}, hint));
  async function press(): Promise<void> {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      said.textContent = await acts.press(id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      said.textContent = error.message;
    } finally {
      button.removeAttribute("aria-busy");
    }
    said.hidden = false;
    acts.announce(said.textContent);
  }
  return button;
}
