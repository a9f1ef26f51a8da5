import { afterEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { hour } from "#domain/time";
import { formText } from "#test/cards/as-text";
import { isForm, pressOf } from "#test/support/harness";
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

/** Mon 23 Nov 2026 09:00 in UTC is when the card was posted; HIGH may be snoozed 14 days, twice. */
describe("the story of a snooze", () => {
  test("the form, the thread, the counts, the waking", async () => {
    const it = await begin();
    const { id } = it.finding();
    const before = it.w.store.countFindings({ status: ["open"] });
    const form = await it.w.press("U1", pressOf(card(it), "Snooze…"), "C1");
    if (!isForm(form)) throw new Error(text(form));
    expect(formText(form)).toContain("longest for HIGH: 14 days");
    const answer = await it.w.submit(
      "U1",
      form,
      { until: "2026-11-30", because: "fix-planned", reason: "goes away in sprint 48", ticket: "PAY-812" },
      "C1",
    );
    await it.w.settle();
    expect(text(answer)).toContain(`${id} is snoozed until Mon 30 Nov`);
    expect(threads(it).at(-1)).toBe(
      `Tom Beck snoozed ${id} until Mon 30 Nov 10:00 · fix planned: "goes away in sprint 48", PAY-812\n[Wake]`,
    );
    expect(text(card(it))).toMatch(/^\*Closed: 1 snoozed until Mon 30 Nov 2026 · 1 S3 bucket could be read/);
    expect(it.w.store.countFindings({ status: ["open"] })).toBe(before - 1);
    expect(text(await it.w.say("U1", "summary", "C1"))).toContain("*Set aside*  1 snoozed");
    expect(text(await it.w.say("U1", "findings status=snoozed,accepted", "C1"))).toContain(
      "snoozed until Mon 30 Nov 2026 (Tom Beck)",
    );
    expect(text(await it.w.say("U1", `show ${id}`, "C1"))).toContain("Snoozed until Mon 30 Nov 2026 (Tom Beck)");
    expect(text(await it.w.say("U1", `why ${id}`, "C1"))).toContain('E-1 · because: fix planned: "goes away');
    for (const said of ["exceptions", "exceptions mine", "exceptions all"])
      expect(text(await it.w.say("U1", said, "C1"))).toMatch(
        /: 1 snoozed\*\n\*E-1\* {2}snoozed until Mon 30 Nov 2026 \(Tom Beck\)/,
      );
    expect(text(await it.w.say("U2", "exceptions mine", "C1"))).toContain("Ana Lima: nothing set aside");
    expect(text(await it.w.say("U2", "show E-1", "C1"))).toMatch(/^\*E-1 · snoozed until Mon 30 Nov 2026 · 🟧 HIGH/);
    expect(it.actions()).toEqual(expect.arrayContaining(["exception.snooze", "finding.snoozed"]));

    await it.scan();
    expect(it.finding().status).toBe("snoozed");
    await it.pass(6.9);
    const posts = it.w.in("#team-payments").filter(({ key }) => key.startsWith("G-")).length;
    await it.pass(0.5);
    expect(it.finding()).toMatchObject({ status: "open" });
    expect(it.finding().aside).toBeUndefined();
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "expired" });
    expect(it.dms("U1")).toEqual([
      `${id} woke up and is still open: S3 bucket ${bucket} can be read by anyone on the internet.\n` +
        'You snoozed it Mon 23 Nov 2026: fix planned: "goes away in sprint 48", PAY-812.\n[Fix…]  [Snooze (last time)…]',
    ]);
    // No channel post on waking but the digest; the card is edited.
    expect(it.w.in("#team-payments").filter(({ key }) => key.startsWith("G-"))).toHaveLength(posts);
    expect(text(card(it))).toContain("1 S3 bucket can be read");
    const digest = it.w.in("#team-payments").findLast(({ key }) => key.startsWith("digest:"));
    expect(text(digest?.card)).toContain(`${id} woke up and is still open`);
    expect(digestsClose(it)).toMatchObject({ open: before, moves: { woke: 1 } });
    await it.pass(3);
    expect(it.dms("U1")).toHaveLength(1);
    expect(verifyChain(it.w.store.auditRows())).toMatchObject({ ok: true });
  });

  test("twice in a row, and not a third time; once it came back, again", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-24" });
    await it.pass(2);
    await snoozed(it, { until: "2026-11-30" });
    expect(it.finding().aside?.exception).toBe("E-2");
    await it.pass(6);
    expect(it.dms("U1").at(-1)).not.toContain("Snooze");
    expect(text(await snoozed(it, { until: "2026-12-07" }))).toContain("was snoozed twice already");
    expect(it.finding().status).toBe("open");
    it.door.byHand(account).setPublicAccessBlock(bucket, allOn);
    await it.scan();
    it.door.byHand(account).setPublicAccessBlock(bucket, { ...allOn, restrictPublicBuckets: false });
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding()).toMatchObject({ status: "open", returns: 1 });
    await snoozed(it, { day: "2026-12-07" });
    expect(it.finding().status).toBe("snoozed");
  });

  test("a longer snooze takes the place of a shorter one", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-24" });
    await snoozed(it, { until: "2026-11-30" });
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "replaced" });
    await it.pass(2);
    expect(it.finding().status).toBe("snoozed");
    expect(it.dms("U1")).toEqual([]);
    digestsClose(it);
  });

  test("woken by hand, by whoever may: open at once, and nobody is told twice", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-30" });
    const wake = pressOf(it.w.in("#team-payments").findLast(({ thread }) => thread)?.card ?? card(it), "Wake");
    expect(text(await it.w.press("U4", wake, "C1"))).toContain("Guests");
    expect(it.finding().status).toBe("snoozed");
    expect(text(await it.w.press("U2", wake, "C1"))).toContain("E-1 ended");
    await it.w.settle();
    expect(it.finding().status).toBe("open");
    expect(threads(it).at(-1)).toMatch(/^Ana Lima ended E-1: F-\S+ is open again\.$/);
    expect(text(await it.w.press("U2", wake, "C1"))).toContain("has ended already");
    await it.pass(9);
    expect(it.dms("U1")).toEqual([]);
    digestsClose(it);
  });

  test("fixed while it sleeps: closed, its snooze with it, and no message", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-30" });
    it.door.byHand(account).setPublicAccessBlock(bucket, allOn);
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("resolved");
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "fixed" });
    await it.pass(9);
    expect(it.dms("U1")).toEqual([]);
    digestsClose(it);
  });

  test("worse while it sleeps: open at once, told as news, ended for good", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-30" });
    it.door.byHand(account).putBucketPolicy(bucket, {
      Version: "2012-10-17",
      Statement: [
        { Sid: "one", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` },
        { Sid: "two", Effect: "Allow", Principal: "*", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucket}` },
      ],
    });
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("open");
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "worse" });
    expect(it.w.store.events({ fingerprint: it.finding().fingerprint }).map(({ kind }) => kind)).toEqual([
      "new",
      "snoozed",
      "woke",
      "worse",
    ]);
    // The old card was closed: a new one continues it.
    expect(text(card(it))).toContain("1 S3 bucket can be read");
    expect(it.w.in("#team-payments").some(({ card: said }) => text(said).includes("continues here"))).toBe(true);
    await it.pass(9);
    expect(it.dms("U1")).toEqual([]);
    digestsClose(it);
  });

  test("better while it sleeps: it sleeps on", async () => {
    const it = await begin();
    it.door.byHand(account).putBucketPolicy(bucket, {
      Version: "2012-10-17",
      Statement: [
        { Sid: "one", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` },
        { Sid: "two", Effect: "Allow", Principal: "*", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${bucket}` },
      ],
    });
    await it.scan();
    await snoozed(it, { until: "2026-11-30" });
    it.door.byHand(account).putBucketPolicy(bucket, {
      Version: "2012-10-17",
      Statement: [
        { Sid: "one", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` },
      ],
    });
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("snoozed");
  });

  test("a bucket of the same name is another bucket: it is not asleep", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-30" });
    const gone = it.door.snapshot().accounts[0]?.buckets?.find(({ name }) => name === bucket);
    it.door
      .byHand(account)
      .edit((spec) => ({ ...spec, buckets: spec.buckets?.filter(({ name }) => name !== bucket) ?? [] }));
    it.w.time.now += hour;
    await it.scan();
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "gone" });
    it.door.byHand(account).edit((spec) => ({ ...spec, buckets: [...(spec.buckets ?? []), ...(gone ? [gone] : [])] }));
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding()).toMatchObject({ status: "open", returns: 1 });
  });

  test("a restart in the middle, and one after the day: it wakes once", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-24" });
    await it.restart();
    expect(it.finding().status).toBe("snoozed");
    it.w.time.now += 30 * hour;
    await it.restart();
    expect(it.finding().status).toBe("open");
    expect(it.dms("U1")).toHaveLength(1);
    await it.restart();
    expect(it.dms("U1")).toHaveLength(1);
  });
});

describe("what nobody may snooze", () => {
  const attempts: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ["longer than is allowed", { day: "2026-12-08" }, /too long for HIGH: 2026-12-07 at the latest/],
    ["until yesterday", { day: "2026-11-22" }, /is over/],
    ["until this morning", { day: "2026-11-23" }, /is over/],
    ["until a day that is none", { day: "2026-02-31" }, /is no day/],
    ["for no reason we know", { until: "2026-11-30", because: "false-positive" }, /Choose why/],
  ];
  test.each(attempts)("%s", async (_, values, said) => {
    const it = await begin();
    expect(text(await snoozed(it, values))).toMatch(said);
    expect(it.finding().status).toBe("open");
    expect(it.actions().at(-1)).toBe("refused");
  });

  test("without a reason, without an end: the form is not taken", async () => {
    const it = await begin();
    await expect(snoozed(it, { until: "2026-11-30", because: "" })).rejects.toThrow("Choose why");
    await expect(snoozed(it, { until: "" })).rejects.toThrow("Say until when");
  });

  test("guests and strangers: nothing; a form that was not offered: nothing", async () => {
    const it = await begin();
    expect(text(await it.w.say("U4", `snooze ${it.finding().id}`, "C1"))).toContain("Guests");
    const other = it.w.store.findings({ topic: "bucket-block" })[0];
    const form = { title: "", submit: "", state: "snooze G-01", parts: [] };
    const values = { findings: other?.id ?? "", until: "2026-11-30", because: "waiting" };
    await it.w.submit("U1", form, values, "C1");
    expect(it.w.store.exceptions({})).toEqual([]);
  });

  test("what is fixed, and what is not there", async () => {
    const it = await begin();
    it.door.byHand(account).setPublicAccessBlock(bucket, allOn);
    it.w.time.now += hour;
    await it.scan();
    expect(text(await it.w.say("U1", `snooze ${it.finding().id}`, "C1"))).toContain("is not open any more");
    expect(text(await it.w.say("U1", "snooze F-zzzz", "C1"))).toContain("There is no");
    expect(text(await it.w.say("U1", "unsnooze E-9", "C1"))).toContain("There is no");
  });

  test("two at once: one of them, also where the database is busy", async () => {
    const it = await begin({ store: busy });
    const form = await it.w.say("U1", `snooze ${it.finding().id}`, "C1");
    if (!isForm(form)) throw new Error(text(form));
    const values = { until: "2026-11-30", because: "waiting" };
    await Promise.all([it.w.submit("U1", form, values, "C1"), it.w.submit("U2", form, values, "C1")]);
    const open = it.w.store.exceptions({ open: true });
    expect(open).toHaveLength(1);
    expect(it.finding().aside?.exception).toBe(open[0]?.id);
  });
});

describe("hostile words", () => {
  test.each(["<!channel> @here", "*bold* `x`", "‮evil", "=1+1", "😀".repeat(120)])(
    "in note and ticket: %s",
    async (words) => {
      const it = await begin();
      await snoozed(it, { until: "2026-11-30", reason: words, ticket: words.slice(0, 60) });
      expect(it.finding().status).toBe("snoozed");
      expect(threads(it).at(-1)).toContain(words.slice(0, 10));
      expect(it.actions()).toContain("exception.snooze");
      // Free text is not in the chain.
      for (const { body } of it.w.store.auditRows()) expect(body).not.toContain(words.slice(0, 8));
    },
  );

  test("a note is not told where guests read", async () => {
    const it = await begin({ guests: true });
    await snoozed(it, { until: "2026-11-30", reason: "pay-receipts-eu is an old one" });
    const said = it.w
      .in("#team-payments")
      .map(({ card: each }) => text(each))
      .join("\n");
    expect(said).toContain("Tom Beck snoozed");
    expect(said).not.toContain("pay-receipts-eu");
    expect(said).not.toContain("PAY-812");
  });
});

test("several of a card in one snooze: each wakes, is fixed or gets worse by itself", async () => {
  const it = await begin();
  const { publicBucket } = await import("#test/support/fix-story");
  publicBucket(it.door, "pay-exports");
  it.w.time.now += hour;
  await it.scan();
  const group = it.w.store.groups({ topic: "public-bucket" })[0];
  const answer = await fill(it, "U1", `snooze ${group?.id}`, { until: "2026-11-30", because: "waiting" });
  expect(text(answer)).toMatch(/^F-\S+ and F-\S+ are snoozed/);
  expect(text(card(it))).toContain("Closed: 2 snoozed until Mon 30 Nov 2026 · 2 S3 buckets");
  it.door.byHand(account).setPublicAccessBlock("pay-exports", allOn);
  it.w.time.now += hour;
  await it.scan();
  expect(text(card(it))).toContain("Closed: 1 fixed, 1 snoozed until");
  expect(it.w.store.exception("E-1")?.exception.ended).toBeUndefined();
  await it.pass(8);
  expect(it.finding().status).toBe("open");
  expect(
    it.w.store
      .exception("E-1")
      ?.exception.members.map(({ left }) => left?.how)
      .sort(),
  ).toEqual(["expired", "fixed"]);
  digestsClose(it);
});
