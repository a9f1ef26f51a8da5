import { describe, expect, test } from "vitest";
import { notification } from "#cards/text";
import { forbiddenWords, requestWords, specialWords } from "#cards/words";
import { renderCard } from "#chat/slack/render";
import { renderForm } from "#chat/slack/view";
import type { Action, Card, Part, Text } from "#domain/card";
import { cardText, formText } from "#test/cards/as-text";
import { cards, forms } from "#test/cards/gallery";
import { validateMessage, validateView } from "#test/support/block-kit";

const all = Object.entries(cards);
const sizeOf = (text: string): number => Array.from(text).length;
const actionsOf = (card: Card): readonly Action[] => [
  ...(card.actions ?? []),
  ...card.parts.flatMap((part) => (part.kind === "rows" ? part.rows.flatMap(({ action }) => action ?? []) : [])),
];
const pressesOf = (card: Card) =>
  actionsOf(card).flatMap((action) =>
    action.kind === "button" ? [action] : action.kind === "menu" ? action.items : [],
  );
const firstOf = ([first]: readonly Part[]): Text => {
  if (first?.kind === "heading" || first?.kind === "text") return first.text;
  throw new Error("a card starts with a line of words");
};

/** Code is not our wording; commands are typed with the product's word, and one heading holds a word that is forbidden elsewhere. */
const spoken = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/```[^]*?```/g, "")
    .replaceAll("/posture", "")
    .replaceAll(requestWords.failed.toLowerCase(), "");
const hasWord = (text: string, word: string): boolean => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text);

/** Cards that channels see, apart from those that one person asked for. */
const teamCards = all.filter(([name]) =>
  /^(group|digest|request(?! asked)|undo|snoozed,|acceptance (waiting|approved|that|out))/.test(name),
);

describe("every card", () => {
  // The audit trail shows machine words on purpose.
  test.each(all.filter(([name]) => !name.startsWith("audit")))("says no word that chat never says: %s", (_, card) => {
    const text = spoken(`${card.text}\n${cardText(card)}`);
    expect(forbiddenWords.filter((word) => hasWord(text, word))).toEqual([]);
  });

  test("the list bites", () => {
    expect(forbiddenWords.filter((word) => hasWord(spoken("3 resources failed: /posture why"), word))).toEqual([
      "resources",
      "failed",
    ]);
  });

  test.each(all)("tells the phone its first line: %s", (name, card) => {
    const line = notification(firstOf(card.parts));
    expect(card.text).not.toBe("");
    // A finding's card adds whose it is and where: the phone shows no second line.
    if (/^group (open|part|came|nobody|tag|without|in several|of twelve|with)/.test(name))
      expect(card.text.startsWith(`${line}, `)).toBe(true);
    else expect(card.text).toBe(line);
  });

  test.each(all)("has two buttons and a menu at most, within the limits: %s", (_, card) => {
    const actions = card.actions ?? [];
    expect(actions.filter(({ kind }) => kind !== "menu").length).toBeLessThanOrEqual(2);
    expect(actions.filter(({ kind }) => kind === "menu").length).toBeLessThanOrEqual(1);
    for (const action of actionsOf(card)) {
      if (action.kind === "menu") expect(action.items.length).toBeLessThanOrEqual(5);
      else expect(sizeOf(action.label)).toBeLessThanOrEqual(75);
      if (action.kind !== "button" || !action.confirm) continue;
      const { title, text, ok, cancel } = action.confirm;
      expect(sizeOf(title)).toBeLessThanOrEqual(100);
      expect(sizeOf(text)).toBeLessThanOrEqual(300);
      expect(Math.max(sizeOf(ok), sizeOf(cancel))).toBeLessThanOrEqual(30);
    }
  });

  test.each(all)("opens a form exactly behind labels that end with …: %s", (_, card) => {
    for (const { label, press } of pressesOf(card))
      expect([label, press.form === true]).toEqual([label, label.endsWith("…")]);
  });

  test.each(all)("has no section without content: %s", (_, card) => {
    for (const part of card.parts) {
      if (part.kind === "rows") expect(part.rows.length).toBeGreaterThan(0);
      else if (part.kind === "facts") expect(part.facts.length).toBeGreaterThan(0);
      else if (part.kind !== "divider") expect(part.kind === "code" ? part.code : notification(part.text)).not.toBe("");
    }
    expect(cardText(card)).not.toMatch(/undefined|null|NaN|\b0 (critical|high|medium|low)\b/);
  });

  test.each(all)("is valid for Slack, whole: %s", (_, card) => {
    const { text, blocks, dropped } = renderCard(card);
    expect(validateMessage({ text, blocks })).toEqual([]);
    expect(dropped).toEqual([]);
  });
});

describe("cards for a team", () => {
  test.each(teamCards)("name no ARN, no control, no score, no JSON: %s", (_, card) => {
    expect(cardText(card)).not.toMatch(/arn:|cis-|fsbp|score|[{}]/i);
  });

  test.each(teamCards.filter(([name]) => name.startsWith("group")))("list five at most: %s", (_, card) => {
    for (const part of card.parts) if (part.kind === "rows") expect(part.rows.length).toBeLessThanOrEqual(5);
  });

  test("only the first posts mention anybody", () => {
    const mentioning = all.filter(([, card]) => JSON.stringify(card).match(/"(mention|group)":/)).map(([name]) => name);
    expect(mentioning).toEqual(["group open", "group news", "request pings approvers", "request rest told"]);
  });

  test("requests have these headings and no others", () => {
    const known = new Set([
      ...Object.values(requestWords),
      ...Object.values(specialWords).filter((word) => typeof word === "string"),
      "Stopped after 1 of 2",
    ]);
    const said = all
      .filter(([name]) => /^(request|undo|acceptance) /.test(name))
      .flatMap(([, card]) => /^R-\d+ · ([^·]+) · /.exec(card.text)?.[1] ?? []);
    expect(said.filter((word) => !known.has(word))).toEqual([]);
    expect(new Set(said).size).toBeGreaterThan(12);
  });

  test("a state is changed only by a random id, never by a command on a button that approves", () => {
    const approving = all.flatMap(([, card]) => pressesOf(card)).filter(({ label }) => label.startsWith("Approve"));
    expect(approving.length).toBeGreaterThan(0);
    for (const { press } of approving) expect("nonce" in press).toBe(true);
  });
});

describe("every form", () => {
  test.each(Object.entries(forms))("keeps the limits and is valid for Slack: %s", (_, form) => {
    expect(sizeOf(form.title)).toBeLessThanOrEqual(24);
    expect(sizeOf(form.submit)).toBeLessThanOrEqual(24);
    expect(sizeOf(form.state)).toBeLessThanOrEqual(2000);
    const { view, dropped } = renderForm(form, { channel: "C1" });
    expect(validateView(view)).toEqual([]);
    expect(dropped).toEqual([]);
    expect(forbiddenWords.filter((word) => hasWord(spoken(formText(form)), word))).toEqual([]);
  });
});
