import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptanceEndsCard, endedCard, exceptionCard, exceptionsCard, snoozedThreadCard } from "#cards/exceptions";
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

/** Notes, tickets and names of people are somebody's text, too. */
function asideCards(name: string): readonly Card[] {
  const exception = { ...s.acceptance, note: name, ticket: name };
  const lines = s.acceptanceView.lines.map((each) => ({ ...each, name, account: { id: s.prod.id, name } }));
  const view = { ...s.acceptanceView, exception, lines, people: { jo: name, kofi: name } };
  const snoozed = { ...view, exception: { ...s.snooze, note: name, ticket: name } };
  const { accept } = s.acceptRequest;
  const request = { ...s.acceptRequest, reason: name, ...(accept && { accept: { ...accept, ticket: name } }) };
  return [
    ...[view, snoozed].flatMap((each) => [exceptionCard(each), endedCard(each)]),
    snoozedThreadCard(snoozed),
    acceptanceEndsCard(view),
    exceptionsCard({ name, scope: "all", now: s.now, exceptions: [view, snoozed], snoozed: 1, accepted: 3 }),
    requestCard({ ...s.acceptView, request, people: { jo: name }, managed: { "F-1a2d": name } }),
    groupCard({ ...s.group, aside: [{ ...s.statics, aside: { ...s.aside, by: name } }] }),
  ];
}

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
    ...asideCards(name),
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

  test("keep an acceptance of fifty whole: whoever approves has to see each", () => {
    const [item] = s.acceptRequest.items;
    const items = item
      ? Array.from({ length: 50 }, (_, n) => ({
          ...item,
          findingId: `F-${1000 + n}`,
          asset: { ...item.asset, name: "n".repeat(256), region: "ap-southeast-1" },
          summary: "SSH (tcp 22) open to 0.0.0.0/0 ".repeat(5),
        }))
      : [];
    const { blocks, text, dropped } = renderCard(
      requestCard({ ...s.acceptView, request: { ...s.acceptRequest, items, reason: "r".repeat(500) } }),
    );
    expect(validateMessage({ text, blocks })).toEqual([]);
    expect(dropped).toEqual([]);
    expect(items.filter(({ findingId }) => !JSON.stringify(blocks).includes(findingId))).toEqual([]);
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
