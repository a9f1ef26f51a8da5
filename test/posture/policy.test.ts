import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConfigInput } from "#config/schema";
import { configSchema } from "#config/schema";
import { severities } from "#domain/check";
import type { Actor, Role } from "#domain/person";
import type { ApprovalItem, PolicyRules, Verb, WhoApproves } from "#posture/policy";
import { approvalFor, approvalForAll, may, mayApprove, policyTags, refusalOf, verbs } from "#posture/policy";

const roles = ["reader", "member", "approver", "auditor", "admin"] as const satisfies readonly Role[];

describe("the matrix", () => {
  //                                     reader member approver auditor admin
  const expected: Record<Verb, readonly (0 | 1)[]> = {
    read: [1, 1, 1, 1, 1],
    scan: [0, 1, 1, 0, 1],
    quiet: [0, 1, 1, 0, 1],
    "quiet-all": [0, 0, 0, 0, 1],
    claim: [0, 1, 1, 0, 1],
    report: [0, 1, 1, 0, 1],
    fix: [0, 1, 1, 0, 1],
    undo: [0, 1, 1, 0, 1],
    snooze: [0, 1, 1, 0, 1],
    accept: [0, 1, 1, 0, 1],
    revoke: [0, 1, 1, 0, 1],
    "revoke-all": [0, 0, 0, 0, 1],
    retire: [0, 0, 0, 0, 1],
    cancel: [0, 1, 1, 0, 1],
    "cancel-all": [0, 0, 0, 0, 1],
    close: [0, 1, 1, 0, 1],
    "close-all": [0, 0, 0, 0, 1],
    freeze: [0, 1, 1, 0, 1],
    unfreeze: [0, 0, 0, 0, 1],
    approve: [0, 1, 1, 0, 0],
    deny: [0, 1, 1, 0, 0],
    audit: [0, 0, 0, 1, 1],
    rollout: [0, 0, 0, 0, 1],
    doctor: [0, 0, 0, 0, 1],
  };
  const cells = Object.entries(expected).flatMap(([verb, row]) =>
    row.map((allowed, index) => [roles[index] ?? "reader", verb as Verb, allowed === 1] as const),
  );
  test.each(cells)("%s %s: %s", (role, verb, allowed) => {
    expect(may([role], verb)).toBe(allowed);
  });
  test("is tested whole", () => {
    expect(Object.keys(expected).sort()).toEqual([...verbs].sort());
    expect(cells).toHaveLength(verbs.length * roles.length);
  });
  test("no role, no right: guests may not even read", () => {
    for (const verb of verbs) expect(may([], verb)).toBe(false);
  });
  test("roles add up", () => {
    expect(may(["reader", "auditor"], "audit")).toBe(true);
    expect(may(["admin", "approver"], "approve")).toBe(true);
  });
  test("a refusal names the deed, the role it takes and one's own", () => {
    expect(refusalOf(["reader"], "scan")).toBe(
      "You may not start a scan. It takes the role member, approver or admin; your role: reader.",
    );
    expect(refusalOf([], "rollout")).toBe(
      "You may not change what channels get. It takes the role admin; you have none.",
    );
    for (const verb of verbs)
      expect(refusalOf(["reader", "auditor"], verb)).toMatch(/^You may not .+ your roles: reader, auditor\.$/);
  });
});

const base = {
  accounts: [
    { id: "111111111111", name: "pay-prod", environment: "production", owner: "payments", owners: ["web"] },
    { id: "222222222222", name: "pay-dev", environment: "dev", owner: "payments" },
    { id: "333333333333", name: "sandbox" },
  ],
  owners: {
    payments: { name: "Payments", approvers: ["payments-leads"] },
    web: { name: "Web", approvers: ["web-leads"] },
    data: { name: "Data", approvers: ["data-leads"] },
    idle: { name: "Idle" },
  },
  people: {},
  groups: {
    "payments-leads": { name: "P", people: ["a", "b"] },
    "web-leads": { name: "W", slack: "@web-leads" },
    "data-leads": { name: "D", people: ["d"] },
    "cloud-sec": { name: "S", people: ["s", "t", "u"] },
    empty: { name: "E" },
  },
  policies: [
    { environment: ["prod"], severity: ["critical"], approvers: ["cloud-sec"], need: 2 },
    { environment: ["prod"], approvers: ["owner", "cloud-sec"] },
    { environment: ["dev"], approvers: ["owner"] },
  ],
} satisfies ConfigInput;
const rulesOf = (change: Partial<ConfigInput>): PolicyRules => configSchema.parse({ ...base, ...change });
const rules = rulesOf({});
const prod = "111111111111";
const dev = "222222222222";
const item = (change: Partial<ApprovalItem> = {}): ApprovalItem => ({
  severity: "high",
  account: prod,
  tags: {},
  owner: "payments",
  remediation: "aws.s3.block-bucket-public-access",
  tier: 2,
  ...change,
});
const nobody = (result: WhoApproves): string =>
  "nobody" in result ? result.nobody : `approved by ${result.approvers.join()}`;

describe("who approves", () => {
  test("the first policy that fits", () => {
    expect(approvalFor(item(), rules)).toEqual({ approvers: ["payments-leads", "cloud-sec"], need: 1 });
    expect(approvalFor(item({ severity: "critical" }), rules)).toEqual({ approvers: ["cloud-sec"], need: 2 });
    expect(approvalFor(item({ account: dev }), rules)).toEqual({ approvers: ["payments-leads"], need: 1 });
  });
  test("every condition counts: account by id or name, fix by id", () => {
    const narrow = rulesOf({
      policies: [
        { account: ["pay-dev"], approvers: ["data-leads"] },
        { account: [prod], remediation: ["x"], approvers: ["web-leads"] },
        { approvers: ["cloud-sec"] },
      ],
    });
    expect(approvalFor(item({ account: dev }), narrow)).toEqual({ approvers: ["data-leads"], need: 1 });
    expect(approvalFor(item({ remediation: "x" }), narrow)).toEqual({ approvers: ["web-leads"], need: 1 });
    expect(approvalFor(item(), narrow)).toEqual({ approvers: ["cloud-sec"], need: 1 });
    const { remediation: _, ...acceptance } = item();
    expect(approvalFor(acceptance, narrow)).toEqual({ approvers: ["cloud-sec"], need: 1 });
  });
  test("tier 3 takes two, whatever the policy says", () => {
    expect(approvalFor(item({ tier: 3 }), rules)).toMatchObject({ need: 2 });
    expect(approvalFor(item({ tier: 3, owner: "data" }), rules)).toMatchObject({ approvers: ["cloud-sec"], need: 2 });
  });
  test("a tier 3 fix with one possible approver: nobody may", () => {
    const one = rulesOf({ policies: [{ approvers: ["data-leads"] }] });
    expect(nobody(approvalFor(item({ tier: 3 }), one))).toBe(
      "This needs 2 different approvers, and @data-leads has only 1.",
    );
  });
  test("no policy: nobody may, and the account is named", () => {
    expect(nobody(approvalFor(item({ account: "333333333333" }), rules))).toBe(
      "No policy of the configuration says who approves this in account sandbox, which has no environment, so nobody may.",
    );
    expect(nobody(approvalFor(item({ account: "999999999999" }), rules))).toMatch(/account 999999999999, which has no/);
    expect(nobody(approvalFor(item(), rulesOf({ policies: [] })))).toMatch(
      /account pay-prod \(production\), so nobody may/,
    );
  });

  test.each([["empty"], ["misspelt"], ["constructor"]])("one bad group among good ones (%s): nobody may", (group) => {
    const bad = rulesOf({ policies: [{ approvers: ["cloud-sec", group] }] });
    expect(nobody(approvalFor(item(), bad))).toBe(
      `The approver group ${group} is empty or not in the configuration, so nobody may approve this.`,
    );
  });
});

describe("`owner` as approver", () => {
  const only = rulesOf({ policies: [{ approvers: ["owner"] }] });
  test("is the account's owner, or one the account lists", () => {
    expect(approvalFor(item({ owner: "payments" }), only)).toEqual({ approvers: ["payments-leads"], need: 1 });
    expect(approvalFor(item({ owner: "web" }), only)).toEqual({ approvers: ["web-leads"], need: 1 });
  });
  test("never one that a tag or a claim brought from elsewhere", () => {
    expect(nobody(approvalFor(item({ owner: "data" }), only))).toBe(
      `Only the owner's approvers may approve this, and the configuration does not list data as an owner of account ${prod}, so nobody may.`,
    );
    expect(nobody(approvalFor(item({ owner: "web", account: dev }), only))).toMatch(/does not list web/);
    expect(approvalFor(item({ owner: "data" }), rules)).toEqual({ approvers: ["cloud-sec"], need: 1 });
  });
  test("without an owner, or an owner without approvers: nobody may", () => {
    const { owner: _, ...ownerless } = item();
    expect(nobody(approvalFor(ownerless, only))).toMatch(/it has no owner/);
    const idle = rulesOf({
      accounts: [{ id: prod, name: "p", owner: "idle" }],
      policies: [{ approvers: ["owner"] }],
    });
    expect(nobody(approvalFor(item({ owner: "idle" }), idle))).toMatch(/idle has none/);
  });
});

describe("tags make it stricter, never laxer", () => {
  test("a production tag in a dev account: production's groups, as far as dev allows them too", () => {
    const both = rulesOf({
      policies: [{ environment: ["prod"], approvers: ["cloud-sec"], need: 2 }, { approvers: ["owner", "cloud-sec"] }],
    });
    expect(approvalFor(item({ account: dev, tags: { env: "prod" } }), both)).toEqual({
      approvers: ["cloud-sec"],
      need: 2,
    });
    expect(approvalFor(item({ account: dev }), both)).toEqual({ approvers: ["payments-leads", "cloud-sec"], need: 1 });
  });
  test("a dev tag in a production account changes nothing", () => {
    expect(approvalFor(item({ tags: { env: "dev" } }), rules)).toEqual(approvalFor(item(), rules));
    expect(approvalFor(item({ severity: "critical", tags: { Env: "dev" } }), rules)).toEqual({
      approvers: ["cloud-sec"],
      need: 2,
    });
  });
  test("a tag cannot bring in groups that the account's policy does not have", () => {
    const apart = rulesOf({
      policies: [
        { environment: ["prod"], approvers: ["data-leads"] },
        { environment: ["dev"], approvers: ["cloud-sec"], need: 3 },
      ],
    });
    expect(approvalFor(item({ account: dev, tags: { env: "prod" } }), apart)).toEqual({
      approvers: ["cloud-sec"],
      need: 3,
    });
  });
  test("a production tag where production has no policy: nobody may; another tag without one changes nothing", () => {
    const devOnly = rulesOf({ policies: [{ environment: ["dev"], approvers: ["cloud-sec"] }] });
    expect(nobody(approvalFor(item({ account: dev, tags: { env: "live" } }), devOnly))).toMatch(
      /\(live\), so nobody may/,
    );
    expect(approvalFor(item({ account: dev, tags: { env: "qa" } }), devOnly)).toMatchObject({
      approvers: ["cloud-sec"],
    });
  });
  test("an account without environment is not opened by a tag", () => {
    const open = item({ account: "333333333333", tags: { env: "dev" } });
    expect(nobody(approvalFor(open, rules))).toMatch(/has no environment/);
  });

  test("whatever the tags: never a group more, never a person fewer", () => {
    const environments = ["prod", "Production", "dev", "qa", "live", "", "<!channel>"];
    const policy = fc.record({
      severity: fc.option(fc.uniqueArray(fc.constantFrom(...severities), { minLength: 1 }), { nil: undefined }),
      environment: fc.option(fc.constantFrom(["prod"], ["dev"], ["qa", "live"]), { nil: undefined }),
      approvers: fc.uniqueArray(fc.constantFrom("owner", "cloud-sec", "payments-leads", "web-leads"), { minLength: 1 }),
      need: fc.integer({ min: 1, max: 3 }),
    });
    const tags = fc.dictionary(
      fc.constantFrom("env", "Environment", "owner", "team"),
      fc.constantFrom(...environments),
    );
    const items = fc.record({
      severity: fc.constantFrom(...severities),
      account: fc.constantFrom(prod, dev, "333333333333"),
      tags,
      owner: fc.constantFrom("payments", "web", "data"),
      tier: fc.constantFrom(1 as const, 2 as const, 3 as const),
    });
    let narrowed = 0;
    fc.assert(
      fc.property(fc.array(policy, { maxLength: 4 }), items, (policies, asked) => {
        const given: PolicyRules = { ...rules, policies };
        const untagged = approvalFor({ ...asked, tags: {} }, given);
        const tagged = approvalFor(asked, given);
        if ("nobody" in tagged) return;
        if ("nobody" in untagged) throw new Error("a tag opened what was closed");
        expect(untagged.approvers).toEqual(expect.arrayContaining([...tagged.approvers]));
        expect(tagged.need).toBeGreaterThanOrEqual(untagged.need);
        expect(tagged.approvers.length).toBeGreaterThan(0);
        if (tagged.approvers.length < untagged.approvers.length || tagged.need > untagged.need) narrowed++;
      }),
      { numRuns: 3_000 },
    );
    expect(narrowed).toBeGreaterThan(10);
  });
});

describe("several resources", () => {
  test("the groups of all, the number of the strictest", () => {
    expect(approvalForAll([item(), item({ severity: "critical" })], rules)).toEqual({
      approvers: ["cloud-sec"],
      need: 2,
    });
  });
  test("one that nobody may approve closes all", () => {
    expect(nobody(approvalForAll([item(), item({ account: "333333333333" })], rules))).toMatch(/sandbox/);
  });
  test("nothing in common: one by one", () => {
    expect(nobody(approvalForAll([item({ severity: "critical" }), item({ account: dev })], rules))).toBe(
      "No group may approve all of these together. Ask for them one by one.",
    );
  });
  test("none at all", () => {
    expect(nobody(approvalForAll([], rules))).toBe("There is nothing to approve.");
  });
});

test("the tags that policy looked at: owner and environment keys, as they are written", () => {
  const tags = { Team: "web", "Owner-Email": "a@b.example", ENV: "prod", cost: "1" };
  expect(policyTags(tags, rules)).toEqual({ Team: "web", "Owner-Email": "a@b.example", ENV: "prod" });
});

describe("may this person", () => {
  const actor = (change: { id?: string; roles?: readonly Role[]; groups?: readonly string[] }): Actor => ({
    human: { id: change.id ?? "kofi", name: "Kofi", roles: change.roles ?? ["member"], teams: [] },
    platform: "slack",
    team: "T1",
    account: "U1",
    groups: change.groups ?? [],
  });
  const request = { id: "R-12", requester: "tom", approvers: ["payments-leads", "cloud-sec"] };

  test("a member of one of the groups may", () => {
    expect(mayApprove(actor({ groups: ["web-team", "cloud-sec"] }), request)).toBeUndefined();
    expect(mayApprove(actor({ groups: ["payments-leads"], roles: ["approver"] }), request, "deny")).toBeUndefined();
  });
  test("the requester never, in whatever group", () => {
    const tom = actor({ id: "tom", groups: ["cloud-sec"], roles: ["approver", "admin"] });
    expect(mayApprove(tom, request)).toBe(
      "You asked for R-12, so someone else must approve it: @payments-leads or @cloud-sec.",
    );
    expect(mayApprove(tom, request, "deny")).toBe("You asked for R-12: withdraw it instead.");
  });
  test("others not, and are told what it takes", () => {
    expect(mayApprove(actor({ groups: ["web-team"] }), request)).toBe(
      "You may not approve R-12. It needs @payments-leads or @cloud-sec; your groups: @web-team.",
    );
    expect(mayApprove(actor({}), request, "deny")).toBe(
      "You may not deny R-12. It needs @payments-leads or @cloud-sec; you are in no approver group.",
    );
  });
  test.each([["reader"], ["auditor"], ["admin"]] as const)("a %s not, even inside the group", (role) => {
    expect(mayApprove(actor({ groups: ["cloud-sec"], roles: [role] }), request)).toBe(
      `You may not approve requests. It takes the role member or approver; your role: ${role}.`,
    );
  });
  test("no groups: nobody may", () => {
    const open = { ...request, approvers: [] };
    expect(mayApprove(actor({ groups: ["cloud-sec"], roles: ["approver"] }), open)).toMatch(/^Nobody may approve R-12/);
  });
});
