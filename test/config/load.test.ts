import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { KnownIds } from "#config/crosscheck";
import { configHash, loadConfig, readConfig, readText, sentencesOf } from "#config/load";
import { configReport } from "#config/report";
import type { Config } from "#config/schema";
import { StanceError } from "#domain/errors";

const folder = mkdtempSync(join(tmpdir(), "stance-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileWith = (content: string | Uint8Array, name = "stance.yml"): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

function configOf(text: string, env: Record<string, string> = {}): Config {
  const reading = readText(text, env);
  if ("problems" in reading) throw new Error(sentencesOf("stance.yml", reading.problems).join("\n"));
  return reading.config;
}
/** `line:column path: message`, as people read it. */
function problemsOf(text: string, known: KnownIds = {}): readonly string[] {
  const reading = readText(text, {}, known);
  return "problems" in reading ? sentencesOf("", reading.problems).map((sentence) => sentence.slice(1)) : [];
}

const small = `accounts:
  - id: "111122223333"
    name: one
`;

describe("what is read", () => {
  test("the example is good, and says what it amounts to", () => {
    expect(
      configReport("docs/stance.example.yml", { SLACK_BOT_TOKEN: "a", SLACK_APP_TOKEN: "b", STANCE_EXTERNAL_ID: "c" }),
    ).toEqual({
      good: true,
      sentences: ["docs/stance.example.yml is good: 2 accounts, 2 owners, 6 people, 3 groups, 3 policies."],
    });
  });
  test("the smallest file, with every default", () => {
    expect(configOf(small)).toMatchObject({
      accounts: [{ id: "111122223333", name: "one" }],
      hours: { zone: "UTC", from: "08:00", to: "16:00", digest: "09:00" },
      limits: { approvalHours: 8, cardsPerChannelAndDay: 3 },
      database: "stance.sqlite",
    });
    expect(configOf("accounts: organization").accounts).toBe("organization");
  });
  test("a byte order mark, Windows line ends, comments", () => {
    const path = fileWith(`\uFEFF# hello\r\n${small.replaceAll("\n", "\r\n")}`);
    expect(loadConfig(path, {})).toEqual(configOf(small));
    const broken = fileWith(`\uFEFFaccounts: organization\r\ndatabse: x\r\n`);
    const reading = readConfig(broken, {});
    expect("problems" in reading && reading.problems).toMatchObject([{ line: 2, column: 1, path: "databse" }]);
  });
  test("anchors, aliases and merges", () => {
    const config = configOf(`${small}owners:
  a: &base { name: A, channel: "#a", tags: &tags [x] }
  b: { <<: *base, name: B, tags: [y] }
`);
    expect(config.owners.b).toMatchObject({ name: "B", channel: "#a", tags: ["y"] });
  });
  test("AWS_ENDPOINT_URL where the file names none", () => {
    expect(configOf(small, { AWS_ENDPOINT_URL: "http://localhost:5000" }).aws.endpoint).toBe("http://localhost:5000");
    expect(
      configOf(`${small}aws: { endpoint: "http://a.example" }`, { AWS_ENDPOINT_URL: "http://b" }).aws.endpoint,
    ).toBe("http://a.example");
    expect(configOf(small, { AWS_ENDPOINT_URL: "" }).aws.endpoint).toBeUndefined();
    for (const endpoint of ["nonsense", "ftp://a", "http://169.254.169.254/"])
      expect(readText(small, { AWS_ENDPOINT_URL: endpoint })).toMatchObject({
        problems: [{ message: expect.stringContaining("AWS_ENDPOINT_URL") }],
      });
  });
  test("STANCE_WEB_PORT where the file names none; at this machine's own address unless the file says another", () => {
    expect(configOf(small).web).toEqual({ host: "127.0.0.1" });
    expect(configOf(small, { STANCE_WEB_PORT: "9464" }).web).toEqual({ host: "127.0.0.1", port: 9464 });
    const file = `${small}web: { host: 0.0.0.0, port: 8080 }\n`;
    expect(configOf(file, { STANCE_WEB_PORT: "9464" }).web).toEqual({ host: "0.0.0.0", port: 8080 });
    expect(configOf(small, { STANCE_WEB_PORT: "" }).web.port).toBeUndefined();
    for (const port of ["x", "70000", "-1"])
      expect(readText(small, { STANCE_WEB_PORT: port })).toMatchObject({
        problems: [{ message: expect.stringContaining("STANCE_WEB_PORT") }],
      });
    expect(problemsOf(`${small}web: { host: example.com }\n`)).toEqual([expect.stringContaining("127.0.0.1")]);
  });
  test("the hash is of what is meant, not of how it is written", () => {
    const hash = configHash(configOf(small));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(configHash(configOf(`# other\n{ "accounts": [{ "name": "one", "id": "111122223333" }] }`))).toBe(hash);
    expect(configHash(configOf(`${small}limits: { approvalHours: 9 }`))).not.toBe(hash);
  });
});

describe("what cannot be read", () => {
  const thrown = (path: string): StanceError => {
    try {
      loadConfig(path, {});
    } catch (error) {
      if (error instanceof StanceError) return error;
      throw error;
    }
    throw new Error("it was read");
  };
  test("no such file, a folder: config/missing", () => {
    expect(thrown(join(folder, "none.yml"))).toMatchObject({
      code: "config/missing",
      message: expect.stringContaining("none.yml"),
    });
    mkdirSync(join(folder, "folder.yml"));
    expect(thrown(join(folder, "folder.yml")).code).toBe("config/missing");
  });
  test("everything wrong at once, in the order of the file", () => {
    const path = fileWith(`accounts: organization\nhours: { zone: Nowhere }\nlimits: { brakeCards: 0 }\n`);
    const { code, message } = thrown(path);
    expect(code).toBe("config/invalid");
    expect(message.split("\n")).toEqual([
      `2 errors in ${path}:`,
      `${path}:2:16 hours.zone: "Nowhere" is not a time zone; write one as Europe/Berlin`,
      `${path}:3:23 limits.brakeCards: 0 is too small; write 1 or more`,
      " The configuration has errors. Nothing was started; correct the lines named and try again.",
    ]);
  });
  test.each([
    ["", "the file is empty"],
    ["# only a comment\n", "the file is empty"],
    ["---\n", "the file is empty"],
    [Uint8Array.of(0xff, 0xfe, 0x61, 0x00), "not UTF-8 text"],
    [Uint8Array.of(0x61, 0x3a, 0x20, 0xe9), "not UTF-8 text"],
    ["x".repeat(1_000_001), "bigger than 1 MB"],
    ["just words", "keys with values"],
    ["[1, 2]", "keys with values"],
    ["[".repeat(200_000), "nested deeper"],
    ["- ".repeat(100_000), "nested deeper"],
    ["? ".repeat(100_000), "nested deeper"],
  ])("%#", (content, why) => {
    const before = performance.now();
    const reading = readConfig(fileWith(content), {});
    expect("problems" in reading && reading.problems.map(({ message }) => message).join()).toContain(why);
    expect(performance.now() - before).toBeLessThan(1_500);
  });
  test("what a broken end makes YAML say a hundred times is said once", () => {
    const problems = problemsOf(`accounts: organization\nweb: ${"{ a: ".repeat(100)}`);
    expect(problems.filter((problem) => problem.includes("the indentation does not fit"))).toHaveLength(1);
  });
  test("a bomb of aliases", () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) =>
        `a${level}: &a${level} [${Array(9)
          .fill(level === 0 ? "x" : `*a${level - 1}`)
          .join(", ")}]`,
    );
    expect(problemsOf(levels.join("\n"))).toEqual([expect.stringContaining("too many aliases; 100 are read at most")]);
  });
});

describe("YAML that does not mean what it looks like", () => {
  test.each([
    [
      "a key twice",
      `${small}database: a\ndatabase: b`,
      '5:1 "database" is written twice here, and only one would count; merge the two',
    ],
    ["an owner twice", `${small}owners:\n  a: { name: A }\n  a: { name: B }`, '6:3 "a" is written twice here'],
    ["a tab", `accounts:\n\t- organization`, "2:1 a tab stands where YAML wants blanks"],
    ["@ without quotes", `${small}owners: { a: { name: A, mention: @b } }`, 'text that begins with "@" needs quotes'],
    [
      "# without quotes",
      `${small}channels:\n  admin: #sec`,
      '5:3 channels.admin: # begins a comment in YAML, so this is empty; write "#sec" in quotes',
    ],
    ["an anchor that is not there", "accounts: *none", "*none points at no anchor; write &none before it"],
    ["two documents", `${small}---\na: 1`, "4:1 a second document begins here"],
    ["a tag", "accounts: !!js/function x", "1:11 YAML tags (!…) are not read; remove it"],
    [
      "an account id with a leading zero",
      "accounts: [{ id: 012345678901, name: a }]",
      '1:18 accounts[0].id: without quotes YAML reads a number, and the leading zero would be lost; write "012345678901"',
    ],
    [
      "an account id without quotes",
      "accounts: [{ id: 111122223333, name: a }]",
      '1:18 accounts[0].id: without quotes YAML reads a number; write "111122223333"',
    ],
    [
      "an excluded id",
      "accounts: { organization: { role: R, exclude: [012345678901] } }",
      'accounts.organization.exclude[0]: without quotes YAML reads a number, and the leading zero would be lost; write "012345678901"',
    ],
    [
      "a yes",
      `accounts: [{ id: "111122223333", name: true }]`,
      'without quotes YAML reads true as yes or no; write "true"',
    ],
    ["a list that is not closed", "accounts: [a\nhours: {}", "the indentation does not fit"],
  ])("%s", (_, text, problem) => {
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(problem));
  });
});

describe("what the schema refuses, with what to write instead", () => {
  test.each([
    ["databse: x", '4:1 databse: "databse" is not a known key. Did you mean "database"?'],
    ["xyz: x", '4:1 xyz: "xyz" is not a known key. Known here: accounts, aws, slack,'],
    [
      "owners: { Web: { name: W } }",
      '4:11 owners.Web: "Web" cannot be a key here: use lower-case letters, digits and hyphens',
    ],
    ["owners: { web: {} }", '4:11 owners.web.name: "name" is missing. What the team is called in messages.'],
    ["owners: { web: { nmae: W } }", '4:18 owners.web.nmae: "nmae" is not a known key. Did you mean "name"?'],
    [
      "owners: [web]",
      "4:1 owners: this must be keys with values (key: value, one level in), not a list. Teams that own things",
    ],
    [
      "owners: { web: { name: W, tags: pay } }",
      '4:33 owners.web.tags: this must be a list (- one line each, or [a, b]), not text ("pay")',
    ],
    ["owners: { web: { name: 7 } }", '4:24 owners.web.name: without quotes YAML reads a number; write "7"'],
    [
      "owners: { web: { name: W, channel: web } }",
      '4:36 owners.web.channel: "web": write the name as "#team-payments" (in quotes)',
    ],
    ["hours: { from: 8:00 }", '4:16 hours.from: "8:00": write a time as "09:00"'],
    ["hours: { days: [] }", "4:10 hours.days: this must not be empty; list at least one"],
    [
      "hours: { days: [tues] }",
      '4:17 hours.days[0]: "tues" is none of mon, tue, wed, thu, fri, sat, sun. Did you mean "tue"?',
    ],
    ["scan: { every: 6h }", '4:16 scan.every: this must be a number, not text ("6h"). Minutes between scans.'],
    ["scan: { every: 1 }", "4:16 scan.every: 1 is too small; write 5 or more"],
    ["scan: { every: 5000 }", "4:16 scan.every: 5000 is too big; write 1440 or less"],
    ["limits: { approvalHours: 0.5 }", "4:26 limits.approvalHours: this must be a whole number, not 0.5"],
    ["channels:", "4:1 channels: this is empty; it needs keys with values"],
    ["people: { a: { name: A, email: a@b } }", '4:32 people.a.email: "a@b": write an address as ana@example.com'],
    [
      "people: { a: { name: A, roles: [amdin] } }",
      '4:33 people.a.roles[0]: "amdin" is none of reader, member, approver, auditor, admin. Did you mean "admin"?',
    ],
    ["policies: [{ approvers: [] }]", "4:14 policies[0].approvers: this must not be empty; list at least one"],
    ["aws: { endpoint: 'http://169.254.169.254' }", "gives out a machine's own credentials"],
    ["aws: { endpoint: nonsense }", '"nonsense": write an address as https://localhost:4566'],
    ["aws: { endpoint: 'http://[fd00:ec2::254]/' }", "gives out a machine's own credentials"],
  ])("%s", (line, problem) => {
    const problems = problemsOf(`${small}${line}`);
    expect(problems).toContainEqual(expect.stringContaining(problem));
    expect(problems).toHaveLength(1);
  });
  test.each([
    ["accounts: organisation", "1:11 accounts: write a list of accounts (- id: …), or organization: { role: NAME }"],
    ["accounts: []", "1:1 accounts: this must not be empty; list at least one"],
    [
      "accounts: { organization: {} }",
      'accounts.organization.role: "role" is missing. Name of the read role in every member account.',
    ],
    [
      "accounts: { organization: { role: R }, konwn: [] }",
      '1:40 accounts.konwn: "konwn" is not a known key. Did you mean "known"?',
    ],
    ["accounts: [{ id: '1', name: a }]", '1:18 accounts[0].id: "1": an AWS account id has 12 digits, in quotes'],
    [
      "accounts: [{ id: '111122223333', name: a, role: StanceRead }]",
      'accounts[0].role: "StanceRead": write the role\'s ARN',
    ],
    ["owners: {}", '1:1 accounts: "accounts" is missing. A list of accounts; or'],
  ])("%s", (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });
  test("one wrong line hides no other: the rest is still checked against it", () => {
    const problems = problemsOf(`accounts:
  - { id: 5, name: one, owner: paymets }
owners:
  payments: { name: Payments, colour: red, people: [jo] }
people:
  joe: { name: Joe, email: x }
`);
    expect(problems).toEqual([
      expect.stringMatching(/^2:11 accounts\[0\]\.id/),
      expect.stringMatching(/^2:32 accounts\[0\]\.owner: "paymets" is not in owners\. Did you mean "payments"\?/),
      expect.stringMatching(/^4:31 owners\.payments\.colour/),
      expect.stringMatching(/^4:53 owners\.payments\.people\[0\]: "jo" is not in people\. Did you mean "joe"\?/),
      expect.stringMatching(/^6:28 people\.joe\.email/),
    ]);
  });
});

test("a broken group says nothing about how many are in it", () => {
  const text = `${small}groups: { g: { name: G, people: [a], slack: web-leads } }
people: { a: { name: A } }
policies: [{ approvers: [g], need: 2 }]`;
  expect(problemsOf(text)).toEqual([expect.stringContaining("groups.g.slack")]);
});

describe("secrets", () => {
  const bot = ["xoxb", "123456789012", "abcdefABCDEF"].join("-");
  const key = `AKIA${"ABCDEFGHIJKLMNOP"}`;
  test.each([
    [`slack: { botToken: ${bot} }`, bot],
    [`slack: { botToken: { env: ${bot} } }`, bot],
    [`# old token: ${bot}`, bot],
    [`slack: { appToken: { file: ${["xapp", "1", "A1B2C3D4E5"].join("-")} } }`, "xapp-"],
    [`owners: { ${key.toLowerCase()}: { name: ${key} } }`, key],
    [`database: ${["ghp", "abcdefghijklmnopqrstuvwx"].join("_")}`, "ghp_"],
    [`database: https://${["hooks.slack", "com/services/T1"].join(".")}`, "hooks.slack"],
  ])("%#: written into the file is refused, and not repeated", (line, secret) => {
    const problems = problemsOf(`${small}${line}${line.startsWith("slack") ? "\nchannels: { admin: '#a' }" : ""}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^4:\d+ .*is written here\. Take it out.*\{ env: NAME \} or \{ file: PATH \}/);
    expect(problems.join()).not.toContain(secret);
  });
  test.each(["8f742231b10e8888abcd99yyyzzz85a5", "not a name"])(
    "a secret without a known shape, in place of a name: %s",
    (secret) => {
      const channels = "channels: { admin: '#a' }";
      for (const line of [`slack: { signingSecret: "${secret}" }`, `slack: { signingSecret: { env: "${secret}" } }`]) {
        const problems = problemsOf(`${small}${channels}\n${line}`);
        expect(problems).toHaveLength(1);
        expect(problems.join()).not.toContain(secret);
      }
    },
  );
  test("the shapes in the documentation of what to write are not mistaken for secrets", () => {
    expect(problemsOf(`${small}# the bot token, xoxb-…, in SLACK_BOT_TOKEN\n# AKIA… and xapp-… likewise`)).toEqual([]);
  });
});

describe("the report", () => {
  test("says what is missing around a good file", () => {
    const path = fileWith(
      `${small}channels: { admin: "#a" }\nslack: { mode: http }\nowners: { web: { name: W } }\npeople: { a: { name: A } }`,
    );
    expect(configReport(path, {}).sentences).toEqual([
      `${path} is good: 1 account, 1 owner, 1 person, 0 groups, 0 policies.`,
      "No policy says who approves, so nobody may approve a fix.",
      "No account has a writeRole, so nothing can be fixed from here.",
      "Without a channel, so in the admin channel: web.",
      "Without slack and email, so not known in chat: a.",
      expect.stringContaining("SLACK_BOT_TOKEN is not set"),
      expect.stringContaining("SLACK_SIGNING_SECRET is not set"),
    ]);
  });
  test("is not good where anything is wrong", () => {
    const path = fileWith("accounts: 5");
    expect(configReport(path, {})).toEqual({
      good: false,
      sentences: [expect.stringMatching(/stance\.yml:1:11 accounts: /)],
    });
  });
  test("tells of a secret's file that everybody can read", () => {
    const secret = join(folder, "token");
    writeFileSync(secret, "hush\n");
    const path = fileWith(`${small}channels: { admin: "#a" }\nslack: { botToken: { file: "${secret}" } }`);
    chmodSync(secret, 0o644);
    expect(configReport(path, { SLACK_APP_TOKEN: "x" }).sentences).toContainEqual(
      expect.stringContaining(`Everybody on this machine can read ${secret}`),
    );
    chmodSync(secret, 0o640);
    expect(configReport(path, { SLACK_APP_TOKEN: "x" }).sentences.join()).not.toContain(secret);
  });
});

describe("whatever stands in the file", () => {
  const example = `${small}channels: { admin: "#a" }
owners: { web: { name: W, people: [a], approvers: [g] } }
people: { a: { name: A } }
groups: { g: { name: G, people: [a] } }
policies: [{ approvers: [owner, g] }]
hours: { zone: Europe/Berlin }
`;
  test("cut off at any byte it is read or refused with lines of this file, never a crash", () => {
    expect(problemsOf(example)).toEqual([]);
    for (let end = 0; end < example.length; end++) {
      const reading = readText(example.slice(0, end), {});
      if ("config" in reading) continue;
      expect(reading.problems.length).toBeGreaterThan(0);
      const lines = example.slice(0, end).split("\n").length;
      for (const { line, column } of reading.problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }
  });
  test("changed at random", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom(
        "&a",
        "*a",
        "<<: *a",
        "\t",
        "!x",
        "- ",
        "? ",
        "{",
        "}",
        "[",
        "|",
        ">",
        "null",
        "__proto__: ",
        "constructor: ",
        "~",
        "'",
        '"',
        "\n",
        "0o7",
        ".inf",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(example.length), fc.nat(6), piece), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const text = edits.reduce((old, [at, drop, add]) => old.slice(0, at) + add + old.slice(at + drop), example);
          const before = performance.now();
          const reading = readText(text, {});
          if ("problems" in reading) expect(reading.problems.length).toBeGreaterThan(0);
          expect(performance.now() - before).toBeLessThan(500);
        },
      ),
      { numRuns: 400 },
    );
  });
  test("any YAML value in any place", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom(
          "accounts",
          "owners",
          "people",
          "groups",
          "policies",
          "channels",
          "hours",
          "slack",
          "tags",
          "aws",
        ),
        (value, key) => {
          const text = JSON.stringify({ accounts: "organization", [key]: value });
          const reading = readText(text, {});
          if ("problems" in reading)
            for (const { message } of reading.problems) expect(message).not.toMatch(/undefined|\[object|Invalid input/);
        },
      ),
      { numRuns: 400 },
    );
  });
});
