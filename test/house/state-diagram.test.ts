import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Item, Request, RequestEvent, RequestState } from "#domain/request";
import { transition } from "#domain/request";

const change = { path: ["a"], from: 1, to: 2 };
const plan = {
  remediation: "x@1",
  asset: "b",
  account: "1",
  region: "r",
  changes: [change],
  calls: [],
  undo: [],
  tags: {},
  hash: "p",
};
const item = (state: Item["state"], applied: Item["applied"] = []): Item => ({
  finding: "f",
  findingId: "F-0001",
  check: "c",
  asset: { id: "b", type: "aws.s3.bucket", account: "1", region: "r", name: "b" },
  summary: "s",
  plan,
  state,
  applied,
});
const base: Request = {
  id: "R-1",
  kind: "fix",
  topic: "t",
  severity: "high",
  given: {},
  state: "requested",
  requester: "tom",
  reason: "because",
  approvers: ["sec"],
  need: 2,
  requestedAt: 0,
  expiresAt: 1_000,
  items: [item("waiting")],
  hash: "h",
  approvals: [],
};
const ana = { human: "ana", hash: "h", at: 1 };
const kofi = { human: "kofi", hash: "h", at: 1 };
const itemLists = [
  [item("waiting")],
  [item("verified", [change])],
  [item("failed")],
  [item("halted", [change])],
  [item("verified", [change]), item("waiting")],
  [item("verified", [change]), item("skipped")],
];
const states: readonly RequestState[] = [
  "requested",
  "approved",
  "executing",
  "verified",
  "failed",
  "halted",
  "denied",
  "expired",
  "superseded",
  "cancelled",
  "closed",
];
const who = { human: "kofi", at: 5, reason: "because" };
const events: readonly RequestEvent[] = [
  { kind: "approve", human: "kofi", hash: "h", at: 5 },
  { kind: "fall", human: "ana", at: 5, why: "left" },
  { kind: "deny", ...who },
  { kind: "cancel", ...who },
  { kind: "close", ...who },
  { kind: "expire", at: 2_000 },
  { kind: "supersede", at: 5, why: "changed" },
  { kind: "start", at: 5 },
  { kind: "hold", at: 5, until: 9, why: "later" },
  { kind: "item", index: 0, state: "running", applied: [], at: 5 },
  { kind: "settle", at: 5 },
  { kind: "replan", ...who, plans: new Map([[0, { plan, summary: "s" }]]), expiresAt: 2_000 },
  { kind: "regress", at: 5 },
  { kind: "undone", by: "R-2", at: 5 },
  { kind: "restore", at: 5, sent: true },
  { kind: "restore", at: 5, sent: false },
];

test("the diagram in the docs is the machine: every way it knows, and no other", () => {
  const edges = new Set<string>();
  for (const state of states)
    for (const items of itemLists)
      for (const approvals of [[], [ana], [ana, kofi]])
        for (const event of events) {
          const result = transition({ ...base, state, items, approvals }, event);
          if ("next" in result) edges.add(`${state} --> ${result.next.state}: ${event.kind}`);
        }
  const diagram = /```mermaid\n([\s\S]*?)```/.exec(readFileSync("docs/change-control.md", "utf8"))?.[1] ?? "";
  const drawn = diagram
    .split("\n")
    .flatMap((row) => {
      const [, from, to, kinds = ""] = /^\s+(\w+) --> (\w+): (.*)$/.exec(row) ?? [];
      return from === undefined ? [] : kinds.split(", ").map((kind) => `${from} --> ${to}: ${kind}`);
    })
    .sort();
  expect(drawn).toEqual([...edges].sort());
});
