import type { Actor } from "#domain/person";
import { isRefusal } from "#domain/remediation";
import type { Request } from "#domain/request";
import { restWaits } from "#domain/request";
import type { Bot } from "#flows/bot";
import { makePlan, type Planned } from "#flows/change";
import { aimOf, apply, readPort, targetOf } from "#flows/execute";
import { pingsFor } from "#flows/names";
import { expiryOf, policyMoved, remediationOf } from "#flows/policy";
import type { Answer } from "#flows/requests";

interface RestAsk {
  readonly actor: Actor;
  readonly id: string;
  readonly reason: string;
}

/** What a request that stopped had left, planned anew from what is live now: the same request, with its approvals to come. */
export async function askForRest(bot: Bot, ask: RestAsk): Promise<Answer> {
  const answer = await planRest(bot, ask);
  if ("refused" in answer) await bot.refusals.record(ask.actor, { verb: "fix", subject: ask.id, why: answer.refused });
  return answer;
}

export function whyNoRest(bot: Bot, { id, state, items, undoneBy, kind }: Request): string | undefined {
  if (state !== "halted" || kind === "acceptance") return `${id} did not stop half way: there is no rest of it.`;
  if (restWaits({ state, items })) return `The rest of ${id} was asked for already: it waits for its approval.`;
  if (undoneBy !== undefined) return `${id} was taken back by ${undoneBy}. Ask for a new fix.`;
  const undo = bot.store.requests({ parent: id, state: ["requested", "approved", "executing"] })[0];
  return undo && `${undo.id} is about to take ${id} back. Let it end, or withdraw it first.`;
}

async function planRest(bot: Bot, { actor, id, reason }: RestAsk): Promise<Answer> {
  const request = bot.store.request(id)?.request;
  const remediation = request && remediationOf(bot, request);
  if (!request || !remediation) return { refused: `There is no request ${id}.` };
  const impossible = whyNoRest(bot, request) ?? policyMoved(bot, request);
  if (impossible !== undefined) return { refused: impossible };
  const plans = new Map<number, Planned>();
  for (const [index, item] of request.items.entries()) {
    if (item.state === "verified") continue;
    const made = await makePlan(remediation, aimOf(bot, request, remediation, index), {
      read: readPort(bot, targetOf(item)),
    });
    if (isRefusal(made)) return { refused: `The rest of ${id} cannot be done: ${item.asset.name}: ${made.refused}` };
    if (made !== "nothing to do") plans.set(index, made);
  }
  if (plans.size === 0)
    return { refused: `Nothing of ${id} is left to do: everything is as it should be. Close it by hand, and say so.` };
  const at = bot.now();
  const next = await apply(bot, id, {
    kind: "replan",
    human: actor.human.id,
    reason,
    plans,
    at,
    expiresAt: expiryOf(bot, at),
    pings: await pingsFor(bot, request.approvers),
  });
  return next ? { request: next } : { refused: `${id} changed at the same moment. Look at it again.` };
}
