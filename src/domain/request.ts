import type { AssetType } from "#domain/asset";
import type { Severity } from "#domain/check";
import type { Change, Plan } from "#domain/plan";
import { canonical, sha256 } from "#domain/plan";
import type { Instant } from "#domain/time";

/** fix and undo change a cloud; an acceptance changes only what we say of a finding. */
export type RequestKind = "fix" | "undo" | "acceptance";

export type RequestState =
  | "requested"
  | "approved"
  | "executing"
  | "verified"
  | "failed"
  | "halted"
  | "denied"
  | "expired"
  | "superseded"
  | "cancelled"
  | "closed";

export type ItemState = "waiting" | "running" | "verified" | "failed" | "halted" | "skipped";

export interface Item {
  readonly finding: string;
  /** `F-1a2b` */
  readonly findingId: string;
  readonly check: string;
  readonly asset: {
    readonly id: string;
    readonly type: AssetType;
    readonly account: string;
    readonly region: string;
    readonly name: string;
  };
  /** "block public access: 2 of 4 settings on → 4 of 4" */
  readonly summary: string;
  /** Absent for an acceptance. */
  readonly plan?: Plan;
  readonly state: ItemState;
  /** What was really changed, leaf by leaf: the undo takes back exactly this. */
  readonly applied: readonly Change[];
  /** One sentence for people: why it stopped, or what is still wrong. */
  readonly why?: string;
}

export interface Approval {
  readonly human: string;
  readonly hash: string;
  readonly at: Instant;
}

export interface Request {
  /** `R-12` */
  readonly id: string;
  readonly kind: RequestKind;
  /** The request an undo takes back. */
  readonly parent?: string;
  /** `G-7k` */
  readonly group?: string;
  readonly topic: string;
  readonly severity: Severity;
  readonly owner?: string;
  readonly environment?: string;
  readonly remediation?: string;
  readonly given: Readonly<Record<string, string>>;
  readonly state: RequestState;
  readonly requester: string;
  readonly reason: string;
  /** Keys of `groups`; empty: nobody may approve. */
  readonly approvers: readonly string[];
  /** How many different people. */
  readonly need: number;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
  readonly items: readonly Item[];
  readonly hash: string;
  readonly approvals: readonly Approval[];
  /** Who denied, cancelled or closed it, and why. */
  readonly decided?: { readonly human: string; readonly at: Instant; readonly reason: string };
  readonly startedAt?: Instant;
  readonly settledAt?: Instant;
  /** One sentence for people: why it failed, stopped, or was out of date. */
  readonly why?: string;
  /** Marks on a verified request. */
  readonly regressedAt?: Instant;
  readonly undoneBy?: string;
  /** Until when an undo is offered. */
  readonly undoUntil?: Instant;
  /** Acceptances: when it ends. */
  readonly acceptUntil?: Instant;
}

export const maxItems = 10;

/** What an approval binds to. An acceptance binds to findings, evidence, end and reason instead of plans. */
export const requestHash = (request: {
  readonly kind: RequestKind;
  readonly items: readonly { readonly finding: string; readonly plan?: Plan }[];
  readonly accept?: { readonly until: Instant; readonly reason: string; readonly evidence: readonly unknown[] };
}): string =>
  sha256(
    canonical({
      kind: request.kind,
      items: request.items.map(({ finding, plan }) => plan?.hash ?? finding),
      accept: request.accept,
    }),
  );

export type RequestEvent =
  | { readonly kind: "approve"; readonly human: string; readonly hash: string; readonly at: Instant }
  | { readonly kind: "fall"; readonly human: string; readonly at: Instant; readonly why: string }
  | {
      readonly kind: "deny" | "cancel" | "close";
      readonly human: string;
      readonly at: Instant;
      readonly reason: string;
    }
  | { readonly kind: "expire"; readonly at: Instant }
  | { readonly kind: "supersede"; readonly at: Instant; readonly why: string }
  | { readonly kind: "start"; readonly at: Instant }
  | {
      readonly kind: "item";
      readonly index: number;
      readonly state: ItemState;
      readonly applied: readonly Change[];
      readonly at: Instant;
      readonly why?: string;
    }
  | { readonly kind: "settle"; readonly at: Instant }
  /** The rest of a halted request, planned anew: it needs its approvals again. */
  | {
      readonly kind: "replan";
      readonly plans: ReadonlyMap<number, Plan>;
      readonly at: Instant;
      readonly expiresAt: Instant;
    }
  | { readonly kind: "regress"; readonly at: Instant }
  /** The state is older than what was done. `sent`: a call of it was journalled. */
  | { readonly kind: "restore"; readonly at: Instant; readonly sent: boolean }
  | { readonly kind: "undone"; readonly by: string; readonly at: Instant };

/** Why an event does not apply. The flow turns it into the sentence the person reads. */
export type Refused =
  | "wrong-state"
  | "other-plan"
  | "own-request"
  | "approved-already"
  | "expired"
  | "not-enough"
  | "sent";
export type Transition = { readonly next: Request } | { readonly refused: Refused };

const next = (request: Request, change: Partial<Request>): Transition => ({ next: { ...request, ...change } });
const refused = (why: Refused): Transition => ({ refused: why });

export const isSettled = (state: RequestState): boolean =>
  state !== "requested" && state !== "approved" && state !== "executing" && state !== "halted";

/** Approvals that count: distinct people, for the present hash. */
export const counted = (request: Request): readonly Approval[] =>
  request.approvals.filter(({ hash }) => hash === request.hash);

/**
 * The whole request machine (`design/change.md` section 2): pure, total, and the only place a state changes.
 * Who a person is, and whether the policy lets them, is decided before.
 */
export function transition(request: Request, event: RequestEvent): Transition {
  const { state } = request;
  switch (event.kind) {
    case "approve": {
      if (state !== "requested" && !(state === "halted" && waiting(request))) return refused("wrong-state");
      if (event.at >= request.expiresAt) return refused("expired");
      if (event.human === request.requester) return refused("own-request");
      if (event.hash !== request.hash) return refused("other-plan");
      if (counted(request).some(({ human }) => human === event.human)) return refused("approved-already");
      const approvals = [...request.approvals, { human: event.human, hash: event.hash, at: event.at }];
      const enough = counted({ ...request, approvals }).length >= request.need;
      if (state === "halted") return next(request, { approvals });
      if (!enough) return next(request, { approvals });
      return request.kind === "acceptance"
        ? next(request, { approvals, state: "verified", settledAt: event.at, items: request.items.map(verified) })
        : next(request, { approvals, state: "approved" });
    }
    case "fall":
      if (state !== "requested" && state !== "approved") return refused("wrong-state");
      return next(request, {
        state: "requested",
        approvals: request.approvals.filter(({ human }) => human !== event.human),
        why: event.why,
      });
    case "deny":
      if (state !== "requested") return refused("wrong-state");
      return settle(request, "denied", event);
    case "cancel":
      if (state !== "requested" && state !== "approved") return refused("wrong-state");
      return settle(request, "cancelled", event);
    case "close":
      if (state !== "halted") return refused("wrong-state");
      return settle(request, "closed", event);
    case "expire":
      if (state !== "requested" && state !== "approved") return refused("wrong-state");
      return event.at < request.expiresAt
        ? refused("wrong-state")
        : next(request, { state: "expired", settledAt: event.at });
    case "supersede":
      if (
        state === "executing" &&
        request.items.some(({ applied, state: item }) => applied.length > 0 || item === "verified")
      )
        return refused("sent");
      if (state !== "requested" && state !== "approved" && state !== "executing") return refused("wrong-state");
      return next(request, {
        state: "superseded",
        settledAt: event.at,
        why: event.why,
        items: request.items.map(skipped),
      });
    case "start":
      if (state !== "approved" && state !== "halted") return refused("wrong-state");
      if (request.kind === "acceptance") return refused("wrong-state");
      if (counted(request).length < request.need) return refused("not-enough");
      return next(request, { state: "executing", startedAt: event.at });
    case "item": {
      if (state !== "executing") return refused("wrong-state");
      const items = request.items.map((item, index) =>
        index === event.index
          ? { ...item, state: event.state, applied: event.applied, ...(event.why !== undefined && { why: event.why }) }
          : item,
      );
      return next(request, { items });
    }
    case "settle":
      return state === "executing" ? settleExecuted(request, event.at) : refused("wrong-state");
    case "replan": {
      if (state !== "halted") return refused("wrong-state");
      const items = request.items.map((item, index): Item => {
        const plan = event.plans.get(index);
        return plan ? { ...item, plan, state: "waiting" } : item;
      });
      const hash = requestHash({ kind: request.kind, items });
      return next(request, { items, hash, approvals: [], expiresAt: event.expiresAt });
    }
    case "regress":
      return state === "verified" ? next(request, { regressedAt: event.at }) : refused("wrong-state");
    case "restore":
      return restored(request, event);
    case "undone":
      return state === "verified" || state === "halted"
        ? next(request, { undoneBy: event.by })
        : refused("wrong-state");
  }
}

const restoredWhy = "The database was restored: what was done since is not known here.";

/** No approval from before a restore counts. Where something was sent, a person looks what is true. */
function restored(request: Request, { at, sent }: { readonly at: Instant; readonly sent: boolean }): Transition {
  const { state } = request;
  const untouched = request.items.every((item) => item.applied.length === 0 && item.state !== "verified");
  if (state === "requested" || state === "approved" || (state === "executing" && !sent && untouched))
    return next(request, { state: "expired", settledAt: at, why: restoredWhy });
  const nothingOpen = request.approvals.length === 0 && !waiting(request);
  if (state !== "executing" && (state !== "halted" || nothingOpen)) return refused("wrong-state");
  const items = request.items.map((item): Item => {
    if (item.state === "running") return { ...item, state: "halted", why: restoredWhy };
    return item.state === "waiting" ? skipped(item) : item;
  });
  return next(request, {
    state: "halted",
    items,
    approvals: [],
    need: Math.max(1, request.need),
    settledAt: request.settledAt ?? at,
    why: restoredWhy,
  });
}

const verified = (item: Item): Item => ({ ...item, state: "verified" });
const skipped = (item: Item): Item => ({ ...item, state: "skipped" });
const waiting = (request: Request): boolean => request.items.some((item) => item.state === "waiting");

const settle = (
  request: Request,
  state: RequestState,
  { human, at, reason }: { readonly human: string; readonly at: Instant; readonly reason: string },
): Transition => next(request, { state, settledAt: at, decided: { human, at, reason } });

/** All items verified → verified; nothing took effect anywhere → failed; anything in between → halted. */
function settleExecuted(request: Request, at: Instant): Transition {
  if (request.items.some(({ state }) => state === "running")) return refused("wrong-state");
  const items = request.items.map((item) => (item.state === "waiting" ? skipped(item) : item));
  const problem = items.find(({ state }) => state === "failed" || state === "halted");
  const why = problem?.why;
  const untouched = items.every(
    ({ state, applied }) => state !== "verified" && state !== "halted" && applied.length === 0,
  );
  const state = items.every((item) => item.state === "verified") ? "verified" : untouched ? "failed" : "halted";
  return next(request, { items, state, settledAt: at, ...(why !== undefined && { why }) });
}
