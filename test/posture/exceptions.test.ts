import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configSchema } from "#config/schema";
import { severities } from "#domain/check";
import { day } from "#domain/time";
import { acceptsAlone, dayOptions, lastDay, longest, untilOf } from "#posture/exceptions";
import type { ApprovalItem } from "#posture/policy";
import { zoneOf } from "#posture/zone";

const config = configSchema.parse({
  accounts: [
    { id: "111111111111", name: "pay", owner: "payments", owners: ["web"] },
    { id: "222222222222", name: "data", owner: "data" },
  ],
  owners: { payments: { name: "Payments" }, web: { name: "Web" }, data: { name: "Data" } },
});
const { limits } = config;
const clock = { zone: "Europe/Berlin", digest: "09:00" };
/** Mon 23 Nov 2026 10:00 in Berlin. */
const now = Date.parse("2026-11-23T09:00:00Z");
const snooze = { kind: "snooze", severities: ["high"], now, limits, clock } as const;
const said = (text: string, more: object = {}): string => {
  const found = untilOf(text, { ...snooze, ...more });
  return "until" in found ? new Date(found.until).toISOString() : found.refused;
};

describe("how long", () => {
  test("by severity; the worst of several decides", () => {
    const days = (kind: "snooze" | "acceptance") =>
      severities.map((severity) => longest({ kind, severities: [severity], limits }));
    expect(days("snooze")).toEqual([7, 14, 30, 90]);
    expect(days("acceptance")).toEqual([30, 90, 180, 365]);
    expect(longest({ kind: "snooze", severities: ["low", "critical", "medium"], limits })).toBe(7);
  });
  test("until the digest of that day, on the clock of the place", () => {
    expect(said("2026-11-24")).toBe("2026-11-24T08:00:00.000Z");
    expect(said(" 2026-12-07 ")).toBe("2026-12-07T08:00:00.000Z");
    expect(said("2026-12-08")).toMatch(/^That is too long for HIGH: 2026-12-07 at the latest, which is 14 days\.$/);
    const auckland = { clock: { zone: "Pacific/Auckland", digest: "09:00" } };
    expect(said("2026-11-24", auckland)).toBe("2026-11-23T20:00:00.000Z");
    expect(said("2026-11-23", auckland)).toMatch(/is over/);
    // Summer time has ended by then: it is still nine.
    expect(said("2026-10-26", { now: Date.parse("2026-10-20T09:00:00Z") })).toBe("2026-10-26T08:00:00.000Z");
  });
  test.each(["", "tomorrow", "2026-02-30", "2026-13-01", "26-11-30", "2026-11-30T00:00", "２０２６-11-30", "9999999"])(
    "no day: %j",
    (text) => {
      expect(said(text)).toMatch(/is no day\. Write it as 2026-11-24\.$/);
    },
  );
  test("never in the past, never too long, whatever the day and the place", () => {
    const zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "Asia/Kolkata", "UTC"];
    fc.assert(
      fc.property(
        fc.integer({ min: -40, max: 400 }),
        fc.constantFrom(...zones),
        fc.constantFrom(...severities),
        fc.integer({ min: 0, max: 23 }),
        (days, zone, severity, hours) => {
          const at = now + hours * 3_600_000;
          const asked = {
            kind: "acceptance",
            severities: [severity],
            now: at,
            limits,
            clock: { ...clock, zone },
          } as const;
          const found = untilOf(new Date(at + days * day).toISOString().slice(0, 10), asked);
          if (!("until" in found)) return;
          expect(found.until).toBeGreaterThan(at);
          const place = zoneOf(zone);
          expect(place.dayOf(found.until) - place.dayOf(at)).toBeLessThanOrEqual(longest(asked));
        },
      ),
    );
  });
  test("offers tomorrow and two Mondays, as far as they are allowed, and the last day", () => {
    expect(dayOptions(snooze).map((option) => option.day)).toEqual(["2026-11-24", "2026-11-30", "2026-12-07"]);
    const critical = { ...snooze, severities: ["critical"] } as const;
    expect(dayOptions(critical).map((option) => option.day)).toEqual(["2026-11-24", "2026-11-30"]);
    // On a Sunday tomorrow is the Monday.
    const sunday = { ...snooze, now: now - day };
    expect(dayOptions(sunday).map((option) => [option.day, option.tomorrow])).toEqual([
      ["2026-11-23", true],
      ["2026-11-30", false],
    ]);
    expect(lastDay({ ...snooze, kind: "acceptance" })).toEqual({
      day: "2027-02-21",
      at: Date.parse("2027-02-21T08:00:00Z"),
    });
  });
});

describe("who bears a risk alone", () => {
  const jo = { teams: ["payments", "data"] };
  const item = (more: Partial<ApprovalItem> = {}): ApprovalItem => ({
    severity: "medium",
    account: "111111111111",
    tags: {},
    owner: "payments",
    ...more,
  });
  test("people of the owning team, where the configuration puts that team", () => {
    expect(acceptsAlone(jo, [item(), item({ severity: "low" })], config)).toBe(true);
    expect(acceptsAlone({ teams: ["web"] }, [item({ owner: "web" })], config)).toBe(true);
  });
  const not: readonly (readonly [string, readonly ApprovalItem[]])[] = [
    ["nothing", []],
    ["high", [item(), item({ severity: "high" })]],
    ["critical", [item({ severity: "critical" })]],
    ["another team's", [item(), item({ owner: "web" })]],
    ["a team that a tag or a claim put there", [item({ owner: "data" })]],
    ["an account that nobody configured", [item({ account: "999999999999" })]],
    ["nobody's", [{ severity: "low", account: "111111111111", tags: {} }]],
  ];
  test.each(not)("not %s", (_, items) => {
    expect(acceptsAlone(jo, items, config)).toBe(false);
  });
  test("not where the configuration wants somebody else; high is none of its words", () => {
    expect(acceptsAlone(jo, [item()], { ...config, limits: { ...limits, acceptAlone: ["low"] } })).toBe(false);
    expect(
      acceptsAlone(jo, [item({ severity: "high" })], { ...config, limits: { ...limits, acceptAlone: ["high"] } }),
    ).toBe(false);
    const high = { accounts: [{ id: "111111111111", name: "pay" }], limits: { acceptAlone: ["high"] } };
    expect(configSchema.safeParse(high).success).toBe(false);
  });
});
