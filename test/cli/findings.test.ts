import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "#domain/finding";
import { openStore } from "#store/sqlite/sqlite";
import { hostile, payments, recorded, runIn, unsafe, web } from "#test/cli/recorded";

let kept: Awaited<ReturnType<typeof recorded>>;
beforeAll(async () => {
  kept = await recorded();
});
const findings = (...words: readonly string[]): Promise<readonly Finding[]> => kept.json("findings", ...words);

describe("stance findings", () => {
  it("lists what is open, worst first, one line each", async () => {
    const { code, out } = await kept.run("findings");
    expect(code).toBe(0);
    const [head, ...lines] = out.trimEnd().split("\n");
    expect(head).toMatch(/^ID +SEVERITY +STATUS +ACCOUNT +REGION +NAME +OWNER +WHAT$/);
    const all = await findings();
    expect(all.length).toBeGreaterThan(5);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(all.map(({ id }) => id));
    const order = ["critical", "high", "medium", "low"];
    const ranks = all.map(({ severity }) => order.indexOf(severity));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(lines.find((line) => line.includes("web-site"))).toMatch(
      /^F-\w+ +high +open +web-prod +eu-west-1 +web-site/,
    );
  });

  it("filters by severity, account (id or name), check (with *) and owner; filters combine", async () => {
    const all = await findings();
    const among = async (words: readonly string[], wanted: (finding: Finding) => boolean): Promise<void> => {
      const found = await findings(...words);
      expect(found).toEqual(all.filter(wanted));
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThan(all.length);
    };
    await among(["--severity", "high,medium"], ({ severity }) => severity === "high" || severity === "medium");
    await among(["--account", web], ({ account }) => account === web);
    await among(["--account", "web-prod"], ({ account }) => account === web);
    await among(["--check", "aws.s3.*"], ({ check }) => check.startsWith("aws.s3."));
    await among(["--owner", "nobody"], ({ ownership }) => ownership.owner === undefined);
    await among(["--owner", "web"], ({ ownership }) => ownership.owner === "web");
    await among(
      ["--owner", "payments", "--check", "aws.s3.bucket-is-not-publicly-readable"],
      ({ account, check }) => account === payments && check === "aws.s3.bucket-is-not-publicly-readable",
    );
  });

  it("by status: what is closed is not listed unless asked for", async () => {
    expect(await findings("--status", "resolved")).toEqual([]);
    expect((await kept.run("findings", "--status", "resolved")).out).toBe("No findings.\n");
    expect(await findings("--status", "open,resolved")).toEqual(await findings());
  });

  it("shows hostile names as codes, on one line; JSON carries them as they are", async () => {
    const { out } = await kept.run("findings");
    expect(out).not.toMatch(unsafe);
    expect(out).not.toMatch(/^F-9999/m);
    expect(out).toContain("bad\\u{1b}[31m\\nF-9999 critical\\u{202e}eman");
    expect((await findings()).map(({ asset }) => asset.name)).toContain(hostile);
  });

  it.each([
    [["--account", "web-prd"], 'There is no account "web-prd". Did you mean web-prod?'],
    [["--check", "aws.s3.bucket-is-not-publicly-redable"], "Did you mean aws.s3.bucket-is-not-publicly-readable?"],
    [["--owner", "paymnts"], "Did you mean payments?"],
    [["--owner", "__proto__"], 'There is no owner "__proto__".'],
  ])("a word that means nothing is an error, not an empty list: %j", async (words, sentence) => {
    const { code, out, err } = await kept.run("findings", ...words);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(sentence);
  });

  it("a word that is none of a closed list is wrong usage", async () => {
    expect((await kept.run("findings", "--severity", "hgh")).code).toBe(2);
    expect((await kept.run("findings", "--status", "closed")).code).toBe(2);
  });
});

describe("the database", () => {
  const cwd = mkdtempSync(join(tmpdir(), "stance-none-"));
  const every = [
    ["findings"],
    ["summary"],
    ["assets"],
    ["plan", "F-0001"],
    ["audit", "verify"],
    ["audit", "show", "1"],
  ];

  it.each(every)("missing: %s %s says where it looked and what to do", async (...words) => {
    const { code, out, err } = await runIn(cwd, words);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toBe(
      `stance: There is no database at ${join(cwd, "stance.sqlite")}. Run a scan with --database first.\n`,
    );
  });

  it("that is none, is a folder, or is somebody else's: a sentence, and it is left as it is", async () => {
    writeFileSync(
      join(cwd, "text.sqlite"),
      "not a database, but long enough to be read as the head of one. ".repeat(20),
    );
    mkdirSync(join(cwd, "folder.sqlite"));
    new Sqlite(join(cwd, "other.sqlite")).exec("CREATE TABLE cat (name TEXT)").close();
    for (const name of ["text", "folder", "other"]) {
      const { code, err } = await runIn(cwd, ["findings", "--database", `${name}.sqlite`]);
      expect(code).toBe(1);
      expect(err).toBe(
        `stance: ${join(cwd, `${name}.sqlite`)} is no database of Stance. Name the file of \`stance scan --database\` or of the bot.\n`,
      );
    }
  });

  it("of a demo is refused", async () => {
    (await openStore({ file: join(cwd, "demo.sqlite"), kind: "demo", at: 1 })).close();
    const { code, err } = await runIn(cwd, ["findings", "--database", "demo.sqlite"]);
    expect(code).toBe(1);
    expect(err).toContain("another kind of Stance");
  });

  it("is read while a bot holds it, and never written", async () => {
    const file = join(kept.cwd, "stance.sqlite");
    const bot = await openStore({ file, kind: "real", exclusive: true, at: 1 });
    const before = bot.auditHead();
    for (const words of [["findings"], ["summary"], ["assets"], ["audit", "verify"]])
      expect((await kept.run(...words)).code).toBe(0);
    expect(bot.auditHead()).toEqual(before);
    bot.close();
  });
});
