import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixForm } from "#cards/forms";
import { groupCard } from "#cards/group";
import { requestCard } from "#cards/request";
import { showCard, whyCard } from "#cards/show";
import { renderCard } from "#chat/slack/render";
import { renderForm } from "#chat/slack/view";
import type { Card, Inline, Text } from "#domain/card";
import { fixView, showView } from "#test/cards/gallery";
import * as s from "#test/cards/samples";
import { validateMessage, validateView } from "#test/support/block-kit";
import { textsOf } from "#test/support/cards";

/** What clouds let people write into names and tags. */
const hostile = [
  "<!channel>",
  "<@U0001> @here",
  "*bold* _it_ `code` ~no~",
  "=cmd()|' /C calc'!A0",
  "<https://evil.example|pay-receipts>",
  "\u202Eevil\u202C",
  "a\nOwner Web",
  "😀".repeat(40),
  "x".repeat(256),
];

function nodesOf(text: Text): readonly Inline[] {
  if (typeof text === "string" || !("length" in text)) {
    const inner = typeof text !== "string" && "bold" in text ? nodesOf(text.bold) : [];
    return [text, ...inner];
  }
  return text.flatMap(nodesOf);
}
const nodes = (card: Card): readonly Inline[] => card.parts.flatMap((part) => textsOf(part).flatMap(nodesOf));

function cardsWith(name: string): readonly Card[] {
  const finding = s.finding("F-1a2b", name, {
    row: name,
    message: name,
    region: name,
    environment: name,
    tags: { "managed-by": name },
    evidence: { [name]: name },
    ownership: { owner: "payments", source: "tag", via: `tag team=${name}` },
  });
  const account = { id: s.prod.id, name };
  const [item] = s.request.items;
  const items = item ? [{ ...item, asset: { ...item.asset, name }, summary: name }] : [];
  return [
    groupCard({ ...s.group, owner: name, open: [{ finding, account }], closed: [] }),
    groupCard({ ...s.group, owner: name, open: [], closed: [{ ...finding, closed: { at: s.now, how: "passed" } }] }),
    requestCard({
      ...s.requestView,
      accounts: [account],
      owner: name,
      managed: { "F-1a2b": name },
      request: { ...s.request, items, reason: name },
    }),
    requestCard(s.later({ state: "superseded", why: name, items, reason: name })),
    showCard({ ...showView, finding, account, owner: name }),
    whyCard({ ...showView, finding, account, route: { channel: name, mode: "live", because: name } }),
  ];
}

describe("names of things in a cloud", () => {
  test.each(hostile)("are never more than words: %j", (name) => {
    for (const card of cardsWith(name)) {
      expect(
        nodes(card).filter(
          (node) => typeof node !== "string" && ("mention" in node || "group" in node || "link" in node),
        ),
      ).toEqual([]);
      const { text, blocks } = renderCard(card);
      expect(validateMessage({ text, blocks })).toEqual([]);
    }
    const { view } = renderForm(
      fixForm({
        ...fixView,
        ticks: [{ finding: s.finding("F-1a2b", name), account: { id: s.prod.id, name }, managed: name }],
      }),
      { channel: "C1" },
    );
    expect(validateView(view)).toEqual([]);
  });

  test("keep every card within Slack's limits, whatever they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
        for (const card of cardsWith(name)) {
          const { text, blocks } = renderCard(card);
          expect(validateMessage({ text, blocks })).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("keep the confirmation within its limits, ten long names and all", () => {
    const [item] = s.request.items;
    const items = item
      ? Array.from({ length: 10 }, () => ({ ...item, asset: { ...item.asset, name: "😀".repeat(256) } }))
      : [];
    const card = requestCard({
      ...s.requestView,
      accounts: [{ id: s.prod.id, name: "n".repeat(200) }],
      request: { ...s.request, items },
    });
    const [approve] = card.actions ?? [];
    expect(approve?.kind === "button" && Array.from(approve.confirm?.text ?? "").length).toBeLessThanOrEqual(300);
    expect(approve?.kind === "button" && approve.label).toBe("Approve 10 changes");
  });
});
