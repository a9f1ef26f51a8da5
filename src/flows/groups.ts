import { continuesCard, groupCard, groupNewsCard } from "#cards/group";
import type { GroupNewsView, GroupRow, GroupView, Mention } from "#cards/views";
import type { Card } from "#domain/card";
import type { Finding } from "#domain/finding";
import type { Bot } from "#flows/bot";
import { findingFor } from "#flows/guests";
import { asideOf } from "#flows/lines";
import { accountNames } from "#flows/names";
import { undecided } from "#flows/open-requests";
import { ownerName } from "#flows/ownership";
import { guidedOf } from "#flows/policy";
import { topicOf } from "#flows/show-request";
import { isOpen } from "#posture/reconcile";
import type { Edge, FindingGroup, Outgoing } from "#store/store";

/** The message of a group's present card. */
export const cardKey = (group: FindingGroup): string => `${group.id}/${group.card}`;

/** All that the group's card says, as of now. */
export function groupView(bot: Bot, group: FindingGroup, mention?: Mention): GroupView {
  const members = bot.store.findings({ topic: group.topic, owner: group.owner }).filter(({ folded }) => !folded);
  const open = newsFirst(members.filter(({ status }) => status === "open"));
  const since = group.postedAt ?? group.openedAt;
  const aside = members.filter(({ aside: set }) => set !== undefined);
  const closed = members.filter((finding) => !isOpen(finding) && (finding.closed?.at ?? 0) >= since);
  const checks = new Set(members.map(({ check }) => check));
  const waiting = undecided(bot, { group: group.id })[0];
  const owner = ownerName(bot, group.owner);
  const shown = findingFor(bot, group.channel);
  return {
    id: group.id,
    topic: topicOf(bot, group.topic),
    open: open.map(shown).map(rowMaker(bot)),
    aside: aside.map(shown).map(rowMaker(bot)),
    closed: closed.map(shown),
    checks: bot.checks.filter(({ id }) => checks.has(id)),
    checkedAt: Math.max(
      ...[...open, ...aside].map(({ lastSeen }) => lastSeen),
      ...closed.map((finding) => finding.closed?.at ?? 0),
      since,
    ),
    ...(owner !== undefined && { owner }),
    ...(mention !== undefined && { mention }),
    ...(waiting && { waiting: { id: waiting.id, until: waiting.expiresAt } }),
  };
}

/** What changed is what the card is for: the latest of it first, then what was there before, worst first. */
export const newsFirst = (open: readonly Finding[]): readonly Finding[] => [
  ...open.filter(({ cause }) => cause === "change").sort((a, b) => b.since - a.since),
  ...open.filter(({ cause }) => cause !== "change"),
];

export function rowMaker(bot: Bot): (finding: Finding) => GroupRow {
  const account = accountNames(bot);
  const runs = bot.store.runs(50).filter(({ state, filtered }) => state === "done" && !filtered);
  return (finding) => {
    const guided = guidedOf(bot, finding);
    // The last look before it was found: it was in order, or not there yet.
    const fine =
      finding.cause === "change"
        ? runs.find((run) => (run.endedAt ?? run.startedAt) < finding.since)?.startedAt
        : undefined;
    const back = finding.returns > 0 ? lastClosing(bot, finding) : undefined;
    return {
      finding,
      account: account(finding.account),
      ...(guided !== undefined && { guided }),
      ...(fine !== undefined && { lastFine: fine }),
      ...(back && { cameBack: back }),
      ...asideOf(bot, finding),
    };
  };
}

function lastClosing(bot: Bot, finding: Finding): GroupRow["cameBack"] {
  const fixed = bot.store.events({ fingerprint: finding.fingerprint }).findLast(({ kind }) => kind === "fixed");
  if (!fixed) return undefined;
  const [request] = bot.store
    .requests({ finding: finding.fingerprint, state: ["verified"] })
    .filter(({ kind }) => kind !== "acceptance");
  return { fixedAt: fixed.at, ...(request?.kind === "fix" && { request: request.id }) };
}

/** The group a finding is shown in, made when it is first needed: everything people see has an id to name. */
export async function groupOf(
  bot: Bot,
  place: Pick<FindingGroup, "topic" | "owner" | "channel">,
): Promise<FindingGroup> {
  const known = bot.store.groups(place)[0];
  if (known) return known;
  const id = await bot.store.nextGroupId();
  const meanwhile = bot.store.groups(place)[0];
  if (meanwhile) return meanwhile;
  const group: FindingGroup = { ...place, id, openedAt: bot.now(), card: 1 };
  await bot.store.commit({ groups: [group], audit: [] });
  return group;
}

/** The living cards of these findings, drawn as they are now. An edit mentions nobody. */
export async function refreshGroups(
  bot: Bot,
  findings: readonly Pick<Finding, "topic" | "ownership">[],
): Promise<void> {
  const keys = new Map(
    findings.map(({ topic, ownership }) => [
      `${topic}\n${ownership.owner ?? ""}`,
      { topic, owner: ownership.owner ?? "" },
    ]),
  );
  for (const { topic, owner } of keys.values())
    for (const group of bot.store.groups({ topic, owner })) await refreshGroup(bot, group);
}

export async function refreshGroup(bot: Bot, group: FindingGroup): Promise<void> {
  if (group.postedAt === undefined || bot.store.channel(group.channel)?.broken !== undefined) return;
  const view = groupView(bot, group);
  if (view.open.length === 0 && view.closed.length === 0 && view.aside.length === 0) return;
  await bot.store.commit({ ...redrawn(bot, group), audit: [] });
  bot.wake();
}

/** Its card is queued for the channel's hours, and nobody has seen it yet. */
export const isWaiting = (bot: Bot, group: FindingGroup): boolean =>
  group.waits !== undefined && bot.store.posted(cardKey(group)) === undefined;

/** The present card as things are now. One that still waits goes on waiting, and will mention whom it was to mention. */
export function redrawn(bot: Bot, group: FindingGroup): Pick<Edge, "groups" | "outbox"> {
  const { waits, ...shown } = group;
  const waiting = isWaiting(bot, group) ? waits : undefined;
  const view = groupView(bot, group, waiting?.mention);
  const { closedAt, ...open } = waiting ? group : shown;
  return {
    groups: [view.open.length === 0 ? { ...open, closedAt: closedAt ?? bot.now() } : open],
    outbox: [
      {
        key: cardKey(group),
        channel: group.channel,
        kind: waiting ? "post" : "edit",
        card: groupCard(view),
        ...(waiting && { notBefore: waiting.until }),
      },
    ],
  };
}

/** A new card for the group. The old one, if there is one, will say where it goes on once the new one has a link. */
export function cardFor(
  bot: Bot,
  group: FindingGroup,
  more: { readonly mention?: Mention; readonly notBefore?: number; readonly events: readonly number[] },
): Pick<Edge, "groups" | "outbox"> {
  const { closedAt: _, waits: __, ...rest } = group;
  const { notBefore, mention, events } = more;
  const next: FindingGroup = {
    ...rest,
    postedAt: bot.now(),
    card: group.postedAt === undefined || isWaiting(bot, group) ? group.card : group.card + 1,
    ...(notBefore !== undefined && { waits: { until: notBefore, events, ...(mention && { mention }) } }),
  };
  const timing = notBefore === undefined ? {} : { notBefore };
  const card = groupCard(groupView(bot, next, mention));
  return { groups: [next], outbox: [{ key: cardKey(next), channel: group.channel, kind: "post", card, ...timing }] };
}

/** A card that will not be posted: its group is as before, and what it would have told is in the digest. */
export function withdrawn(bot: Bot, key: string): Pick<Edge, "groups" | "told"> {
  const group = bot.store.group(key.split("/")[0] ?? "");
  if (!group || cardKey(group) !== key || bot.store.posted(key) !== undefined) return {};
  const { waits, postedAt: _, ...counted } = group;
  const before = bot.store.posted(`${group.id}/${group.card - 1}`);
  return {
    groups: [before ? { ...counted, card: group.card - 1, postedAt: before.at } : counted],
    told: waits?.events.map((id) => ({ id, how: "digest" as const })) ?? [],
  };
}

/** A card that lived its 7 days points to the one that continues it. */
export function continues(
  key: string,
  link: string | undefined,
): { readonly key: string; readonly card: Card } | undefined {
  const [, id, number] = /^(G-\w+)\/(\d+)$/.exec(key) ?? [];
  if (id === undefined || Number(number) < 2 || link === undefined) return undefined;
  return { key: `${id}/${Number(number) - 1}`, card: continuesCard(id, link) };
}

/** Editing tells nobody: news on a living card also stands in its thread. */
export function newsFor(
  bot: Bot,
  group: FindingGroup,
  news: readonly Finding[],
  more: { readonly what: GroupNewsView["kind"]; readonly mention?: Mention; readonly notBefore?: number },
): readonly Outgoing[] {
  const { what, mention, notBefore } = more;
  const card: Card = groupNewsCard({
    topic: topicOf(bot, group.topic),
    kind: what,
    rows: news.map(findingFor(bot, group.channel)).map(rowMaker(bot)),
    ...(mention !== undefined && { mention }),
  });
  return [
    { key: cardKey(group), channel: group.channel, kind: "edit", card: groupCard(groupView(bot, group)) },
    {
      key: cardKey(group),
      channel: group.channel,
      kind: "thread",
      card,
      ...(notBefore !== undefined && { notBefore }),
    },
  ];
}
