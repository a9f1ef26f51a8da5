import { el } from "./dom.ts";
import type { Screen } from "./wire.ts";

const colours = 6;

/** A person's initials; the bot's own sign. */
export function avatar(id: string, { bot, people }: Pick<Screen, "bot" | "people">): HTMLElement {
  if (id === bot.id) return el("img", { class: "avatar", src: "/icon.svg", alt: "" });
  const name = people.find((person) => person.id === id)?.name ?? "";
  const initials = name
    .split(" ")
    .flatMap((word) => Array.from(word).slice(0, 1))
    .slice(0, 2)
    .join("");
  const index =
    Math.max(
      0,
      people.findIndex((person) => person.id === id),
    ) % colours;
  return el("span", { class: `avatar colour-${index}`, "aria-hidden": "true" }, initials || "·");
}
