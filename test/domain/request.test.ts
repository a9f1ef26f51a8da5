import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Request, RequestEvent, RequestState } from "#domain/request";
import { counted, isSettled, transition } from "#domain/request";

const item = (state: "waiting" | "verified" | "failed" = "waiting") => ({
  finding: "f1",
  findingId: "F-0001",
  check: "aws.s3.bucket-is-not-publicly-readable",
  asset: { id: "arn:aws:s3:::b", type: "aws.s3.bucket" as const, account: "1", region: "eu-west-1", name: "b" },
  summary: "block public access: 0 of 4 settings on → 4 of 4",
  state,
  applied: [],
});
const request = (more: Partial<Request> = {}): Request => ({
  id: "R-1",
  kind: "fix",
  topic: "s3",
  severity: "high",
  given: {},
  state: "requested",
  requester: "tom",
  reason: "because",
  approvers: ["sec"],
  need: 1,
  requestedAt: 0,
  expiresAt: 1_000,
  items: [item()],
  hash: "h",
  approvals: [],
  ...more,
});
const approve = (human: string, more: Partial<Extract<RequestEvent, { kind: "approve" }>> = {}): RequestEvent => ({
  kind: "approve",
  human,
  hash: "h",
  at: 10,
  ...more,
});
const go = (start: Request, ...events: readonly RequestEvent[]): Request =>
  events.reduce((now, event) => {
    const result = transition(now, event);
    if ("refused" in result) throw new Error(result.refused);
    return result.next;
  }, start);

describe("the request machine", () => {
  test("a fix goes requested → approved → executing → verified", () => {
    const done = go(
      request(),
      approve("ana"),
      { kind: "start", at: 11 },
      { kind: "item", index: 0, state: "running", applied: [], at: 12 },
      { kind: "item", index: 0, state: "verified", applied: [{ path: ["a"], from: 1, to: 2 }], at: 13 },
      { kind: "settle", at: 14 },
    );
    expect(done.state).toBe("verified");
    expect(done.items[0]?.applied).toHaveLength(1);
  });

  test.each([
    ["by the requester", approve("tom"), "own-request"],
    ["for another plan", approve("ana", { hash: "x" }), "other-plan"],
    ["after it expired", approve("ana", { at: 1_000 }), "expired"],
  ])("an approval %s is refused", (_name, event, why) => {
    expect(transition(request(), event)).toEqual({ refused: why });
  });

  test("two approvals need two people", () => {
    const once = go(request({ need: 2 }), approve("ana"));
    expect(once.state).toBe("requested");
    expect(transition(once, approve("ana"))).toEqual({ refused: "approved-already" });
    expect(go(once, approve("kofi")).state).toBe("approved");
  });

  test("an approval that fell leaves the request waiting, and a start needs all approvals", () => {
    const fallen = go(request(), approve("ana"), { kind: "fall", human: "ana", at: 12, why: "left the group" });
    expect(fallen.state).toBe("requested");
    expect(transition({ ...fallen, state: "approved" }, { kind: "start", at: 13 })).toEqual({ refused: "not-enough" });
  });

  test("what was sent cannot become out of date", () => {
    const sent = go(
      request({ items: [item(), item()] }),
      approve("ana"),
      { kind: "start", at: 11 },
      {
        kind: "item",
        index: 0,
        state: "verified",
        applied: [{ path: ["a"], from: 1, to: 2 }],
        at: 12,
      },
    );
    expect(transition(sent, { kind: "supersede", at: 13, why: "changed" })).toEqual({ refused: "sent" });
    const stopped = go(
      sent,
      { kind: "item", index: 1, state: "failed", applied: [], at: 13, why: "denied" },
      { kind: "settle", at: 14 },
    );
    expect(stopped.state).toBe("halted");
    expect(stopped.why).toBe("denied");
  });

  test("nothing took effect → failed", () => {
    const failed = go(
      request(),
      approve("ana"),
      { kind: "start", at: 11 },
      {
        kind: "item",
        index: 0,
        state: "failed",
        applied: [],
        at: 12,
        why: "denied",
      },
      { kind: "settle", at: 13 },
    );
    expect(failed.state).toBe("failed");
  });

  test("an acceptance is verified by its approval, without a call", () => {
    expect(go(request({ kind: "acceptance" }), approve("ana")).state).toBe("verified");
  });

  test("whatever happens, a settled request stays settled and nobody counts twice", () => {
    const human = fc.constantFrom("tom", "ana", "kofi");
    const at = fc.integer({ min: 0, max: 2_000 });
    const event: fc.Arbitrary<RequestEvent> = fc.oneof(
      fc.record({ kind: fc.constant("approve" as const), human, hash: fc.constantFrom("h", "x"), at }),
      fc.record({ kind: fc.constant("fall" as const), human, at, why: fc.constant("left") }),
      fc.record({
        kind: fc.constantFrom("deny" as const, "cancel" as const, "close" as const),
        human,
        at,
        reason: fc.constant("r"),
      }),
      fc.record({
        kind: fc.constantFrom("expire" as const, "start" as const, "settle" as const, "regress" as const),
        at,
      }),
      fc.record({ kind: fc.constant("supersede" as const), at, why: fc.constant("w") }),
      fc.record({ kind: fc.constant("restore" as const), at, sent: fc.boolean() }),
      fc.record({
        kind: fc.constant("item" as const),
        index: fc.integer({ min: 0, max: 1 }),
        state: fc.constantFrom("running" as const, "verified" as const, "failed" as const, "halted" as const),
        applied: fc.constantFrom([], [{ path: ["a"], from: 1, to: 2 }]),
        at,
      }),
    );
    const final: readonly RequestState[] = ["denied", "expired", "superseded", "cancelled", "closed", "failed"];
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (events, need) => {
        let now = request({ need, items: [item(), item()] });
        for (const one of events) {
          const before = now;
          const result = transition(now, one);
          if ("next" in result) now = result.next;
          if (final.includes(before.state)) expect(now.state).toBe(before.state);
          if (isSettled(before.state)) expect(isSettled(now.state)).toBe(true);
          const people = counted(now).map(({ human: who }) => who);
          expect(new Set(people).size).toBe(people.length);
          expect(people).not.toContain("tom");
          if (one.kind === "restore" && "next" in result) {
            expect(["expired", "halted"]).toContain(now.state);
            expect(transition(now, { kind: "start", at: 5_000 })).toHaveProperty("refused");
          }
          if (now.state === "executing" || now.state === "verified") expect(people.length).toBeGreaterThanOrEqual(need);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
