import type { Actor } from "#domain/person";
import { sha256 } from "#domain/plan";
import type { Request } from "#domain/request";
import { transition } from "#domain/request";
import { beforeAccepting } from "#flows/accept";
import { afterRequest } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { apply } from "#flows/execute";
import { frozenSentence } from "#flows/freeze";
import { refreshGroups } from "#flows/groups";
import type { Answer } from "#flows/requests";
import { may, mayApprove } from "#posture/policy";

const no = (refused: string): { readonly refused: string } => ({ refused });

/** By button (`nonce`) or as text with the plan's hash (`approve R-12 9f3c21ab`). */
export async function approve(
  bot: Bot,
  by: { readonly actor: Actor } & ({ readonly nonce: string } | { readonly id: string; readonly hash: string }),
): Promise<Answer> {
  const { actor } = by;
  const found = "nonce" in by ? fromNonce(bot, by.nonce) : fromText(bot, by.id, by.hash);
  const refuse = async (why: string, subject: string): Promise<Answer> => {
    await bot.refusals.record(actor, { verb: "approve", subject, why });
    return no(why);
  };
  if ("refused" in found) return refuse(found.refused, found.subject);
  const { stored, hash } = found;
  const { request } = stored;
  const changes = request.kind !== "acceptance";
  const not = mayApprove(actor, request) ?? (changes ? frozenSentence(bot) : undefined);
  if (not !== undefined) return refuse(not, request.id);
  const event = { kind: "approve", human: actor.human.id, hash, at: bot.now() } as const;
  const result = transition(request, event);
  if ("refused" in result) {
    await refuse(result.refused, request.id);
    return { not: result.refused, request };
  }
  const stopped = await beforeAccepting(bot, request);
  if (stopped) {
    await refuse("refused" in stopped ? stopped.refused : (stopped.request.why ?? stopped.not), request.id);
    return stopped;
  }
  const { edge, request: next } = afterRequest(bot, request, result.next, event);
  const outcome = await bot.store.commit({
    ...edge,
    ...(changes && { unlessFrozen: true }),
    requests: [{ revision: stored.revision, next }],
    settings: { [`name:${actor.human.id}`]: actor.human.name },
    ...("nonce" in by && { nonce: { id: sha256(by.nonce), human: actor.human.id, at: bot.now() } }),
  });
  if (outcome !== "done") return no(`${request.id} changed at the same moment. Look at it again.`);
  if (next.accept?.exception !== undefined) await refreshGroups(bot, edge.findings ?? []);
  bot.wake();
  return { request: next };
}

type Found =
  | { readonly stored: { readonly request: Request; readonly revision: number }; readonly hash: string }
  | { readonly refused: string; readonly subject: string };

function fromNonce(bot: Bot, nonce: string): Found {
  const known = bot.store.nonce(sha256(nonce));
  const stored = known && bot.store.request(known.request);
  if (!known || known.verb !== "approve" || !stored)
    return { refused: "This button is not one of ours, or too old. Nothing happened.", subject: "nonce" };
  return { stored, hash: known.planHash };
}

function fromText(bot: Bot, id: string, typed: string): Found {
  const stored = bot.store.request(id);
  if (!stored) return { refused: `There is no request ${id}.`, subject: id };
  const { hash } = stored.request;
  if (!/^[0-9a-f]{8,64}$/i.test(typed) || !hash.startsWith(typed.toLowerCase()))
    return { refused: `${typed} is not the plan of ${id}. Look at it again: the plan may have changed.`, subject: id };
  return { stored, hash };
}

export type Decision = "deny" | "cancel" | "close";

/** Denying takes an approver; withdrawing and closing by hand the person who asked, or an admin; closing also an approver. */
export async function decide(
  bot: Bot,
  by: { readonly actor: Actor; readonly id: string; readonly kind: Decision; readonly reason: string },
): Promise<Answer> {
  const { actor, id, kind, reason } = by;
  const stored = bot.store.request(id);
  if (!stored) return no(`There is no request ${id}.`);
  const { request } = stored;
  const not = mayDecide(actor, request, kind);
  if (not !== undefined) {
    await bot.refusals.record(actor, { verb: kind, subject: id, why: not });
    return no(not);
  }
  const next = await apply(bot, id, { kind, human: actor.human.id, at: bot.now(), reason });
  if (next) return { request: next };
  await bot.refusals.record(actor, { verb: kind, subject: id, why: "wrong-state" });
  return { not: "wrong-state", request };
}

function mayDecide(actor: Actor, request: Request, kind: Decision): string | undefined {
  const { id, roles } = actor.human;
  const asked = request.requester === id || request.rest?.human === id;
  switch (kind) {
    case "deny":
      return mayApprove(actor, request, "deny");
    case "cancel":
      return asked || may(roles, "cancel-all")
        ? undefined
        : `Only the person who asked for ${request.id}, or an admin, can withdraw it.`;
    case "close":
      return asked || may(roles, "close-all") || mayApprove(actor, request) === undefined
        ? undefined
        : `Only the person who asked for ${request.id}, whoever may approve it, or an admin can close it by hand.`;
  }
}
