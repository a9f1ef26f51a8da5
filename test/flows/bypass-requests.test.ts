import { afterEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "#config/schema";
import type { Card, Form } from "#domain/card";
import { cardText } from "#test/cards/as-text";
import type { Scene } from "#test/support/attempts";
import {
  alsoClose,
  approvalCard,
  arn,
  asked,
  askedBy,
  begin,
  bucket,
  closeWorlds,
  denied,
  denyBy,
  groupCard,
  hour,
  requestOf,
  trail,
  writesTo,
} from "#test/support/attempts";
import { account, fixConfig } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, person, pressOf } from "#test/support/harness";

/** Ways around a request: to have none to answer for, to end somebody else's, to undo, to click more than once. */
afterEach(closeWorlds);

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
    alsoClose(w);
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
