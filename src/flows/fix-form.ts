import { fixForm, undoForm } from "#cards/forms";
import type { Form } from "#domain/card";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { AnyRemediation, Refusal } from "#domain/remediation";
import type { Request } from "#domain/request";
import { minute } from "#domain/time";
import type { Bot } from "#flows/bot";
import { parties } from "#flows/names";
import { approvalPolicy, remediationFor, remediationsFor, wayOf } from "#flows/policy";
import { tickable } from "#flows/report";
import { topicOf, undoOffer } from "#flows/show-request";
import { isInvolved, whyNoUndo } from "#flows/undo";

/** Where approvals are asked for, as people name it. */
export const approvalsName = (bot: Bot): string =>
  bot.config.channels?.approvals ?? bot.config.channels?.admin ?? "chat";

interface Ways {
  readonly fix: AnyRemediation;
  readonly findings: readonly Finding[];
}

export function fixFormFor(bot: Bot, id: string, { fix, findings }: Ways): Form {
  const same = findings.filter((finding) => remediationFor(bot, finding, fix.id));
  const [first] = same;
  if (!first) throw new Error(`no fix for ${id}`);
  const policy = approvalPolicy(bot, same, fix);
  return fixForm({
    id,
    topic: topicOf(bot, first.topic),
    fix,
    ticks: tickable(bot, findings, fix),
    undo: undoOffer(bot, { requestedAt: bot.now() }, fix),
    approvers: "nobody" in policy ? [] : parties(policy.approvers),
    need: "nobody" in policy ? 1 : policy.need,
    others: remediationsFor(bot, first)
      .filter((other) => other.id !== fix.id)
      .map((other) => ({ verb: other.verb, name: wayOf(other) })),
    inputs: Object.entries(fix.inputs ?? {}).map(([name, { label }]) => ({ name, label })),
  });
}

/** Within the first hour those involved need no second approval; the form says so, the flow decides. */
export function undoFormFor(bot: Bot, actor: Actor, request: Request): Form | Refusal {
  const fix = bot.remediations.find(({ id }) => id === request.remediation);
  const not = fix ? whyNoUndo(bot, request, fix) : `${request.id} changed nothing that could be undone.`;
  if (not !== undefined) return { refused: not };
  const quick = bot.now() - (request.settledAt ?? 0) <= bot.config.limits.fastUndoMinutes * minute;
  return undoForm({
    request,
    topic: topicOf(bot, request.topic),
    ...(!(quick && isInvolved(actor, request)) && {
      approval: { approvers: parties(request.approvers), need: request.need },
    }),
  });
}
