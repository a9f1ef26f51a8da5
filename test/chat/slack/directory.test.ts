import { afterEach, expect, test } from "vitest";
import type { SlackOptions } from "#chat/slack/slack";
import { until } from "#test/contracts/chat";
import type { OnDemoSlack } from "#test/support/slack";
import { company, manifestScopes, onDemoSlack } from "#test/support/slack";

let bot: OnDemoSlack;
afterEach(() => bot.close());
const count = (method: string): number => bot.slack.calls().filter((call) => call.method === method).length;
const without = (scope: string): string[] => manifestScopes.filter((each) => each !== scope);

async function open(chat: Partial<SlackOptions> = {}, scopes: readonly string[] = manifestScopes): Promise<void> {
  bot = await onDemoSlack({ demo: { scopes }, chat });
}

test("people and groups are remembered for a minute and no longer", async () => {
  let later = 0;
  await open({ now: () => Date.now() + later });
  for (let times = 0; times < 3; times++) {
    await bot.chat.person("U0TOM");
    expect(await bot.chat.members("@payments-leads")).toEqual(["U0ANA"]);
  }
  expect([count("users.info"), count("usergroups.users.list")]).toEqual([1, 1]);
  bot.slack.changeGroup("S0LEADS", []);
  later = 60_001;
  await bot.chat.person("U0TOM");
  expect(await bot.chat.members("@payments-leads")).toEqual([]);
  expect([count("users.info"), count("usergroups.users.list")]).toEqual([2, 2]);
});

test("who asks at the same time asks once; a failure is not remembered", async () => {
  await open();
  bot.slack.faults.next("users.info", { kind: "error", error: "user_not_visible" });
  const asked = await Promise.allSettled([bot.chat.person("U0TOM"), bot.chat.person("U0TOM")]);
  expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(count("users.info")).toBe(1);
  expect(await bot.chat.person("U0TOM")).toMatchObject({ kind: "member", zone: "Europe/Berlin" });
});

test("an address nobody has is not asked for again for ten minutes", async () => {
  let later = 0;
  await open({ now: () => Date.now() + later });
  for (let times = 0; times < 3; times++) expect(await bot.chat.personByEmail("Nobody@acme.example ")).toBeUndefined();
  expect(count("users.lookupByEmail")).toBe(1);
  later = 600_001;
  await bot.chat.personByEmail("nobody@acme.example");
  expect(count("users.lookupByEmail")).toBe(2);
});

test("a group that cannot be read, or is disabled, has nobody in it", async () => {
  await open({}, without("usergroups:read"));
  expect(await bot.chat.members("@payments-leads")).toBeUndefined();
  expect(bot.lines).toContainEqual({
    event: "slack.group",
    facts: expect.objectContaining({ group: "@payments-leads" }),
  });
  await bot.close();
  await open();
  expect(await bot.chat.members("@old-team")).toBeUndefined();
  expect(await bot.chat.members("S0OLD")).toBeUndefined();
});

test("a private channel the bot is not in does not exist", async () => {
  await open();
  expect(await bot.chat.channel("C0HID")).toBeUndefined();
  expect(await bot.chat.channel("#hidden")).toBeUndefined();
});

test("a channel that changes is told, and looked at again", async () => {
  await open();
  const look = async (): Promise<unknown> => bot.chat.channel("C0PAY");
  expect(await look()).toMatchObject({ name: "team-payments", archived: false, shared: false, guests: true });
  await bot.slack.changeChannel("C0PAY", { name: "payments", shared: "pending", archived: true });
  expect(await look()).toMatchObject({ name: "payments", archived: true, shared: true });
  expect(await bot.chat.channel("#payments")).toMatchObject({ id: "C0PAY" });
  await bot.slack.changeChannel("C0OUT", { joined: true });
  await until(() => bot.inbound.channels.length === 4);
  expect(bot.inbound.channels).toEqual(["C0PAY", "C0PAY", "C0PAY", "C0OUT"]);
  expect(bot.inbound.handled).toEqual([]);
});

test("doctor hears of missing scopes, a wrong workspace, a bad token and a clock that is off", async () => {
  await open({}, without("users:read.email"));
  expect(await bot.chat.problems()).toEqual([expect.stringContaining("users:read.email")]);
  await bot.close();
  await open({ team: "T0OTHER" });
  expect(await bot.chat.problems()).toEqual([expect.stringContaining("T0ACME")]);
  await bot.close();
  let skew = 0;
  await open({ now: () => Date.now() + skew });
  skew = 200_000;
  expect(await bot.chat.problems()).toEqual([expect.stringMatching(/clock is \d+ s ahead/)]);
  skew = 0;
  bot.slack.faults.next("auth.test", { kind: "error", error: "account_inactive" });
  expect(await bot.chat.problems()).toEqual([expect.stringContaining("account_inactive")]);
  await fetch(bot.endpoint, { method: "POST", body: "x" });
  expect(await bot.chat.problems()).toEqual([expect.stringContaining("1 stamp")]);
});

test("people of another workspace are strangers, whatever else they are", async () => {
  await open({ team: "T0OTHER" });
  expect((await bot.chat.person("U0TOM"))?.kind).toBe("stranger");
  expect((await bot.chat.person("U0GUEST"))?.kind).toBe("stranger");
  expect(company.team.id).toBe("T0ACME");
});
