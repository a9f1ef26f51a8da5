import { restAskedCard } from "#cards/request";
import type { Party } from "#cards/views";
import type { AuditDraft } from "#domain/audit";
import { sha256 } from "#domain/plan";
import type { Request, RequestEvent } from "#domain/request";
import { isUndecided } from "#domain/request";
import { day } from "#domain/time";
import { acceptedBy } from "#flows/accepted";
import type { Bot } from "#flows/bot";
import { recheckAfter, requestCardOf, requestThreadOf, requestView } from "#flows/show-request";
import type { Edge, Nonce, Outgoing, Timer } from "#store/store";

export type Happening = (RequestEvent | { readonly kind: "ask"; readonly at: number }) & {
  /** Whom the first message tells, beside whoever reads the channel. */
  readonly pings?: readonly Party[];
};

/** What follows from one transition, as one edge: the audit entry, the message as it reads now, timers. */
export function afterRequest(
  bot: Bot,
  before: Request | undefined,
  after: Request,
  event: Happening,
): { readonly edge: Edge; readonly request: Request } {
  const { request, begun } = acceptedBy(bot, before, withUndo(bot, before, after));
  const decided = before !== undefined && isUndecided(before) && !isUndecided(request);
  return {
    request,
    edge: {
      ...begun,
      audit: [auditOf(before, request, event), ...(begun?.audit ?? [])],
      timers: [...timersOf(bot, before, request, event.at), ...(begun?.timers ?? [])],
      ...(decided && request.state !== "approved" && { timersDone: [`expire:${request.id}`, `remind:${request.id}`] }),
      ...messagesOf(bot, before, request, event),
    },
  };
}

/** From now on, and for how long, it can be taken back. */
function withUndo(bot: Bot, before: Request | undefined, after: Request): Request {
  const settled = after.settledAt;
  if (after.kind !== "fix" || before?.state === after.state || settled === undefined) return after;
  const undoable = after.items.some((item) => item.applied.length > 0 && typeof item.plan?.undo !== "string");
  return undoable ? { ...after, undoUntil: settled + bot.config.limits.undoDays * day } : after;
}

function auditOf(before: Request | undefined, { id, kind, state, hash, items }: Request, event: Happening): AuditDraft {
  const human = "human" in event ? event.human : undefined;
  const reason = "reason" in event ? event.reason : "why" in event ? event.why : undefined;
  return {
    at: event.at,
    actor: human ?? "stance",
    action: `request.${event.kind}`,
    subject: id,
    facts: {
      kind,
      from: before?.state ?? null,
      to: state,
      plan: hash,
      items: items.map((item) => ({ finding: item.findingId, state: item.state, plan: item.plan?.hash ?? null })),
    },
    ...(reason !== undefined && { texts: { reason } }),
  };
}

function timersOf(bot: Bot, before: Request | undefined, request: Request, at: number): readonly Timer[] {
  const { id } = request;
  if (isUndecided(request) && (before === undefined || !isUndecided(before)))
    return [
      { id: `expire:${id}`, due: request.expiresAt, kind: "expire", subject: id },
      { id: `remind:${id}`, due: at + Math.floor((request.expiresAt - at) / 2), kind: "remind", subject: id },
    ];
  if (before?.state !== "verified" && request.state === "verified" && request.kind === "fix")
    return recheckAfter.map(
      (wait): Timer => ({ id: `recheck:${id}:${wait}`, due: bot.now() + wait, kind: "recheck", subject: id }),
    );
  return [];
}

function messagesOf(
  bot: Bot,
  before: Request | undefined,
  request: Request,
  event: Happening,
): Pick<Edge, "outbox" | "nonces"> {
  const channel = approvalsChannel(bot);
  // Steps inside a run are journalled, not told: the message says "running" until it says how it ended.
  if (channel === undefined || event.kind === "item") return {};
  // A new random id each time the buttons are drawn: what it means is in the store, not in the message.
  const nonce = bot.nonce();
  const card: Outgoing = {
    key: request.id,
    channel,
    kind: before ? "edit" : "post",
    card: requestCardOf(bot, request, { nonce, pings: event.pings }),
  };
  const nonces: readonly Nonce[] = isUndecided(request)
    ? [
        {
          hash: sha256(nonce),
          request: request.id,
          verb: "approve",
          planHash: request.hash,
          expiresAt: request.expiresAt,
        },
      ]
    : [];
  // An edit tells nobody: who is to approve the rest hears of it below the message.
  const asksRest = event.kind === "replan" && event.pings !== undefined;
  const rest: readonly Outgoing[] = asksRest
    ? [{ key: request.id, channel, kind: "thread", card: restAskedCard(requestView(bot, request), event.pings) }]
    : [];
  const group = request.group === undefined ? undefined : bot.store.group(request.group);
  const moved = before?.state !== request.state || event.kind === "undone" || event.kind === "regress";
  // That it runs was told with the approval.
  if (!moved || request.state === "executing" || group?.postedAt === undefined)
    return { outbox: [card, ...rest], nonces };
  const line = requestThreadOf(bot, request, group.channel);
  const told: Outgoing = { key: `${group.id}/${group.card}`, channel: group.channel, kind: "thread", card: line };
  return { outbox: [card, ...rest, told], nonces };
}

/** Where approvals are asked for: the platform's id of the configured channel, once it is known. */
export function approvalsChannel(bot: Bot): string | undefined {
  const { channels } = bot.config;
  const name = channels?.approvals ?? channels?.admin;
  return name === undefined ? undefined : (bot.store.channel(name)?.id ?? adminChannel(bot));
}

export const adminChannel = (bot: Bot): string | undefined =>
  bot.config.channels === undefined ? undefined : bot.store.channel(bot.config.channels.admin)?.id;
