import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvCell, csvFormat, csvLine } from "#formats/csv";
import { decisions, hostile, render, reported } from "#test/formats/samples";

/** RFC 4180, strictly: throws where a field is neither quoted nor plain. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (at >= text.length) throw new Error("open quote");
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') {
          cell += '"';
          at++;
        } else break;
      }
      at++;
    } else
      for (; at < text.length && !/[,\r\n]/.test(text[at] ?? ""); at++) {
        if (text[at] === '"') throw new Error("quote in a plain cell");
        cell += text[at];
      }
    row.push(cell);
    if (text[at] === ",") at++;
    else if (text.startsWith("\r\n", at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else throw new Error(`neither comma nor line end at ${at}`);
  }
  return rows;
}

const startsFormula = (cell: string): boolean =>
  /^[=+\-@＝＋－＠\t\r\n]/u.test(cell) ||
  /^[=+\-@＝＋－＠]/u.test(cell.replace(/^[\s\p{Cc}\u200B-\u200F\u202A-\u202E\uFEFF]+/u, ""));

describe("csv", () => {
  it("has a header and one row a verdict", () => {
    const rows = parse(render(csvFormat(), [reported(), reported(decisions.unknown)]));
    expect(rows).toHaveLength(3);
    expect(rows[0]?.slice(0, 4)).toEqual(["check", "title", "severity", "status"]);
    const record = Object.fromEntries((rows[0] ?? []).map((name, index) => [name, rows[1]?.[index]]));
    expect(record).toMatchObject({
      check: "aws.s3.bucket-is-not-public",
      status: "fail",
      account: "111122223333",
      asset_name: "invoices",
      asset_tags: "team=payments",
      controls: "cis-aws-3.0:2.1.4 | aws-fsbp:S3.2 | aws-fsbp:S3.3",
      evidence: '{"policy":"*"}',
      owner: "payments",
    });
    expect(rows[2]).toContain("missing permission s3:GetBucketAcl");
  });

  it("makes no formula of anything, in rows or headers, and loses nothing", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...hostile),
      fc
        .tuple(fc.constantFrom("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", " ="), fc.string())
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const read = parse(csvLine(cells));
        expect(read).toHaveLength(1);
        expect(read[0]).toHaveLength(cells.length);
        for (const [index, cell] of (read[0] ?? []).entries()) {
          expect(startsFormula(cell)).toBe(false);
          expect([cells[index], `'${cells[index]}`]).toContain(cell);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it("keeps hostile names of assets and tags in their own cells", () => {
    for (const name of hostile) {
      const rows = parse(render(csvFormat(), [reported(decisions.fail, { name, tags: { [name]: name } })]));
      expect(rows).toHaveLength(2);
      expect(rows[1]).toHaveLength(rows[0]?.length ?? 0);
      for (const cell of rows[1] ?? []) expect(startsFormula(cell)).toBe(false);
    }
  });

  it("leaves harmless text alone", () => {
    expect(csvCell("a-b=c")).toBe("a-b=c");
    expect(csvCell("arn:aws:s3:::x")).toBe("arn:aws:s3:::x");
  });
});
