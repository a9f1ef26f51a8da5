import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Card, Form } from "#domain/card";
import { cardText } from "#test/cards/as-text";
import { account, fixChannels, fixConfig, fixEstate, fixPeople, open, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, person, pressOf, world } from "#test/support/harness";

let door: MemoryDoor;
let w: World;
beforeEach(async () => {
  w = await world({
    config: fixConfig,
    clouds: (now) => {
      door = memoryCloud(fixEstate, { now });
      return [awsCloud(door)];
    },
    people: fixPeople,
    channels: fixChannels,
  });
});
afterEach(() => w.close());

const text = (answer: Card | Form | undefined): string =>
  answer === undefined ? "" : isForm(answer) ? answer.title : cardText(answer);
const makePublic = (bucket: string): void => publicBucket(door, bucket);
const scan = async (): Promise<void> => {
  await w.heart.scan();
  await w.settle();
};
/** From a public bucket to the approval card. */
async function asked(): Promise<Card> {
  await scan();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  makePublic("pay-receipts-eu");
  w.time.now += 3_600_000;
  await scan();
  const card = w.in("#team-payments")[0]?.card as Card;
  const form = await w.press("U1", pressOf(card, "Fix"), "C1");
  if (!isForm(form)) throw new Error(`no form: ${text(form)}`);
  await w.submit("U1", form, { reason: "receipts moved to signed links" }, "C1");
  await w.settle();
  return w.in("#sec-approvals")[0]?.card as Card;
}
const actions = (): string[] =>
  [...w.store.auditRows()].map(({ body }) => (JSON.parse(body) as { action: string }).action);

describe("the story", () => {
  test("a new database posts one First look and nothing else", async () => {
    await scan();
    expect(w.said.map(({ channel: where }) => where)).toEqual(["C2"]);
    expect(text(w.said[0]?.card)).toContain("First scan finished");
    await scan();
    expect(w.said).toHaveLength(1);
  });

  test("a change is told once to the owner, fixed after another's approval, checked, audited and undone", async () => {
    const approval = await asked();
    const group = w.in("#team-payments")[0];
    expect(text(group?.card)).toContain("1 S3 bucket");
    expect(text(group?.history[0] ?? group?.card)).toContain("Tom Beck");
    expect(text(approval)).toContain("Waiting for approval");
    expect(text(await w.say("U1", "summary", "C1"))).toContain("Payments: 3 open");

    const press = pressOf(approval, "Approve");
    expect(text(await w.press("U1", press, "C3"))).toContain("someone else must approve");
    expect(text(await w.press("U4", press, "C3"))).toContain("Guests");
    expect(text(await w.press("U5", press, "C3"))).toContain("You may not approve");
    await w.settle();
    expect(door.calls.some(({ operation }) => operation === "s3:PutPublicAccessBlock")).toBe(false);

    await w.press("U2", press, "C3");
    await w.settle();
    expect(text(w.in("#sec-approvals")[0]?.card)).toContain("Done and checked");
    expect(w.store.countFindings({ status: ["open"], topic: w.store.requests({})[0]?.topic ?? "" })).toBe(0);
    expect(text(w.in("#team-payments")[0]?.card)).toContain("Closed: ");
    expect(actions().filter((each) => each.startsWith("call."))).toEqual(["call.sending", "call.done"]);

    const undo = await w.press("U1", pressOf(w.in("#sec-approvals")[0]?.card as Card, "Undo"), "C3");
    if (!isForm(undo)) throw new Error(text(undo));
    await w.submit("U1", undo, { reason: "a partner still reads it" }, "C3");
    await w.settle();
    expect(text(w.in("#sec-approvals")[0]?.card)).toContain("Undone and checked");
    expect(door.snapshot().accounts[0]?.buckets?.[0]?.publicAccessBlock).toEqual(open);
    expect(w.store.findings({ status: ["open"], asset: "arn:aws:s3:::pay-receipts-eu" }).length).toBeGreaterThan(0);
    expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true });
  });

  test("one captured click, a hundred times, has one effect", async () => {
    const press = pressOf(await asked(), "Approve");
    const answers = [];
    for (let i = 0; i < 100; i++) answers.push(await w.press("U2", press, "C3", ["sig:captured"]));
    await w.settle();
    expect(answers.filter((each) => each !== undefined)).toHaveLength(1);
    expect(door.calls.filter(({ operation }) => operation === "s3:PutPublicAccessBlock")).toHaveLength(1);
    for (let i = 0; i < 20; i++) await w.press("U2", press, "C3");
    await w.settle();
    expect(door.calls.filter(({ operation }) => operation === "s3:PutPublicAccessBlock")).toHaveLength(1);
  });

  test("somebody changed it while the approval waited: out of date, nothing happened", async () => {
    const press = pressOf(await asked(), "Approve");
    door.byHand(account).setPublicAccessBlock("pay-receipts-eu", { ...open, blockPublicAcls: true });
    await w.press("U2", press, "C3");
    await w.settle();
    expect(text(w.in("#sec-approvals")[0]?.card)).toContain("Out of date, nothing happened");
    expect(door.calls.some(({ operation }) => operation === "s3:PutPublicAccessBlock")).toBe(false);
  });

  test("nobody answered: it expires in working hours, and a late click does nothing", async () => {
    const press = pressOf(await asked(), "Approve");
    w.time.now += 3 * 24 * 3_600_000;
    expect(text(await w.press("U2", press, "C3"))).toMatch(/ended|expired/i);
    await w.settle();
    expect(text(w.in("#sec-approvals")[0]?.card)).toContain("Expired, nothing happened");
    expect(door.calls.some(({ operation }) => operation === "s3:PutPublicAccessBlock")).toBe(false);
    expect(actions()).toContain("refused");
  });

  test("an approver who left the group since takes the approval along", async () => {
    const press = pressOf(await asked(), "Approve");
    // The click is taken, and before the beat that would run it Ana is deactivated.
    await w.press("U2", press, "C3");
    w.people.set("U2", person("U2", "Ana Lima", { kind: "deactivated" }));
    await w.settle();
    expect(w.store.requests({})[0]?.state).toBe("requested");
    expect(door.calls.some(({ operation }) => operation === "s3:PutPublicAccessBlock")).toBe(false);
  });

  test("a restart between approval and execution loses nothing", async () => {
    const press = pressOf(await asked(), "Approve");
    await w.press("U2", press, "C3");
    w = await w.restart();
    await w.settle();
    expect(w.store.requests({})[0]?.state).toBe("verified");
  });

  test("the cloud refuses: failed, nothing changed", async () => {
    const press = pressOf(await asked(), "Approve");
    door.byHand(account).edit((spec) => ({ ...spec, denials: [{ operation: "s3:PutPublicAccessBlock" }] }));
    await w.press("U2", press, "C3");
    await w.settle();
    expect(text(w.in("#sec-approvals")[0]?.card)).toContain("Failed, nothing changed");
  });

  test("every command answers", async () => {
    await asked();
    const words = w.bot.commands.map(({ example }) => example);
    for (const word of words) {
      const answer = await w.say("U3", word, "C1");
      expect(text(answer), word).not.toBe("");
      expect(text(answer), word).not.toContain("Something went wrong");
    }
    expect(text(await w.say("U1", "sumary", "C1"))).toContain("Did you mean");
    expect(text(await w.say("U4", "summary", "C1"))).toContain("Guests cannot use");
    // One of them started a scan: the store stays open until it is through.
    await expect.poll(() => w.store.runs(1)[0]?.state).not.toBe("running");
  });

  test("an audit entry is shown by number to an auditor; anybody else is refused, and that is written down", async () => {
    expect(text(await w.say("U3", "show #1", "C1"))).toContain("#1");
    expect(actions()).not.toContain("refused");
    expect(text(await w.say("U1", "show #1", "C1"))).toContain("You may not read the audit trail");
    expect(actions().at(-1)).toBe("refused");
  });
});
