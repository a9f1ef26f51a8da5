import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { scopes } from "#chat/slack/scopes";
import { checks } from "#checks";
import { knownIds } from "#cli/config";
import { runCli } from "#cli/program";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { commands } from "#commands";
import { readText } from "#config/load";
import { remediations } from "#remediations";
import { openDatabase } from "#store/sqlite/database";
import { openStore } from "#store/sqlite/sqlite";
import { fakeIo } from "#test/cli/fake-io";
import { channel, isForm, person, pressOf, type World, world } from "#test/support/harness";

/** What a stranger reads. Generated pages are compared with their source elsewhere. */
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...readdirSync("docs")
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
] as const;
const read = (file: string): string => readFileSync(file, "utf8");

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
  /** The nearest line of prose before it. */
  readonly before: string;
}
const blocks: readonly Block[] = pages.flatMap((page) =>
  [...read(page).matchAll(/(?:^|\n)([^\n]*)\n*\n```(\w*)\n([\s\S]*?)\n```(?=\n|$)/g)].map(
    ([, before = "", language = "", text = ""]) => ({ page, language, text, before }),
  ),
);
const blocksOf = (language: string): readonly Block[] => blocks.filter((block) => block.language === language);
const whole = (page: string): string => read(page).replaceAll(/```[\s\S]*?```/g, "");

/** Command lines, from shell blocks and from `code` in the text. */
const lines: readonly { readonly page: string; readonly line: string }[] = [
  ...blocks
    .filter(({ language }) => language === "sh" || language === "")
    .flatMap(({ page, text }) =>
      text
        .replaceAll(/\\\n\s*/g, "")
        .split("\n")
        .map((line) => ({ page, line })),
    ),
  ...pages.flatMap((page) => [...whole(page).matchAll(/`([^`\n]+)`/g)].map(([, line = ""]) => ({ page, line }))),
].flatMap(({ page, line }) =>
  line
    .replace(/(^|\s)#\s.*$/, "")
    .split(/&&|\|(?=\s)|;/)
    .map((part) => ({ page, line: part.trim() })),
);
const linesWith = (start: RegExp): readonly { readonly page: string; readonly rest: string }[] =>
  lines
    .filter(({ line }) => start.test(line))
    .map(({ page, line }) => ({ page, rest: line.replace(start, "").trim() }));

describe("commands named in the docs", () => {
  const named = linesWith(
    /^(?:npx )?stance\s+(?=[a-z-])|^npx --yes \.\/stance-\*\.tgz\s+|^docker run .* stance (?=start)/,
  );

  test("are many, so that the rest of this page means something", () => {
    expect(named.length).toBeGreaterThan(20);
    expect(linesWith(/^npm run /).length).toBeGreaterThan(10);
    expect(linesWith(/^\/posture /).length).toBeGreaterThan(8);
  });

  test.each(named.map(({ page, rest }) => [page, rest] as const))("%s: stance %s", async (_page, rest) => {
    const words = rest.split(/\s+/).filter((word) => word !== "…");
    const io = fakeIo();
    // Values of options are looked at even when only help is asked for.
    expect({ code: await runCli([...words, "--help"], io), err: io.err() }).toEqual({ code: 0, err: "" });
    const usage = /^Usage: stance (.+)$/m.exec(io.out())?.[1]?.split(" ") ?? [];
    const path = usage.filter((word) => /^[a-z]/.test(word));
    expect(path).not.toEqual([]);
    expect(words.slice(0, path.length)).toEqual(path);
    const given = words.slice(path.length).filter((word) => word.startsWith("--"));
    expect(given.filter((option) => !new RegExp(`^ +(-\\w, )?${option}\\b`, "m").test(io.out()))).toEqual([]);
    const takesValue = (word: string | undefined): boolean =>
      word?.startsWith("--") === true && io.out().includes(`${word} <`);
    const others = words.slice(path.length).filter((word, i, all) => !word.startsWith("--") && !takesValue(all[i - 1]));
    const places = usage.filter((word) => word.startsWith("<") || word === "[id]");
    expect(others.length).toBeLessThanOrEqual(places.length);
  });

  test.each(linesWith(/^npm run /).map(({ page, rest }) => [page, rest] as const))("%s: npm run %s", (_page, rest) => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
    const name = rest.split(" ")[0] ?? "";
    expect(Object.keys(scripts).filter((script) => name === script || name === "new:*")).not.toEqual([]);
  });

  test.each(linesWith(/^\/posture /).map(({ page, rest }) => [page, rest] as const))(
    "%s: /posture %s",
    (_page, rest) => {
      const word = rest.split(" ")[0] ?? "";
      if (/^[a-z]/.test(word)) expect(commands.map((command): string => command.word)).toContain(word);
    },
  );

  test("name checks and fixes that exist", () => {
    const known = new Set<string>([...checks, ...remediations].flatMap(({ id, asset }) => [id, asset]));
    const made = linesWith(/^npm run new:\w+ -- /).map(({ rest }) => rest.replaceAll(" ", "."));
    const found = ["README.md", "SECURITY.md", "docs/setup-aws.md", "docs/setup-slack.md", "docs/database.md"].flatMap(
      (page) => [...read(page).matchAll(/\baws\.[a-z0-9]+\.[a-z][a-z0-9-]+/g)].map(([id]) => id),
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((id) => !known.has(id) && !made.includes(id))).toEqual([]);
  });
});

describe("README", () => {
  test("names the two commands and the picture on its first screen", () => {
    const screen = read("README.md").split("\n").slice(0, 16).join("\n");
    for (const part of ["npm ci && npm run demo", "npm ci && npm test", "docs/images/demo.png", "Node 20.19"])
      expect(screen).toContain(part);
  });

  test("asks for the Node that package.json asks for", () => {
    const { engines, version }: { engines: { node: string }; version: string } = JSON.parse(read("package.json"));
    expect(engines.node).toBe(">=20.19");
    expect(read("CHANGELOG.md")).toContain(`## ${version}`);
  });

  test("stands under the licence as it was written", () => {
    const hash = createHash("sha256").update(read("LICENSE")).digest("hex");
    expect(hash).toBe("cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30");
  });
});

test("ARCHITECTURE.md fits on two pages", () => {
  expect(read("ARCHITECTURE.md").split("\n").length).toBeLessThan(125);
});

describe("configurations in the docs", () => {
  const configs = [
    ...blocksOf("yaml").map(({ page, text }, index) => [`${page} ${index}`, text] as const),
    ["docs/stance.example.yml", read("docs/stance.example.yml")] as const,
  ];
  test.each(configs)("%s loads", (_name, text) => {
    expect(readText(text, {}, knownIds)).toHaveProperty("config");
  });

  test("there is one that starts the bot", () => {
    const [first] = blocksOf("yaml").filter(({ page }) => page === "docs/setup-slack.md");
    const reading = readText(first?.text ?? "", {}, knownIds);
    expect(reading).toMatchObject({ config: { slack: { mode: "socket" }, channels: { admin: "#sec-posture" } } });
  });

  test.each(blocksOf("json").map(({ page, text }, index) => [`${page} ${index}`, text] as const))(
    "%s is JSON",
    (_n, text) => expect(JSON.parse(text)).toHaveProperty("Version", "2012-10-17"),
  );

  test("scopes.md explains every scope that the manifest asks for", () => {
    const rows = [...read("docs/scopes.md").matchAll(/^\| `([a-z:._]+)` \| (.+) \| (.+) \|$/gm)];
    expect(rows.map(([, scope]) => scope)).toEqual(Object.keys(scopes));
    const manifest: { oauth_config: { scopes: { bot: readonly string[] } } } = parse(read("manifest.yml"));
    expect(manifest.oauth_config.scopes.bot).toEqual(Object.keys(scopes));
  });
});

describe("docs/database.md", () => {
  const queries = blocksOf("sql").map(({ before, text }) => [before, text.replace(/;$/, "")] as const);
  const folder = mkdtempSync(join(tmpdir(), "stance-docs-"));
  let w: World;
  beforeAll(async () => {
    (await openStore({ file: join(folder, "fresh.sqlite"), kind: "real", at: 0 })).close();
    w = await livedIn(join(folder, "lived-in.sqlite"));
  });
  afterAll(() => {
    w.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("lists every table, and no other", () => {
    const db = openDatabase({ file: join(folder, "fresh.sqlite"), readOnly: true });
    const tables = db
      .all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .map(({ name }) => name);
    db.close();
    const listed = [...read("docs/database.md").matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, names = ""]) =>
      names.replaceAll("`", "").split(", "),
    );
    expect(listed.sort()).toEqual(tables.sort());
  });

  test.each(queries)("%s (fresh)", (_before, sql) => {
    const db = openDatabase({ file: join(folder, "fresh.sqlite"), readOnly: true });
    expect(db.all(sql)).toBeInstanceOf(Array);
    db.close();
  });

  test.each(queries)("%s (finds what is there)", (_before, sql) => {
    const db = openDatabase({ file: join(folder, "lived-in.sqlite"), readOnly: true });
    expect(db.all(sql)).not.toEqual([]);
    db.close();
  });
});

/** A database in which something of everything happened: found, fixed by request, refused, snoozed, not readable. */
async function livedIn(file: string): Promise<World> {
  const account = "111122223333";
  const tags = { team: "payments" };
  const w = await world({
    file,
    config: {
      accounts: [{ id: account, name: "payments-prod", environment: "prod", owner: "payments" }],
      channels: { admin: "#sec-posture" },
      owners: { payments: { name: "Payments", channel: "#team-payments", people: ["tom"] } },
      people: {
        tom: { name: "Tom Beck", slack: "U1" },
        kofi: { name: "Kofi Mensah", slack: "U2", roles: ["approver", "admin"] },
      },
      groups: { "cloud-sec": { name: "Cloud security", people: ["kofi"] } },
      policies: [{ approvers: ["cloud-sec"] }],
    },
    clouds: (now) => [
      awsCloud(
        memoryCloud(
          {
            accounts: [
              {
                id: account,
                name: "payments-prod",
                regions: ["eu-west-1"],
                buckets: [{ name: "pay-receipts", region: "eu-west-1", tags }],
                denials: [{ operation: "s3:GetBucketAcl" }, { operation: "ec2:DescribeVolumes" }],
              },
            ],
          },
          { now },
        ),
      ),
    ],
    people: [person("U1", "Tom Beck"), person("U2", "Kofi Mensah")],
    channels: [channel("C1", "sec-posture"), channel("C2", "team-payments")],
    // An odd millisecond, today: half of a span of time need not be whole.
    start: Math.floor(Date.now() / 1000) * 1000 + 1,
  });
  await w.heart.scan();
  const [finding] = w.store
    .findings({ status: ["open"] })
    .filter(({ check }) => check === "aws.s3.bucket-blocks-public-access");
  const form = await w.say("U1", `fix ${finding?.id}`);
  if (!isForm(form)) throw new Error("no form");
  await w.submit("U1", form, { reason: "not needed any more" });
  await w.settle();
  const asked = w.in("sec-posture").find(({ card }) => card.text.includes("Waiting for approval"));
  if (!asked) throw new Error("nobody was asked");
  await w.press("U1", pressOf(asked.card, "Approve"));
  await w.press("U2", pressOf(asked.card, "Approve"));
  await w.settle();
  const snooze = await w.say("U1", `snooze ${w.store.findings({ status: ["open"] })[0]?.id}`);
  if (!isForm(snooze)) throw new Error("no form");
  await w.submit("U1", snooze, { because: "waiting", reason: "for the new account" });
  return w;
}

describe("a stranger who follows CONTRIBUTING.md word by word", () => {
  const ts = blocksOf("ts").filter(({ page }) => page === "CONTRIBUTING.md");
  const files = ts.map(({ before, text }) => [/`([^`]+\.ts)`$/.exec(before)?.[1] ?? "", `${text}\n`] as const);
  let copy = "";
  const run = (...words: readonly string[]) => spawnSync(process.execPath, words, { cwd: copy, encoding: "utf8" });
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "stance-stranger-"));
    const parts = "biome.json checks commands docs package.json remediations src test tsconfig.json vitest.config.ts";
    for (const part of parts.split(" ")) cpSync(part, join(copy, part), { recursive: true });
    symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test("has a check, and a command, by the files of the page alone", () => {
    for (const { rest } of linesWith(/^npm run new:check -- aws iam /)) {
      const made = run(
        "--conditions=source",
        "--import",
        "tsx",
        "src/dev/new-check.ts",
        "aws",
        "iam",
        ...rest.split(" "),
      );
      expect(made).toMatchObject({ status: 0, stderr: "" });
    }
    expect(files.map(([file]) => file)).toEqual([
      "checks/aws/iam/password-policy-expiry.ts",
      "test/checks/aws/iam/password-policy-expiry.cases.ts",
      "commands/finding-count.ts",
    ]);
    for (const [file, text] of files) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    expect(run("--conditions=source", "--import", "tsx", "src/dev/generate.ts")).toMatchObject({
      status: 0,
      stderr: "",
    });
    const tests = ["test/checks", "test/cards", "test/cli/catalogue.test.ts"];
    const { status, stdout } = run("node_modules/vitest/vitest.mjs", "run", ...tests);
    expect(stdout).toMatch(/Tests.*passed/);
    expect(status, stdout).toBe(0);
    const biome = run(
      "node_modules/@biomejs/biome/bin/biome",
      "check",
      "--vcs-enabled=false",
      ...files.map(([file]) => file),
    );
    expect(biome.status, biome.stdout + biome.stderr).toBe(0);
  }, 120_000);
});
