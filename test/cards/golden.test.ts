import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cardText, formText } from "#test/cards/as-text";
import { cards, forms } from "#test/cards/gallery";

const file = (name: string): string => `${name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}.txt`;

describe("every message reads as it should", () => {
  test.each(Object.entries(cards))("%s", async (name, card) => {
    await expect(`${card.text}\n\n${cardText(card)}\n`).toMatchFileSnapshot(`golden/${file(name)}`);
  });
  test.each(Object.entries(forms))("%s", async (name, form) => {
    await expect(`${formText(form)}\n`).toMatchFileSnapshot(`golden/${file(name)}`);
  });
  test("no golden file is left of a message that is gone, and no two share one", () => {
    const wanted = [...Object.keys(cards), ...Object.keys(forms)].map(file).sort();
    expect(readdirSync(new URL("golden", import.meta.url)).sort()).toEqual(wanted);
  });
});
