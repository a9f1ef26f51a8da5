import { el } from "./dom.ts";
import { interactive, type Press, unknown } from "./elements.ts";
import { list, object, str, words } from "./json.ts";
import { type Reading, textObject } from "./text.ts";
import type { Json } from "./wire.ts";

/** One block of Block Kit that is no input. */
export function drawBlock(block: Json, reading: Reading, press: Press): Node {
  switch (str(block, "type")) {
    case "header":
      return el("h3", { class: "block header" }, words(block, "text"));
    case "section":
      return section(block, reading, press);
    case "context":
      return el(
        "div",
        { class: "block context" },
        list(block, "elements").map((each) => small(each, reading)),
      );
    case "actions":
      return el(
        "div",
        { class: "block actions" },
        list(block, "elements").map((element) => interactive(element, reading, press)),
      );
    case "divider":
      return el("hr", { class: "block" });
    case "image":
      return el("div", { class: "block image" }, words(block, "title") || str(block, "alt_text"));
    default:
      return unknown(block);
  }
}

function section(block: Json, reading: Reading, press: Press): Node {
  const text = textObject(object(block, "text"), reading);
  const fields = list(block, "fields").map((field) => el("div", {}, textObject(field, reading)));
  const accessory = object(block, "accessory");
  return el(
    "div",
    { class: "block section" },
    el(
      "div",
      { class: "section-text" },
      text.length > 0 && el("div", {}, text),
      fields.length > 0 && el("div", { class: "fields" }, fields),
    ),
    accessory && el("div", { class: "accessory" }, interactive(accessory, reading, press)),
  );
}

const small = (element: Json, reading: Reading): Node =>
  str(element, "type") === "image"
    ? el("span", { class: "image" }, str(element, "alt_text"))
    : el("span", {}, textObject(element, reading));
