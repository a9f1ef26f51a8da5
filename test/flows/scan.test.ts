import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cloud } from "#cloud/cloud";
import { CloudError } from "#cloud/cloud";
import type { Asset } from "#domain/asset";
import type { AnyCheck } from "#domain/check";
import { fail } from "#domain/check";
import { StanceError } from "#domain/errors";
import type { ScanSink } from "#flows/scan";
import { everySink, scan } from "#flows/scan";
import type { ScanFilter } from "#flows/scan-filter";
import type { UnitEnd } from "#flows/scan-summary";
import type { Evaluated } from "#posture/evaluate";
import type { Fakes, Kind } from "#test/flows/fake-cloud";
import { account, accountTypes, check, checks, fakeCloud, regionTypes } from "#test/flows/fake-cloud";

const denied = (permission: string): CloudError =>
  new CloudError({ kind: "denied", code: "AccessDenied", operation: permission, message: "no", permission });
const fault = (kind: Kind): CloudError => new CloudError({ kind, code: kind, operation: "x:Y", message: kind });

async function run(
  fakes: Fakes,
  filter: ScanFilter = {},
  more: { checks?: readonly AnyCheck[]; sink?: ScanSink; signal?: AbortSignal } = {},
) {
  const results: Evaluated[] = [];
  const assets: Asset[] = [];
  const units: UnitEnd[] = [];
  const events: string[] = [];
  let time = 1_000;
  const record: ScanSink = {
    accountStarted: ({ account: { id } }, planned) => void events.push(`start ${id} ${planned.length}`),
    page(_, page) {
      results.push(...page.results);
      assets.push(...page.assets.map((one) => one.asset));
    },
    unit: (end) => void units.push(end),
    accountDone: ({ account: { id } }) => void events.push(`done ${id}`),
    accountUnread: ({ id }, why) => void events.push(`unread ${id} ${why}`),
  };
  const summary = await scan({
    clouds: [fakeCloud(fakes)],
    checks: more.checks ?? checks,
    filter,
    now: () => ++time,
    sink: everySink(record, more.sink ?? {}),
    ...(more.signal && { signal: more.signal }),
  });
  return { summary, results, assets, units, events };
}

const names = (results: readonly Evaluated[]): string[] =>
  results.map((one) => `${one.check.id} ${one.asset.region} ${one.asset.name} ${one.decision.status}`).sort();
const unitNames = (units: readonly UnitEnd[], outcome: UnitEnd["outcome"]): string[] =>
  units
    .filter((end) => end.outcome === outcome)
    .map(({ unit }) => `${unit.region} ${unit.type}`)
    .sort();

describe("a scan", () => {
  it("tries every type in its scope, once, and adds up", async () => {
    const { summary, units, events, results } = await run({});
    expect(unitNames(units, "complete")).toEqual([
      "eu-west-1 aws.ec2.security-group",
      "eu-west-1 aws.ec2.volume",
      "global aws.iam.user",
      "global aws.s3.bucket",
      "us-east-1 aws.ec2.security-group",
      "us-east-1 aws.ec2.volume",
    ]);
    expect(events).toEqual(["start 111111111111 6", "done 111111111111"]);
    expect(results).toHaveLength(14);
    expect(summary.counts).toEqual({ assets: 12, pass: 7, fail: 7, unknown: 0, notApplicable: 0, closed: 0 });
    expect(summary.failed).toEqual({ critical: 1, high: 2, medium: 4, low: 0 });
    expect(summary).toMatchObject({ filtered: false, complete: true, stopped: false, checks: 5 });
    expect(summary.endedAt).toBeGreaterThan(summary.startedAt);
  });

  it("lists and fetches nothing that no check needs", async () => {
    const log: string[] = [];
    await run({ log }, { services: ["iam"] });
    expect(log).toEqual(["list 111111111111 global aws.iam.user", "fetch word 2"]);
  });

  it("keeps what came before a failure in the middle of paging, and is not complete", async () => {
    const { summary, units, results } = await run(
      {
        pages: () => [["good"], ["bad"], ["good2"]],
        listFault: ({ type, page }) => (type === "aws.iam.user" && page === 1 ? fault("throttled") : undefined),
      },
      { services: ["iam"] },
    );
    expect(names(results)).toEqual(["aws.iam.user-good global good pass"]);
    expect(units.filter(({ outcome }) => outcome !== "skipped")).toMatchObject([
      { outcome: "throttled", reason: "x:Y: throttled", counts: { assets: 1, pass: 1 } },
    ]);
    expect(summary.complete).toBe(false);
    expect(summary.gaps).toHaveLength(1);
  });

  it("names the permission of a denied unit, and says a closed region once", async () => {
    const { summary } = await run({
      listFault: ({ type, region }) => {
        if (region === "us-east-1") return fault("closed");
        return type === "aws.ec2.volume" ? denied("ec2:DescribeVolumes") : undefined;
      },
    });
    expect(summary.closed).toEqual([{ cloud: "aws", account: "111111111111", region: "us-east-1" }]);
    expect(summary.gaps).toMatchObject([{ outcome: "denied", permission: "ec2:DescribeVolumes" }]);
    expect(summary.units).toMatchObject({ complete: 3, closed: 2, denied: 1 });
  });

  it("does not count a closed region or a suspended account as a gap", async () => {
    const { summary } = await run({
      accounts: [account("111111111111"), account("222222222222", { state: "suspended" })],
      listFault: ({ region }) => (region === "us-east-1" ? fault("closed") : undefined),
    });
    expect(summary.complete).toBe(true);
    expect(summary.accounts.read.map(({ id }) => id)).toEqual(["111111111111"]);
    expect(summary.accounts.suspended.map(({ id }) => id)).toEqual(["222222222222"]);
  });

  it("counts facts that the organisation's policy closes apart from unknown", async () => {
    const { summary, results } = await run({
      factFault: () => ({ state: "unreadable", reason: "scp", closed: true }),
    });
    expect(results).toHaveLength(14);
    expect(summary.counts).toMatchObject({ unknown: 0, closed: 14 });
    expect(summary.closed.map(({ region }) => region).sort()).toEqual(["eu-west-1", "global", "us-east-1"]);
    expect(summary.unchecked).toEqual([]);
  });

  it("adds up what could not be checked by the missing permission", async () => {
    const { summary } = await run({
      factFault: ({ type }) =>
        type === "aws.s3.bucket" ? { state: "unreadable", reason: "denied", permission: "s3:GetBucketAcl" } : undefined,
    });
    expect(summary.unchecked).toMatchObject([{ permission: "s3:GetBucketAcl", count: 4, type: "aws.s3.bucket" }]);
    expect(summary.counts.unknown).toBe(4);
    expect(summary.complete).toBe(false);
  });

  it("goes on when one account cannot be read, and says why", async () => {
    const { summary, events } = await run({
      accounts: [account("111111111111"), account("222222222222")],
      openFault: ({ id }) => (id === "111111111111" ? new StanceError("cloud/identity") : undefined),
    });
    expect(summary.accounts.unread).toMatchObject([
      { account: { id: "111111111111" }, why: expect.stringMatching(/another account/) },
    ]);
    expect(summary.accounts.read.map(({ id }) => id)).toEqual(["222222222222"]);
    expect(events.some((event) => event.startsWith("unread 111111111111 "))).toBe(true);
    expect(summary.complete).toBe(false);
  });

  it("counts assets whose tags could not be read apart: they are checked all the same", async () => {
    const { summary } = await run({ untagged: "tag:GetResources: no" }, { services: ["s3"] });
    expect(summary.untagged).toEqual([{ type: "aws.s3.bucket", reason: "tag:GetResources: no", count: 2 }]);
    expect(summary.counts).toMatchObject({ pass: 2, fail: 2 });
  });

  it("turns a check that breaks into unknown, and keeps the others' results", async () => {
    const broken = check("aws.iam.broken", "aws.iam.user", {
      evaluate() {
        throw new TypeError("oops");
      },
    });
    const { results, units } = await run({}, { services: ["iam"] }, { checks: [...checks, broken] });
    expect(names(results)).toEqual([
      "aws.iam.broken global bad unknown",
      "aws.iam.broken global good unknown",
      "aws.iam.user-good global bad fail",
      "aws.iam.user-good global good pass",
    ]);
    expect(unitNames(units, "complete")).toEqual(["global aws.iam.user"]);
  });

  it("ends with the error of a sink, instead of calling the cloud unreadable", async () => {
    const full = new Error("disk full");
    await expect(run({}, {}, { sink: { page: () => Promise.reject(full) } })).rejects.toBe(full);
  });

  it("waits for a slow sink before it reads the next page of the unit", async () => {
    const log: string[] = [];
    const slow: ScanSink = {
      async page(unit) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push(`taken ${unit.type}`);
      },
    };
    await run({ log, pages: () => [["good"], ["bad"]] }, { services: ["iam"] }, { sink: slow });
    expect(log.filter((line) => !line.startsWith("fetch"))).toEqual([
      "list 111111111111 global aws.iam.user",
      "taken aws.iam.user",
      "list 111111111111 global aws.iam.user",
      "taken aws.iam.user",
    ]);
  });

  it("stops when asked: what was read is handed on, the rest is skipped and said", async () => {
    const stop = new AbortController();
    const { summary, results, units } = await run(
      { pages: () => [["good"], ["bad"]] },
      {},
      { signal: stop.signal, sink: { page: () => stop.abort() } },
    );
    expect(summary).toMatchObject({ stopped: true, complete: false });
    expect(results.length).toBeGreaterThan(0);
    expect(units.every(({ outcome, reason }) => outcome === "skipped" && reason === "stopped")).toBe(true);
  });

  it("never runs more units at once than it may", async () => {
    let running = 0;
    let most = 0;
    const regions = Array.from({ length: 40 }, (_, i) => `r-${i}`);
    await run(
      { regions },
      { services: ["ec2"] },
      {
        sink: {
          async page() {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setTimeout(resolve, 1));
            running--;
          },
        },
      },
    );
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(24);
  });

  it("says at once that a check's type is collected by nobody", async () => {
    const stray = check("aws.rds.stray", "aws.rds.instance");
    await expect(run({}, {}, { checks: [...checks, stray] })).rejects.toThrow(/nothing collects aws.rds.instance/);
  });
});

describe("a filter", () => {
  const idsUnder = async (filter: ScanFilter): Promise<string[]> =>
    [...new Set((await run({}, filter)).results.map((one) => one.check.id))].sort();

  it.each<[string, ScanFilter, string[]]>([
    ["service", { services: ["iam"] }, ["aws.iam.user-good"]],
    [
      "check with *",
      { checks: ["aws.*-good"] },
      ["aws.ec2.group-good", "aws.ec2.volume-good", "aws.iam.user-good", "aws.s3.bucket-good"],
    ],
    ["check by its former name", { checks: ["aws.s3.old-name"] }, ["aws.s3.bucket-named"]],
    ["category", { categories: ["internet-exposed"] }, ["aws.s3.bucket-good"]],
    ["framework", { frameworks: ["cis-aws"] }, ["aws.iam.user-good", "aws.s3.bucket-good"]],
    ["framework with version and section", { frameworks: ["cis-aws-3.0:2"] }, ["aws.s3.bucket-good"]],
    ["severity", { severities: ["critical", "high"] }, ["aws.ec2.group-good", "aws.s3.bucket-good"]],
    ["service AND framework", { services: ["s3"], frameworks: ["aws-fsbp"] }, ["aws.s3.bucket-named"]],
    ["account by name", { accounts: ["name-111111111111"], services: ["iam"] }, ["aws.iam.user-good"]],
  ])("by %s", async (_, filter, expected) => {
    expect(await idsUnder(filter)).toEqual(expected);
    expect((await run({}, filter)).summary.filtered).toBe(true);
  });

  it.each<[ScanFilter, RegExp]>([
    [{ checks: ["aws.s3.bucket-goood"] }, /no check "aws.s3.bucket-goood". Did you mean aws.s3.bucket-good\?/],
    [{ services: ["s33"] }, /no service "s33". Did you mean s3\?/],
    [{ categories: ["encrypton"] }, /Did you mean encryption\?/],
    [{ severities: ["critcal"] }, /Did you mean critical\?/],
    [{ frameworks: ["cis-aws-3.1"] }, /Did you mean cis-aws-3.0\?/],
    [{ frameworks: ["cis-a"] }, /no framework "cis-a"/],
    [{ accounts: ["111111111112"] }, /Did you mean 111111111111\?/],
    [{ regions: ["eu-wset-1"] }, /no enabled region "eu-wset-1". Did you mean eu-west-1\?/],
    [{ clouds: ["awz"] }, /Did you mean aws\?/],
    [{ services: ["s3"], checks: ["aws.iam.*"] }, /No check matches all of the filters/],
  ])("that means nothing here is an error: %j", async (filter, message) => {
    await expect(run({}, filter)).rejects.toThrow(message);
    await expect(run({}, filter)).rejects.toMatchObject({ code: "input/invalid" });
  });

  it("by region keeps account-wide lists, checks only assets of that region, and says what it skipped", async () => {
    const { results, assets, units } = await run({ pages: () => [["good", "bad-us"]] }, { regions: ["us-east-1"] });
    expect(names(results).filter((name) => name.includes(".s3."))).toEqual([
      "aws.s3.bucket-good us-east-1 bad-us fail",
      "aws.s3.bucket-named us-east-1 bad-us fail",
    ]);
    expect(assets.filter(({ type }) => type === "aws.s3.bucket")).toHaveLength(2);
    expect(names(results).some((name) => name.includes("eu-west-1") || name.includes("global"))).toBe(false);
    expect(unitNames(units, "skipped")).toEqual(["eu-west-1 aws.ec2.security-group", "eu-west-1 aws.ec2.volume"]);
  });

  it("by a region that only another account has enabled is skipped, not unknown", async () => {
    const other = fakeCloud({ accounts: [account("222222222222")], regions: ["ap-south-1"] });
    const here = fakeCloud({});
    const both: Cloud = {
      ...here,
      accounts: async () => [...(await here.accounts()), ...(await other.accounts())],
      open: (of) => (of.id === "222222222222" ? other : here).open(of),
    };
    const units: UnitEnd[] = [];
    const summary = await scan({
      clouds: [both],
      checks,
      filter: { regions: ["ap-south-1"], services: ["ec2"] },
      now: () => 0,
      sink: { unit: (end) => void units.push(end) },
    });
    expect(summary.complete).toBe(true);
    expect(units.filter(({ reason }) => reason === "region not enabled").map(({ unit }) => unit.account)).toEqual([
      "111111111111",
      "111111111111",
    ]);
    expect(units.filter(({ outcome }) => outcome === "complete")).toHaveLength(2);
  });

  it("that names every cloud narrows nothing", async () => {
    expect((await run({}, { clouds: ["aws"] })).summary).toMatchObject({ filtered: false, filter: {} });
  });

  it("by severity goes by the result where a check judges one asset worse", async () => {
    const worse = check("aws.iam.worse", "aws.iam.user", {
      severity: "low",
      evaluate: ({ facts }: { facts: { word: string } }) =>
        facts.word === "bad"
          ? fail({ message: "", row: "", evidence: {}, severity: "critical" })
          : fail({ message: "", row: "", evidence: {} }),
    });
    const { results } = await run({}, { severities: ["critical"], services: ["iam"] }, { checks: [worse] });
    expect(names(results)).toEqual(["aws.iam.worse global bad fail"]);
  });
});

describe("whatever fails where", () => {
  const kinds = fc.constantFrom<Kind>("denied", "closed", "absent", "throttled", "failed");
  const place = fc.record({
    type: fc.constantFrom(...accountTypes, ...regionTypes),
    region: fc.constantFrom("global", "eu-west-1", "us-east-1"),
    page: fc.nat(2),
  });
  const faults = fc.record({
    lists: fc.array(fc.tuple(place, kinds), { maxLength: 8 }),
    facts: fc.array(fc.tuple(fc.nat(80), fc.boolean()), { maxLength: 30 }),
  });
  const pages = [["bad-1", "good-1"], ["bad-2"], ["good-2", "bad-3"]];

  it("no result is lost, invented or turned into a pass", async () => {
    const truth = new Map(
      (await run({ pages: () => pages })).results.map((one) => [`${one.check.id} ${one.asset.id}`, one]),
    );
    await fc.assert(
      fc.asyncProperty(faults, async ({ lists, facts }) => {
        const listFaultAt = (at: { type: string; region: string; page: number }): Kind | undefined =>
          lists.find(([p]) => p.type === at.type && p.region === at.region && p.page === at.page)?.[1];
        const ids = [...new Set([...truth.values()].map((one) => one.asset.id))].sort();
        const broken = new Map(facts.map(([index, closed]) => [ids[index % ids.length], closed]));
        const { results, units, summary } = await run({
          pages: () => pages,
          listFault: (at) => {
            const kind = listFaultAt(at);
            return kind && fault(kind);
          },
          factFault: ({ id }) => {
            const closed = broken.get(id);
            return closed === undefined ? undefined : { state: "unreadable", reason: "r", ...(closed && { closed }) };
          },
        });
        const seen = new Map(results.map((one) => [`${one.check.id} ${one.asset.id}`, one.decision.status]));
        expect(seen.size).toBe(results.length);
        for (const [key, status] of seen) {
          const real = truth.get(key);
          if (!real) throw new Error(`invented ${key}`);
          expect(status).toBe(broken.has(real.asset.id) ? "unknown" : real.decision.status);
        }
        for (const { unit, outcome } of units) {
          const stopped = pages.findIndex((_, page) => listFaultAt({ ...unit, page }) !== undefined);
          expect(outcome === "complete").toBe(stopped < 0);
          const expected = pages.slice(0, stopped < 0 ? pages.length : stopped).flat().length;
          const checksThere = checks.filter((one) => one.asset === unit.type).length;
          const got = results.filter(({ asset: of }) => of.type === unit.type && of.id.includes(`/${unit.region}/`));
          expect(got).toHaveLength(expected * checksThere);
        }
        expect(units).toHaveLength(6);
        const { pass: passed, fail: failed, unknown, notApplicable, closed } = summary.counts;
        expect(passed + failed + unknown + notApplicable + closed).toBe(results.length);
        expect(summary.complete).toBe(
          unknown === 0 && units.every(({ outcome }) => outcome === "complete" || outcome === "closed"),
        );
      }),
      { numRuns: 200 },
    );
  });
});
