import { CloudError } from "#cloud/cloud";
import type { Call } from "#domain/call";
import { messageOf } from "#domain/errors";
import type { Change } from "#domain/plan";
import type { AnyRemediation } from "#domain/remediation";
import type { Item, Request } from "#domain/request";
import { mayStart, transition } from "#domain/request";
import type { Instant } from "#domain/time";
import { hour, minute } from "#domain/time";
import type { Happening } from "#flows/after-request";
import { afterRequest } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import type { Aim, ChangePorts, Outcome } from "#flows/change";
import { execute, fixAim, Leaving, undoAim } from "#flows/change";
import { freezeOf, frozenSentence } from "#flows/freeze";
import { actorById } from "#flows/people";
import { policyMoved, policyTags, remediationOf } from "#flows/policy";
import { mayApprove } from "#posture/policy";
import type { Edge } from "#store/store";

/**
 * Runs one approved request, item after item, and stops at the first problem. The same path runs again after a crash: every
 * call is journalled before it is sent, and nothing is sent before the live state was compared with the plan.
 */
export async function runRequest(bot: Bot, id: string): Promise<void> {
  const request = await startRequest(bot, id);
  if (!request) return;
  for (const [index, item] of request.items.entries()) {
    const now = current(bot, id);
    if (now?.state !== "executing") return;
    leaveIfStopping(bot);
    const here = now.items[index] ?? item;
    if (here.state !== "waiting" && here.state !== "running") continue;
    if (here.state === "waiting" && (await holdsFor(bot, now, here))) return;
    const outcome = await runItem(bot, now, here, index);
    if (outcome.state === "superseded") {
      const why = outcome.why ?? "It is not as it was.";
      if (await apply(bot, id, { kind: "supersede", at: bot.now(), why })) return;
    }
    await apply(bot, id, {
      kind: "item",
      index,
      // Out of date in the middle of a request: this one was not touched, but what came before was.
      state: outcome.state === "superseded" ? "failed" : outcome.state,
      applied: outcome.applied,
      at: bot.now(),
      ...(outcome.why !== undefined && { why: outcome.why }),
    });
    if (outcome.state !== "verified") break;
  }
  await apply(bot, id, { kind: "settle", at: bot.now() });
}

/** Approvals are looked at again: somebody who left the group since takes the approval with them. */
async function startRequest(bot: Bot, id: string): Promise<Request | undefined> {
  const request = current(bot, id);
  if (!request || request.state === "executing") return request;
  if (!mayStart(request) || freezeOf(bot.store)) return undefined;
  if (bot.now() >= request.expiresAt) {
    await apply(bot, id, { kind: "expire", at: bot.now() });
    return undefined;
  }
  // An undo within the hour stands on the approval of what it takes back.
  const moved = request.need > 0 ? policyMoved(bot, request) : undefined;
  if (moved !== undefined) {
    await apply(bot, id, { kind: "supersede", at: bot.now(), why: moved });
    return undefined;
  }
  for (const { human } of request.approvals) {
    const actor = await actorById(bot, human);
    const refused = actor ? mayApprove(actor, request) : "The account could not be read.";
    if (refused === undefined) continue;
    await apply(bot, id, { kind: "fall", human, at: bot.now(), why: `An approval fell: ${refused}` });
    return undefined;
  }
  const first = request.items.find(({ state }) => state === "waiting");
  if (first && (await holdsFor(bot, request, first))) return undefined;
  return apply(bot, id, { kind: "start", at: bot.now() });
}

/** So many changes an hour in one account; what is approved beyond waits, and its message says until when. */
async function holdsFor(bot: Bot, request: Request, { asset }: Item): Promise<boolean> {
  const most = bot.config.limits.changesPerHourAndAccount;
  const began = request.kind === "fix" ? changesOf(bot, asset.account, bot.now() - hour) : [];
  const oldest = began.at(-most);
  if (oldest === undefined) return false;
  const until = oldest + hour;
  const why = `${most} changes an hour are allowed in account ${asset.account}`;
  if (request.held?.until !== until) await apply(bot, request.id, { kind: "hold", at: bot.now(), until, why });
  return true;
}

/** When the changes of an account began, the oldest first. */
function changesOf(bot: Bot, account: string, since: Instant): readonly Instant[] {
  const began = new Map<string, Instant>();
  for (const { request: id, item, at } of bot.store.stepsSince(since)) {
    const request = current(bot, id);
    if (request?.kind === "fix" && request.items[item]?.asset.account === account && !began.has(`${id} ${item}`))
      began.set(`${id} ${item}`, at);
  }
  return [...began.values()].sort((a, b) => a - b);
}

function leaveIfStopping({ stopping }: Bot): void {
  if (stopping.aborted) throw new Leaving();
}

const current = (bot: Bot, id: string): Request | undefined => bot.store.request(id)?.request;

/** One transition, with its audit entry, message and timers, in one edge. Undefined: it did not apply (any more). */
export async function apply(
  bot: Bot,
  id: string,
  event: Exclude<Happening, { kind: "ask" }>,
): Promise<Request | undefined> {
  const moved = move(bot, id, event);
  if (!moved) return undefined;
  // An undo that is done marks what it took back, at the same moment.
  const { kind, state, parent } = moved.request;
  const undone = kind === "undo" && state === "verified" && parent !== undefined;
  const taken = undone ? move(bot, parent, { kind: "undone", by: id, at: event.at }) : undefined;
  if ((await bot.store.commit(taken ? both(moved.edge, taken.edge) : moved.edge)) !== "done") return undefined;
  bot.wake();
  return moved.request;
}

function move(
  bot: Bot,
  id: string,
  event: Exclude<Happening, { kind: "ask" }>,
): { readonly edge: Edge; readonly request: Request } | undefined {
  const stored = bot.store.request(id);
  const result = stored && transition(stored.request, event);
  if (!stored || !result || "refused" in result) return undefined;
  const { edge, request } = afterRequest(bot, stored.request, result.next, event);
  const requests = [{ revision: stored.revision, next: request }];
  return { request, edge: { ...edge, requests, ...(event.kind === "start" && { unlessFrozen: true }) } };
}

/** Two edges of the same kinds as one. */
const both = (a: Edge, b: Edge): Edge => ({
  requests: [...(a.requests ?? []), ...(b.requests ?? [])],
  timers: [...(a.timers ?? []), ...(b.timers ?? [])],
  timersDone: [...(a.timersDone ?? []), ...(b.timersDone ?? [])],
  nonces: [...(a.nonces ?? []), ...(b.nonces ?? [])],
  outbox: [...(a.outbox ?? []), ...(b.outbox ?? [])],
  audit: [...a.audit, ...b.audit],
});

async function runItem(bot: Bot, request: Request, item: Item, index: number): Promise<Outcome> {
  const remediation = remediationOf(bot, request);
  if (!remediation || !item.plan) return { state: "halted", why: "This fix is not known any more.", applied: [] };
  // Only one that was running when it broke off may have sent something in this attempt.
  const sent = item.state === "running" && bot.store.steps(request.id).some((step) => step.item === index);
  await apply(bot, request.id, { kind: "item", index, state: "running", applied: [], at: bot.now() });
  try {
    const ports = await portsFor(bot, request, { remediation, item, index });
    return await execute(remediation, aimOf(bot, request, remediation, index), item.plan, ports, {
      request: `${request.id}|${index}|${item.plan.hash.slice(0, 8)}`,
      ...(sent && { sent: item.plan.changes }),
    });
  } catch (error) {
    if (error instanceof Leaving) throw error;
    bot.log.error("request.item", error, { request: request.id, item: index });
    // Anything unforeseen before a call was sent changed nothing; after that nobody knows until somebody looks.
    const began = bot.store.steps(request.id).some((step) => step.item === index);
    return { state: began ? "halted" : "failed", why: `${messageOf(error)}`, applied: [] };
  }
}

export function aimOf(bot: Bot, request: Request, remediation: AnyRemediation, index: number): Aim {
  if (request.kind === "undo") return undoAim(remediation, appliedBefore(bot, request, index));
  return fixAim(remediation, givenOf(remediation, request.given));
}

/** What the undone request changed on the same asset. */
function appliedBefore(bot: Bot, request: Request, index: number): readonly Change[] {
  const parent = request.parent === undefined ? undefined : bot.store.request(request.parent)?.request;
  const asset = request.items[index]?.asset.id;
  return parent?.items.find((item) => item.asset.id === asset)?.applied ?? [];
}

export const givenOf = (
  remediation: AnyRemediation,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(remediation.inputs ?? {}).map(([name, input]) => [name, input.parse(given[name] ?? "")]),
  );

/** The target of an item, as looks take it. */
export const targetOf = ({ asset }: Item): { cloud: "aws" | "azure" | "gcp" } & Item["asset"] => ({
  ...asset,
  cloud: asset.type.startsWith("azure.") ? "azure" : asset.type.startsWith("gcp.") ? "gcp" : "aws",
});

async function portsFor(
  bot: Bot,
  request: Request,
  { remediation, item, index }: { remediation: AnyRemediation; item: Item; index: number },
): Promise<ChangePorts> {
  const target = targetOf(item);
  const account = await bot.looks.accountOf(target);
  const stored = bot.store.asset(item.asset.id) ?? { ...target, tags: {} };
  const journal = (
    step: number,
    call: Call,
    rest: { state: "sending" | "done" | "failed"; requestId?: string; problem?: string },
  ) =>
    bot.store.commit({
      ...(rest.state === "sending" && { unlessFrozen: true }),
      steps: [{ request: request.id, item: index, step, at: bot.now(), operation: call.operation, ...rest }],
      audit: [
        {
          at: bot.now(),
          actor: "stance",
          action: `call.${rest.state}`,
          subject: request.id,
          facts: {
            item: index,
            step,
            operation: call.operation,
            ...(rest.requestId !== undefined && { cloudRequest: rest.requestId }),
          },
          texts: { input: JSON.stringify(call.input), ...(rest.problem !== undefined && { problem: rest.problem }) },
        },
      ],
    });
  return {
    read: readPort(bot, target),
    async run(call, step) {
      // A plan that was begun is sent whole: broken off in the middle, it could only be halted.
      if (step === 0) leaveIfStopping(bot);
      const grant = { request: request.id, remediation: remediation.id, operations: remediation.operations };
      const writer = await bot.looks
        .cloudOf(target)
        .openForWriting(account, { ...grant, asset: stored })
        .catch((error: unknown) => {
          // Whatever kept us out: this call was not sent.
          const { operation } = call;
          throw new CloudError({ kind: "denied", code: "NotSent", operation, message: messageOf(error) }, error);
        });
      if ((await journal(step, call, { state: "sending" })) === "frozen") {
        const message = frozenSentence(bot) ?? "All changes are frozen.";
        throw new CloudError({ kind: "denied", code: "NotSent", operation: call.operation, message });
      }
      try {
        const { output, requestId } = await writer.run(call, item.asset.region);
        await journal(step, call, { state: "done", ...(requestId !== undefined && { requestId }) });
        return output;
      } catch (error) {
        await journal(step, call, { state: "failed", problem: messageOf(error) });
        throw error;
      }
    },
    async wait(minutes, round) {
      const pause = Math.min(1_000 * 2 ** round, 15_000);
      if (round * 2_000 > minutes * minute) return false;
      leaveIfStopping(bot);
      await bot.sleep(pause);
      leaveIfStopping(bot);
      return true;
    },
    stillWrong: () => (request.kind === "fix" ? stillWrong(bot, item) : Promise.resolve(undefined)),
  };
}

export function readPort(bot: Bot, target: ReturnType<typeof targetOf>): ChangePorts["read"] {
  return async (names) => {
    const look = await bot.looks.read(target, names);
    return look === "gone" ? "gone" : { ...look, tags: policyTags(bot, look.asset) };
  };
}

/** The check that raised the finding, on freshly read facts: only its pass closes a fix. */
async function stillWrong(bot: Bot, item: Item): Promise<string | undefined> {
  const check = bot.checks.find(({ id }) => id === item.check);
  if (!check) return "The check that found this is not known any more.";
  const verdict = await bot.looks.judge(check, targetOf(item), bot.now());
  if (verdict === "gone") return "It is gone.";
  return verdict.status === "pass" || verdict.status === "not-applicable" ? undefined : verdict.message;
}
