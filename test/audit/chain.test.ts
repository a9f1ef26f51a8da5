import { describe, expect, test } from "vitest";
import type { ChainRow, Head } from "#audit/chain";
import { emptyHead, entryHash, seal, verifyChain } from "#audit/chain";

let n = 0;
const salt = (): string => String(n++).padStart(32, "0");
function chain(length: number): ChainRow[] {
  const rows: ChainRow[] = [];
  let head: Head = emptyHead;
  for (let i = 0; i < length; i++) {
    const entry = seal(
      head,
      {
        at: i,
        actor: "ana",
        action: "request.approved",
        subject: `R-${i}`,
        facts: { i },
        texts: { reason: `why ${i}` },
      },
      salt,
    );
    const { seq, prev, hash, body, salted } = entry;
    rows.push({ seq, prev, hash, body, salted });
    head = entry;
  }
  return rows;
}
const rows = chain(20);
const at = (index: number): ChainRow => rows[index] as ChainRow;

describe("the audit chain", () => {
  test("verifies as written, and with texts erased", () => {
    expect(verifyChain(rows)).toEqual({ ok: true, head: { seq: 20, hash: at(19).hash } });
    expect(verifyChain(rows.map(({ salted: _, ...row }) => row))).toMatchObject({ ok: true });
    expect(verifyChain([])).toEqual({ ok: true, head: emptyHead });
  });

  const rehashed = (): ChainRow[] => {
    const out = rows.map((row) => ({ ...row }));
    let prev = at(9).hash;
    for (let i = 10; i < 20; i++) {
      const body = i === 10 ? at(i).body.replace("R-10", "R-99") : at(i).body;
      out[i] = { seq: i + 1, prev, body, hash: entryHash(prev, body) };
      prev = out[i]?.hash ?? "";
    }
    return out;
  };

  test.each<[string, readonly ChainRow[]]>([
    ["edited", rows.map((row, i) => (i === 5 ? { ...row, body: row.body.replace("R-5", "R-6") } : row))],
    ["deleted", rows.filter((_, i) => i !== 5)],
    ["doubled", [...rows.slice(0, 6), at(5), ...rows.slice(6)]],
    ["swapped", rows.map((row, i) => (i === 5 ? at(6) : i === 6 ? at(5) : row))],
    ["with another hash", rows.map((row, i) => (i === 5 ? { ...row, hash: at(6).hash } : row))],
    [
      "with a changed text",
      rows.map((row, i) => (i === 5 ? { ...row, salted: { reason: { salt: "0", text: "x" } } } : row)),
    ],
    [
      "not canonical",
      rows.map((row, i) =>
        i === 5 ? { ...row, body: ` ${row.body}`, hash: entryHash(row.prev, ` ${row.body}`) } : row,
      ),
    ],
  ])("a trail with an entry %s does not verify", (_name, tampered) => {
    expect(verifyChain(tampered)).toMatchObject({ ok: false });
  });

  test("a cut or rewritten tail is found by what was published", () => {
    const anchor = { seq: 20, hash: at(19).hash.slice(0, 8) };
    expect(verifyChain(rows, [anchor])).toMatchObject({ ok: true });
    expect(verifyChain(rows.slice(0, 15))).toMatchObject({ ok: true });
    expect(verifyChain(rows.slice(0, 15), [anchor])).toMatchObject({ ok: false });
    expect(verifyChain(rehashed())).toMatchObject({ ok: true });
    expect(verifyChain(rehashed(), [anchor])).toMatchObject({ ok: false });
  });
});
