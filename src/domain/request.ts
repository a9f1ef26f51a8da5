import type { AssetType } from "#domain/asset";
import type { Severity } from "#domain/check";
import type { Because } from "#domain/exception";
import type { Standing } from "#domain/finding";
import type { Change, Plan } from "#domain/plan";
import { canonical, joinChanges, sha256 } from "#domain/plan";
import type { Instant } from "#domain/time";

/** fix and undo change a cloud; an acceptance changes only what we say of a finding. */
export type RequestKind = "fix" | "undo" | "acceptance";

export const requestStates = [
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
] as const;
export type RequestState = (typeof requestStates)[number];

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
  /** Who may notice, as it was read when the request was planned. Not part of what is approved. */
  readonly notices?: readonly string[];
  /** Absent for an acceptance. */
  readonly plan?: Plan;
  readonly state: ItemState;
  /** What was really changed, leaf by leaf: the undo takes back exactly this. */
  readonly applied: readonly Change[];
  /** What an attempt before this one had changed, where the rest was planned anew. */
  readonly earlier?: readonly Change[];
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
  /** Approved, and why it does not run yet. */
  readonly held?: { readonly until: Instant; readonly why: string };
  /** Who asked for the rest of it after it had stopped, and why. */
  readonly rest?: { readonly human: string; readonly at: Instant; readonly reason: string };
  readonly startedAt?: Instant;
  readonly settledAt?: Instant;
  /** One sentence for people: why it failed, stopped, or was out of date. */
  readonly why?: string;
  /** Marks on a verified request. */
  readonly regressedAt?: Instant;
  readonly undoneBy?: string;
  /** Until when an undo is offered. */
  readonly undoUntil?: Instant;
  readonly accept?: Acceptance;
}

/** What an acceptance says besides which findings, and why. */
export interface Acceptance {
  readonly until: Instant;
  readonly because: Because;
  readonly ticket?: string;
  /** How each finding stood when it was asked for, in the order of the items. */
  readonly standings: readonly Standing[];
  /** `E-5`, once it was approved. */
  readonly exception?: string;
}

export const maxItems = 10;

/** What an approval binds to. An acceptance binds to findings, evidence, end and reason instead of plans. */
export const requestHash = (request: {
  readonly kind: RequestKind;
  readonly items: readonly { readonly finding: string; readonly plan?: Plan }[];
  /** A second attempt is approved for itself, also where its plans are the same. */
  readonly rest?: { readonly human: string; readonly at: Instant };
  readonly accept?: { readonly until: Instant; readonly reason: string; readonly evidence: readonly unknown[] };
}): string =>
  sha256(
    canonical({
      kind: request.kind,
      items: request.items.map(({ finding, plan }) => plan?.hash ?? finding),
      rest: request.rest && { human: request.rest.human, at: request.rest.at },
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
  | { readonly kind: "hold"; readonly at: Instant; readonly until: Instant; readonly why: string }
  | {
      readonly kind: "item";
      readonly index: number;
      readonly state: ItemState;
      readonly applied: readonly Change[];
      readonly at: Instant;
      readonly why?: string;
    }
  | { readonly kind: "settle"; readonly at: Instant }
  /** The rest of a halted request, planned anew: it needs its approvals again. An item without a plan is done already. */
  | {
      readonly kind: "replan";
      readonly human: string;
      readonly reason: string;
      readonly plans: ReadonlyMap<number, { readonly plan: Plan; readonly summary: string }>;
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

/** It stopped, and what is left of it was planned anew and waits for its approvals. */
export const restWaits = ({ state, items }: Pick<Request, "state" | "items">): boolean =>
  state === "halted" && items.some((item) => item.state === "waiting");

/** Approvals can be given, or fall, or be refused. */
export const isUndecided = (request: Pick<Request, "state" | "items">): boolean =>
  request.state === "requested" || restWaits(request);

/** Enough people have approved what is to run next. */
export const mayStart = (request: Request): boolean =>
  request.state === "approved" || (restWaits(request) && counted(request).length >= request.need);

/** The assets that nothing else may change meanwhile. A halted request may be taken back by another one. */
export const busyAssets = ({ kind, state, items }: Request): readonly string[] =>
  kind === "acceptance" || isSettled(state)
    ? []
    : items.filter((item) => state !== "halted" || item.state === "waiting").map(({ asset }) => asset.id);

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
      if (!isUndecided(request)) return refused("wrong-state");
      if (event.at >= request.expiresAt) return refused("expired");
      if (event.human === request.requester || event.human === request.rest?.human) return refused("own-request");
      if (event.hash !== request.hash) return refused("other-plan");
      if (counted(request).some(({ human }) => human === event.human)) return refused("approved-already");
      const approvals = [...request.approvals, { human: event.human, hash: event.hash, at: event.at }];
      const enough = counted({ ...request, approvals }).length >= request.need;
      if (state === "halted" || !enough) return next(request, { approvals });
      return request.kind === "acceptance"
        ? next(request, { approvals, state: "verified", settledAt: event.at, items: request.items.map(verified) })
        : next(request, { approvals, state: "approved" });
    }
    case "fall":
      if (state !== "approved" && !isUndecided(request)) return refused("wrong-state");
      return next(request, {
        state: state === "halted" ? state : "requested",
        approvals: request.approvals.filter(({ human }) => human !== event.human),
        why: event.why,
      });
    case "deny":
      if (restWaits(request)) return withoutRest(request);
      return state === "requested" ? settle(request, "denied", event) : refused("wrong-state");
    case "cancel":
      if (restWaits(request)) return withoutRest(request);
      return state === "requested" || state === "approved"
        ? settle(request, "cancelled", event)
        : refused("wrong-state");
    case "close":
      return state === "halted"
        ? settle({ ...request, items: request.items.map(notStarted) }, "closed", event)
        : refused("wrong-state");
    case "expire":
      if (event.at < request.expiresAt) return refused("wrong-state");
      if (restWaits(request)) return withoutRest(request);
      return state === "requested" || state === "approved"
        ? next(request, { state: "expired", settledAt: event.at })
        : refused("wrong-state");
    case "supersede":
      if (restWaits(request)) return withoutRest(request, event.why);
      if (state === "executing" && request.items.some(touched)) return refused("sent");
      if (state !== "requested" && state !== "approved" && state !== "executing") return refused("wrong-state");
      return next(request, {
        state: "superseded",
        settledAt: event.at,
        why: event.why,
        items: request.items.map(skipped),
      });
    case "start":
      if (state !== "approved" && !restWaits(request)) return refused("wrong-state");
      if (request.kind === "acceptance") return refused("wrong-state");
      if (counted(request).length < request.need) return refused("not-enough");
      return { next: { ...withoutHold(request), state: "executing", startedAt: event.at } };
    case "hold":
      if (!mayStart(request) && state !== "executing") return refused("wrong-state");
      return next(request, { held: { until: event.until, why: event.why } });
    case "item": {
      if (state !== "executing") return refused("wrong-state");
      const items = request.items.map((item, index) =>
        index === event.index
          ? {
              ...item,
              state: event.state,
              applied: joinChanges(item.earlier ?? [], event.applied),
              ...(event.why !== undefined && { why: event.why }),
            }
          : item,
      );
      return { next: { ...withoutHold(request), items } };
    }
    case "settle":
      return state === "executing" ? settleExecuted(request, event.at) : refused("wrong-state");
    case "replan": {
      if (state !== "halted" || restWaits(request)) return refused("wrong-state");
      const items = request.items.map((item, index) => withPlan(item, event.plans.get(index)));
      if (!items.some((item) => item.state === "waiting")) return refused("wrong-state");
      const rest = { human: event.human, at: event.at, reason: event.reason };
      const hash = requestHash({ kind: request.kind, items, rest });
      return next(request, { items, hash, approvals: [], expiresAt: event.expiresAt, rest });
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
  if (state !== "executing" && !restWaits(request)) return refused("wrong-state");
  const items = request.items.map(
    (item): Item => (item.state === "running" ? { ...item, state: "halted", why: restoredWhy } : notStarted(item)),
  );
  const { rest: _, ...kept } = withoutHold(request);
  return next(kept, {
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
const withoutHold = ({ held: _, ...request }: Request): Request => request;
const notStarted = (item: Item): Item => (item.state === "waiting" ? skipped(item) : item);
const touched = ({ applied, state }: Item): boolean => applied.length > 0 || state === "verified";

/** Nobody is to finish it: it stands halted as it did before somebody asked for the rest. */
function withoutRest({ rest: _, ...request }: Request, why?: string): Transition {
  const items = request.items.map(notStarted);
  return { next: { ...request, items, approvals: [], ...(why !== undefined && { why }) } };
}

function withPlan(
  { why: _, ...item }: Item,
  planned: { readonly plan: Plan; readonly summary: string } | undefined,
): Item {
  if (!planned) return item;
  return { ...item, ...planned, state: "waiting", earlier: item.applied };
}

const settle = (
  request: Request,
  state: RequestState,
  { human, at, reason }: { readonly human: string; readonly at: Instant; readonly reason: string },
): Transition => next(request, { state, settledAt: at, decided: { human, at, reason } });

/** All items verified → verified; nothing took effect anywhere → failed; anything in between → halted. */
function settleExecuted(request: Request, at: Instant): Transition {
  if (request.items.some(({ state }) => state === "running")) return refused("wrong-state");
  const items = request.items.map(notStarted);
  const problem = items.find(({ state }) => state === "failed" || state === "halted");
  const why = problem?.why;
  const untouched = items.every(
    ({ state, applied }) => state !== "verified" && state !== "halted" && applied.length === 0,
  );
  const state = items.every((item) => item.state === "verified") ? "verified" : untouched ? "failed" : "halted";
  return next(request, { items, state, settledAt: at, ...(why !== undefined && { why }) });
}
