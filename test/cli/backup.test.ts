import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { markOf } from "#store/sqlite/mark";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";
import { recorded } from "#test/cli/recorded";

let kept: Awaited<ReturnType<typeof recorded>>;
let file: string;
let bot: Store | undefined;
beforeEach(async () => {
  kept = await recorded();
  file = join(kept.cwd, "stance.sqlite");
});
afterEach(() => {
  bot?.close();
  bot = undefined;
});
const startBot = async (path = file): Promise<Store> =>
  (bot = await openStore({ file: path, kind: "real", exclusive: true, at: 1_764_000_500_000 }));
const write = (n: number) =>
  bot?.commit({
    audit: [{ at: n, actor: "tom", action: "x", subject: `R-${n}`, facts: {}, texts: { reason: "why" } }],
  });
const left = (): readonly string[] => readdirSync(kept.cwd).filter((name) => /\.tmp/.test(name));

describe("stance backup", () => {
  test("copies a file that a bot works on, for its owner alone, and the copy says that it is one", async () => {
    await startBot();
    await write(1);
    const { code, out } = await kept.run("backup", "--output", "b.sqlite");
    expect(code).toBe(0);
    expect(out).toMatch(/b\.sqlite: \d+\.\d MB, checked\. Its audit trail ends at #3 [0-9a-f]{16}\.\n$/);
    expect(statSync(join(kept.cwd, "b.sqlite")).mode & 0o777).toBe(0o600);
    expect(left()).toEqual([]);
    const verified = await kept.run("audit", "verify", "--database", "b.sqlite");
    expect(verified.out).toContain("The trail adds up: 3 entries");
    expect(await kept.run("findings", "--json", "--database", "b.sqlite")).toEqual(
      await kept.run("findings", "--json"),
    );
    await write(2);
    expect(bot?.auditHead().seq).toBe(4);
    const copied = await startBot(join(kept.cwd, "b.sqlite")).finally(() => undefined);
    expect(copied.epoch()).toMatchObject({ number: 2, why: "backup" });
  });

  test("never writes over a file, and copies no damaged one", async () => {
    writeFileSync(join(kept.cwd, "b.sqlite"), "mine");
    const over = await kept.run("backup", "--output", "b.sqlite");
    expect(over).toMatchObject({ code: 1, out: "" });
    expect(over.err).toContain("b.sqlite exists already");
    expect(readFileSync(join(kept.cwd, "b.sqlite"), "utf8")).toBe("mine");
    await startBot();
    await write(1);
    bot?.close();
    const raw = new Sqlite(file);
    raw.exec("DROP TRIGGER audit_no_update; UPDATE audit SET body = replace(body, 'R-1', 'R-9') WHERE seq = 3");
    raw.close();
    const broken = await kept.run("backup", "--output", "c.sqlite");
    expect(broken).toMatchObject({ code: 1, out: "" });
    expect(broken.err).toContain("is damaged: the audit trail does not add up at #3");
    expect(existsSync(join(kept.cwd, "c.sqlite"))).toBe(false);
    expect(left()).toEqual([]);
  });

  test.each([
    [["--output", "b.sqlite", "--database", "nowhere.sqlite"], "There is no database at"],
    [["--output", "nowhere/b.sqlite"], "unable to open"],
  ])("says what is wrong with %j", async (words, sentence) => {
    const { code, err } = await kept.run("backup", ...words);
    expect(code).toBe(1);
    expect(err).toContain(sentence);
  });
});

describe("stance restore", () => {
  beforeEach(async () => {
    await startBot();
    await write(1);
    expect((await kept.run("backup", "--output", "b.sqlite")).code).toBe(0);
    await write(2);
    await write(3);
  });

  test("not below a bot, not over a database unless it may be moved aside; nothing is deleted", async () => {
    const busy = await kept.run("restore", "b.sqlite", "--replace");
    expect(busy).toMatchObject({ code: 1, out: "" });
    expect(busy.err).toContain("Another bot already works on this database.");
    const newest = bot?.auditHead();
    bot?.close();
    const there = await kept.run("restore", "b.sqlite");
    expect(there).toMatchObject({ code: 1, out: "" });
    expect(there.err).toContain("With --replace it is moved aside, not deleted");
    const { code, out } = await kept.run("restore", "b.sqlite", "--replace");
    expect(code).toBe(0);
    expect(out).toContain(`What it replaces had come to #5 ${newest?.hash.slice(0, 16)}`);
    expect(out).toContain("The bot starts frozen");
    const aside = /What was there lies in (\S+)\.\n/.exec(out)?.[1] ?? "";
    expect((await kept.run("audit", "verify", "--database", aside)).out).toContain("adds up: 5 entries");
    expect(left()).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await startBot();
    expect(bot?.epoch()).toMatchObject({
      number: 2,
      why: "backup",
      from: { seq: 3 },
      published: { seq: 5, hash: newest?.hash },
    });
    const verified = await kept.run("audit", "verify");
    expect(verified.out).toMatch(/The trail adds up: 4 entries, last \w+\.\nA restored database goes on at #4\.\n/);
    const lost = await kept.run("audit", "verify", "--anchor", `5:${newest?.hash}`);
    expect(lost.code).toBe(1);
    expect(lost.out).toContain("but #5 was published; a restore went on at #4");
  });

  test("to a new place, also on another machine; the backup itself stays as it was", async () => {
    bot?.close();
    const before = readFileSync(join(kept.cwd, "b.sqlite"));
    const { code, out } = await kept.run("restore", "b.sqlite", "--database", "new.sqlite", "--json");
    expect({ code, out: JSON.parse(out) }).toMatchObject({ code: 0, out: { head: { seq: 3 } } });
    expect(readFileSync(join(kept.cwd, "b.sqlite"))).toEqual(before);
    expect(existsSync(markOf(join(kept.cwd, "new.sqlite")))).toBe(false);
    await startBot(join(kept.cwd, "new.sqlite"));
    expect(bot?.epoch()).toMatchObject({ why: "backup", copy: { from: expect.stringContaining("b.sqlite") } });
  });

  test("no damaged or foreign file takes a database's place", async () => {
    bot?.close();
    const bytes = readFileSync(join(kept.cwd, "b.sqlite"));
    writeFileSync(join(kept.cwd, "short.sqlite"), bytes.subarray(0, bytes.length - 8192));
    writeFileSync(join(kept.cwd, "text.sqlite"), "not a database, but long enough to look at".repeat(20));
    copyFileSync(join(kept.cwd, "stance.yml"), join(kept.cwd, "small.sqlite"));
    const then = readFileSync(file);
    for (const name of ["short.sqlite", "text.sqlite", "small.sqlite"]) {
      const { code, err } = await kept.run("restore", name, "--replace");
      expect(code, name).toBe(1);
      expect(err, name).toMatch(/is damaged|no database of Stance/);
      expect(err, name).not.toContain("internal error");
    }
    expect(readFileSync(file)).toEqual(then);
    expect(left()).toEqual([]);
  });
});
