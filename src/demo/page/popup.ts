import { type Child, el } from "./dom.ts";

export interface Choice {
  readonly label: string;
  pick(): void;
}

/** A button that opens a menu: arrow keys move, Escape and a click elsewhere close it. */
export function menuButton(
  { label, class: name, content }: { readonly label: string; readonly class: string; readonly content: Child },
  choices: readonly Choice[],
): HTMLElement {
  const items = choices.map((choice) =>
    el(
      "button",
      { type: "button", role: "menuitem", tabindex: "-1", on: { click: () => choose(choice) } },
      choice.label,
    ),
  );
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto" }, items);
  const button = el(
    "button",
    { class: name, type: "button", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false" },
    content,
  );
  const choose = ({ pick }: Choice): void => {
    menu.hidePopover();
    pick();
  };
  let openAtPress = false;
  // A press outside closes the menu before the click arrives: the click on its own button must not open it again.
  button.addEventListener("pointerdown", () => {
    openAtPress = menu.matches(":popover-open");
  });
  button.addEventListener("click", () => {
    const open = !openAtPress;
    openAtPress = false;
    if (!open) return;
    menu.showPopover();
    place(menu, button);
    items[0]?.focus();
  });
  menu.addEventListener("toggle", () => {
    button.setAttribute("aria-expanded", String(menu.matches(":popover-open")));
  });
  menu.addEventListener("keydown", (event) => {
    const at = items.findIndex((item) => item === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Tab") menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items.at(to % items.length)?.focus();
  });
  return el("span", { class: "with-menu" }, button, menu);
}

/** Below its button, or above it where the window ends. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const gap = 4;
  menu.style.left = `${Math.max(gap, left + width < innerWidth ? left : right - width)}px`;
  menu.style.top = `${bottom + gap + height < innerHeight ? bottom + gap : Math.max(gap, top - gap - height)}px`;
}
