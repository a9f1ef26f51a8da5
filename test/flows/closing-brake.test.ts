import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checks as allChecks } from "#checks";
import type { Cloud } from "#cloud/cloud";
import type { Card } from "#domain/card";
import { cardText } from "#test/cards/as-text";
import type { Company, Thing } from "#test/support/company";
import { accountId, company, companyChannels, companyConfig, companyPeople, dice } from "#test/support/company";
import type { World } from "#test/support/harness";
import { pressOf, world } from "#test/support/harness";

describe("closing too much at once", () => {
  const region = "eu-west-1";
  const account = accountId(0);
  let it: Company;
  let w: World;
  /** Says 200 and lists nothing; reads by name still find everything. */
  let hollow = false;

  beforeEach(async () => {
    hollow = false;
    it = company(dice(7));
    it.accounts.push({ cloud: "aws", id: account, name: "account-0", state: "active" });
    const others = allChecks.filter(({ id }) => id !== "aws.ec2.volume-is-encrypted").map(({ id }) => id);
    w = await world({
      config: companyConfig(1, 1, others),
      clouds: () => [withHollowLists(it.cloud)],
      people: companyPeople(1),
      channels: companyChannels(1),
    });
  });
  afterEach(() => w.close());

  const withHollowLists = (cloud: Cloud): Cloud => ({
    ...cloud,
    async open(of) {
      const session = await cloud.open(of);
      return {
        ...session,
        async *list(type, place, only) {
          if (only || !hollow) yield* session.list(type, place, only);
        },
      };
    },
  });
  const volumes = (n: number, place = region): readonly Thing[] =>
    Array.from({ length: n }, () =>
      it.add({ kind: "aws.ec2.volume", account, region: place, tags: {}, wrong: new Set(["volume-is-encrypted"]) }),
    );
  const cure = (things: readonly Thing[]): void => {
    for (const thing of things) thing.wrong = new Set();
  };
  const scanAgain = async (): Promise<void> => {
    w.time.now += 3_600_000;
    await w.heart.scan();
    await w.settle();
  };
  const open = (): number => w.store.countFindings({ status: ["open"] });
  const notices = () => w.in("#sec-posture").filter(({ key }) => key.startsWith("closing:"));

  test("more than 20 and more than 30 %: nothing closes until an admin says so", async () => {
    const all = volumes(100);
    await scanAgain();
    cure(all.slice(0, 40));
    await scanAgain();
    expect(open()).toBe(100);
    expect(notices()).toHaveLength(1);
    const card = notices()[0]?.card as Card;
    expect(cardText(card)).toContain("would close 40 of 100 open findings");
    await w.press("UP1", pressOf(card, "Close 40"), "CADMIN");
    expect(open()).toBe(100);
    await w.press("UADMIN", pressOf(card, "Close 40"), "CADMIN");
    expect(open()).toBe(60);
  });

  test("an admin's word on an older scan closes nothing", async () => {
    const all = volumes(100);
    await scanAgain();
    cure(all.slice(0, 40));
    await scanAgain();
    const card = notices()[0]?.card as Card;
    for (const thing of all.slice(0, 40)) thing.wrong = new Set(["volume-is-encrypted"]);
    await scanAgain();
    await w.press("UADMIN", pressOf(card, "Close 40"), "CADMIN");
    expect(open()).toBe(100);
  });

  test.each([
    ["a quarter of many", 100, 25],
    ["most of a few", 25, 20],
  ])("%s closes by itself", async (_, have, good) => {
    const all = volumes(have);
    await scanAgain();
    cure(all.slice(0, good));
    await scanAgain();
    expect(open()).toBe(have - good);
    expect(notices()).toEqual([]);
  });

  test("a unit that suddenly lists nothing is asked about, however little it held", async () => {
    volumes(100);
    const few = volumes(3, "us-east-1");
    await scanAgain();
    for (const thing of few) it.remove(thing);
    await scanAgain();
    expect(open()).toBe(103);
    expect(notices()).toHaveLength(1);
    await w.press("UADMIN", pressOf(notices()[0]?.card as Card, "Close 3"), "CADMIN");
    expect(open()).toBe(100);
  });

  test("an empty answer closes nothing, asks nobody, and is no news when the list is back", async () => {
    volumes(30);
    await scanAgain();
    hollow = true;
    await scanAgain();
    expect(open()).toBe(30);
    expect(w.store.findings({}).every(({ uncheckedSince }) => uncheckedSince !== undefined)).toBe(true);
    hollow = false;
    await scanAgain();
    expect(w.store.findings({}).every(({ uncheckedSince }) => uncheckedSince === undefined)).toBe(true);
    expect(w.said.map(({ key }) => key)).toEqual(["first-look"]);
    expect(w.store.events({}).map(({ kind }) => kind)).toEqual(Array.from({ length: 30 }, () => "new"));
  });

  test("more deleted things than are read by name in one scan are gone after a few scans", async () => {
    volumes(300);
    const gone = volumes(90);
    await scanAgain();
    for (const thing of gone) it.remove(thing);
    await scanAgain();
    await scanAgain();
    expect(open()).toBe(300);
  });
});
