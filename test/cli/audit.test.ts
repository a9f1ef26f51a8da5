import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChainRow } from "#audit/chain";
import { openStore } from "#store/sqlite/sqlite";
import { recorded } from "#test/cli/recorded";

let kept: Awaited<ReturnType<typeof recorded>>;
let rows: readonly ChainRow[];
beforeAll(async () => {
  kept = await recorded();
  const store = await openStore({ file: join(kept.cwd, "stance.sqlite"), kind: "real", at: 1 });
  for (const n of [1, 2, 3])
    await store.commit({
      audit: [
        {
          at: n,
          actor: "tom",
          action: "request.approve",
          subject: `R-${n}`,
          facts: { hash: "9f3c" },
          texts: { reason: `reason ${n}` },
        },
      ],
    });
  store.close();
});
beforeEach(async () => {
  const { code, out } = await kept.run("audit", "export");
  expect(code).toBe(0);
  rows = out
    .trimEnd()
    .split("\n")
    .map((line): ChainRow => JSON.parse(line));
});

const exported = (changed: readonly unknown[]): string => {
  writeFileSync(join(kept.cwd, "trail.jsonl"), changed.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return "trail.jsonl";
};
const verified = (changed: readonly unknown[], ...words: readonly string[]) =>
  kept.run("audit", "verify", "--file", exported(changed), ...words);
const anchor = (seq: number, digits = 8): string =>
  `${seq}:${rows.find((row) => row.seq === seq)?.hash.slice(0, digits)}`;
const changed = (seq: number, how: (row: ChainRow) => unknown): readonly unknown[] =>
  rows.map((row) => (row.seq === seq ? how(row) : row));

describe("stance audit", () => {
  it("exports every entry, and the export adds up as the database does", async () => {
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    const last = rows.at(-1)?.hash.slice(0, 16);
    const whole = { code: 0, out: `The trail adds up: 5 entries, last ${last}.\n`, err: "" };
    expect(await kept.run("audit", "verify")).toEqual(whole);
    expect(await verified(rows)).toEqual(whole);
    expect(await verified(rows, "--anchor", `${anchor(2)},#${anchor(5, 64)}`)).toEqual(whole);
    expect(JSON.parse((await verified(rows, "--json")).out)).toEqual({
      ok: true,
      head: { seq: 5, hash: rows.at(-1)?.hash },
    });
  });

  it.each<[string, () => readonly unknown[], string]>([
    ["a changed body", () => changed(4, (row) => ({ ...row, body: row.body.replace("R-2", "R-9") })), "#4 was changed"],
    [
      "a changed text",
      () => changed(4, (row) => ({ ...row, salted: { reason: { ...row.salted?.["reason"], text: "other" } } })),
      'the text "reason" of entry #4 was changed',
    ],
    ["an entry taken out", () => rows.filter(({ seq }) => seq !== 2), "entry #2 is missing"],
    ["two entries swapped", () => [0, 2, 1, 3, 4].map((i) => rows[i]), "entry #2 is missing"],
    ["another hash", () => changed(5, (row) => ({ ...row, hash: "0".repeat(64) })), "entry #5 was changed"],
  ])("finds %s", async (_, tampered, problem) => {
    const { code, out } = await verified(tampered());
    expect(code).toBe(1);
    expect(out).toContain("The trail does not add up at #");
    expect(out).toContain(problem);
  });

  it("an erased text does not break the trail", async () => {
    expect((await verified(changed(4, ({ salted: _, ...row }) => row))).code).toBe(0);
  });

  it("a tail cut off is found by an anchor, and only by it", async () => {
    const cut = rows.slice(0, 2);
    expect((await verified(cut)).code).toBe(0);
    const { code, out } = await verified(cut, "--anchor", anchor(4));
    expect(code).toBe(1);
    expect(out).toContain("the trail ends at #2, but #4 was published");
    const other = await verified(rows, "--anchor", "4:deadbeef");
    expect(other.code).toBe(1);
    expect(other.out).toContain("#4 is not the one that was published");
  });

  it("a database somebody wrote to is found too", async () => {
    const raw = new Sqlite(join(kept.cwd, "stance.sqlite"));
    raw.prepare("VACUUM INTO ?").run(join(kept.cwd, "copy.sqlite"));
    raw.close();
    const copy = new Sqlite(join(kept.cwd, "copy.sqlite"));
    const triggers = copy.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all().map(String);
    for (const name of triggers) copy.exec(`DROP TRIGGER ${name}`);
    copy.exec("UPDATE audit SET body = replace(body, 'R-2', 'R-9') WHERE seq = 4");
    copy.close();
    const { code, out } = await kept.run("audit", "verify", "--database", "copy.sqlite");
    expect(code).toBe(1);
    expect(out).toBe("The trail does not add up at #4: entry #4 was changed.\n");
  });

  it.each([
    [["--anchor", "4"], '"4" is no anchor. Write the entry and its hash: 1234:9f3c21ab.'],
    [["--anchor", "0:9f3c21ab"], '"0:9f3c21ab" is no anchor.'],
    [["--anchor", "4:9f3c21ab,4:00000000"], "The anchors of #4 contradict each other"],
    [["--file", "nowhere.jsonl"], "nowhere.jsonl could not be read"],
    [["--file", "."], "could not be read"],
  ])("says what is wrong with %j", async (words, sentence) => {
    const { code, out, err } = await kept.run("audit", "verify", ...words);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(sentence);
    expect(err).not.toContain("internal error");
  });

  it.each([["null"], ["5"], ["{}"], ['{"seq":2,"prev":1}'], ["no JSON"]])(
    "a line that is no entry is named by its number: %s",
    async (line) => {
      writeFileSync(join(kept.cwd, "trail.jsonl"), `${JSON.stringify(rows[0])}\n\n${line}\n`);
      const { code, err } = await kept.run("audit", "verify", "--file", "trail.jsonl");
      expect(code).toBe(1);
      expect(err).toMatch(/^stance: Line 3 of .*trail\.jsonl is no entry of an export\.\n$/);
    },
  );

  it("shows one entry, by number, with its texts", async () => {
    for (const word of ["4", "#4"]) {
      const { code, out } = await kept.run("audit", "show", word);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        seq: 4,
        body: { action: "request.approve", subject: "R-2" },
        salted: { reason: { text: "reason 2" } },
      });
    }
  });

  it.each(["0", "99", "x", "1.5", "-1", "0x1", ""])('there is no entry "%s"', async (word) => {
    const { code, out, err } = await kept.run("audit", "show", "--", word);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(`stance: There is no audit entry "${word}": they go from #1 to #5.\n`);
  });

  it("erases the texts of an entry beyond recovery, says so in the trail, and the trail adds up", async () => {
    const file = join(kept.cwd, "erased.sqlite");
    const raw = new Sqlite(join(kept.cwd, "stance.sqlite"));
    raw.prepare("VACUUM INTO ?").run(file);
    raw.close();
    expect(readFileSync(file).includes("reason 2")).toBe(true);
    const erase = () => kept.run("audit", "erase", "#4", "--database", "erased.sqlite");
    expect(await erase()).toEqual({ code: 0, out: "Erased of entry #4: reason.\n", err: "" });
    expect((await erase()).out).toBe("Entry #4 has no texts.\n");
    expect(readFileSync(file).includes("reason 2")).toBe(false);
    expect(readFileSync(file).includes("reason 3")).toBe(true);
    expect((await kept.run("audit", "verify", "--database", "erased.sqlite")).out).toContain("adds up: 6 entries");
    const { out } = await kept.run("audit", "show", "6", "--database", "erased.sqlite");
    expect(JSON.parse(out)).toMatchObject({
      body: { action: "text.erased", subject: "#4", facts: { names: ["reason"] } },
    });
    expect((await kept.run("audit", "erase", "99", "--database", "erased.sqlite")).code).toBe(1);
  });
});
