import { afterEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import type { ChatPerson } from "#chat/chat";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { ConfigInput } from "#config/schema";
import type { Card, Form } from "#domain/card";
import { sha256 } from "#domain/plan";
import type { Request } from "#domain/request";
import { cardText } from "#test/cards/as-text";
import { account, fixChannels, fixConfig, fixEstate, fixPeople, open, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, person, pressOf, world } from "#test/support/harness";

/** Ways around an approval. Each must change nothing in the cloud, and leave its trace in the audit. */
const hour = 3_600_000;
const bucket = "pay-receipts-eu";
const arn = `arn:aws:s3:::${bucket}`;

interface Setup {
  readonly config?: Partial<ConfigInput>;
  readonly people?: readonly ChatPerson[];
}
type Attempt = readonly [name: string, attack: (scene: Scene) => Promise<unknown>, setup?: Setup];
type Later = readonly [name: string, change: (scene: Scene) => unknown, action: RegExp, setup?: Setup];
interface Scene {
  readonly w: World;
  readonly door: MemoryDoor;
  /** The button on R-1. */
  readonly button: { readonly nonce: string };
  readonly hash: string;
}
const worlds: World[] = [];
afterEach(() => {
  for (const w of worlds.splice(0)) w.close();
});

async function begin(setup: Setup = {}): Promise<{ readonly w: World; readonly door: MemoryDoor }> {
  let door: MemoryDoor | undefined;
  const w = await world({
    config: { ...fixConfig, ...setup.config },
    clouds: (now) => {
      door = memoryCloud(fixEstate, { now });
      return [awsCloud(door)];
    },
    people: [...fixPeople, ...(setup.people ?? [])],
    channels: fixChannels,
    quietLog: true,
  });
  worlds.push(w);
  if (!door) throw new Error("no cloud");
  await w.heart.scan();
  await w.settle();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  publicBucket(door, bucket);
  w.time.now += hour;
  await w.heart.scan();
  await w.settle();
  return { w, door };
}
const groupCard = (w: World): Card => w.in("#team-payments").find(({ key }) => key.startsWith("G-"))?.card as Card;
async function askedBy(w: World, who: string): Promise<Card | Form | undefined> {
  const form = await w.press(who, pressOf(groupCard(w), "Fix"), "C1");
  if (!isForm(form)) return form;
  const answer = await w.submit(who, form, { reason: "receipts moved to signed links" }, "C1");
  await w.settle();
  return answer;
}
async function asked(setup: Setup = {}): Promise<Scene> {
  const { w, door } = await begin(setup);
  await askedBy(w, "U1");
  const button = pressOf(approvalCard(w), "Approve");
  if (!("nonce" in button)) throw new Error("no nonce");
  return { w, door, button, hash: requestOf(w).hash };
}
const approvalCard = (w: World): Card => w.in("#sec-approvals").at(-1)?.card as Card;
function requestOf(w: World, id = "R-1"): Request {
  const found = w.store.request(id)?.request;
  if (!found) throw new Error(`no ${id}`);
  return found;
}
const writesTo = (door: MemoryDoor): number => door.calls.filter(({ access }) => access === "write").length;
const trail = (w: World): readonly string[] =>
  [...w.store.auditRows()].map(({ body }) => (JSON.parse(body) as { action: string }).action);

/** Nothing was written, the bucket is as it was, and the audit says what was tried. */
async function denied({ w, door }: Pick<Scene, "w" | "door">, before: number, actions: RegExp): Promise<void> {
  await w.settle();
  expect(writesTo(door)).toBe(0);
  expect(door.snapshot().accounts[0]?.buckets?.find(({ name }) => name === bucket)?.publicAccessBlock).toEqual(open);
  expect(
    trail(w)
      .slice(before)
      .filter((action) => actions.test(action)),
  ).not.toEqual([]);
  expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
}

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

async function denyBy(w: World, who: string): Promise<Card | Form | undefined> {
  const form = await w.say(who, "deny R-1", "C3");
  return isForm(form) ? w.submit(who, form, { reason: "not on a Friday" }, "C3") : form;
}

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

describe("approvers that nobody is", () => {
  const attempts: readonly (readonly [string, Partial<ConfigInput>])[] = [
    ["an empty group", { groups: { nobody: { name: "Nobody" } }, policies: [{ approvers: ["nobody"] }] }],
    ["a misspelt group", { policies: [{ approvers: ["payments-laeds"] }] }],
    ["one misspelt group of two", { policies: [{ approvers: ["payments-leads", "cloud-sek"] }] }],
    ["no policy that fits", { policies: [{ environment: ["staging"], approvers: ["payments-leads"] }] }],
    ["no policy at all", { policies: [] }],
    ["more people than there are", { policies: [{ approvers: ["payments-leads"], need: 2 }] }],
    ["the owner, of an owner without approvers", { policies: [{ approvers: ["owner"] }] }],
    [
      "the owner, chosen by a tag that the account does not list",
      {
        accounts: [{ id: account, name: "payments-prod", environment: "prod" }],
        owners: { ...fixConfig.owners, payments: { ...fixConfig.owners.payments, approvers: ["payments-leads"] } },
        policies: [{ approvers: ["owner"] }],
      },
    ],
  ];
  test.each(attempts)("%s: it cannot even be asked for", async (_, config) => {
    const { w, door } = await begin({ config });
    const before = trail(w).length;
    await askedBy(w, "U1");
    expect(w.store.requests({})).toEqual([]);
    await denied({ w, door }, before, /^refused$/);
  });

  test("a production tag set after the last scan still makes it stricter", async () => {
    const policies = [
      { environment: ["prod"], approvers: ["cloud-sec"], need: 1 },
      { approvers: ["payments-leads", "cloud-sec"] },
    ];
    const { w, door } = await begin({
      config: { accounts: [{ id: account, name: "payments-prod", environment: "dev", owner: "payments" }], policies },
    });
    door.byHand(account).tag(arn, { environment: "prod" });
    await askedBy(w, "U1");
    expect(requestOf(w).approvers).toEqual(["cloud-sec"]);
  });
});

describe("somebody else's request", () => {
  const attempts: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
    ["a member withdraws it", ({ w }) => w.say("U5", "cancel R-1", "C1")],
    ["a guest withdraws it", ({ w }) => w.say("U4", "cancel R-1", "C1")],
    ["a member denies it", ({ w }) => denyBy(w, "U5")],
    ["the person who asked denies it", ({ w }) => denyBy(w, "U1")],
    [
      "a forged form denies it",
      ({ w }) => w.submit("U5", { title: "", submit: "", state: "deny R-1", parts: [] }, { reason: "no" }, "C3"),
    ],
    ["a second request for the same bucket", ({ w }) => askedBy(w, "U3")],
    ["a member switches a channel", ({ w }) => w.press("U5", { command: "rollout #team-payments off" }, "C1")],
    ["a member posts a held scan", ({ w }) => w.press("U5", { command: "brake post 2" }, "C1")],
    ["a member reads the audit", ({ w }) => w.say("U5", "audit R-1", "C1")],
    ["a member closes what a scan held back", ({ w }) => w.press("U5", { command: `scan close=${account}` }, "C1")],
    ["a member quiets another team's channel", ({ w }) => w.say("U5", "quiet #team-payments 24h", "C1")],
    ["a guest reads findings", ({ w }) => w.say("U4", "findings all", "C1")],
  ];
  test.each(attempts)("%s", async (_, attack) => {
    const scene = await asked();
    const before = trail(scene.w).length;
    await attack(scene);
    await denied(scene, before, /^refused$/);
    expect(scene.w.store.requests({})).toHaveLength(1);
    expect(requestOf(scene.w).state).toBe("requested");
    expect(scene.w.store.channel("C1")?.mode).toBe("live");
    expect(scene.w.store.channel("C1")?.quietUntil).toBeUndefined();
  });

  test("a form cannot choose what it did not offer", async () => {
    const { w, door } = await begin();
    const other = w.store.findings({}).find(({ topic }) => topic === "bucket-block");
    const form = await w.press("U1", pressOf(groupCard(w), "Fix"), "C1");
    if (!isForm(form)) throw new Error("no form");
    const before = trail(w).length;
    await w.submit("U1", form, { reason: "smuggled", findings: other?.id ?? "" }, "C1");
    expect(w.store.requests({})).toEqual([]);
    await denied({ w, door }, before, /^refused$/);
  });
});

describe("an undo that nobody may have", () => {
  async function fixed(): Promise<Scene> {
    const scene = await asked();
    await scene.w.press("U2", scene.button, "C3");
    await scene.w.settle();
    expect(requestOf(scene.w).state).toBe("verified");
    scene.door.forgetCalls();
    scene.w.time.now += 60_000;
    return scene;
  }
  async function undo(w: World, who: string): Promise<Card | Form | undefined> {
    return w.submit(who, { title: "", submit: "", state: "undo R-1", parts: [] }, { reason: "because I can" }, "C3");
  }
  const attempts: readonly (readonly [string, (scene: Scene) => Promise<unknown>, number])[] = [
    ["a guest", ({ w }) => undo(w, "U4"), 1],
    ["an account that the platform does not know", ({ w }) => undo(w, "U99"), 1],
    [
      "somebody of another organisation",
      ({ w }) => {
        w.people.set("T2/U1", person("T2/U1", "Tom Beck", { kind: "stranger" }));
        return undo(w, "T2/U1");
      },
      1,
    ],
    [
      "after somebody else changed the same setting",
      ({ w, door }) => {
        door.byHand(account).setPublicAccessBlock(bucket, undefined);
        return undo(w, "U1");
      },
      1,
    ],
    [
      "after the time for it",
      ({ w }) => {
        w.time.now += 31 * 24 * hour;
        return undo(w, "U1");
      },
      1,
    ],
    [
      "of a request that changed nothing",
      async ({ w }) =>
        w.submit("U1", { title: "", submit: "", state: "undo R-7", parts: [] }, { reason: "because" }, "C3"),
      1,
    ],
    [
      "after the bucket is gone",
      ({ w, door }) => {
        door.byHand(account).deleteBucket(bucket);
        return undo(w, "U1");
      },
      1,
    ],
  ];
  test.each(attempts)("%s", async (_, attack, requests) => {
    const scene = await fixed();
    const before = trail(scene.w).length;
    await attack(scene);
    await scene.w.settle();
    expect(writesTo(scene.door)).toBe(0);
    expect(scene.w.store.requests({})).toHaveLength(requests);
    expect(trail(scene.w).slice(before)).toContain("refused");
  });

  test("a member who had nothing to do with it has to ask like anybody", async () => {
    const { w, door } = await fixed();
    await undo(w, "U5");
    await w.settle();
    expect(writesTo(door)).toBe(0);
    expect(requestOf(w, "R-2")).toMatchObject({ kind: "undo", state: "requested", requester: "slack:U5" });
    // And cannot approve it.
    await w.press("U5", pressOf(approvalCard(w), "Approve"), "C3");
    await w.settle();
    expect(writesTo(door)).toBe(0);
  });

  test("the person who asked, when the quick hour is over, has to ask again", async () => {
    const { w, door } = await fixed();
    w.time.now += hour;
    await undo(w, "U1");
    await w.settle();
    expect(writesTo(door)).toBe(0);
    expect(requestOf(w, "R-2").state).toBe("requested");
  });

  test("twice: the second finds nothing to take back", async () => {
    const { w, door } = await fixed();
    await undo(w, "U1");
    await w.settle();
    expect(writesTo(door)).toBe(1);
    const before = trail(w).length;
    await undo(w, "U1");
    await w.settle();
    expect(writesTo(door)).toBe(1);
    expect(trail(w).slice(before)).toContain("refused");
  });
});

describe("one click", () => {
  test("a hundred times has one effect, also after a restart", async () => {
    const scene = await asked();
    let { w } = scene;
    for (let n = 0; n < 50; n++) await w.press("U2", scene.button, "C3", ["signature:1"]);
    await w.settle();
    w = await w.restart();
    worlds.push(w);
    for (let n = 0; n < 50; n++) await w.press("U2", scene.button, "C3", ["signature:1"]);
    for (let n = 0; n < 5; n++) await w.press("U2", scene.button, "C3");
    await w.settle();
    expect(writesTo(scene.door)).toBe(1);
    expect(w.store.requests({})).toHaveLength(1);
  });

  test("of an old button does not approve the next request", async () => {
    const scene = await asked();
    const { w, door, button } = scene;
    await w.say("U1", "cancel R-1", "C1");
    await askedBy(w, "U1");
    expect(requestOf(w, "R-2").hash).toBe(scene.hash);
    const before = trail(w).length;
    await w.press("U2", button, "C3");
    await denied(scene, before, /^refused$/);
    expect(requestOf(w, "R-2").state).toBe("requested");
    expect(writesTo(door)).toBe(0);
  });

  test("refusals do not let anybody fill the audit: ten a minute, the rest is counted", async () => {
    const { w, button } = await asked();
    const before = trail(w).length;
    for (let n = 0; n < 40; n++) await w.press("U5", button, "C3");
    expect(
      trail(w)
        .slice(before)
        .filter((action) => action === "refused"),
    ).toHaveLength(10);
    w.time.now += 61_000;
    await w.press("U5", button, "C3");
    const last = [...w.store.auditRows()].at(-1)?.body ?? "";
    expect(last).toContain('"alsoRefused":30');
  });
});

test("what refuses says why to the person, and to nobody else", async () => {
  const { w, button } = await asked();
  const posts = w.said.length;
  const answer = await w.press("U1", button, "C3");
  expect(isForm(answer) || answer === undefined ? "" : cardText(answer)).toContain("someone else must approve");
  await w.settle();
  expect(w.said).toHaveLength(posts);
});
