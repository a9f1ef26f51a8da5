import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { KnownIds } from "#config/crosscheck";
import { readText } from "#config/load";
import type { ConfigInput } from "#config/schema";

const good = {
  accounts: [
    { id: "111122223333", name: "pay-prod", environment: "prod", owner: "payments" },
    { id: "444455556666", name: "web-dev", owner: "web", owners: ["payments"] },
  ],
  channels: { admin: "#sec", times: { "#team-payments": { digest: "10:00" } } },
  owners: {
    payments: {
      name: "Payments",
      channel: "#team-payments",
      tags: ["pay"],
      people: ["maria"],
      mention: "@pay",
      approvers: ["leads"],
    },
    web: { name: "Web", people: ["jo"], mention: "jo" },
  },
  people: {
    maria: { name: "Maria", email: "maria@example.com", slack: "U1", aliases: ["mroth"] },
    jo: { name: "Jo", email: "jo@example.com", slack: "U2" },
    ana: { name: "Ana", roles: ["approver"] },
    ines: { name: "Ines", roles: ["auditor"] },
  },
  groups: {
    leads: { name: "Leads", people: ["maria", "ana"] },
    sec: { name: "Security", slack: "@sec" },
  },
  policies: [
    { account: ["pay-prod", "444455556666"], approvers: ["owner", "leads"], need: 2 },
    { approvers: ["sec"], need: 5 },
  ],
} satisfies ConfigInput;

/** `path: message` of everything wrong after `change`. */
function problems(change: Partial<ConfigInput>, known: KnownIds = {}): readonly string[] {
  const reading = readText(stringify({ ...good, ...change }), {}, known);
  return "problems" in reading ? reading.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}
const accounts = good.accounts;
const { payments, web } = good.owners;
const { maria, jo, ana, ines } = good.people;

test("the good one is good", () => {
  expect(problems({})).toEqual([]);
});

const cases: readonly (readonly [string, Partial<ConfigInput>, string])[] = [
  [
    "an owner's person",
    { owners: { payments, web: { ...web, people: ["joo"] } } },
    'owners.web.people[0]: "joo" is not in people. Did you mean "jo"?',
  ],
  [
    "an owner's approver group",
    { owners: { web, payments: { ...payments, approvers: ["lead"] } } },
    'owners.payments.approvers[0]: "lead" is not in groups. Did you mean "leads"?',
  ],
  [
    "a group's person",
    { groups: { ...good.groups, leads: { name: "L", people: ["maria", "nobody-at-all"] } } },
    'groups.leads.people[1]: "nobody-at-all" is not in people.',
  ],
  [
    "an account's owner",
    { accounts: [{ id: "111122223333", name: "pay-prod", owner: "payment" }, accounts[1]!] },
    'accounts[0].owner: "payment" is not in owners. Did you mean "payments"?',
  ],
  [
    "an account's further owner",
    { accounts: [accounts[0]!, { ...accounts[1]!, owners: ["payments", "data-team"] }] },
    'accounts[1].owners[1]: "data-team" is not in owners.',
  ],
  [
    "a known member's owner",
    { policies: [], accounts: { organization: { role: "R" }, known: [{ id: "111122223333", owner: "wbe" }] } },
    'accounts.known[0].owner: "wbe" is not in owners. Did you mean "web"?',
  ],
  [
    "an account twice",
    { accounts: [...accounts, { id: "111122223333", name: "again" }] },
    "accounts[2].id: account 111122223333 is listed twice; keep one",
  ],
  [
    "another account's role",
    { accounts: [{ ...accounts[0]!, role: "arn:aws:iam::999999999999:role/R" }, accounts[1]!] },
    "accounts[0].role: this role is in account 999999999999, and the account here is 111122223333",
  ],
  [
    "one role for both",
    {
      accounts: [
        { ...accounts[0]!, role: "arn:aws:iam::111122223333:role/R", writeRole: "arn:aws:iam::111122223333:role/R" },
        accounts[1]!,
      ],
    },
    "accounts[0].writeRole: reading and writing need roles of their own; write another one here",
  ],
  [
    "a mention that names nobody",
    { owners: { payments, web: { ...web, mention: "mari" } } },
    'owners.web.mention: "mari" is not in people, and a chat group is written as "@handle". Did you mean "maria"?',
  ],
  [
    "a broadcast is no handle either",
    { owners: { payments, web: { ...web, mention: "<!channel>" } } },
    'owners.web.mention: "<!channel>" is not in people',
  ],
  [
    "a tag value of two owners",
    { owners: { payments, web: { ...web, tags: ["PAY"] } } },
    'owners.web.tags[0]: the tag value "pay" would also mean the owner payments; only one may have it',
  ],
  [
    "two fallback owners",
    { owners: { payments: { ...payments, fallback: true }, web: { ...web, fallback: true } } },
    "owners.web.fallback: payments is the fallback already; only one owner may be",
  ],
  [
    "a tag value that is another's key",
    { owners: { payments: { ...payments, tags: ["W e b"] }, web } },
    'owners.payments.tags[0]: the tag value "web" would also mean the owner web; only one may have it',
  ],
  [
    "a name that is another's",
    { owners: { payments, web: { ...web, name: "pay-ments" } } },
    'owners.web.name: the tag value "payments" would also mean the owner payments; only one may have it',
  ],
  [
    "an e-mail of two",
    { people: { maria, ana, ines, jo: { ...jo, email: "Maria@Example.com" } } },
    'people.jo.email: "maria@example.com" is maria\'s already; somebody who matches two people may do nothing',
  ],
  [
    "a chat account of two",
    { people: { maria, ana, ines, jo: { ...jo, slack: "U1" } } },
    'people.jo.slack: "U1" is maria\'s already',
  ],
  [
    "an alias of two",
    { people: { maria, ana, ines, jo: { ...jo, aliases: ["x", "M.Roth"] } } },
    'people.jo.aliases[1]: the tag value "mroth" would also mean maria; only one may have it',
  ],
  [
    "an approver who may not approve",
    { groups: { ...good.groups, leads: { name: "L", people: ["maria", "ana", "ines"] } } },
    "groups.leads.people[2]: ines has only the role auditor and could not approve; add approver to the roles",
  ],
  [
    "a group called owner",
    { groups: { ...good.groups, owner: { name: "O", people: ["ana"] } } },
    "groups.owner: `owner` in a policy means the team that owns the resource; call the group something else",
  ],
  [
    "a misspelt approver",
    { policies: [{ approvers: ["leeds"] }] },
    'policies[0].approvers[0]: "leeds" is not in groups, so nobody could approve. Did you mean "leads"?',
  ],
  [
    "a person as approver",
    { policies: [{ approvers: ["ana"] }] },
    'policies[0].approvers[0]: "ana" is a person; approvers are groups, so put them into one',
  ],
  [
    "an owner as approver",
    { policies: [{ approvers: ["web"] }] },
    'policies[0].approvers[0]: "web" is an owner; write owner, or a group',
  ],
  [
    "an empty group as approver",
    { groups: { ...good.groups, none: { name: "N" } }, policies: [{ approvers: ["leads", "none"] }] },
    'policies[0].approvers[1]: nobody is in "none", so nobody could approve; give the group people, or a slack group',
  ],
  [
    "an empty group as a team's approver",
    { groups: { ...good.groups, none: { name: "N" } }, owners: { payments, web: { ...web, approvers: ["none"] } } },
    'owners.web.approvers[0]: nobody is in "none", so nobody could approve',
  ],
  [
    "more approvers than people",
    { policies: [{ approvers: ["leads"], need: 3 }] },
    "policies[0]: can never be met: it needs 3 different people, and its groups have only 2",
  ],
  [
    "more than the best team has",
    { policies: [{ approvers: ["owner"], need: 3 }] },
    "policies[0]: can never be met: it needs 3 different people, and its groups have only 2",
  ],
  [
    "owner, where no team has approvers",
    { owners: { payments: { ...payments, approvers: [] }, web }, policies: [{ approvers: ["owner"] }] },
    "policies[0]: can never be met: it needs 1 different person, and no owner has approvers",
  ],
  [
    "an account of a policy",
    { policies: [{ account: ["pay-prd"], approvers: ["sec"] }] },
    'policies[0].account[0]: "pay-prd" is not in accounts. Did you mean "pay-prod"?',
  ],
  [
    "a policy behind one that fits everything",
    { policies: [{ approvers: ["sec"] }, { severity: ["critical"], approvers: ["leads"] }] },
    "policies[1]: is never used: policies[0] fits everything, and the first that fits counts; put this above it",
  ],
  [
    "hours the wrong way round",
    { hours: { from: "16:00", to: "08:00" } },
    "hours.to: working hours end (08:00) before they begin (16:00); both are on one day",
  ],
  [
    "a channel's hours likewise",
    { channels: { admin: "#sec", times: { "#sec": { hours: { from: "09:00", to: "09:00" } } } } },
    "channels.times.#sec.hours.to: working hours end (09:00) before they begin (09:00)",
  ],
  [
    "times of a channel nobody uses",
    { channels: { admin: "#sec", times: { "#team-payment": { digest: "10:00" } } } },
    'channels.times.#team-payment: "#team-payment" is not in the channels of owners, channels.admin and channels.approvals. Did you mean "#team-payments"?',
  ],
];
test.each(cases)("%s", (_, change, problem) => {
  const found = problems(change);
  expect(found).toEqual([expect.stringContaining(problem)]);
});

describe("what is fine", () => {
  test.each<[string, Partial<ConfigInput>]>([
    ["two owners with one channel", { owners: { payments, web: { ...web, channel: "#team-payments" } } }],
    ["a person in two teams", { owners: { payments, web: { ...web, people: ["jo", "maria"] } } }],
    [
      "an owner's own name as its tag",
      { owners: { payments: { ...payments, tags: ["Payments", "pay", "PAY"] }, web } },
    ],
    ["an empty group that nobody uses", { groups: { ...good.groups, later: { name: "L" } } }],
    [
      "a member of the organisation by id",
      { accounts: { organization: { role: "R" }, known: [{ id: "111122223333", name: "pay-prod" }] } },
    ],
    ["the whole organisation, no account named", { accounts: "organization", policies: [{ approvers: ["sec"] }] }],
    [
      "an admin who is also an approver",
      { people: { maria, jo, ines, ana: { ...ana, roles: ["admin", "approver"] } } },
    ],
  ])("%s", (_, change) => {
    expect(problems(change)).toEqual([]);
  });
});

test("with slack, there is an admin channel", () => {
  const { channels: _, ...rest } = good;
  const reading = readText(stringify({ ...rest, slack: {} }), {});
  expect(reading).toMatchObject({
    problems: [{ path: "channels", message: expect.stringContaining("channels.admin is needed") }],
  });
});

test("ids that the program knows are checked where they are given", () => {
  const change: Partial<ConfigInput> = {
    policies: [{ remediation: ["aws.s3.blok-bucket-public-access"], approvers: ["sec"] }],
    scan: { checks: { exclude: ["aws.s3.nothing"] } },
  };
  expect(problems(change)).toEqual([]);
  expect(
    problems(change, { checks: ["aws.s3.bucket-is-not-public"], remediations: ["aws.s3.block-bucket-public-access"] }),
  ).toEqual([
    'policies[0].remediation[0]: "aws.s3.blok-bucket-public-access" is not in the fixes of this version. Did you mean "aws.s3.block-bucket-public-access"?',
    expect.stringContaining('scan.checks.exclude[0]: "aws.s3.nothing" is not in the checks of this version.'),
  ]);
});
