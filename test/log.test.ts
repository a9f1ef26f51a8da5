import { describe, expect, test } from "vitest";
import { ChatError } from "#chat/chat";
import { renderCard } from "#chat/slack/render";
import { CloudError } from "#cloud/cloud";
import { readSecret } from "#config/secret";
import { messageOf, StanceError } from "#domain/errors";
import { redacted } from "#domain/secrets";
import { processLog } from "#log";
import { dice } from "#test/support/company";
import { person, world } from "#test/support/harness";
import { type Seeded, seeded, shapeless } from "#test/support/secrets";

const secrets = seeded(10_000, dice(20_261_125));

function collecting() {
  const lines: string[] = [];
  return { lines, log: processLog("info", { write: (line) => void lines.push(line) }) };
}
/** What is in the text of these credentials, as it stands or as JSON writes it. */
const leaked = (text: string, some: readonly Seeded[]): readonly string[] =>
  some
    .filter(({ secret }) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))
    .map(({ kind, secret }) => `${kind}: ${secret}`);

describe("10,000 credentials, thrown about", () => {
  test.each([
    ["in an error", (text: string) => ({ error: new Error(text), facts: {} })],
    [
      "in a cause of a cause",
      (text: string) => ({ error: new Error("a", { cause: new Error("b", { cause: text }) }), facts: {} }),
    ],
    [
      "in several errors at once",
      (text: string) => ({ error: new AggregateError([new Error("a"), new TypeError(text)]), facts: {} }),
    ],
    ["thrown as it is", (text: string) => ({ error: text, facts: {} })],
    [
      "in facts, deep",
      (text: string) => ({ error: "", facts: { a: [{ b: { c: new Map([["d", new Set([text])]]) } }] } }),
    ],
    ["in the name of a fact", (text: string) => ({ error: "", facts: { outer: { [text]: 1 } } })],
    [
      "as an error among facts",
      (text: string) => ({ error: "", facts: { why: { last: new Error("x", { cause: text }) } } }),
    ],
    [
      "in what something says of itself",
      (text: string) => ({ error: "", facts: { request: { toJSON: () => ({ url: text }) } } }),
    ],
    [
      "under a telling name",
      (text: string) => ({ error: "", facts: { headers: { Authorization: text, cookie: [text] } } }),
    ],
  ])("%s", (_, put) => {
    const { lines, log } = collecting();
    for (const { text } of secrets) {
      const { error, facts } = put(text);
      log.error("thrown", error, facts);
    }
    expect(lines).toHaveLength(secrets.length);
    expect(secrets.flatMap((one, i) => leaked(lines[i] ?? "", [one]))).toEqual([]);
  });

  test("in the event's own name, at every level", () => {
    const { lines, log } = collecting();
    for (const { text } of secrets.slice(0, 1_000)) {
      log.info(text);
      log.warn(text);
      log.error(text, undefined);
    }
    expect(leaked(lines.join(""), secrets.slice(0, 1_000))).toEqual([]);
  });

  test("in errors whose message people read, and in the address of anything else", () => {
    for (const { kind, text, secret } of secrets) {
      const errors = [
        new StanceError("cloud/failed", { detail: text }),
        new CloudError({ kind: "failed", code: "E", operation: "s3:ListBuckets", message: text }),
        new ChatError({ kind: "wait", code: "http", message: text }),
      ];
      for (const error of errors) expect(error.message, kind).not.toContain(secret);
      expect(messageOf(new Error(text)), kind).not.toContain(secret);
    }
  });

  test("what is taken out leaves the rest readable, and once is enough", () => {
    const whole = secrets.map(({ text }) => redacted(text));
    expect(whole.map(redacted)).toEqual(whole);
    expect(redacted("https://acct.blob.core.windows.net/c?sv=2024&sig=abc%2Fdef&sp=r")).toBe(
      "https://acct.blob.core.windows.net/c?sv=2024&sig=[secret]&sp=r",
    );
  });
});

test("prose, ids and hashes stay as they are", () => {
  const plain = [
    "The environment variable SLACK_BOT_TOKEN is not set or is empty.",
    "User: arn:aws:sts::111122223333:assumed-role/StanceRead/stance is not authorized to perform: iam:ListAccessKeys",
    "a3f1".repeat(16),
    "3 access keys are not in use; the password policy is missing; could not sign in: AccessDenied",
    "ecb1dba1f0e1c5a8b6d1a9e7f2c3b4a5d6e7f809",
    "s3:GetBucketPolicy: Basic authentication is not supported at https://s3.eu-west-1.amazonaws.com/bucket?policy",
  ];
  expect(plain.map(redacted)).toEqual(plain);
});

test("a long hostile text takes no time", () => {
  const started = performance.now();
  for (const bit of ["eyJ", "://", "secret", "a", "-----BEGIN PRIVATE KEY-----", 'token":"', "xoxb-", "A/"])
    redacted(bit.repeat(20_000 / bit.length));
  expect(performance.now() - started).toBeLessThan(2_000);
});

describe("what the configuration read", () => {
  const value = shapeless();
  const odd = `pa"ss\n${shapeless()}&=`;

  test("is in no line and in no message, however it was written down", () => {
    readSecret({ env: "A" }, { A: `${value}\n` });
    readSecret({ env: "B" }, { B: odd });
    const { lines, log } = collecting();
    const forms = [
      value,
      odd,
      JSON.stringify({ x: odd }),
      `https://h/?q=${encodeURIComponent(odd)}`,
      `before${value}after`,
    ];
    for (const form of forms) log.error("said", new Error(form), { said: form });
    const text = lines.join("");
    for (const secret of [value, JSON.stringify(odd).slice(1, -1), encodeURIComponent(odd)])
      expect(text).not.toContain(secret);
    expect(new StanceError("cloud/failed", { detail: `Value '${value}' at 'externalId' failed.` }).message).toContain(
      "Value '[secret]' at",
    );
  });

  test("is not told in chat by an error of the cloud", async () => {
    readSecret({ env: "A" }, { A: value });
    const w = await world({
      config: {
        accounts: [{ id: "111122223333", name: "payments" }],
        people: { ada: { name: "Ada", slack: "U1", roles: ["admin"] } },
      },
      clouds: () => [
        {
          name: "aws",
          assetTypes: [],
          accounts: async () => [{ cloud: "aws", id: "111122223333", name: "payments", state: "active" }],
          open: async () => {
            throw new Error(`Value '${value}' at 'externalId' failed; ${secrets[0]?.text}`);
          },
          openForWriting: async () => Promise.reject(new Error(value)),
        },
      ],
      people: [person("U1", "Ada Admin")],
      channels: [],
      quietLog: true,
    });
    try {
      await w.heart.scan();
      const answers = [await w.say("U1", "status"), await w.say("U1", "doctor"), await w.say("U1", "summary all")];
      const drawn = JSON.stringify(
        answers.map((answer) => (answer && "parts" in answer && "text" in answer ? renderCard(answer) : answer)),
      );
      expect(drawn).toContain("could not be read: Value '[secret]' at");
      expect(drawn).not.toContain(value);
      expect(leaked(drawn, secrets.slice(0, 1))).toEqual([]);
    } finally {
      w.close();
    }
  });
});

describe("a line", () => {
  const hostile =
    'bucket"\n{"level":"error","msg":"forged"}\r\u001B[31m\u0085\u2028\u2029\u202E\u009B2J\u200B\u{E0041}\u0000';

  test("stays one line of JSON, whatever a cloud calls its things", () => {
    const { lines, log } = collecting();
    log.info("listed", { name: hostile, [hostile]: 1 });
    log.error("failed", new Error(hostile, { cause: new Error(hostile) }), { name: [hostile] });
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(/^[^\n]*\n$/);
      // Nothing that moves a cursor, ends a line elsewhere, or hides.
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      expect(JSON.stringify(JSON.parse(line))).toContain(JSON.stringify(hostile).slice(1, -1));
    }
  });

  test("says when, how bad, what happened, and why, the causes included", () => {
    const { lines, log } = collecting();
    log.error("scan", new Error("the scan broke off", { cause: new Error("connect ECONNREFUSED") }), { run: 7 });
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "error",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      msg: "scan",
      run: 7,
      problem: "the scan broke off ← connect ECONNREFUSED",
    });
  });

  test("takes what has no end, or no form", () => {
    const { lines, log } = collecting();
    const round: Record<string, unknown> = { n: 1n, bytes: new Uint8Array(3), at: new Date(0) };
    round["self"] = round;
    log.warn("odd", { round, list: Array.from({ length: 10_000 }, (_, i) => i) });
    expect(lines[0]?.length).toBeLessThan(5_000);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      round: { n: "1", bytes: "[3 bytes]", at: "1970-01-01T00:00:00.000Z" },
    });
  });
});
