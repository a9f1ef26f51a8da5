import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import { canonical } from "#domain/plan";
import type { AnyRemediation } from "#domain/remediation";
import { isRefusal } from "#domain/remediation";
import type { Item, Request } from "#domain/request";
import { restWaits } from "#domain/request";
import { minute } from "#domain/time";
import type { Bot } from "#flows/bot";
import { makePlan, undoAim } from "#flows/change";
import { readPort, targetOf } from "#flows/execute";
import type { Answer } from "#flows/requests";
import { itemOf, open } from "#flows/requests";
import { mayApprove } from "#posture/policy";

const no = (refused: string): { readonly refused: string } => ({ refused });

interface UndoAsk {
  readonly actor: Actor;
  readonly id: string;
  readonly reason: string;
}

/** Takes back what a request changed, and only that, planned from what is live now. */
export async function askForUndo(bot: Bot, ask: UndoAsk): Promise<Answer> {
  const answer = await planUndo(bot, ask);
  if ("refused" in answer) await bot.refusals.record(ask.actor, { verb: "undo", subject: ask.id, why: answer.refused });
  return answer;
}

async function planUndo(bot: Bot, ask: UndoAsk): Promise<Answer> {
  const { actor, id, reason } = ask;
  const parent = bot.store.request(id)?.request;
  const remediation = parent && bot.remediations.find((each) => each.id === parent.remediation);
  if (!parent || !remediation) return no(`There is no change ${id} to undo.`);
  const impossible = whyNoUndo(bot, parent, remediation);
  if (impossible !== undefined) return no(impossible);
  const items: Item[] = [];
  const findings: Finding[] = [];
  let asPreviewed = true;
  for (const item of parent.items.filter(({ applied }) => applied.length > 0)) {
    const finding = bot.store.finding(item.finding);
    if (!finding) continue;
    const made = await makePlan(remediation, undoAim(remediation, item.applied), {
      read: readPort(bot, targetOf(item)),
    });
    if (made === "nothing to do") continue;
    if (isRefusal(made)) return no(`${id} cannot be undone: ${made.refused}`);
    asPreviewed &&= canonical(made.plan.calls) === canonical(item.plan?.undo ?? "");
    items.push(itemOf(finding, made));
    findings.push(finding);
  }
  if (items.length === 0) return no(`Nothing of ${id} is left to take back.`);
  const settled = parent.settledAt ?? 0;
  // An approval from before a restore covers nothing.
  const known = settled >= (bot.store.epoch()?.at ?? 0);
  const quick = known && bot.now() - settled <= bot.config.limits.fastUndoMinutes * minute;
  return open(bot, {
    actor,
    findings,
    reason,
    given: {},
    items,
    remediation,
    kind: "undo",
    parent,
    covered: quick && isInvolved(actor, parent) && asPreviewed,
  });
}

/** Whoever asked for it, or may approve it. */
export const isInvolved = (actor: Actor, { id, requester, approvers, rest }: Request): boolean =>
  [requester, rest?.human].includes(actor.human.id) ||
  mayApprove(actor, { id, approvers, requester: "" }) === undefined;

export function whyNoUndo(bot: Bot, parent: Request, remediation: AnyRemediation): string | undefined {
  if (parent.kind !== "fix" || (parent.state !== "verified" && parent.state !== "halted"))
    return `${parent.id} changed nothing that could be undone.`;
  if (parent.undoneBy !== undefined) return `${parent.id} was undone already, by ${parent.undoneBy}.`;
  if (remediation.undo && "none" in remediation.undo) return remediation.undo.none;
  if (parent.undoUntil !== undefined && bot.now() > parent.undoUntil)
    return `${parent.id} can no longer be undone here: the time for it is over.`;
  if (restWaits(parent)) return `The rest of ${parent.id} was asked for. Withdraw that first, or let it end.`;
  const open = bot.store.requests({ parent: parent.id, state: ["requested", "approved", "executing"] })[0];
  return open && `${open.id} already asks to undo ${parent.id}.`;
}
