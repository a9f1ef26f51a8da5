import { fixForm, undoForm } from "#cards/forms";
import type { Form } from "#domain/card";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { Refusal } from "#domain/remediation";
import type { Request } from "#domain/request";
import { minute } from "#domain/time";
import type { Bot } from "#flows/bot";
import { parties } from "#flows/names";
import { approvalPolicy, remediationFor } from "#flows/policy";
import { tickable } from "#flows/report";
import { whyNoUndo } from "#flows/requests";
import { topicOf, undoOffer } from "#flows/show-request";
import { mayApprove } from "#posture/policy";

/** Where approvals are asked for, as people name it. */
export const approvalsName = (bot: Bot): string =>
  bot.config.channels?.approvals ?? bot.config.channels?.admin ?? "chat";

export function fixFormFor(bot: Bot, id: string, findings: readonly Finding[]): Form {
  const fixable = findings.filter((finding) => remediationFor(bot, finding));
  const [first] = fixable;
  const fix = first && remediationFor(bot, first);
  if (!first || !fix) throw new Error(`no fix for ${id}`);
  const same = fixable.filter((finding) => remediationFor(bot, finding)?.id === fix.id);
  const policy = approvalPolicy(bot, same, fix);
  return fixForm({
    id,
    topic: topicOf(bot, first.topic),
    fix,
    ticks: tickable(bot, findings, true),
    undo: undoOffer(bot, { requestedAt: bot.now() }, fix),
    approvers: "nobody" in policy ? [] : parties(policy.approvers),
    need: "nobody" in policy ? 1 : policy.need,
    inputs: Object.entries(fix.inputs ?? {}).map(([name, { label }]) => ({ name, label })),
  });
}

/** Within the first hour those involved need no second approval; the form says so, the flow decides. */
export function undoFormFor(bot: Bot, actor: Actor, request: Request): Form | Refusal {
  const fix = bot.remediations.find(({ id }) => id === request.remediation);
  const not = fix ? whyNoUndo(bot, request, fix) : `${request.id} changed nothing that could be undone.`;
  if (not !== undefined) return { refused: not };
  const quick = bot.now() - (request.settledAt ?? 0) <= bot.config.limits.fastUndoMinutes * minute;
  const involved =
    request.requester === actor.human.id || mayApprove(actor, { ...request, requester: "" }) === undefined;
  return undoForm({
    request,
    topic: topicOf(bot, request.topic),
    ...(!(quick && involved) && { approval: { approvers: parties(request.approvers), need: request.need } }),
  });
}
