import { acceptanceEndsCard, endedCard } from "#cards/exceptions";
import type { AuditDraft } from "#domain/audit";
import type { Ending, Exception } from "#domain/exception";
import { leave, reopened, setAside } from "#domain/exception";
import type { Finding } from "#domain/finding";
import type { Instant } from "#domain/time";
import { day } from "#domain/time";
import type { Bot } from "#flows/bot";
import { exceptionView } from "#flows/exceptions-view";
import { refreshGroups } from "#flows/groups";
import { actorById } from "#flows/people";
import { requestCardOf } from "#flows/show-request";
import type { Edge, FindingEvent, Outgoing, Timer } from "#store/store";

/** How long before its end people hear that an acceptance ends. */
export const warnings = [14 * day, 3 * day];

const eventOf = (finding: Finding, kind: FindingEvent["kind"], at: Instant): Omit<FindingEvent, "id"> => ({
  at,
  run: 0,
  fingerprint: finding.fingerprint,
  kind,
  cause: "change",
  owner: finding.ownership.owner ?? "",
  topic: finding.topic,
  severity: finding.severity,
  folded: finding.folded,
  // Whoever set it aside or ended that knows; digests count it.
  told: "card",
});

type Begun = Required<Pick<Edge, "exceptions" | "findings" | "unchanged" | "events" | "timers">> & Pick<Edge, "audit">;

/** The findings are set aside from now on. What set them aside before is replaced. All of it holds only if they are as read. */
export function beginEdge(bot: Bot, exception: Exception, findings: readonly Finding[]): Begun {
  const { id, kind, from, until, by } = exception;
  const replaced = new Set(findings.flatMap(({ aside }) => aside?.exception ?? []));
  const olds = [...replaced].flatMap((old) => {
    const stored = bot.store.exception(old);
    const prints = findings.filter(({ aside }) => aside?.exception === old).map(({ fingerprint }) => fingerprint);
    return stored
      ? [{ revision: stored.revision, next: leave(stored.exception, prints, { at: from, how: "replaced" }) }]
      : [];
  });
  const what = kind === "snooze" ? "snoozed" : "accepted";
  const warned = kind === "snooze" ? [] : warnings.map((wait) => until - wait).filter((due) => due > from);
  return {
    exceptions: [...olds, { revision: 0, next: exception }],
    findings: findings.map((finding) => setAside(finding, exception)),
    unchanged: findings,
    events: findings.map((finding) => ({
      ...eventOf(finding, what, from),
      ...(finding.aside && { aside: true }),
    })),
    timers: [
      { id: `end:${id}`, due: until, kind: "exception-ends", subject: id },
      ...warned.map((due): Timer => ({ id: `warn:${id}:${due}`, due, kind: "exception-warns", subject: id })),
    ],
    audit: [
      {
        at: from,
        actor: by,
        action: `exception.${kind}`,
        subject: id,
        facts: {
          until,
          because: exception.because,
          findings: exception.members.map(({ findingId }) => findingId),
          approvedBy: exception.approvedBy,
          request: exception.request ?? null,
          replaces: [...replaced],
        },
        texts: {
          note: exception.note,
          ...(exception.ticket !== undefined && { ticket: exception.ticket }),
        },
      },
      ...findings.map(
        (finding): AuditDraft => ({
          at: from,
          actor: by,
          action: `finding.${what}`,
          subject: finding.id,
          facts: { exception: id, until },
        }),
      ),
    ],
  };
}

interface End {
  readonly at: Instant;
  readonly how: Ending;
  readonly by?: string;
  readonly reason?: string;
}

/** Ends it for all findings that it still sets aside: they are open again. Undefined: somebody was faster. */
export async function end(
  bot: Bot,
  id: string,
  { at, how, by, reason }: End,
  outbox: readonly Outgoing[] = [],
): Promise<readonly Finding[] | undefined> {
  const stored = bot.store.exception(id);
  if (!stored || stored.exception.ended) return undefined;
  const still = stored.exception.members.filter(({ left }) => left === undefined).map(({ finding }) => finding);
  const findings = still
    .flatMap((print) => bot.store.finding(print) ?? [])
    .filter(({ aside }) => aside?.exception === id);
  const open = findings.map(reopened);
  const next = leave(stored.exception, still, { at, how, ...(by !== undefined && { by }) });
  const actor = by ?? "stance";
  const outcome = await bot.store.commit({
    exceptions: [{ revision: stored.revision, next }],
    findings: open,
    unchanged: findings,
    events: open.map((finding) => eventOf(finding, "woke", at)),
    outbox,
    audit: [
      {
        at,
        actor,
        action: `exception.${how}`,
        subject: id,
        facts: { findings: open.map((finding) => finding.id) },
        ...(reason !== undefined && reason !== "" && { texts: { reason } }),
      },
      ...open.map(
        (finding): AuditDraft => ({
          at,
          actor,
          action: "finding.reopened",
          subject: finding.id,
          facts: { exception: id },
        }),
      ),
    ],
  });
  if (outcome !== "done") return undefined;
  // An edit, never a post: waking is nobody's news but theirs who slept on it.
  await refreshGroups(bot, open);
  await refreshRequests(bot, [next]);
  bot.wake();
  return open;
}

/** The messages of the requests behind them say that they ended. */
export async function refreshRequests(bot: Bot, exceptions: readonly Exception[]): Promise<void> {
  const outbox = exceptions.flatMap(({ request: id }): readonly Outgoing[] => {
    const request = id === undefined ? undefined : bot.store.request(id)?.request;
    const posted = request && bot.store.posted(request.id);
    return request && posted
      ? [
          {
            key: request.id,
            channel: posted.channel,
            kind: "edit",
            card: requestCardOf(bot, request, { nonce: "", pings: undefined }),
          },
        ]
      : [];
  });
  if (outbox.length > 0) await bot.store.commit({ outbox, audit: [] });
}

/** Its day has come. Whoever set it aside hears it privately; everybody else reads it in the digest. */
export async function exceptionEnds(bot: Bot, id: string): Promise<void> {
  const stored = bot.store.exception(id)?.exception;
  if (!stored || stored.ended) return;
  const told = stored.kind === "snooze" ? [stored.by] : peopleOf(stored);
  const messages = await privately(bot, told, `${id}/ended`, () => endedCard(exceptionView(bot, stored)));
  if ((await end(bot, id, { at: bot.now(), how: "expired" }, messages)) === undefined)
    throw new Error(`${id} was not ended`);
}

/** An acceptance ends soon: those who asked for it and agreed to it hear so, privately. */
export async function exceptionWarns(bot: Bot, id: string): Promise<void> {
  const stored = bot.store.exception(id)?.exception;
  if (!stored || stored.ended || stored.until <= bot.now()) return;
  const key = `${id}/warned:${bot.now()}`;
  const outbox = await privately(bot, peopleOf(stored), key, () => acceptanceEndsCard(exceptionView(bot, stored)));
  await bot.store.commit({
    outbox,
    audit: [
      { at: bot.now(), actor: "stance", action: "exception.warned", subject: id, facts: { people: outbox.length } },
    ],
  });
  bot.wake();
}

const peopleOf = ({ by, approvedBy }: Exception): readonly string[] => [...new Set([by, ...approvedBy])];

/** To each of them who is still here and may still read: a direct message. */
async function privately(
  bot: Bot,
  people: readonly string[],
  key: string,
  card: () => Outgoing["card"],
): Promise<readonly Outgoing[]> {
  const messages: Outgoing[] = [];
  for (const id of people) {
    const actor = await actorById(bot, id);
    if (actor) messages.push({ key: `${key}:${id}`, channel: actor.account, kind: "post", card: card() });
  }
  return messages;
}
