import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestCard, isQuiet, openAfter } from "#cards/digest";
import { groupCard } from "#cards/group";
import { estateCard, summaryCard } from "#cards/summary";
import type { GroupRow, Moves } from "#cards/views";
import { severityCounts, total } from "#cards/words";
import type { Card } from "#domain/card";
import { severities } from "#domain/check";
import type { Closing, Finding } from "#domain/finding";
import { cardText } from "#test/cards/as-text";
import { digestView, estateView, summaryView } from "#test/cards/gallery";
import * as s from "#test/cards/samples";

const severity = fc.constantFrom(...severities);
const how = fc.constantFrom<Closing>("passed", "gone", "rule-changed", "not-applicable", "retired");
const findings = (max: number): fc.Arbitrary<readonly Finding[]> =>
  fc
    .array(fc.record({ severity, how }), { maxLength: max })
    .map((list) =>
      list.map((each, n) =>
        s.finding(`F-${n + 1000}`, `bucket-${n}`, { severity: each.severity, closed: { at: s.now, how: each.how } }),
      ),
    );
const openOf = (finding: Finding): Finding => {
  const { closed: _, ...open } = finding;
  return open;
};
const rowOf = (finding: Finding): GroupRow => ({ finding: openOf(finding), account: s.prod });

const first = (card: Card): string => cardText(card).split("\n")[0] ?? "";
const numbers = (text: string, pattern: RegExp): readonly number[] =>
  [...text.matchAll(pattern)].map(([, n = ""]) => Number(n.replaceAll(",", "")));
const sum = (list: readonly number[]): number => list.reduce((all, n) => all + n, 0);
const bySeverity = (text: string): number => sum(numbers(text, /([\d,]+) (?:critical|high|medium|low)/g));
const open = (text: string): number => numbers(text, /: ([\d,]+) open/g)[0] ?? 0;

describe("counts are findings, and add up", () => {
  test("on a group's card: open, closed, listed and left out", () => {
    fc.assert(
      fc.property(findings(30), findings(30), findings(30), (stillOpen, closed, snoozed) => {
        fc.pre(stillOpen.length + closed.length + snoozed.length > 0);
        const aside = snoozed.map((each) => ({ ...rowOf(each), aside: s.aside }));
        const card = groupCard({ ...s.group, open: stillOpen.map(rowOf), closed, aside });
        const text = cardText(card);
        const all = stillOpen.length + closed.length + aside.length;
        if (stillOpen.length === 0) {
          const [ways = ""] = first(card).split(" · ");
          expect(sum(numbers(ways.replaceAll(/until \w+ \d+ \w+ \d+/g, ""), /(\d+) /g))).toBe(all);
          expect(first(card)).toContain(` · ${all} S3 bucket`);
          expect(card.actions).toBeUndefined();
          return;
        }
        const listed = card.parts
          .flatMap((part) => (part.kind === "rows" ? part.rows : []))
          .map(({ text: row }) => row);
        const asleep = listed.filter((row) => JSON.stringify(row).includes("snoozed until")).length;
        const rest = numbers(text, /^(\d+) more set aside$/gm);
        const more = numbers(text, /^and (\d+) more$/gm)[0] ?? 0;
        expect(listed.length - asleep - rest.length + more).toBe(stillOpen.length);
        expect(asleep + (rest[0] ?? 0)).toBe(aside.length);
        expect(first(card)).toContain(
          all === stillOpen.length ? `· ${stillOpen.length} S3 bucket` : `· ${stillOpen.length} of ${all} S3 buckets`,
        );
      }),
    );
  });

  test("in a summary: the header is the sum of its severities and of what [All …] lists", () => {
    fc.assert(
      fc.property(findings(60), (list) => {
        const counts = severityCounts(list);
        const card = summaryCard({ ...summaryView, open: counts });
        expect(open(first(card))).toBe(list.length);
        expect(bySeverity(first(card))).toBe(list.length);
        expect(numbers(cardText(card), /\[All ([\d,]+)\]/g)).toEqual(list.length > 0 ? [list.length] : []);
      }),
    );
  });

  test("over the whole estate: teams and nobody are all there is", () => {
    fc.assert(
      fc.property(fc.array(findings(20), { minLength: 1, maxLength: 6 }), (teams) => {
        const all = teams.flat();
        const card = estateCard({
          ...estateView,
          open: severityCounts(all),
          teams: teams.map((list, n) => ({ ...(n > 0 && { name: `Team ${n}` }), open: severityCounts(list) })),
        });
        const lines = cardText(card).split("\n");
        const from = lines.indexOf("*Teams*") + 1;
        const listed = lines.slice(from, from + teams.length);
        expect(sum(listed.flatMap((text) => numbers(text, /([\d,]+) open$/g)))).toBe(all.length);
        expect(open(first(card))).toBe(all.length);
      }),
    );
  });

  test("the sample estate's teams are its total", () => {
    expect(sum(estateView.teams.map(({ open: counts }) => total(counts)))).toBe(total(estateView.open));
  });

  const some = fc.nat({ max: 9 });
  const moves: fc.Arbitrary<Moves> = fc.record({
    new: some,
    cameBack: some,
    woke: some,
    arrived: some,
    left: some,
    fixed: some,
    gone: some,
    otherwise: some,
    setAside: some,
  });

  test("in a digest: what was open, and all that moved, is what is open", () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), moves, (before, moved) => {
        const after = openAfter(before, moved);
        fc.pre(after >= 0);
        const card = digestCard({
          ...digestView,
          open: { critical: 0, high: after, medium: 0, low: 0 },
          previous: { at: s.now - 3 * 86_400_000, open: before },
          moves: moved,
        });
        const text = cardText(card);
        const said = (pattern: RegExp): number => numbers(text, pattern)[0] ?? 0;
        const up = said(/\bNew (\d+)/g) + said(/Came back (\d+)/g) + said(/(\d+) came from/g) + said(/(\d+) woke/g);
        const down =
          said(/Fixed (\d+)/g) +
          said(/Gone (\d+)/g) +
          said(/(\d+) went to/g) +
          said(/(\d+) set aside/g) +
          said(/(\d+) closed by/g);
        const [, difference = "0", way = ""] = /, (\d+) (fewer|more) than Friday/.exec(first(card)) ?? [];
        expect(before + up - down).toBe(after);
        expect(before + (way === "fewer" ? -Number(difference) : Number(difference))).toBe(after);
      }),
    );
  });

  test("a digest is quiet only when nothing moved and nothing waits", () => {
    const still: Moves = {
      new: 0,
      cameBack: 0,
      woke: 0,
      arrived: 0,
      left: 0,
      fixed: 0,
      gone: 0,
      otherwise: 0,
      setAside: 0,
    };
    expect(isQuiet({ ...digestView, moves: still, waiting: [] })).toBe(true);
    expect(isQuiet({ ...digestView, moves: still })).toBe(false);
    expect(isQuiet({ ...digestView, moves: { ...still, otherwise: 1 }, waiting: [] })).toBe(false);
    expect(isQuiet({ ...digestView, moves: still, waiting: [], skipped: s.now })).toBe(false);
  });
});
