import { reminderCard, requestCard, requestThreadCard } from "#cards/request";
import type { Party, RequestView } from "#cards/views";
import { managedBy } from "#cards/words";
import type { Card } from "#domain/card";
import type { Topic } from "#domain/check";
import type { AnyRemediation } from "#domain/remediation";
import type { Request } from "#domain/request";
import { isUndecided } from "#domain/request";
import { day, minute } from "#domain/time";
import type { Bot } from "#flows/bot";
import { requestFor } from "#flows/guests";
import { accountNames, parties, peopleNames, pingsFor } from "#flows/names";
import { ownerName } from "#flows/ownership";

/** When a verified change is looked at again: what someone turned back since is said, not believed. */
export const recheckAfter = [10 * minute, day];

/** What the request's card, its forms and its refusals need to know. */
export function requestView(
  bot: Bot,
  request: Request,
  more: Partial<Pick<RequestView, "approve" | "approvers">> = {},
): RequestView {
  const fix = bot.remediations.find(({ id }) => id === request.remediation) ?? lostFix;
  const owner = ownerName(bot, request.owner);
  const names = accountNames(bot);
  const managed = request.items.flatMap(({ findingId, asset }) => {
    const by = managedBy(bot.store.asset(asset.id)?.tags ?? {});
    return by === undefined ? [] : [[findingId, by] as const];
  });
  const { settledAt } = request;
  const watched = request.kind === "fix" && request.state === "verified" && settledAt !== undefined;
  const rechecks = watched ? recheckAfter.map((wait) => settledAt + wait).filter((at) => at > bot.now()) : [];
  const audit = bot.store.auditOf(request.id);
  return {
    request,
    topic: topicOf(bot, request.topic),
    fix,
    accounts: [...new Set(request.items.map(({ asset }) => asset.account))].map(names),
    people: peopleNames(bot, [
      request.requester,
      ...request.approvals.map(({ human }) => human),
      ...(request.decided ? [request.decided.human] : []),
      ...(request.rest ? [request.rest.human] : []),
    ]),
    approvers: parties(request.approvers),
    workingHours: bot.config.limits.approvalHours,
    managed: Object.fromEntries(managed),
    undo: undoOffer(bot, request, fix),
    zone: bot.config.hours.zone,
    ...acceptanceOf(bot, request),
    ...(owner !== undefined && { owner }),
    ...(rechecks.length > 0 && { rechecks }),
    ...(audit !== undefined && { audit: `#${audit}` }),
    ...more,
  };
}

/** Of an acceptance: how it ended, and those before it. */
function acceptanceOf(
  bot: Bot,
  { kind, accept, items, requestedAt }: Request,
): Pick<RequestView, "exception" | "earlier"> {
  if (kind !== "acceptance") return {};
  const prints = [...new Set(items.map(({ finding }) => finding))];
  const all = new Map(prints.flatMap((finding) => bot.store.exceptions({ finding })).map((each) => [each.id, each]));
  const before = [...all.values()].filter((each) => each.kind === "acceptance" && each.from < requestedAt);
  const ended = accept?.exception === undefined ? undefined : all.get(accept.exception)?.ended;
  const ends = before.flatMap((each) => each.ended?.at ?? []);
  return {
    ...(ended && { exception: ended }),
    ...(before.length > 0 && {
      earlier: { count: before.length, ...(ends.length > 0 && { endedAt: Math.max(...ends) }) },
    }),
  };
}

/** A request of a fix that this version does not have any more: still shown. */
const lostFix: RequestView["fix"] & Pick<AnyRemediation, "undo"> = {
  title: "Unknown fix",
  verb: "change",
  done: "changed",
  danger: "not known",
  cost: "not known",
};

export function undoOffer(
  bot: Bot,
  request: Pick<Request, "requestedAt" | "undoUntil">,
  fix: Pick<AnyRemediation, "undo">,
): RequestView["undo"] {
  if (fix.undo && "none" in fix.undo) return { none: fix.undo.none };
  const until = request.undoUntil ?? request.requestedAt + bot.config.limits.undoDays * day;
  return { until, ...(fix.undo && { partly: fix.undo.partly }) };
}

export const topicOf = (bot: Bot, id: string): Topic =>
  bot.topics[id] ?? { one: id, many: id, state: { one: "is open", many: "are open", past: "were open" }, means: "" };

export const requestCardOf = (
  bot: Bot,
  request: Request,
  { nonce, pings }: { readonly nonce: string; readonly pings: readonly Party[] | undefined },
): Card =>
  requestCard(
    requestView(bot, request, { ...(isUndecided(request) && { approve: nonce }), ...(pings && { approvers: pings }) }),
  );

/** The line below the group's card, in its channel. */
export const requestThreadOf = (bot: Bot, request: Request, channel: string): Card =>
  requestThreadCard(requestView(bot, requestFor(bot, channel, request)), bot.store.posted(request.id)?.link);

/** Once, at half time: the approvals channel hears of it again, below the request's message. */
export async function remindApprovers(bot: Bot, id: string): Promise<void> {
  const request = bot.store.request(id)?.request;
  const posted = bot.store.posted(id);
  if (!request || !isUndecided(request) || !posted) return;
  const view = requestView(bot, request, { approvers: await pingsFor(bot, request.approvers) });
  await bot.store.commit({
    outbox: [{ key: id, channel: posted.channel, kind: "thread", card: reminderCard(view) }],
    audit: [{ at: bot.now(), actor: "stance", action: "request.reminded", subject: id, facts: {} }],
  });
  bot.wake();
}
