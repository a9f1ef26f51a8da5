import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Fault } from "#cloud/aws/memory/faults";
import type { ConfigInput } from "#config/schema";
import type { Card, Form } from "#domain/card";
import type { Request } from "#domain/request";
import { hour } from "#domain/time";
import { freezeItself, freezeOf } from "#flows/freeze";
import { cardText } from "#test/cards/as-text";
import { mentionsIn } from "#test/support/cards";
import { account, allOn, fixChannels, fixConfig, fixEstate, fixPeople, publicBucket } from "#test/support/fix-story";
import type { World } from "#test/support/harness";
import { isForm, pressOf, world } from "#test/support/harness";

/** Requests with several items: how they stop, go on, are taken back, held, frozen and closed. */
const put = "s3:PutPublicAccessBlock";
const names = Array.from({ length: 10 }, (_, n) => `pay-${String(n).padStart(2, "0")}`);
const denied: Fault["does"] = { kind: "fail", as: "denied", code: "AccessDenied" };

let door: MemoryDoor;
let w: World;
afterEach(() => w.close());

async function begin(buckets: number, more: Partial<ConfigInput> = {}): Promise<Card> {
  const estate = {
    accounts: fixEstate.accounts.map((each) => ({
      ...each,
      buckets: names
        .slice(0, buckets)
        .map((name) => ({ name, region: "eu-west-1", tags: { team: "payments" }, publicAccessBlock: allOn })),
    })),
  };
  w = await world({
    config: { ...fixConfig, ...more },
    clouds: (now) => {
      door = memoryCloud(estate, { now });
      return [awsCloud(door)];
    },
    people: fixPeople,
    channels: fixChannels,
  });
  await w.heart.scan();
  await w.say("U3", "rollout #team-payments live --yes", "C2");
  for (const name of names.slice(0, buckets)) publicBucket(door, name);
  w.time.now += hour;
  await w.heart.scan();
  await w.settle();
  const form = await w.press("U1", pressOf(w.in("#team-payments")[0]?.card as Card, "Fix"), "C1");
  if (!form || !isForm(form)) throw new Error("no form");
  const findings = w.store
    .findings({ status: ["open"] })
    .filter(({ check }) => check === "aws.s3.bucket-is-not-publicly-readable");
  await w.submit("U1", form, { findings: findings.map(({ id }) => id).join(","), reason: "receipts moved" }, "C1");
  await w.settle();
  return asks();
}
const asks = (): Card => w.in("#sec-approvals").filter(({ thread }) => thread === undefined)[0]?.card as Card;
const text = (answer: Card | Form | undefined): string =>
  answer === undefined ? "" : isForm(answer) ? answer.title : cardText(answer);
const approveBy = async (who: string): Promise<string> => {
  const answer = text(await w.press(who, pressOf(asks(), "Approve"), "C3"));
  await w.settle();
  return answer;
};
async function fill(who: string, press: string, reason: string): Promise<string> {
  const form = await w.press(who, pressOf(asks(), press), "C3");
  if (!form || !isForm(form)) return text(form);
  const answer = text(await w.submit(who, form, { reason }, "C3"));
  await w.settle();
  return answer;
}
const request = (id = "R-1"): Request => w.store.request(id)?.request as Request;
const states = (): string[] => request().items.map(({ state }) => state);
const writes = (): string[] =>
  door.calls
    .filter(({ access }) => access === "write")
    .map(({ operation, input }) => `${operation} ${Object(input).Bucket}`);
const openBuckets = () =>
  w.store.findings({ status: ["open"], check: "aws.s3.bucket-is-not-publicly-readable" }).length;
afterEach(() => expect(verifyChain(w.store.auditRows())).toMatchObject({ ok: true }));

describe("ten buckets", () => {
  test("are one request, one approval, ten changes in order, all checked", async () => {
    const card = await begin(10);
    expect(text(card)).toContain("Tom Beck asks to block public access on 10 S3 buckets");
    expect(await approveBy("U2")).toContain("It runs now");
    expect(request().state).toBe("verified");
    expect(writes()).toEqual(names.map((name) => `${put} ${name}`));
    expect(openBuckets()).toBe(0);
    expect(text(asks())).toContain("Done and checked · public access blocked on 10 S3 buckets");
  });
});

describe("stopped after one of three", () => {
  beforeEach(async () => {
    await begin(3);
    const healed = door.fault({ operation: put, after: 1, does: denied });
    await approveBy("U2");
    healed();
    door.forgetCalls();
  });

  test("says which was not changed, and touches nothing after the first problem", () => {
    expect(states()).toEqual(["verified", "failed", "skipped"]);
    expect(text(asks())).toMatch(
      /Stopped after 1 of 3 · pay-01 was not changed[\s\S]*\[Try the rest…\] {2}\[Undo…\] {2}\[⋯ Close by hand…\]/,
    );
    expect(openBuckets()).toBe(2);
  });

  test("the rest is planned anew and needs its approvals again, from somebody who did not ask for it", async () => {
    const before = request().hash;
    expect(await fill("U3", "Try the rest", "the role has the permission now")).toContain("asks in #sec-approvals");
    expect(request()).toMatchObject({ state: "halted", approvals: [], rest: { human: "kofi" } });
    expect(request().hash).not.toBe(before);
    expect(text(asks())).toContain(
      "Waiting for approval · Kofi Mensah asks for the rest: block public access on 2 of 3 S3 buckets",
    );
    await w.settle();
    expect(writes()).toEqual([]);
    expect(await approveBy("U1")).toContain("someone else must approve");
    expect(await approveBy("U3")).toContain("someone else must approve");
    expect(writes()).toEqual([]);
    expect(await approveBy("U2")).toContain("It runs now");
    expect(writes()).toEqual([`${put} pay-01`, `${put} pay-02`]);
    expect(request().state).toBe("verified");
    expect(openBuckets()).toBe(0);
  });

  test("an approval of the first plan does not count for the rest", async () => {
    const hash = request().hash;
    await fill("U1", "Try the rest", "once more");
    expect(text(await w.say("U2", `approve R-1 ${hash}`, "C3"))).toContain("is not the plan of R-1");
    await w.settle();
    expect(writes()).toEqual([]);
  });

  test("the rest can be denied, withdrawn or run out: then it stands as it stopped, and can be asked for again", async () => {
    await fill("U1", "Try the rest", "once more");
    await fill("U2", "Deny", "not now");
    expect(states()).toEqual(["verified", "skipped", "skipped"]);
    expect(request()).toMatchObject({ state: "halted", approvals: [] });
    await fill("U1", "Try the rest", "once more");
    await w.say("U1", "cancel R-1", "C3");
    await w.settle();
    expect(request().state).toBe("halted");
    await fill("U1", "Try the rest", "once more");
    w.time.now = request().expiresAt + 1;
    await w.settle();
    expect(request()).toMatchObject({ state: "halted" });
    expect(states()).toEqual(["verified", "skipped", "skipped"]);
    expect(text(asks())).toContain("Stopped after 1 of 3");
    expect(writes()).toEqual([]);
    await fill("U1", "Try the rest", "once more");
    await approveBy("U2");
    expect(request().state).toBe("verified");
  });

  test("a crash while the rest waits, or runs, loses nothing and doubles nothing", async () => {
    await fill("U1", "Try the rest", "once more");
    w = await w.restart();
    await approveBy("U2");
    w = await w.restart();
    await w.settle();
    expect(request().state).toBe("verified");
    expect(writes()).toEqual([`${put} pay-01`, `${put} pay-02`]);
  });

  test("an undo takes back what was changed, also after the rest", async () => {
    await fill("U1", "Try the rest", "once more");
    await approveBy("U2");
    door.forgetCalls();
    await fill("U1", "Undo", "a partner reads them");
    expect(writes()).toHaveLength(3);
    expect(request()).toMatchObject({ state: "verified", undoneBy: "R-2" });
    expect(openBuckets()).toBe(3);
  });

  test("what somebody did by hand meanwhile is not done again", async () => {
    door.byHand(account).setPublicAccessBlock("pay-01", allOn);
    await fill("U1", "Try the rest", "once more");
    await approveBy("U2");
    expect(writes()).toEqual([`${put} pay-02`]);
  });

  test("a person closes it by hand, with what is true; nothing is changed and its findings stay", async () => {
    expect(text(await w.say("U5", "close R-1", "C3"))).toBe("Close R-1");
    const form = await w.say("U5", "close R-1", "C3");
    if (!form || !isForm(form)) throw new Error("no form");
    expect(text(await w.submit("U5", form, { reason: "looks fine" }, "C3"))).toContain("can close it by hand");
    expect(request().state).toBe("halted");
    expect(await fill("U2", "Close by hand", "pay-01 and pay-02 go away next week")).toContain("closed by hand");
    expect(request()).toMatchObject({ state: "closed", decided: { human: "ana" } });
    expect(openBuckets()).toBe(2);
    expect(writes()).toEqual([]);
  });
});

describe("who hears of it", () => {
  test("the first group that may approve is told once, and once more at half time, never by an edit", async () => {
    await begin(1);
    const [first] = w.in("#sec-approvals");
    expect(mentionsIn(first?.card as Card)).toEqual(["U2"]);
    const { requestedAt, expiresAt } = request();
    w.time.now = (requestedAt + expiresAt) / 2 + 1;
    await w.settle();
    await w.settle();
    const threads = w.in("#sec-approvals").filter(({ thread }) => thread !== undefined);
    expect(threads.map(({ card }) => mentionsIn(card))).toEqual([["U2"]]);
    await approveBy("U2");
    expect(mentionsIn(asks())).toEqual([]);
  });

  test("whoever takes a change back within the hour tells those who may approve it", async () => {
    await begin(1);
    await approveBy("U2");
    await fill("U1", "Undo", "a partner reads it");
    const told = w.in("#sec-approvals").filter(({ thread }) => thread !== undefined);
    expect(told.map(({ card }) => text(card))).toEqual([
      expect.stringContaining('Tom Beck takes back R-1 on pay-00: "a partner reads it"'),
    ]);
    expect(told.flatMap(({ card }) => mentionsIn(card))).toEqual(["U2"]);
  });
});

describe("so many changes an hour and account", () => {
  test("what is approved beyond waits, says until when, and goes on by itself", async () => {
    await begin(3, { limits: { changesPerHourAndAccount: 2 } });
    await approveBy("U2");
    expect(states()).toEqual(["verified", "verified", "waiting"]);
    expect(text(asks())).toMatch(/Waits until .+: 2 changes an hour are allowed in account 111122223333/);
    await w.settle();
    expect(writes()).toHaveLength(2);
    w.time.now += hour + 1;
    await w.settle();
    expect(request().state).toBe("verified");
    expect(text(asks())).not.toContain("Waits until");
  });

  test("undoing is not counted", async () => {
    await begin(2, { limits: { changesPerHourAndAccount: 2 } });
    await approveBy("U2");
    await fill("U1", "Undo", "a partner reads them");
    expect(request()).toMatchObject({ undoneBy: "R-2" });
  });
});

describe("a freeze", () => {
  test("stops approvals and what was approved, survives a restart, and only an admin ends it", async () => {
    await begin(1);
    expect(text(await w.say("U1", "freeze payments is down", "C1"))).toContain("All changes are frozen");
    w = await w.restart();
    expect(await approveBy("U2")).toContain("All changes are frozen (Tom Beck: payments is down)");
    expect(request().state).toBe("requested");
    expect(text(await w.say("U1", "unfreeze all is well", "C1"))).toContain("You may not end a freeze");
    expect(text(await w.say("U3", "unfreeze it was the network", "C1"))).toContain("Changes are possible again");
    await w.settle();
    expect(
      w
        .in("#sec-posture")
        .map(({ card }) => text(card))
        .filter((said) => said.includes("possible again")),
    ).toHaveLength(1);
    await approveBy("U2");
    expect(request().state).toBe("verified");
  });

  test("between two items: the one under way ends, the next does not begin", async () => {
    await begin(3);
    let calls = 0;
    const sleep = w.bot.looks.read;
    Object.assign(w.bot.looks, {
      read: async (...args: Parameters<typeof sleep>) => {
        if (writes().length === 1 && calls++ === 0) await w.say("U1", "freeze stop here", "C1");
        return sleep(...args);
      },
    });
    await approveBy("U2");
    expect(writes()).toEqual([`${put} pay-00`]);
    expect(states()).toEqual(["verified", "failed", "skipped"]);
    expect(text(asks())).toContain("All changes are frozen");
  });

  test("what was approved before it runs after it, planned anew; an undo within the hour is refused meanwhile", async () => {
    await begin(2);
    await approveBy("U2");
    await w.say("U3", "freeze find out first", "C1");
    expect(await fill("U1", "Undo", "a partner reads them")).toContain("All changes are frozen");
    expect(w.store.requests({ parent: "R-1" })).toEqual([]);
  });
});

describe("a freeze by the bot itself", () => {
  test("is told, blocks like any other, and what an admin acknowledged freezes nothing again", async () => {
    await begin(1);
    await freezeItself(w.bot, "chain", "the audit trail does not add up at #3: gap");
    await w.settle();
    expect(
      w
        .in("#sec-posture")
        .map(({ card }) => text(card))
        .filter((said) => said.includes("Stance froze them")),
    ).toHaveLength(1);
    expect(await approveBy("U2")).toContain(
      "All changes are frozen (Stance: the audit trail does not add up at #3: gap)",
    );
    await w.say("U3", "unfreeze looked at it, see INC-81", "C1");
    await freezeItself(w.bot, "chain", "the audit trail does not add up at #3: gap");
    expect(freezeOf(w.store)).toBeUndefined();
    await freezeItself(w.bot, "chain", "the audit trail does not add up at #9: gap");
    expect(freezeOf(w.store)).toMatchObject({ by: "stance", cause: "chain" });
  });
});

describe("a change that takes its time", () => {
  test("keeps nobody's message waiting", async () => {
    await begin(1);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    door.fault({ operation: put, does: { kind: "before", wait: () => gate } });
    await w.press("U2", pressOf(asks(), "Approve"), "C3");
    const running = w.heart.beat();
    await expect.poll(() => w.store.steps("R-1").length).toBe(1);
    await w.say("U3", "freeze wait a moment", "C1");
    void w.heart.beat();
    await expect
      .poll(() => w.in("#sec-posture").some(({ card }) => text(card).includes("All changes are frozen")))
      .toBe(true);
    expect(text(w.in("#sec-posture").at(-1)?.card)).toContain(`R-1 · ${put} on pay-00`);
    open();
    await running;
    expect(request().state).toBe("verified");
  });
});
