import { afterEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import type { ConfigInput } from "#config/schema";
import { day, hour } from "#domain/time";
import { formText } from "#test/cards/as-text";
import { fixConfig } from "#test/support/fix-story";
import { isForm, person, pressOf } from "#test/support/harness";
import type { Aside } from "#test/support/set-aside";
import {
  account,
  allOn,
  begin,
  bucket,
  busy,
  card,
  closeAside,
  digestsClose,
  fill,
  snoozed,
  text,
  threads,
} from "#test/support/set-aside";

afterEach(closeAside);

const reason = "public product images, no customer data, DPIA 31";
const ask = (it: Aside, values: Readonly<Record<string, string>> = {}, who = "U1", id = it.finding().id) =>
  fill(it, who, `accept ${id}`, { because: "meant-to-be", reason, ticket: "PAY-640", day: "2027-02-19", ...values });
const approval = ({ w }: Aside) => {
  const found = w.in("#sec-approvals").findLast(({ thread }) => thread === undefined)?.card;
  if (!found) throw new Error("nobody was asked");
  return found;
};
const approve = async (it: Aside, who: string) => {
  const answer = text(await it.w.press(who, pressOf(approval(it), "Approve"), "C3"));
  await it.w.settle();
  return answer;
};
const statements = (...actions: readonly string[]) => ({
  Version: "2012-10-17",
  Statement: actions.map((Action, n) => ({
    Sid: `s${n}`,
    Effect: "Allow",
    Principal: "*",
    Action,
    Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  })),
});

describe("the story of an acceptance", () => {
  test("HIGH takes somebody else; the words, the counts, the end", async () => {
    const it = await begin();
    const { id } = it.finding();
    const before = it.w.store.countFindings({ status: ["open"] });
    const form = await it.w.press("U1", pressOf(card(it), "Accept risk…"), "C1");
    if (!isForm(form)) throw new Error(text(form));
    expect(formText(form)).toContain("Longest for HIGH: 90 days");
    expect(formText(form)).toContain("1 person from @payments-leads or @cloud-sec, not you");
    const answer = await it.w.submit(
      "U1",
      form,
      { because: "meant-to-be", reason, ticket: "PAY-640", day: "2027-02-19" },
      "C1",
    );
    await it.w.settle();
    expect(text(answer)).toContain(
      "R-1 asks in #sec-approvals to accept the risk of 1 S3 bucket until Fri 19 Feb 2027",
    );
    expect(text(approval(it)).split("\n")).toEqual([
      "*R-1 · Waiting for approval · Tom Beck asks to accept the risk of 1 S3 bucket until Fri 19 Feb 2027*",
      "For 🟧 HIGH · can be read by anyone on the internet · G-01 · Owner Payments · prod · payments-prod 111122223333",
      `What changes  nothing in the cloud. ${id} leaves the open list and is reported as "risk accepted".`,
      `\`${id}\`  *${bucket}*  eu-west-1 · policy lets everyone read`,
      `Because  meant to be so: "${reason}" · PAY-640`,
      "Ends  Fri 19 Feb 10:00; earlier, at once, if it gets worse than it is now",
      expect.stringMatching(/^Needs 1 approval from @payments-leads \(Ana Lima\) or @cloud-sec, not Tom\. Ends /),
      "[Approve until 19 Feb]  [Deny…]  [⋯ Open G-01]",
      expect.stringMatching(/^R-1 · state read Mon 23 Nov/),
    ]);
    expect(it.finding().status).toBe("open");

    expect(await approve(it, "U1")).toContain("someone else must approve it");
    expect(await approve(it, "U4")).toContain("Guests");
    expect(await approve(it, "U5")).toContain("You may not approve");
    expect(it.finding().status).toBe("open");
    expect(await approve(it, "U2")).toBe("You approved R-1: the risk is accepted as E-1.");
    expect(it.finding()).toMatchObject({ status: "accepted", aside: { exception: "E-1", by: "tom" } });
    expect(it.w.store.exception("E-1")?.exception).toMatchObject({ request: "R-1", by: "tom", approvedBy: ["ana"] });
    const done = text(approval(it));
    expect(done).toMatch(/^\*R-1 · Approved \(risk accepted\) · pay-receipts-eu until Fri 19 Feb 2027\*/);
    expect(done).toMatch(/Tom Beck asked .* · Ana Lima approved .*E-1\n\[End now…\]/s);
    expect(threads(it).at(-1)).toContain("Approved (risk accepted)");
    expect(text(card(it))).toMatch(/^\*Closed: 1 risk accepted until Fri 19 Feb 2027 · 1 S3 bucket could be read/);
    expect(it.w.store.countFindings({ status: ["open"] })).toBe(before - 1);
    expect(it.door.calls.some(({ access }) => access === "write")).toBe(false);
    expect(text(await it.w.say("U1", "summary", "C1"))).toContain("*Set aside*  1 risk accepted");
    expect(text(await it.w.say("U2", "exceptions mine", "C1"))).toContain(
      "risk accepted until Fri 19 Feb 2027 (Tom Beck)",
    );

    await it.scan();
    expect(it.finding().status).toBe("accepted");
    it.w.time.now = Date.parse("2027-02-05T08:00:00Z");
    await it.pass(0.5);
    expect(it.dms("U1")).toHaveLength(1);
    expect(it.dms("U2")[0]).toContain(`E-1 ends Fri 19 Feb 10:00: then ${id} is open again.`);
    expect(text(it.w.in("#team-payments").findLast(({ key }) => key.startsWith("digest:"))?.card)).toContain(
      `E-1 (risk accepted, S3 bucket ${bucket} can be read by anyone on the internet) ends Fri 19 Feb 2027`,
    );
    expect(text(await it.w.say("U1", "summary", "C1"))).toContain("E-1 (risk accepted) ends Fri 19 Feb 2027");
    await it.pass(12);
    expect(it.dms("U1")).toHaveLength(2);
    await it.pass(2);
    expect(it.finding().status).toBe("open");
    expect(it.dms("U1")).toHaveLength(3);
    expect(it.dms("U2").at(-1)).toContain(`E-1 ended: ${id} is open again`);
    expect(text(it.w.in("#team-payments").findLast(({ key }) => key.startsWith("digest:"))?.card)).toContain(
      `E-1 ended: ${bucket} is open again (${id})`,
    );
    expect(text(approval(it))).toMatch(/E-1 ended Fri 19 Feb 2027 \(its day came\)/);
    expect(text(approval(it))).not.toContain("End now");
    expect(digestsClose(it)).toMatchObject({ open: before });
    expect(text(await it.w.say("U3", "audit E-1", "C1"))).toMatch(
      /exception\.expired.*exception\.warned.*exception\.acceptance/s,
    );
    expect(verifyChain(it.w.store.auditRows())).toMatchObject({ ok: true });
  });

  test("denied, withdrawn, expired: nothing happened, and it can be asked again", async () => {
    const it = await begin();
    await ask(it);
    await fill(it, "U2", "deny R-1", { reason: "sign the links instead" });
    expect(text(approval(it))).toContain("R-1 · Denied");
    await ask(it);
    await it.w.say("U1", "cancel R-2", "C1");
    await it.w.settle();
    expect(text(approval(it))).toContain("R-2 · Withdrawn");
    await ask(it);
    const late = pressOf(approval(it), "Approve");
    await it.pass(3);
    expect(text(approval(it))).toContain("R-3 · Expired, nothing happened");
    expect(text(await it.w.press("U2", late, "C3"))).toMatch(/Nothing was done|ended/);
    expect(it.finding().status).toBe("open");
    expect(it.w.store.exceptions({})).toEqual([]);
  });

  test("two different people where the policy says so", async () => {
    const it = await begin({ config: { policies: [{ approvers: ["payments-leads", "cloud-sec"], need: 2 }] } });
    await ask(it, {}, "U5");
    await approve(it, "U2");
    expect(await approve(it, "U2")).toMatch(/already/);
    expect(it.finding().status).toBe("open");
    // Whoever approved first has left since: their word is gone, and it is not enough any more.
    it.w.people.set("U2", person("U2", "Ana Lima", { kind: "deactivated" }));
    expect(await approve(it, "U3")).toContain("does not count any more");
    expect(it.finding().status).toBe("open");
    await approve(it, "U3");
    expect(it.finding().status).toBe("open");
    await approve(it, "U1");
    expect(it.finding().status).toBe("accepted");
    expect(it.w.store.exception("E-1")?.exception.approvedBy).toEqual(["kofi", "tom"]);
  });

  test("MEDIUM and LOW: the owner's own people bear it alone, and it is written down", async () => {
    const it = await begin();
    const low = it.w.store.findings({ topic: "bucket-block", status: ["open"] })[0];
    const answer = await ask(it, { day: "2027-11-01" }, "U1", low?.id);
    expect(text(answer)).toContain("E-1: the risk of 1 finding is accepted until Mon 1 Nov");
    expect(it.w.store.finding(low?.id ?? "")?.status).toBe("accepted");
    expect(it.w.store.request("R-1")?.request).toMatchObject({ state: "verified", need: 0, approvals: [] });
    expect(text(approval(it))).toContain("R-1 · Approved (risk accepted)");
    expect(it.actions()).toEqual(expect.arrayContaining(["request.ask", "exception.acceptance", "finding.accepted"]));
    digestsClose(it);
  });

  const others: readonly (readonly [string, Partial<ConfigInput>, string])[] = [
    ["somebody of another team", {}, "U5"],
    ["where the configuration wants somebody else in any case", { limits: { acceptAlone: [] } }, "U1"],
    ["a team that only a tag names", { accounts: [{ id: account, name: "payments-prod", environment: "prod" }] }, "U1"],
  ];
  test.each(others)("not alone: %s", async (_, config, who) => {
    const it = await begin({ config });
    const low = it.w.store.findings({ topic: "bucket-block", status: ["open"] })[0];
    await ask(it, {}, who, low?.id);
    expect(it.w.store.request("R-1")?.request.state).toBe("requested");
    expect(it.w.store.finding(low?.id ?? "")?.status).toBe("open");
  });
});

describe("an acceptance ends", () => {
  async function accepted(): Promise<Aside> {
    const it = await begin();
    await ask(it);
    await approve(it, "U2");
    expect(it.finding().status).toBe("accepted");
    return it;
  }

  test("at once when it got worse, which is news", async () => {
    const it = await accepted();
    const cards = it.w.in("#team-payments").filter(({ key }) => /^G-\w+\/\d+$/.test(key)).length;
    it.door.byHand(account).putBucketPolicy(bucket, statements("s3:GetObject", "s3:PutObject"));
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("open");
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "worse" });
    expect(it.w.in("#team-payments").filter(({ key }) => /^G-\w+\/\d+$/.test(key))).toHaveLength(cards + 1);
    expect(text(approval(it))).toContain("E-1 ended Mon 23 Nov 2026 (it got worse)");
    digestsClose(it);
  });

  test("not when it got better, nor when it is again as it was when it was accepted", async () => {
    const it = await begin();
    it.door.byHand(account).putBucketPolicy(bucket, statements("s3:GetObject", "s3:ListBucket"));
    await it.scan();
    await ask(it);
    await approve(it, "U2");
    it.door.byHand(account).putBucketPolicy(bucket, statements("s3:GetObject"));
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("accepted");
    it.door.byHand(account).putBucketPolicy(bucket, statements("s3:GetObject", "s3:ListBucket"));
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("accepted");
  });

  test("when it is fixed, by hand or by a request that it does not stand in the way of", async () => {
    const it = await accepted();
    expect(text(await it.w.say("U1", `fix ${it.finding().id}`, "C1"))).not.toContain("R-1 works on it");
    it.door.byHand(account).setPublicAccessBlock(bucket, allOn);
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("resolved");
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "fixed" });
    it.door.byHand(account).setPublicAccessBlock(bucket, { ...allOn, restrictPublicBuckets: false });
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding()).toMatchObject({ status: "open", returns: 1 });
    digestsClose(it);
  });

  test("by whoever asked, agreed, or is an admin, with a reason; by nobody else", async () => {
    const it = await accepted();
    expect(text(await it.w.say("U5", "revoke E-1", "C1"))).toContain("It takes Tom Beck or Ana Lima, or an admin.");
    const forged = { title: "", submit: "", state: "revoke E-1", parts: [] };
    await it.w.submit("U5", forged, { reason: "because I can" }, "C1");
    expect(text(await it.w.say("U1", "unsnooze E-1", "C1"))).toContain("revoke E-1");
    expect(it.finding().status).toBe("accepted");
    const form = await it.w.press("U3", pressOf(approval(it), "End now…"), "C3");
    if (!isForm(form)) throw new Error(text(form));
    expect(text(await it.w.submit("U3", form, { reason: "it is used for receipts again" }, "C3"))).toContain(
      "E-1 ended",
    );
    await it.w.settle();
    expect(it.finding().status).toBe("open");
    expect(text(approval(it))).toContain("E-1 ended Mon 23 Nov 2026 (ended early)");
    expect(text(await it.w.say("U3", "revoke E-1", "C1"))).toContain("has ended already");
    digestsClose(it);
  });

  test("when another one takes its place; a snooze does, too", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-30" });
    await ask(it);
    await approve(it, "U2");
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "replaced" });
    expect(text(await snoozed(it, { until: "2026-11-30" }))).toContain("accepted already (E-2)");
    it.w.time.now += day;
    await ask(it);
    expect(text(approval(it))).toContain("Earlier acceptances  1");
    await approve(it, "U2");
    expect(it.finding().aside?.exception).toBe("E-3");
    expect(it.w.store.exceptions({ open: true }).map(({ id }) => id)).toEqual(["E-3"]);
    await it.pass(8);
    expect(it.finding().status).toBe("accepted");
    digestsClose(it);
  });

  test("also over a restart in the middle, once", async () => {
    const it = await accepted();
    await it.restart();
    expect(it.finding().status).toBe("accepted");
    it.w.time.now = Date.parse("2027-02-20T09:00:00Z");
    await it.restart();
    expect(it.finding().status).toBe("open");
    expect(it.dms("U1").filter((said) => said.includes("ended"))).toHaveLength(1);
    await it.restart();
    expect(it.dms("U1").filter((said) => said.includes("ended"))).toHaveLength(1);
  });
});

describe("what is not as it was asked for", () => {
  const changes: readonly (readonly [string, (it: Aside) => unknown, RegExp])[] = [
    [
      "worse, and no scan has seen it",
      ({ door }) => door.byHand(account).putBucketPolicy(bucket, statements("s3:GetObject", "s3:PutObject")),
      /Since it was asked for, pay-receipts-eu got worse/,
    ],
    [
      "fixed, and no scan has seen it",
      ({ door }) => door.byHand(account).setPublicAccessBlock(bucket, allOn),
      /fixed or gone/,
    ],
    ["gone", ({ door }) => door.byHand(account).edit((spec) => ({ ...spec, buckets: [] })), /fixed or gone/],
  ];
  test.each(changes)("%s: out of date, nothing happened", async (_, change, why) => {
    const it = await begin();
    await ask(it);
    change(it);
    expect(await approve(it, "U2")).toContain("Out of date, nothing happened");
    expect(text(approval(it))).toMatch(why);
    expect(it.finding().status).not.toBe("accepted");
    expect(it.w.store.exceptions({})).toEqual([]);
    expect(it.actions()).toContain("request.supersede");
  });

  test("not readable just now: nothing, and it still waits", async () => {
    const it = await begin();
    await ask(it);
    it.door.byHand(account).edit((spec) => ({ ...spec, denials: [{ operation: "s3:GetBucketPolicy" }] }));
    expect(await approve(it, "U2")).toContain("could not be read just now");
    expect(it.w.store.request("R-1")?.request.state).toBe("requested");
    it.door.byHand(account).edit((spec) => ({ ...spec, denials: [] }));
    await approve(it, "U2");
    expect(it.finding().status).toBe("accepted");
  });

  test("fixed by a scan while it waits, and the click comes with it", async () => {
    const it = await begin();
    await ask(it);
    const press = pressOf(approval(it), "Approve");
    it.door.byHand(account).setPublicAccessBlock(bucket, allOn);
    it.w.time.now += hour;
    await Promise.all([it.w.heart.scan(), it.w.press("U2", press, "C3")]);
    await it.w.settle();
    expect(it.finding().status).toBe("resolved");
    expect(it.w.store.exceptions({ open: true })).toEqual([]);
  });
});

describe("ways around it", () => {
  const refused: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ["an end that is too far", { day: "2027-02-22" }, /too long for HIGH: 2027-02-21 at the latest/],
    ["an end that is over", { day: "2026-11-22" }, /is over/],
    ["no such day", { day: "2027-02-30" }, /is no day/],
    ["a reason that is none of ours", { because: "false-positive" }, /Choose why/],
  ];
  test.each(refused)("%s", async (_, values, said) => {
    const it = await begin();
    expect(text(await ask(it, values))).toMatch(said);
    expect(it.w.store.requests({})).toEqual([]);
    expect(it.actions().at(-1)).toBe("refused");
  });
  test("too few words: the form is not taken, and a forged one neither", async () => {
    const it = await begin();
    await expect(ask(it, { reason: "it is fine ............" })).rejects.toThrow("20 letters");
    await expect(ask(it, { day: "" })).rejects.toThrow("Say until when");
  });

  test("somebody with the requester's address approves nothing; the requester by text neither", async () => {
    const it = await begin({
      config: { people: { ...fixConfig.people, tom: { ...fixConfig.people.tom, email: "tom@example.com" } } },
    });
    await ask(it);
    const hash = it.w.store.request("R-1")?.request.hash ?? "";
    it.w.people.set("U9", person("U9", "Tom Twin", { email: "tom@example.com" }));
    expect(await approve(it, "U9")).toContain("may do nothing");
    expect(text(await it.w.say("U1", `approve R-1 ${hash}`, "C3"))).toContain("someone else must approve it");
    expect(it.finding().status).toBe("open");
  });

  test("the hash of another request, or of another end, approves nothing", async () => {
    const it = await begin();
    await ask(it, { day: "2027-01-01" });
    const old = it.w.store.request("R-1")?.request.hash ?? "";
    await it.w.say("U1", "cancel R-1", "C1");
    await ask(it);
    expect(it.w.store.request("R-2")?.request.hash).not.toBe(old);
    expect(text(await it.w.say("U2", `approve R-2 ${old}`, "C3"))).toContain("is not the plan of R-2");
    expect(it.finding().status).toBe("open");
    const now = it.w.store.request("R-2")?.request.hash ?? "";
    await it.w.say("U2", `approve R-2 ${now.slice(0, 8)}`, "C3");
    expect(it.finding().status).toBe("accepted");
  });

  test("the hash holds the evidence, the kind of reason and the ticket, too", async () => {
    const it = await begin();
    const hashes = new Set<string>();
    const again = async (values: Readonly<Record<string, string>> = {}): Promise<void> => {
      await ask(it, values);
      const request = it.w.store.requests({ state: ["requested"] })[0];
      hashes.add(request?.hash ?? "");
      await it.w.say("U1", `cancel ${request?.id}`, "C1");
    };
    await again();
    await again();
    expect(hashes.size).toBe(1);
    await again({ ticket: "PAY-641" });
    await again({ because: "not-worth-fixing" });
    await again({ reason: `${reason} and more` });
    expect(hashes.size).toBe(4);
    it.door.byHand(account).putBucketPolicy(bucket, statements("s3:ListBucket"));
    await it.scan();
    await again();
    expect(hashes.size).toBe(5);
  });

  test("a click while somebody snoozes it, where the database is busy: one of the two", async () => {
    const it = await begin({ store: busy });
    await ask(it);
    const press = pressOf(approval(it), "Approve");
    const form = await it.w.say("U1", `snooze ${it.finding().id}`, "C1");
    if (!isForm(form)) throw new Error(text(form));
    const values = { until: "2026-11-30", because: "waiting" };
    await Promise.all([it.w.press("U2", press, "C3"), it.w.submit("U1", form, values, "C1")]);
    await it.w.settle();
    const held = it.w.store.exceptions({ open: true });
    expect(held.map(({ id }) => id)).toEqual([it.finding().aside?.exception]);
    expect(it.w.store.request("R-1")?.request.state === "verified").toBe(held[0]?.kind === "acceptance");
  });

  test("a finding of the form's own choice; a second request for the same; a click twice", async () => {
    const it = await begin();
    const other = it.w.store.findings({ topic: "bucket-block" })[0];
    const form = { title: "", submit: "", state: `accept ${it.finding().id}`, parts: [] };
    const values = { findings: other?.id ?? "", because: "meant-to-be", reason, day: "2027-02-19" };
    await it.w.submit("U1", form, values, "C1");
    expect(it.w.store.requests({})).toEqual([]);
    await ask(it);
    expect(text(await ask(it, {}, "U5"))).toContain("R-1 already asks to accept the risk");
    const press = pressOf(approval(it), "Approve");
    await Promise.all([it.w.press("U2", press, "C3"), it.w.press("U2", press, "C3"), it.w.press("U3", press, "C3")]);
    expect(it.w.store.exceptions({})).toHaveLength(1);
  });

  test("nobody may approve: it cannot even be asked for", async () => {
    const it = await begin({ config: { policies: [{ environment: ["staging"], approvers: ["payments-leads"] }] } });
    expect(text(await ask(it))).toContain("so nobody may");
    expect(it.w.store.requests({})).toEqual([]);
  });

  test("a policy that changed since: who may approve it is another one", async () => {
    const it = await begin();
    await ask(it);
    Object.assign(it.w.bot.config, { policies: [{ approvers: ["cloud-sec"], need: 1 }] });
    await approve(it, "U3");
    expect(text(approval(it))).toContain("Who may approve it has changed");
    expect(it.finding().status).toBe("open");
  });

  test.each([
    "<!channel> @here <@U1> everybody look at this",
    "*bold* `code` ~struck~ and more of that",
    "‮evil evil evil evil evil ev",
  ])("hostile words: %s", async (words) => {
    const it = await begin();
    await ask(it, { reason: words, ticket: words });
    expect(text(approval(it))).toContain(words);
    await approve(it, "U2");
    expect(it.finding().status).toBe("accepted");
    for (const { body } of it.w.store.auditRows()) expect(body).not.toContain(words.slice(0, 12));
  });
});
