import type { ConfigInput } from "#config/schema";
import { demoAccounts } from "#demo/estate/parts";
import type { DemoPerson } from "#demo/page-server";
import type { SlackSeed } from "#demo/slack/state";

/** The demo's company: who works there, where they talk, who owns and approves what. The estate is in `estate.ts`. */

const team = { id: "T0ACME", name: "Acme Bank", domain: "acme-bank" };
const zone = "Europe/Berlin";
const people = [
  { id: "U0KOFI", key: "kofi", name: "Kofi Mensah", title: "security, approver and admin" },
  { id: "U0TOM", key: "tom", name: "Tom Beck", title: "engineer, Payments" },
  { id: "U0ANA", key: "ana", name: "Ana Lima", title: "lead, Payments" },
  { id: "U0SARA", key: "sara", name: "Sara Novak", title: "engineer, Web" },
  { id: "U0GWEN", key: "gwen", name: "Gwen Hart", title: "guest without rights" },
] as const;
const members = people.filter(({ key }) => key !== "gwen").map(({ id }) => id);

export const demoPeople: readonly DemoPerson[] = people.map(({ id, name, title }) => ({ id, name, title }));

export const demoSlackSeed: SlackSeed = {
  team,
  bot: { id: "U0STANCE", name: "Stance" },
  people: people.map(({ id, key, name }) => ({
    id,
    name,
    email: `${name.toLowerCase().replace(" ", ".")}@example.com`,
    zone,
    ...(key === "gwen" && { kind: "guest" as const }),
  })),
  groups: [{ id: "S0SEC", handle: "cloud-sec", name: "Cloud security", members: ["U0KOFI"] }],
  channels: [
    { id: "C0SECPOST", name: "sec-posture", members: ["U0KOFI", "U0ANA"], private: true },
    { id: "C0SECAPPR", name: "sec-approvals", members: [...members, "U0GWEN"] },
    { id: "C0PAYMENTS", name: "team-payments", members },
    { id: "C0WEB", name: "team-web", members: [...members, "U0GWEN"] },
    { id: "C0GENERAL", name: "general", members: people.map(({ id }) => id), joined: false },
  ],
};

export const demoConfig: ConfigInput = {
  accounts: [
    { id: demoAccounts.security, name: "security", environment: "prod", owner: "security" },
    { id: demoAccounts.paymentsProd, name: "payments-prod", environment: "prod", owner: "payments" },
    { id: demoAccounts.paymentsDev, name: "payments-dev", environment: "dev", owner: "payments" },
    { id: demoAccounts.webProd, name: "web-prod", environment: "prod", owner: "web" },
    { id: demoAccounts.billingLegacy, name: "billing-legacy", environment: "prod" },
  ],
  slack: { mode: "http", team: team.id },
  channels: { admin: "#sec-posture", approvals: "#sec-approvals" },
  // The demo works whenever somebody tries it.
  hours: { zone, from: "00:00", to: "23:59", days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], digest: "09:00" },
  owners: {
    payments: {
      name: "Payments",
      channel: "#team-payments",
      tags: ["payments-team", "pay"],
      people: ["tom", "ana"],
      mention: "tom",
      approvers: ["payments-leads"],
    },
    web: { name: "Web", channel: "#team-web", people: ["sara"], mention: "sara", approvers: ["cloud-sec"] },
    security: { name: "Security", channel: "#sec-posture", people: ["kofi"], approvers: ["cloud-sec"] },
  },
  people: {
    tom: { name: "Tom Beck", slack: "U0TOM", email: "tom.beck@example.com", aliases: ["tbeck"] },
    ana: { name: "Ana Lima", slack: "U0ANA", email: "ana.lima@example.com", roles: ["member", "approver"] },
    sara: { name: "Sara Novak", slack: "U0SARA", email: "sara.novak@example.com" },
    kofi: {
      name: "Kofi Mensah",
      slack: "U0KOFI",
      email: "kofi.mensah@example.com",
      roles: ["member", "approver", "admin", "auditor"],
    },
  },
  groups: {
    "payments-leads": { name: "Payments leads", people: ["ana"] },
    "cloud-sec": { name: "Cloud security", slack: "@cloud-sec" },
  },
  policies: [{ approvers: ["owner", "cloud-sec"] }],
  scan: { every: 60 },
};

/** What to try, in order. */
export const demoStory: readonly string[] = [
  "You are Kofi, security. #sec-posture holds one message: the First look. No team has heard of anything.",
  "Press [Preview #team-payments] on it, then type `/posture rollout #team-payments live`.",
  "Press “Make pay-receipts-eu public by hand”, then “Scan now”: one card in #team-payments mentions Tom.",
  "Become Tom. Type `/posture summary`, then press [Fix…] on the card, give a reason and ask for approval.",
  "In #sec-approvals press [Approve 1 change] as Tom: refused, you asked for it. As Gwen, the guest: refused.",
  "Become Ana and approve: the message becomes “Done and checked”, the card says closed.",
  "As Kofi type `/posture audit R-1`: who did what, chained. Then [Undo…] takes it back.",
  "Ask again, and before you approve press “Change it behind the bot's back”: out of date, nothing happened.",
];
