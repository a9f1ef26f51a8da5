import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import type { Exception } from "#domain/exception";
import type { Finding } from "#domain/finding";
import type { Request } from "#domain/request";
import type { RetentionKey } from "#domain/retention";
import { retention } from "#domain/retention";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";

let folder: string;
let file: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "stance-store-"));
  file = join(folder, "stance.sqlite");
  store = await openStore({ file, kind: "real", exclusive: true, at: 1 });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const finding = (fingerprint: string, more: Partial<Finding> = {}): Omit<Finding, "id"> => ({
  fingerprint,
  check: "aws.s3.bucket-is-not-publicly-readable",
  checkVersion: 1,
  topic: "s3-public",
  source: "stance",
  cloud: "aws",
  account: "111122223333",
  region: "eu-west-1",
  asset: { id: `arn:aws:s3:::${fingerprint}`, type: "aws.s3.bucket", name: fingerprint },
  tags: {},
  status: "open",
  severity: "high",
  row: "policy lets everyone read",
  message: "Bucket can be read by anyone.",
  evidence: {},
  exposed: true,
  ownership: { owner: "payments", source: "tag", via: "tag team=payments" },
  cause: "change",
  firstSeen: 10,
  lastSeen: 10,
  since: 10,
  returns: 0,
  folded: false,
  ...more,
});
const request = (id: string, more: Partial<Request> = {}): Request => ({
  id,
  kind: "fix",
  topic: "s3-public",
  severity: "high",
  given: {},
  state: "requested",
  requester: "tom",
  reason: "r",
  approvers: ["sec"],
  need: 1,
  requestedAt: 1,
  expiresAt: 100,
  hash: "h",
  approvals: [],
  items: [
    {
      finding: "f",
      findingId: "F-0001",
      check: "c",
      asset: { id: "arn:b", type: "aws.s3.bucket", account: "1", region: "eu-west-1", name: "b" },
      summary: "",
      state: "waiting",
      applied: [],
    },
  ],
  ...more,
});
const unit = { cloud: "aws", account: "111122223333", region: "eu-west-1", type: "aws.s3.bucket" } as const;
const recorded = async (
  run: number,
  findings: readonly Omit<Finding, "id">[],
  closings: readonly string[] = [],
  at = 20,
) =>
  store.recordUnit({
    state: { ...unit, run, outcome: "complete", assets: findings.length, at },
    assets: [],
    gone: [],
    findings,
    events: [],
    closings: closings.map((fingerprint) => ({ fingerprint, how: "passed" as const, at })),
    tallies: [],
    unknowns: [],
  });

describe("the SQLite store", () => {
  test("keeps short ids, sorts worst first and counts", async () => {
    const run = await store.beginRun({ at: 1, filtered: false, first: true });
    await recorded(run, [
      finding("a"),
      finding("b", { severity: "critical" }),
      finding("c", { severity: "high", exposed: false }),
    ]);
    await recorded(run, [finding("a", { lastSeen: 30 })]);
    expect(store.findings({ owner: "payments" }).map(({ id, fingerprint }) => `${id} ${fingerprint}`)).toEqual([
      "F-0002 b",
      "F-0001 a",
      "F-0003 c",
    ]);
    expect(store.finding("F-0001")?.lastSeen).toBe(30);
    expect(store.countBy({ status: ["open"] }, "severity")).toEqual(
      new Map([
        ["critical", 1],
        ["high", 2],
      ]),
    );
  });

  describe("keeps a finding and its exception together", () => {
    const was = { severity: "high", exposed: true, row: "policy lets everyone read", evidence: {} } as const;
    const exception: Exception = {
      id: "E-1",
      kind: "snooze",
      members: ["a", "b"].map((print) => ({ finding: print, findingId: `F-${print}`, was })),
      because: "waiting",
      note: "",
      by: "jo",
      approvedBy: [],
      from: 20,
      until: 99,
    };
    const aside = { exception: "E-1", until: 99, by: "jo", was };
    const found = (print: string): Finding => store.finding(print) as Finding;
    const asideOf = (print: string): Finding => ({ ...found(print), status: "snoozed", aside });
    const actions = (): readonly string[] =>
      [...store.auditRows()].map(({ body }) => (JSON.parse(body) as { action: string }).action);
    async function snoozed(): Promise<number> {
      const run = await store.beginRun({ at: 1, filtered: false, first: true });
      await recorded(run, [finding("a"), finding("b")]);
      const edge = { exceptions: [{ revision: 0, next: exception }], unchanged: [found("a"), found("b")], audit: [] };
      const timers = [{ id: "end:E-1", due: 99, kind: "exception-ends", subject: "E-1" }] as const;
      expect(await store.commit({ ...edge, timers, findings: [asideOf("a"), asideOf("b")] })).toBe("done");
      return run;
    }

    test("a pass of one, then a worse look at the other: each leaves, and the exception ends with the last", async () => {
      const run = await snoozed();
      await recorded(run, [], ["a"]);
      await store.applyClosings(run, unit.account, 30);
      expect(found("a")).toMatchObject({ status: "resolved" });
      expect(found("a").aside).toBeUndefined();
      expect(store.events({ fingerprint: "a" })).toMatchObject([{ kind: "fixed", aside: true }]);
      expect(store.exceptions({ open: true })).toHaveLength(1);
      const woke = { at: 40, run, kind: "woke", cause: "change", topic: "t", severity: "high", folded: false } as const;
      await store.recordUnit({
        state: { ...unit, run, outcome: "complete", assets: 1, at: 40 },
        assets: [],
        gone: [],
        findings: [finding("b", { lastSeen: 40 })],
        events: [{ ...woke, fingerprint: "b", owner: "" }],
        closings: [],
        tallies: [],
        unknowns: [],
      });
      expect(found("b").status).toBe("open");
      expect(store.exception("E-1")).toMatchObject({
        revision: 3,
        exception: {
          members: [{ left: { at: 20, how: "fixed" } }, { left: { at: 40, how: "worse" } }],
          ended: { how: "worse" },
        },
      });
      expect(store.exceptions({ open: true })).toEqual([]);
      expect(store.dueTimers(1_000)).toEqual([]);
      expect(actions().filter((action) => action === "exception.left")).toHaveLength(2);
    });

    test("a scan that read the finding before it was set aside does not open it again", async () => {
      const run = await snoozed();
      await recorded(run, [finding("a", { row: "seen again" })]);
      expect(found("a")).toMatchObject({ status: "snoozed", aside, row: "seen again" });
      expect(store.exception("E-1")?.revision).toBe(1);
    });

    test("a finding or an exception that was written since it was read: the edge is lost, whole", async () => {
      await snoozed();
      const before = found("a");
      const next = { ...exception, id: "E-2" };
      const edge = { exceptions: [{ revision: 0, next }], findings: [{ ...before, row: "mine" }], audit: [] };
      expect(await store.commit({ ...edge, unchanged: [{ ...before, lastSeen: 1 }] })).toBe("lost");
      expect(await store.commit({ exceptions: [{ revision: 7, next: exception }], audit: [] })).toBe("lost");
      expect(store.exception("E-2")).toBeUndefined();
      expect(found("a")).toEqual(before);
      expect(await store.commit({ ...edge, unchanged: [before] })).toBe("done");
      expect(store.exceptions({ finding: "a" }).map(({ id }) => id)).toEqual(["E-1", "E-2"]);
    });
  });

  test("closings wait for the account, and a later fail wins", async () => {
    const run = await store.beginRun({ at: 1, filtered: false, first: true });
    await recorded(run, [finding("a"), finding("b")]);
    await recorded(run, [], ["a", "b"]);
    expect(store.countFindings({ status: ["open"] })).toBe(2);
    await recorded(run, [finding("b", { lastSeen: 25 })]);
    expect(await store.applyClosings(run, unit.account, 30)).toBe(1);
    expect(store.finding("a")).toMatchObject({ status: "resolved", closed: { at: 20, how: "passed" } });
    expect(store.finding("b")?.status).toBe("open");
  });

  test("a run that broke off closes nothing", async () => {
    const run = await store.beginRun({ at: 1, filtered: false, first: true });
    await recorded(run, [finding("a")]);
    await recorded(run, [], ["a"]);
    store.close();
    store = await openStore({ file, kind: "real", exclusive: true, at: 1 });
    await store.beginRun({ at: 40, filtered: false, first: false });
    expect(await store.applyClosings(run, unit.account, 50)).toBe(0);
    expect(store.runs(2).map(({ state }) => state)).toEqual(["running", "aborted"]);
  });

  test("what an edge did to findings meanwhile is not written over by a scan, nor the other way round", async () => {
    const run = await store.beginRun({ at: 1, filtered: false, first: true });
    await recorded(run, [finding("a")]);
    const seen = store.findingsVersion();
    const [known] = store.findings({});
    const claimed = { ...known, ownership: { owner: "web", source: "claim", via: "claimed" } } as Finding;
    expect(await store.commit({ findings: [claimed], findingsVersion: seen, audit: [] })).toBe("done");
    const write = {
      state: { ...unit, run, outcome: "complete", assets: 1, at: 20 },
      assets: [],
      gone: [],
      findings: [finding("a")],
      events: [],
      closings: [],
      tallies: [],
      unknowns: [],
    } as const;
    expect(await store.recordUnit({ ...write, findingsVersion: seen })).toBe("lost");
    expect(store.finding("a")?.ownership.owner).toBe("web");
    const again = store.findingsVersion();
    expect(await store.recordUnit({ ...write, findingsVersion: again })).toBe("done");
    expect(await store.commit({ findings: [claimed], findingsVersion: again, audit: [] })).toBe("lost");
    expect(store.finding("a")?.ownership.owner).toBe("payments");
  });

  test("a request that moved since it was read is not overwritten, and nothing of the edge stays", async () => {
    await store.commit({ requests: [{ revision: 0, next: request("R-1") }], audit: [] });
    const before = store.auditHead();
    const edge = (state: Request["state"]) => ({
      requests: [{ revision: 1, next: request("R-1", { state }) }],
      audit: [{ at: 1, actor: "ana", action: "x", subject: "R-1", facts: {} }],
    });
    expect(await store.commit(edge("approved"))).toBe("done");
    expect(await store.commit(edge("denied"))).toBe("lost");
    expect(store.request("R-1")?.request.state).toBe("approved");
    expect(store.auditHead().seq).toBe(before.seq + 1);
  });

  test("an asset carries one open change at a time", async () => {
    expect(await store.commit({ requests: [{ revision: 0, next: request("R-1") }], audit: [] })).toBe("done");
    expect(await store.commit({ requests: [{ revision: 0, next: request("R-2") }], audit: [] })).toBe("lost");
    expect(
      await store.commit({ requests: [{ revision: 0, next: request("R-3", { kind: "acceptance" }) }], audit: [] }),
    ).toBe("done");
    await store.commit({ requests: [{ revision: 1, next: request("R-1", { state: "verified" }) }], audit: [] });
    expect(await store.commit({ requests: [{ revision: 0, next: request("R-4") }], audit: [] })).toBe("done");
  });

  test("a nonce is used once per person", async () => {
    const use = (human: string) => store.commit({ nonce: { id: "n", human, at: 1 }, audit: [] });
    expect([await use("ana"), await use("ana"), await use("kofi")]).toEqual(["done", "duplicate", "done"]);
  });

  test("what people did is taken once, and what a crash left is found again", async () => {
    const first = await store.accept({ keys: ["sig:1", "trigger:2"], at: 1, body: { text: "help" } });
    expect(first).toMatchObject({ id: 1 });
    expect(await store.accept({ keys: ["sig:9", "trigger:2"], at: 1, body: {} })).toBe("duplicate");
    expect(store.unhandled()).toEqual([{ id: 1, body: { text: "help" } }]);
    await store.commit({ handled: 1, audit: [] });
    expect(store.unhandled()).toEqual([]);
  });

  test("an unsent edit gives way to a newer one", async () => {
    const edit = (text: string) => ({ key: "R-1", channel: "C1", kind: "edit" as const, card: { text, parts: [] } });
    await store.commit({ outbox: [edit("a")], audit: [] });
    await store.commit({ outbox: [edit("b")], audit: [] });
    expect(store.queued(1).map(({ card }) => card.text)).toEqual(["b"]);
  });

  test("an edit that is being sent when a newer one comes does not take that one's place when it arrives", async () => {
    const edit = (text: string) => ({ key: "R-1", channel: "C1", kind: "edit" as const, card: { text, parts: [] } });
    await store.commit({ outbox: [edit("a")], audit: [] });
    const [sending] = store.queued(1);
    await store.commit({ outbox: [edit("b")], audit: [] });
    if (sending) await store.delivered(sending, { message: "m1", at: 1, content: "a" });
    expect(store.queued(1).map(({ card }) => card.text)).toEqual(["b"]);
  });

  test("an edit does not overtake the message that waits for its hour", async () => {
    const message = (kind: "post" | "edit", notBefore?: number) => ({
      key: "G-01/1",
      channel: "C1",
      kind,
      card: { text: kind, parts: [] },
      ...(notBefore !== undefined && { notBefore }),
    });
    await store.commit({ outbox: [message("post", 100)], audit: [] });
    await store.commit({ outbox: [message("edit")], audit: [] });
    expect(store.queued(99)).toEqual([]);
    expect(store.queued(100).map(({ kind }) => kind)).toEqual(["post", "edit"]);
  });

  test("the trail verifies and cannot be rewritten, not even by INSERT OR REPLACE", async () => {
    for (let i = 0; i < 5; i++)
      await store.commit({
        audit: [{ at: i, actor: "ana", action: "a", subject: "s", facts: { i }, texts: { why: "because" } }],
      });
    expect(verifyChain(store.auditRows())).toMatchObject({ ok: true, head: { seq: 6 } });
    const raw = new Sqlite(file);
    const [row] = raw.prepare("SELECT * FROM audit WHERE seq = 3").all() as {
      prev: string;
      hash: string;
      body: string;
    }[];
    for (const sql of [
      "UPDATE audit SET body = '{}' WHERE seq = 3",
      "DELETE FROM audit WHERE seq = 6",
      `INSERT OR REPLACE INTO audit VALUES (3, '${row?.prev}', '${"0".repeat(64)}', '{}')`,
      `INSERT INTO audit VALUES (9, '${row?.prev}', '${"1".repeat(64)}', '{}')`,
      `INSERT INTO audit VALUES (7, '${row?.prev}', '${"2".repeat(64)}', '{}')`,
    ])
      expect(() => raw.exec(sql), sql).toThrow(/append only/);
    raw.close();
    expect(verifyChain(store.auditRows())).toMatchObject({ ok: true, head: { seq: 6 } });
  });

  test("a sweep of everything that is old gives no number a second time", async () => {
    const run = await store.beginRun({ at: 1, filtered: false, first: true });
    const event = { at: 1, run, kind: "new", cause: "change", owner: "", topic: "t", severity: "low" } as const;
    const events = ["x", "y"].map((fingerprint) => ({ ...event, fingerprint, folded: false, told: "count" as const }));
    const message = { key: "k", channel: "C1", kind: "thread", card: { text: "t", parts: [] } } as const;
    await store.commit({ events, outbox: [message, message], audit: [] });
    for (const queued of store.queued(1)) await store.delivered(queued, "dropped");
    for (const key of ["a", "b"]) await store.accept({ keys: [key], at: 1, body: {} });
    for (const { id } of store.unhandled()) await store.commit({ handled: id, audit: [] });
    await store.endRun(run, { at: 2, state: "done", facts: {} });
    const names = Object.keys(retention) as RetentionKey[];
    const before = Object.fromEntries(names.map((name) => [name, 1_000])) as Record<RetentionKey, number>;
    expect(await store.sweep(1_000, before)).toMatchObject({ events: 1, messages: 1, clicks: 2 });
    await store.commit({ events, outbox: [message], audit: [] });
    expect(store.lastEvent()).toBe(4);
    expect(store.queued(1).map(({ id }) => id)).toEqual([3]);
    expect(await store.accept({ keys: ["c"], at: 1, body: {} })).toMatchObject({ id: 3 });
    expect(await store.beginRun({ at: 1, filtered: false, first: false })).toBe(run + 1);
  });

  test("another bot, and a database of the other kind, are refused", async () => {
    await expect(openStore({ file, kind: "real", exclusive: true, at: 1 })).rejects.toMatchObject({
      code: "store/in-use",
    });
    await expect(openStore({ file, kind: "demo", readOnly: true, at: 1 })).rejects.toMatchObject({
      code: "store/foreign",
    });
    expect(statSync(file).mode & 0o077).toBe(0);
  });
});
