import { afterEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import type { ConfigInput } from "#config/schema";
import { sha256 } from "#domain/plan";
import type { Scene, Setup } from "#test/support/attempts";
import {
  approvalCard,
  arn,
  asked,
  askedBy,
  begin,
  bucket,
  closeWorlds,
  denied,
  denyBy,
  hour,
  requestOf,
  trail,
  writesTo,
} from "#test/support/attempts";
import { account, fixConfig, open } from "#test/support/fix-story";
import { person, pressOf } from "#test/support/harness";

/** Ways around an approval. Each must change nothing in the cloud, and leave its trace in the audit. */
afterEach(closeWorlds);

type Attempt = readonly [name: string, attack: (scene: Scene) => Promise<unknown>, setup?: Setup];
type Later = readonly [name: string, change: (scene: Scene) => unknown, action: RegExp, setup?: Setup];

const groups = { "payments-leads": { name: "Payments leads", people: ["ana"] } };
const withPeople = (people: ConfigInput["people"], more: Partial<ConfigInput> = {}): Partial<ConfigInput> => ({
  people: { ...fixConfig.people, ...people },
  ...more,
});

describe("an approval that is not one", () => {
  const attempts: readonly Attempt[] = [
    ["the person who asked presses the button", ({ w, button }) => w.press("U1", button, "C3")],
    ["the person who asked types it", ({ w, hash }) => w.say("U1", `approve R-1 ${hash.slice(0, 8)}`, "C3")],
    [
      "the person who asked forges the command behind a button",
      ({ w, hash }) => w.press("U1", { command: `approve R-1 ${hash}` }, "C3"),
    ],
    [
      "the person who asked sends it as a form",
      ({ w, hash }) => w.submit("U1", { title: "", submit: "", state: `approve R-1 ${hash}`, parts: [] }, {}, "C3"),
    ],
    [
      "a second account of the person who asked, in the approvers' chat group",
      ({ w, button }) => {
        w.groups.set("@leads", ["U9"]);
        return w.press("U9", button, "C3");
      },
      {
        people: [person("U9", "Tommy B", { email: "tom.beck@example.com" })],
        config: withPeople(
          { tom: { name: "Tom Beck", slack: "U1", email: "tom.beck@example.com" } },
          { groups: { ...groups, "cloud-sec": { name: "Cloud security", slack: "@leads" } } },
        ),
      },
    ],
    [
      "an account that two people of the configuration claim",
      ({ w, button }) => w.press("U2", button, "C3"),
      { config: withPeople({ ana2: { name: "Ana again", slack: "U2", roles: ["member", "approver"] } }) },
    ],
    ["a guest presses the button", ({ w, button }) => w.press("U4", button, "C3")],
    ["a guest types it", ({ w, hash }) => w.say("U4", `approve R-1 ${hash}`, "C3")],
    [
      "a guest who is in the approver group",
      ({ w, button }) => w.press("U4", button, "C3"),
      {
        config: withPeople(
          { gwen: { name: "Gwen Guest", slack: "U4", roles: ["member", "approver"] } },
          { groups: { ...groups, "cloud-sec": { name: "Cloud security", people: ["gwen"] } } },
        ),
      },
    ],
    [
      "somebody of another organisation",
      ({ w, button }) => w.press("T2/U2", button, "C3"),
      { people: [person("T2/U2", "Ana Lima", { kind: "stranger", team: "T2" })] },
    ],
    ["an account that the platform does not know", ({ w, button }) => w.press("U99", button, "C3")],
    [
      "an approver who is deactivated",
      ({ w, button }) => {
        w.people.set("U2", person("U2", "Ana Lima", { kind: "deactivated" }));
        return w.press("U2", button, "C3");
      },
    ],
    [
      "a bot that has taken an approver's account",
      ({ w, button }) => {
        w.people.set("U2", person("U2", "Ana Lima", { kind: "bot" }));
        return w.press("U2", button, "C3");
      },
    ],
    ["a member of no approver group", ({ w, button }) => w.press("U5", button, "C3")],
    [
      "an approver of another team's group",
      ({ w, button }) => w.press("U5", button, "C3"),
      {
        config: withPeople(
          { uma: { name: "Uma Other", slack: "U5", roles: ["member", "approver"] } },
          { groups: { ...fixConfig.groups, "web-leads": { name: "Web leads", people: ["uma"] } } },
        ),
      },
    ],
    [
      "somebody in the group whose role only reads",
      ({ w, button }) => w.press("U5", button, "C3"),
      {
        config: withPeople(
          { uma: { name: "Uma Other", slack: "U5", roles: ["reader", "auditor"] } },
          { groups: { ...groups, "cloud-sec": { name: "Cloud security", people: ["uma"] } } },
        ),
      },
    ],
    [
      "a member of a chat group that cannot be read",
      ({ w, button }) => w.press("U5", button, "C3"),
      { config: { groups: { ...groups, "cloud-sec": { name: "Cloud security", slack: "@cloud-sec" } } } },
    ],
    ["another plan's hash", ({ w }) => w.say("U2", `approve R-1 ${sha256("another plan")}`, "C3")],
    ["a hash that is too short", ({ w, hash }) => w.say("U2", `approve R-1 ${hash.slice(0, 7)}`, "C3")],
    ["a hash with a pattern in it", ({ w }) => w.say("U2", "approve R-1 ........", "C3")],
    ["a button that we never drew", ({ w }) => w.press("U2", { nonce: "AAAAAAAAAAAAAAAAAAAAAA" }, "C3")],
    ["what the database holds of a button", ({ w, button }) => w.press("U2", { nonce: sha256(button.nonce) }, "C3")],
    [
      "a click after the end",
      ({ w, button }) => {
        w.time.now += 72 * hour;
        return w.press("U2", button, "C3");
      },
    ],
    [
      "a typed approval after the end",
      ({ w, hash }) => {
        w.time.now += 72 * hour;
        return w.say("U2", `approve R-1 ${hash}`, "C3");
      },
    ],
    [
      "a click on what was withdrawn",
      async ({ w, button }) => {
        await w.say("U1", "cancel R-1", "C1");
        await w.press("U2", button, "C3");
      },
    ],
    [
      "a click on what was denied",
      async ({ w, button }) => {
        await denyBy(w, "U3");
        await w.press("U2", button, "C3");
      },
    ],
    [
      "one of two approvers, twice",
      async ({ w, button }) => {
        await w.press("U2", button, "C3");
        w.time.now += 60_000;
        await w.press("U2", button, "C3");
        await w.press("U2", pressOf(approvalCard(w), "Approve"), "C3");
      },
      { config: { policies: [{ approvers: ["payments-leads", "cloud-sec"], need: 2 }] } },
    ],
  ];

  test.each(attempts.map((each) => [each[0], each] as const))("%s", async (_, [, attack, more]) => {
    const scene = await asked(more);
    const before = trail(scene.w).length;
    await attack(scene);
    await denied(scene, before, /^refused$/);
    expect(requestOf(scene.w).state).toMatch(/^(requested|expired|cancelled|denied)$/);
  });
});

describe("an approval that is no longer one", () => {
  const attempts: readonly Later[] = [
    [
      "the approver was deactivated since",
      ({ w }) => w.people.set("U2", person("U2", "Ana Lima", { kind: "deactivated" })),
      /request\.fall/,
    ],
    [
      "the approver became a guest since",
      ({ w }) => w.people.set("U2", person("U2", "Ana Lima", { kind: "guest" })),
      /request\.fall/,
    ],
    ["the approver left the workspace since", ({ w }) => w.people.delete("U2"), /request\.fall/],
    [
      "the approver left the chat group since",
      ({ w }) => w.groups.set("@leads", []),
      /request\.fall/,
      {
        config: {
          groups: { "payments-leads": { name: "Leads", slack: "@leads" }, "cloud-sec": fixConfig.groups["cloud-sec"] },
        },
      },
    ],
    [
      "the chat group cannot be read any more",
      ({ w }) => w.groups.set("@leads", undefined),
      /request\.fall/,
      {
        config: {
          groups: { "payments-leads": { name: "Leads", slack: "@leads" }, "cloud-sec": fixConfig.groups["cloud-sec"] },
        },
      },
    ],
    [
      "the configuration took the approver out of the group",
      ({ w }) => w.config.groups["payments-leads"]?.people.splice(0),
      /request\.(fall|supersede)/,
    ],
    [
      "the policy asks for two people now",
      ({ w }) => Object.assign(w.config.policies[0] ?? {}, { need: 2 }),
      /request\.supersede/,
    ],
    [
      "the policy names other approvers now",
      ({ w }) => Object.assign(w.config.policies[0] ?? {}, { approvers: ["cloud-sec"] }),
      /request\.supersede/,
    ],
    ["there is no policy any more", ({ w }) => w.config.policies.splice(0), /request\.supersede/],
    ["the end has come before it ran", ({ w }) => (w.time.now += 72 * hour), /request\.expire/],
    [
      "somebody changed the setting",
      ({ door }) => door.byHand(account).setPublicAccessBlock(bucket, { ...open, blockPublicAcls: true }),
      /request\.supersede/,
    ],
    [
      "somebody moved it to another owner by its tag",
      ({ door }) => door.byHand(account).tag(arn, { team: "web" }),
      /request\.supersede/,
    ],
    [
      "somebody tagged it as another environment",
      ({ door }) => door.byHand(account).tag(arn, { environment: "dev" }),
      /request\.supersede/,
    ],
    ["somebody deleted it", ({ door }) => door.byHand(account).deleteBucket(bucket), /request\.supersede/],
    [
      "it cannot be read any more",
      ({ door }) =>
        door.byHand(account).edit((spec) => ({ ...spec, denials: [{ operation: "s3:GetPublicAccessBlock" }] })),
      /request\.supersede|request\.item/,
    ],
  ];

  test.each(attempts.map((each) => [each[0], each] as const))("%s", async (_, [, change, action, more]) => {
    const { w, door } = await begin(more);
    w.groups.set("@leads", ["U2"]);
    await askedBy(w, "U1");
    await w.press("U2", pressOf(approvalCard(w), "Approve"), "C3");
    // The click is taken; before the beat that would run it, the world changes.
    expect(requestOf(w).state).toBe("approved");
    const before = trail(w).length;
    change({ w, door, button: { nonce: "" }, hash: "" });
    await w.settle();
    expect(writesTo(door)).toBe(0);
    expect(requestOf(w).state).toMatch(/^(requested|expired|superseded)$/);
    expect(trail(w).slice(before).join()).toMatch(action);
    expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
  });
});
