import { afterEach, describe, expect, test } from "vitest";
import type { Cloud } from "#cloud/cloud";
import { hour } from "#domain/time";
import { formText } from "#test/cards/as-text";
import { isForm } from "#test/support/harness";
import { account, begin, bucket, card, closeAside, digestsClose, fill, snoozed, text } from "#test/support/set-aside";

afterEach(closeAside);

const reason = "the account went to another company";

describe("what cannot be checked any more", () => {
  test("stays on the list by itself, and leaves it by an admin's word, with a reason", async () => {
    const it = await begin();
    const { id } = it.finding();
    it.door.byHand(account).edit((spec) => ({ ...spec, denials: [{ operation: "s3:GetBucketPolicy" }] }));
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding()).toMatchObject({ status: "open", uncheckedSince: expect.any(Number) });
    await it.pass(30);
    expect(it.finding().status).toBe("open");

    expect(text(await it.w.say("U2", `retire ${id}`, "C1"))).toContain("You may not take findings off the list");
    const form = await it.w.say("U3", `retire ${id}`, "C1");
    if (!isForm(form)) throw new Error(text(form));
    expect(formText(form)).toContain("1 finding not checked since Mon 23 Nov");
    await it.w.submit("U2", form, { reason }, "C1");
    expect(it.finding().status).toBe("open");
    await expect(it.w.submit("U3", form, { reason: "" }, "C1")).rejects.toThrow("why");
    expect(text(await it.w.submit("U3", form, { reason }, "C1"))).toContain("1 finding taken off the list");
    await it.w.settle();
    expect(it.finding()).toMatchObject({ status: "retired", closed: { how: "retired" } });
    expect(text(card(it))).toContain("Closed: 1 taken off the list by hand");
    expect(it.actions()).toContain("finding.retired");
    expect(text(await it.w.say("U3", `retire ${id}`, "C1"))).toContain("is not on the list any more");
    await it.pass(2);
    digestsClose(it);

    it.door.byHand(account).edit((spec) => ({ ...spec, denials: [] }));
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding()).toMatchObject({ status: "open", returns: 1 });
  });

  test("what is still checked is not to be retired", async () => {
    const it = await begin();
    expect(text(await it.w.say("U3", `retire ${it.finding().id}`, "C1"))).toContain(
      "is still checked, and it still fails",
    );
    const forged = { title: "", submit: "", state: `retire account=${account}`, parts: [] };
    expect(text(await it.w.submit("U3", forged, { reason }, "C1"))).toContain("is still checked");
    expect(it.w.store.countFindings({ status: ["retired"] })).toBe(0);
    expect(it.actions().at(-1)).toBe("refused");
  });

  test("a whole account that left the configuration, with what was snoozed in it", async () => {
    const it = await begin();
    await snoozed(it, { until: "2026-11-30" });
    const [cloud] = it.w.bot.clouds;
    if (!cloud) throw new Error("no cloud");
    const without: Cloud = { ...cloud, accounts: async () => [] };
    Object.assign(it.w.bot, { clouds: [without] });
    it.w.time.now += hour;
    await it.scan();
    expect(it.finding().status).toBe("snoozed");
    const all = it.w.store.countFindings({ account });
    expect(text(await fill(it, "U3", "retire account=payments-prod", { reason }))).toContain(
      `${all} findings taken off`,
    );
    expect(it.w.store.countFindings({ account, status: ["retired"] })).toBe(all);
    expect(it.w.store.exception("E-1")?.exception.ended).toMatchObject({ how: "retired" });
    await it.pass(9);
    expect(it.dms("U1")).toEqual([]);
    expect(digestsClose(it)).toMatchObject({ open: 0 });
    expect(bucket).toBe(it.finding().asset.name);
  });

  test("no such account, no such id", async () => {
    const it = await begin();
    expect(text(await it.w.say("U3", "retire account=nowhere", "C1"))).toContain("There is no");
    expect(text(await it.w.say("U3", "retire G-zz", "C1"))).toContain("There is no");
  });
});
