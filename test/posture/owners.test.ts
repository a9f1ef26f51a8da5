import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configSchema } from "#config/schema";
import type { Ownership } from "#domain/finding";
import type { Answers, Lookup } from "#posture/owners";
import { environmentOf, isProduction, ownerResolver, ownersReport, routeOf } from "#posture/owners";

const config = configSchema.parse({
  accounts: [
    { id: "111122223333", name: "payments-prod", environment: "prod", owner: "payments" },
    { id: "444455556666", name: "web-dev", environment: "dev", owner: "web" },
    { id: "777788889999", name: "lost" },
    { id: "000000000001", name: "stale", owner: "nobody-any-more" },
  ],
  channels: { admin: "#sec-posture" },
  owners: {
    payments: { name: "Payments & Billing", channel: "#team-payments", tags: ["cc-4711"], people: ["maria", "lead"] },
    web: { name: "Web", people: ["jo", "lead"], mention: "@web-oncall" },
    data: { name: "Data", channel: "C0DATA00" },
  },
  people: {
    maria: {
      name: "Maria Roth",
      email: "Maria.Roth@example.com",
      slack: "U1MARIA",
      aliases: ["mroth", "m@old.example", "data"],
    },
    jo: { name: "Jo Park", email: "jo@example.com" },
    lead: { name: "Lee Ado", email: "lee@example.com" },
    loner: { name: "Lo Ner", email: "loner@example.com" },
  },
});
const resolve = ownerResolver(config);
const lost = "777788889999";

function owned(result: Ownership | Lookup): Ownership {
  if ("lookup" in result) throw new Error(`a lookup of ${result.lookup.join()} was not expected`);
  return result;
}
const ownerOf = (tags: Record<string, string>, account = lost): string | undefined =>
  owned(resolve({ tags, account })).owner;

describe("keys", () => {
  test.each([
    "team",
    "Team",
    "TEAM",
    "owner",
    "Owner-Email",
    "owner_email",
    "OwnerEmail",
    "owner.email",
    "Owned By",
    "owned:by",
    "a/b",
  ])("%s", (key) => {
    const given = { ...config, tags: { ...config.tags, owner: [...config.tags.owner, "A-B"] } };
    expect(owned(ownerResolver(given)({ tags: { [key]: "web" }, account: lost })).owner).toBe("web");
  });
  test("other keys say nothing", () => {
    expect(owned(resolve({ tags: { teams: "web", project: "web" }, account: lost }))).toEqual({
      source: "nobody",
      via: "no tag, no account owner",
    });
  });
  test("the order of the configuration counts, not that of the tags", () => {
    expect(ownerOf({ team: "web", owner: "payments" })).toBe("payments");
    expect(ownerOf({ team: "web", owner: "mistyped" })).toBe("web");
  });
});

describe("values", () => {
  test.each([
    ["payments", "payments"],
    ["Pay-Ments", "payments"],
    ["payments & billing", "payments"],
    ["CC 4711", "payments"],
    ["@payments", "payments"],
    ["#team-payments", "payments"],
    ["@web-oncall", "web"],
    ["Data", "data"],
    ["Maria Roth", "payments"],
    ["maria.roth", "payments"],
    ["mroth", "payments"],
    ["U1MARIA", "payments"],
    ["maria.roth@example.com", "payments"],
    ["mailto:MARIA.ROTH@EXAMPLE.COM", "payments"],
    ["m@old.example", "payments"],
    ["jo@example.com", "web"],
  ])("%s is %s", (value, owner) => {
    const found = owned(resolve({ tags: { team: value }, account: lost }));
    expect(found).toMatchObject({ owner, source: "tag" });
    expect(found.via).toMatch(/^tag team=/);
  });

  test.each([
    "terraform",
    "Terraform",
    "n/a",
    "N/A",
    "ci",
    "jenkins@example.com",
    "TBD",
    "",
    "  ",
    "--",
    "Lo Ner",
    "loner@example.com",
  ])("%j names nobody, and no directory is asked", (value) => {
    const found = owned(resolve({ tags: { team: value }, account: lost }));
    expect(found.owner).toBeUndefined();
    expect(found.unresolved).toBe(value.trim() === "" ? "(empty)" : value);
  });

  test("somebody in two teams means the account's owner, or nobody", () => {
    expect(ownerOf({ team: "lee@example.com" }, "444455556666")).toBe("web");
    expect(ownerOf({ team: "Lee Ado" }, "111122223333")).toBe("payments");
    expect(owned(resolve({ tags: { team: "Lee Ado" }, account: lost }))).toEqual({
      source: "nobody",
      via: "no tag, no account owner",
      unresolved: "Lee Ado",
    });
  });

  test.each(["oldteam, web; terraform", "oldteam|web", "oldteam;web"])("several in one value: %s", (value) => {
    const found = owned(resolve({ tags: { owner: value }, account: lost }));
    expect(found).toMatchObject({ owner: "web", via: "tag owner=web" });
    expect(found.unresolved).toMatch(/^oldteam/);
  });
  test.each([
    "loner@example.com jo@example.com",
    "loner@example.com:jo@example.com",
    "loner@example.com/jo@example.com",
  ])("addresses, as AWS lets them be written: %s", (value) => {
    expect(owned(resolve({ tags: { owner: value }, account: lost }))).toMatchObject({
      owner: "web",
      unresolved: "loner@example.com",
    });
  });
});

test("a team's word means the team, whoever else is called so", () => {
  expect(ownerOf({ team: "data" })).toBe("data");
});

describe("where no tag decides", () => {
  test("the account's owner, with the value that named nobody", () => {
    expect(owned(resolve({ tags: { team: "oldteam" }, account: "111122223333" }))).toEqual({
      owner: "payments",
      source: "account",
      via: "account payments-prod",
      unresolved: "oldteam",
    });
  });
  test.each([lost, "000000000001", "999999999999"])("account %s has none: nobody", (account) => {
    expect(owned(resolve({ tags: {}, account }))).toEqual({ source: "nobody", via: "no tag, no account owner" });
  });
  test("the fallback owner, where neither a tag nor the account says anything", () => {
    const owners = { ...config.owners, data: { name: "Data", tags: [], people: [], approvers: [], fallback: true } };
    const withFallback = ownerResolver({ ...config, owners });
    expect(withFallback({ tags: { team: "nobody-knows" }, account: lost })).toMatchObject({
      owner: "data",
      source: "fallback",
      unresolved: "nobody-knows",
    });
    expect(withFallback({ tags: {}, account: "111122223333" })).toMatchObject({ owner: "payments", source: "account" });
    expect(owned(resolve({ tags: {}, account: lost }))).toMatchObject({ source: "nobody" });
  });

  test("members of an organisation are found under `known`", () => {
    const organization = configSchema.parse({
      accounts: { organization: { role: "R" }, known: [{ id: lost, owner: "a" }] },
      owners: { a: { name: "A" } },
    });
    expect(owned(ownerResolver(organization)({ tags: {}, account: lost })).via).toBe(`account ${lost}`);
    const all = configSchema.parse({ accounts: "organization" });
    expect(owned(ownerResolver(all)({ tags: {}, account: lost })).source).toBe("nobody");
  });
});

describe("claims", () => {
  test("win over tags", () => {
    expect(resolve({ tags: { team: "web" }, account: "111122223333", claim: "data" })).toEqual({
      owner: "data",
      source: "claim",
      via: "claimed",
    });
  });
  test.each(["gone", "constructor", "__proto__"])("of an owner that is not configured (%s) are void", (claim) => {
    expect(owned(resolve({ tags: { team: "web" }, account: lost, claim })).owner).toBe("web");
  });
});

describe("the directory", () => {
  const answers = (entries: [string, { account: string; email?: string; kind: string } | undefined][]): Answers =>
    new Map(entries);
  const unknown = { tags: { owner: "New@Example.com" }, account: "444455556666" };

  test("is asked for an address nobody is listed under", () => {
    expect(resolve(unknown)).toEqual({ lookup: ["new@example.com"] });
  });
  test("an answer that is a listed person decides: by account, by main address", () => {
    const byAccount = answers([["new@example.com", { account: "U1MARIA", kind: "member" }]]);
    expect(owned(resolve(unknown, byAccount))).toMatchObject({ owner: "payments", source: "tag" });
    const byMail = answers([["new@example.com", { account: "U9", email: "Maria.roth@example.com", kind: "member" }]]);
    expect(owned(resolve(unknown, byMail)).owner).toBe("payments");
  });
  test.each([
    ["nobody", undefined],
    ["a guest", { account: "U1MARIA", kind: "guest" }],
    ["somebody who left", { account: "U1MARIA", kind: "deactivated" }],
    ["somebody of another company", { account: "U1MARIA", kind: "stranger" }],
    ["a member who is not listed", { account: "U77", email: "new@example.com", kind: "member" }],
  ])("%s leaves it to the account", (_, answer) => {
    expect(owned(resolve(unknown, answers([["new@example.com", answer]])))).toEqual({
      owner: "web",
      source: "account",
      via: "account web-dev",
      unresolved: "New@Example.com",
    });
  });
  test("is asked for everything before the value that decides, and for nothing after it", () => {
    const tags = { owner: "a@x.example,b@x.example", team: "web,c@x.example", contact: "d@x.example" };
    expect(resolve({ tags, account: lost })).toEqual({ lookup: ["a@x.example", "b@x.example"] });
    const none = answers([
      ["a@x.example", undefined],
      ["b@x.example", undefined],
    ]);
    expect(owned(resolve({ tags, account: lost }, none))).toEqual({
      owner: "web",
      source: "tag",
      via: "tag team=web",
      unresolved: "a@x.example, b@x.example",
    });
  });
});

describe("hostile values", () => {
  const hostile = [
    "<!channel>",
    "<!everyone>",
    "@everyone",
    "@channel",
    "<@U1MARIA>",
    "<!subteam^S1>",
    "\u202Ebew",
    "\u{1F4A9}",
    "=cmd()",
    "x".repeat(256),
    "x".repeat(5000),
    "a@b@c",
    "a@-",
    "@",
    "constructor",
    "__proto__",
    "toString",
  ];
  test.each(hostile)("%j means nobody and asks nobody", (value) => {
    for (const key of ["team", "owner", "Owner-Email"])
      expect(owned(resolve({ tags: { [key]: value }, account: lost })).owner).toBeUndefined();
  });
  test("a value beyond any cloud's limit is cut in the report", () => {
    expect(owned(resolve({ tags: { team: "x".repeat(257) }, account: lost })).unresolved).toBe(`${"x".repeat(40)}…`);
  });

  const letters = fc.string({ unit: "binary", maxLength: 300 });
  test("whatever stands in tags, the owner is a configured one or nobody, and only plain addresses are looked up", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(letters, fc.constantFrom("team", "owner")), letters), (tags) => {
        const found = resolve({ tags, account: lost });
        if ("lookup" in found) {
          for (const email of found.lookup) expect(email).toMatch(/^[!-~]+@[a-z0-9.-]+$/);
          return;
        }
        expect([undefined, "payments", "web", "data"]).toContain(found.owner);
        expect(found.source).toBe(found.owner === undefined ? "nobody" : "tag");
      }),
      { numRuns: 2_000 },
    );
  });
  test("a resolved owner never depends on case or separators", () => {
    const mixed = fc.string({ unit: fc.constantFrom("", "-", "_", ".", "/", ":", " "), minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(mixed, fc.boolean(), (between, upper) => {
        const value = "payments"
          .split("")
          .map((letter, index) => letter + (between[index] ?? ""))
          .join("");
        expect(ownerOf({ team: upper ? value.toUpperCase() : value })).toBe("payments");
      }),
    );
  });
});

describe("environment", () => {
  test.each([
    [{ env: "Staging" }, "111122223333", "staging"],
    [{ Environment: " PROD " }, "444455556666", "prod"],
    [{ env: "" }, "444455556666", "dev"],
    [{}, "111122223333", "prod"],
    [{}, lost, undefined],
    [{ env: "b", environment: "a" }, lost, "a"],
  ])("%j in %s is %s", (tags, account, environment) => {
    expect(environmentOf(tags, account, config)).toBe(environment);
  });
  test.each([
    ["prod", true],
    ["Production", true],
    ["P-R-D", true],
    ["live", true],
    ["preprod", false],
    ["dev", false],
    [undefined, false],
  ])("%s is production: %s", (environment, production) => {
    expect(isProduction(environment, config)).toBe(production);
  });
});

test("routes: the owner's channel, else the admin channel", () => {
  expect(routeOf("payments", config)).toBe("#team-payments");
  expect(routeOf("web", config)).toBe("#sec-posture");
  expect(routeOf(undefined, config)).toBe("#sec-posture");
  expect(routeOf("constructor", config)).toBe("#sec-posture");
  expect(routeOf("web", { owners: config.owners, channels: undefined })).toBeUndefined();
});

test("the report adds up", () => {
  const ownership = (tags: Record<string, string>, account: string) => ({
    ownership: owned(resolve({ tags, account })),
  });
  const report = ownersReport([
    ownership({ team: "web" }, lost),
    ownership({ team: "web" }, lost),
    ownership({ team: "old, terraform" }, "111122223333"),
    ownership({ team: "old" }, lost),
    ownership({}, lost),
  ]);
  expect(report).toEqual({
    findings: 5,
    bySource: { claim: 0, tag: 2, account: 1, fallback: 0, nobody: 2 },
    byOwner: [
      { owner: "", findings: 2 },
      { owner: "web", findings: 2 },
      { owner: "payments", findings: 1 },
    ],
    unresolved: [
      { value: "old", findings: 2 },
      { value: "terraform", findings: 1 },
    ],
  });
});

test("8,000 assets with 50 tags each resolve in well under a scan's time", () => {
  const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`Key-${index}`, `value ${index}`]));
  const before = performance.now();
  for (let count = 0; count < 8_000; count++) resolve({ tags, account: lost });
  expect(performance.now() - before).toBeLessThan(3_000);
});
