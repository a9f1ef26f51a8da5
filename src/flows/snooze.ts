import { endedEarlyThreadCard, snoozedThreadCard } from "#cards/exceptions";
import type { Exception } from "#domain/exception";
import { becauseFrom, standingOf } from "#domain/exception";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { Bot } from "#flows/bot";
import { beginEdge, end } from "#flows/exceptions";
import { exceptionView, snoozesOf } from "#flows/exceptions-view";
import { cardKey, refreshGroups } from "#flows/groups";
import { untilOf } from "#posture/exceptions";
import { isOpen } from "#posture/reconcile";
import type { Outgoing } from "#store/store";

export type Aside = { readonly exception: Exception } | { readonly refused: string };
const no = (refused: string): { readonly refused: string } => ({ refused });

/** Named findings in one exception: whole checks or accounts are nobody's to set aside. */
export const maxMembers = 50;

interface SnoozeAsk {
  readonly actor: Actor;
  readonly findings: readonly Finding[];
  /** `2026-11-30` */
  readonly day: string;
  readonly because: string;
  readonly note: string;
  readonly ticket: string;
}

/** Puts findings off until a day. Nobody has to agree; how long and how often has limits. */
export async function snooze(bot: Bot, ask: SnoozeAsk): Promise<Aside> {
  const answer = await trySnooze(bot, ask);
  const subject = ask.findings.map(({ id }) => id).join(",");
  if ("refused" in answer) await bot.refusals.record(ask.actor, { verb: "snooze", subject, why: answer.refused });
  return answer;
}

async function trySnooze(bot: Bot, { actor, findings, ...ask }: SnoozeAsk): Promise<Aside> {
  if (findings.length === 0) return no("Choose at least one finding to snooze.");
  if (findings.length > maxMembers) return no(`One snooze holds ${maxMembers} findings at most. Choose fewer.`);
  const not = findings.map((finding) => whyNotSnooze(bot, finding)).find((why) => why !== undefined);
  if (not !== undefined) return no(not);
  const because = becauseFrom("snooze", ask.because);
  if (!because) return no("Choose why it is put off.");
  const { limits, hours: clock } = bot.config;
  const now = bot.now();
  const severities = findings.map(({ severity }) => severity);
  const found = untilOf(ask.day, { kind: "snooze", severities, now, limits, clock });
  if ("refused" in found) return found;
  const exception: Exception = {
    id: bot.store.nextExceptionId(),
    kind: "snooze",
    members: findings.map((finding) => ({
      finding: finding.fingerprint,
      findingId: finding.id,
      was: standingOf(finding),
    })),
    because,
    note: ask.note,
    ...(ask.ticket !== "" && { ticket: ask.ticket }),
    by: actor.human.id,
    approvedBy: [],
    from: now,
    until: found.until,
  };
  const outcome = await bot.store.commit({
    ...beginEdge(bot, exception, findings),
    settings: { [`name:${actor.human.id}`]: actor.human.name },
    outbox: threadLines(bot, exception, findings, (own) => snoozedThreadCard(exceptionView(bot, own))),
  });
  if (outcome !== "done") return no("One of these findings changed at the same moment. Look at it again.");
  await refreshGroups(bot, findings);
  bot.wake();
  return { exception };
}

/** Undefined: it may be snoozed. */
export function whyNotSnooze(bot: Bot, finding: Finding): string | undefined {
  if (!isOpen(finding)) return `${finding.id} is not open any more: there is nothing to put off.`;
  if (finding.status === "accepted")
    return `The risk of ${finding.id} is accepted already (${finding.aside?.exception}): there is nothing to put off.`;
  const { snoozes } = bot.config.limits;
  if (snoozes === 0) return "Nothing may be snoozed here. Fix it, or ask to accept the risk.";
  return snoozesOf(bot, finding) < snoozes
    ? undefined
    : `${finding.id} was snoozed ${times(snoozes)} already, and that is the most. Fix it, or ask to accept the risk.`;
}

const times = (n: number): string => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);

/** Ends a snooze before its day. */
export async function wake(bot: Bot, ask: { readonly actor: Actor; readonly exception: Exception }): Promise<Aside> {
  const { actor, exception } = ask;
  const { human } = actor;
  const why = exception.ended
    ? `${exception.id} has ended already.`
    : exception.kind === "snooze"
      ? undefined
      : `${exception.id} is no snooze but an accepted risk. End it with revoke ${exception.id}.`;
  if (why === undefined) {
    const ended = await end(bot, exception.id, { at: bot.now(), how: "woken", by: human.id });
    const now = bot.store.exception(exception.id)?.exception;
    if (ended && now) {
      const lines = threadLines(bot, now, ended, (own) => endedEarlyThreadCard(exceptionView(bot, own), human.name));
      await bot.store.commit({ outbox: lines, settings: { [`name:${human.id}`]: human.name }, audit: [] });
      return { exception: now };
    }
  }
  const refused = why ?? `${exception.id} changed at the same moment. Look at it again.`;
  await bot.refusals.record(actor, { verb: "unsnooze", subject: exception.id, why: refused });
  return no(refused);
}

/** Below the card of each group that one of the findings stands on, about those of that card. */
export function threadLines(
  bot: Bot,
  exception: Exception,
  findings: readonly Finding[],
  card: (own: Exception) => Outgoing["card"],
): readonly Outgoing[] {
  const groups = new Set(
    findings.flatMap(({ topic, ownership }) => bot.store.groups({ topic, owner: ownership.owner ?? "" })),
  );
  const lines = new Map<string, Outgoing>();
  for (const group of groups) {
    if (group.postedAt === undefined) continue;
    const here = findings.filter(
      ({ topic, ownership }) => topic === group.topic && (ownership.owner ?? "") === group.owner,
    );
    const prints = here.map(({ fingerprint }) => fingerprint);
    const members = exception.members.filter(({ finding }) => prints.includes(finding));
    const { ticket: _, ...untold } = exception;
    // A note may name things: guests do not read it.
    const guests = bot.store.channel(group.channel)?.guests === true;
    const own: Exception = guests ? { ...untold, note: "", members } : { ...exception, members };
    lines.set(group.id, { key: cardKey(group), channel: group.channel, kind: "thread", card: card(own) });
  }
  return [...lines.values()];
}
