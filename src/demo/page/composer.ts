import { el, fill, icon } from "./dom.ts";
import type { Suggestion } from "./wire.ts";

export interface Composer {
  /** Puts a text there, to be sent or changed. */
  put(text: string): void;
  /** Another place: another draft. */
  place(key: string, label: string): void;
}

/** Where people write: text to everybody, or `/posture …` with what could follow. */
export function composer(
  host: HTMLElement,
  { commands, send }: { readonly commands: readonly Suggestion[]; send(text: string): void },
): Composer {
  const drafts = new Map<string, string>();
  let key = "";
  let options: readonly HTMLElement[] = [];
  let offered: readonly Suggestion[] = [];
  let chosen = -1;

  const box = el("div", {
    class: "suggestions",
    id: "suggestions",
    role: "listbox",
    "aria-label": "Commands",
    hidden: true,
  });
  const input = el("textarea", {
    id: "composer-text",
    rows: 1,
    maxlength: 8000,
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": "suggestions",
    "aria-expanded": "false",
  });
  const button = el(
    "button",
    { class: "send", type: "submit", "aria-label": "Send", title: "Send (Enter)" },
    icon("send"),
  );
  const form = el("form", { class: "composer" }, box, input, button);
  fill(host, form);

  const choose = (index: number): void => {
    chosen = index;
    for (const [at, option] of options.entries()) option.setAttribute("aria-selected", String(at === index));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `suggestion-${index}`);
    options[index]?.scrollIntoView({ block: "nearest" });
  };
  const take = ({ text, usage }: Suggestion): void => {
    input.value = usage.includes(" ") ? `${text} ` : text;
    input.focus();
    offer();
  };

  function offer(): void {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
    const typed = input.value;
    const open = typed.startsWith("/") && document.activeElement === input;
    offered = open ? commands.filter(({ text }) => text.startsWith(typed) || typed.startsWith(`${text} `)) : [];
    options = offered.map((suggestion, index) =>
      el(
        "div",
        {
          role: "option",
          id: `suggestion-${index}`,
          "aria-selected": "false",
          on: { mousedown: (event) => pick(event, suggestion) },
        },
        el("code", {}, `/posture ${suggestion.usage}`),
        el("span", {}, suggestion.summary),
      ),
    );
    fill(box, options);
    box.hidden = offered.length === 0;
    input.setAttribute("aria-expanded", String(!box.hidden));
    choose(-1);
  }
  // Before the click would take the focus from the text.
  function pick(event: Event, suggestion: Suggestion): void {
    event.preventDefault();
    take(suggestion);
  }

  function submit(): void {
    const text = input.value.trim();
    if (text === "") return;
    input.value = "";
    offer();
    send(text);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", offer);
  input.addEventListener("focus", offer);
  input.addEventListener("blur", offer);
  input.addEventListener("keydown", (event) => {
    const suggestion = offered[chosen] ?? offered[0];
    const { key: pressed } = event;
    if (event.isComposing) return;
    if (!box.hidden && (pressed === "ArrowDown" || pressed === "ArrowUp")) {
      event.preventDefault();
      choose((chosen + (pressed === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1) + offered.length) % offered.length);
    } else if (!box.hidden && pressed === "Tab" && suggestion) {
      event.preventDefault();
      take(suggestion);
    } else if (!box.hidden && pressed === "Escape") {
      box.hidden = true;
      input.setAttribute("aria-expanded", "false");
    } else if (pressed === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!box.hidden && chosen >= 0 && suggestion) take(suggestion);
      else submit();
    }
  });

  return {
    put(text) {
      input.value = text;
      input.focus();
      offer();
    },
    place(next, label) {
      input.setAttribute("aria-label", label);
      input.placeholder = `${label}, or /posture …`;
      if (next === key) return;
      drafts.set(key, input.value);
      key = next;
      input.value = drafts.get(key) ?? "";
      offer();
    },
  };
}
