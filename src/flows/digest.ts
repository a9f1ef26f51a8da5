import { digestCard, isQuiet, quietDigestCard } from "#cards/digest";
import { whatText } from "#cards/lines";
import type { DigestView, Moves } from "#cards/views";
import { count, regular, severityCounts } from "#cards/words";
import type { Finding } from "#domain/finding";
import { day } from "#domain/time";
import type { Bot } from "#flows/bot";
import { ownersOf } from "#flows/channels";
import { warnings } from "#flows/exceptions";
import { endingSoon } from "#flows/exceptions-view";
import { cardKey } from "#flows/groups";
import { findingFor, requestFor } from "#flows/guests";
import { groupLines, lineMaker, readAccounts, uncheckedLines, waitingLine } from "#flows/lines";
import { undecided } from "#flows/open-requests";
import { noScanIn } from "#flows/overview";
import { ownerName } from "#flows/ownership";
import { topicOf } from "#flows/show-request";
import { isProduction } from "#posture/owners";
import { dueSlots } from "#posture/slots";
import { timesOf } from "#posture/worktime";
import type { Channel, FindingEvent } from "#store/store";

/** The daily post of every channel that gets one, at its own local time, exactly once a day. */
export async function postDigests(bot: Bot): Promise<void> {
  for (const { id } of bot.store.channels()) {
    if (bot.stopping.aborted) return;
    // Read anew each time: while the others are written, somebody may have changed this one.
    const channel = bot.store.channel(id);
    if (!channel || (channel.mode !== "digest" && channel.mode !== "live") || channel.broken !== undefined) continue;
    const name = `digest:${channel.id}`;
    const last = bot.store.slot(name);
    const { due, skipped } = dueSlots(
      { since: channel.since, now: bot.now(), ...(last !== undefined && { last }) },
      timesOf(channel, bot.config),
    );
    const missed = skipped.at(-1);
    const quiet = channel.quietUntil !== undefined && channel.quietUntil > bot.now();
    if (due && !quiet)
      await postDigest(bot, channel, { day: due.day, at: due.at, ...(missed && { skipped: missed.at }) });
    // A slot that was only missed is not written down: the next digest says that it came too late.
    else if (due) await bot.store.commit({ slots: { [name]: due.at }, audit: [] });
  }
}

async function postDigest(
  bot: Bot,
  channel: Channel,
  slot: { readonly day: string; readonly at: number; readonly skipped?: number },
): Promise<void> {
  const view = digestView(bot, channel, slot.skipped);
  const monday = new Date(`${slot.day}T00:00:00Z`).getUTCDay() === 1;
  const quiet = isQuiet(view) && view.previous !== undefined;
  // Silence would mean that nothing is new, and nobody knows.
  const card = !quiet ? digestCard(view) : monday || view.noScan ? quietDigestCard(view) : undefined;
  const open = Object.values(view.open).reduce((sum, n) => sum + n, 0);
  await bot.store.commit({
    slots: { [`digest:${channel.id}`]: slot.at },
    channels: [{ ...channel, lastDigest: { at: bot.now(), open, event: bot.store.lastEvent() } }],
    ...(card && { outbox: [{ key: `digest:${channel.id}:${slot.day}`, channel: channel.id, kind: "post", card }] }),
    audit: [
      {
        at: bot.now(),
        actor: "stance",
        action: "digest",
        subject: channel.id,
        facts: { day: slot.day, open, posted: card !== undefined },
      },
    ],
  });
  bot.wake();
}

/** What the channel's digest would say now; also the answer to `/posture digest`. */
export function digestView(bot: Bot, channel: Channel, skipped?: number): DigestView {
  const owners = ownersOf(bot, channel);
  const shown = findingFor(bot, channel.id);
  const all = owners.flatMap((owner) => bot.store.findings({ owner, status: ["open"] })).map(shown);
  const events = owners.flatMap((owner) => bot.store.events({ owner, after: channel.lastDigest?.event ?? 0 }));
  const names = owners.flatMap((owner) => ownerName(bot, owner) ?? []);
  const previous = channel.lastDigest;
  const first = previous === undefined || previous.baseline === true;
  const checked = readAccounts(bot, accountsOf(all));
  const moves = previous ? movesOf(events) : noMoves;
  const moved = Object.values(moves).some((n) => n > 0);
  const groups = groupLines(bot, sorted(all));
  const oldest = [...all].sort((a, b) => a.since - b.since)[0];
  const waiting = undecided(bot).filter(({ owner }) => owners.includes(owner ?? ""));
  return {
    name: names[0] ?? `#${channel.name}`,
    scope: owners.length === 1 && owners[0] !== "" ? `team=${owners[0]}` : `channel=#${channel.name}`,
    at: bot.now(),
    zone: timesOf(channel, bot.config).zone,
    open: severityCounts(all),
    moves,
    news: previous ? newsOf(bot, channel, events) : [],
    closed: previous ? closedOf(bot, channel, events) : [],
    waiting: waiting.map((request) => waitingLine(bot, requestFor(bot, channel.id, request))),
    ending: previous ? endingOf(bot, channel, { owners, since: previous.at }) : [],
    woke: previous ? wokeOf(bot, channel, events) : [],
    closedAside: events.filter(({ kind, aside }) => aside && closing.has(kind)).length,
    startHere: first ? groups.filter((line) => startHere(bot, all, line.topic)).slice(0, 3) : [],
    unchecked: uncheckedLines(bot, owners),
    ...(checked && { checked }),
    ...noScanIn(bot),
    // A first digest compares only where something moved since the switch; else all of it was there before.
    ...(previous && (moved || !first) && { previous: { at: previous.at, open: previous.open } }),
    ...(oldest && bot.now() - oldest.since > 7 * day && { oldest: lineMaker(bot)(oldest) }),
    ...(skipped !== undefined && { skipped }),
  };
}

const order = ["critical", "high", "medium", "low"];
const sorted = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.since - b.since);

/** Of what was there before, only critical ones, and what the internet reaches in production. */
function startHere(bot: Bot, findings: readonly Finding[], topic: unknown): boolean {
  return findings.some(
    (finding) =>
      topicOf(bot, finding.topic) === topic &&
      (finding.severity === "critical" ||
        (finding.severity === "high" && finding.exposed && isProduction(finding.environment, bot.config))),
  );
}

/** Accounts a team has findings in; all, while it has none. */
function accountsOf(findings: readonly Finding[]): ReadonlySet<string> | undefined {
  return findings.length === 0 ? undefined : new Set(findings.map(({ account }) => account));
}

const noMoves: Moves = {
  new: 0,
  cameBack: 0,
  woke: 0,
  arrived: 0,
  left: 0,
  fixed: 0,
  gone: 0,
  otherwise: 0,
  setAside: 0,
};

const moveOf: Partial<Record<FindingEvent["kind"], keyof Moves>> = {
  new: "new",
  returned: "cameBack",
  woke: "woke",
  snoozed: "setAside",
  accepted: "setAside",
  "new-owner": "arrived",
  left: "left",
  fixed: "fixed",
  gone: "gone",
  "rule-changed": "otherwise",
  "not-applicable": "otherwise",
  retired: "otherwise",
};

function movesOf(events: readonly FindingEvent[]): Moves {
  const moves = { ...noMoves };
  for (const { kind, aside } of events) {
    const move = aside ? undefined : moveOf[kind];
    if (move !== undefined) moves[move]++;
  }
  return moves;
}

function newsOf(bot: Bot, channel: Channel, events: readonly FindingEvent[]): DigestView["news"] {
  const fresh = events.filter(({ kind }) => kind === "new" || kind === "returned");
  const findings = [...new Set(fresh.map(({ fingerprint }) => fingerprint))]
    .flatMap((fingerprint) => bot.store.finding(fingerprint) ?? [])
    .filter(({ status }) => status === "open")
    .map(findingFor(bot, channel.id));
  return groupLines(bot, sorted(findings)).map((line) => {
    const group = line.id.startsWith("G-") ? bot.store.group(line.id) : undefined;
    const posted = group && bot.store.posted(cardKey(group))?.at;
    // Only a card that came since the digest before: one that waits, or is older, is not where it was told.
    const told = posted !== undefined && posted >= (channel.lastDigest?.at ?? 0);
    return { ...line, ...(told && { posted }) };
  });
}

const closing = new Set<FindingEvent["kind"]>(["fixed", "gone", "rule-changed", "not-applicable", "retired"]);

/** Acceptances of which it became time, since the digest before, to say that they end. */
function endingOf(
  bot: Bot,
  channel: Channel,
  { owners, since }: { readonly owners: readonly string[]; readonly since: number },
): DigestView["ending"] {
  const accepted = owners.flatMap((owner) => bot.store.findings({ owner, status: ["accepted"] }));
  const shown = findingFor(bot, channel.id);
  return endingSoon(bot, accepted)
    .filter(({ until }) => warnings.some((wait) => until - wait > since && until - wait <= bot.now()))
    .map((ending) => {
      const [first, ...others] = accepted.filter(({ aside }) => aside?.exception === ending.id);
      const line = first && lineMaker(bot)(shown(first));
      return {
        ...ending,
        what: line && others.length === 0 ? whatText(line) : count(1 + others.length, regular("finding")),
      };
    });
}

/** What was set aside at the digest before, or later, and is open again. */
function wokeOf(bot: Bot, channel: Channel, events: readonly FindingEvent[]): DigestView["woke"] {
  const shown = findingFor(bot, channel.id);
  const woke = events.filter(({ kind }) => kind === "woke");
  return [...new Map(woke.map((event) => [event.fingerprint, event])).values()].flatMap(({ fingerprint, at }) => {
    const finding = bot.store.finding(fingerprint);
    const exceptions = bot.store.exceptions({ finding: fingerprint });
    const left = exceptions.flatMap(({ id, kind, members }) => {
      const member = members.find((each) => each.finding === fingerprint);
      return member?.left && member.left.at <= at ? [{ id, kind, ...member.left }] : [];
    });
    const last = left.sort((a, b) => a.at - b.at).at(-1);
    if (finding?.status !== "open" || !last) return [];
    const line = lineMaker(bot)(shown(finding));
    const name = line.name ?? finding.id;
    return [
      { id: finding.id, exception: last.id, kind: last.kind, what: whatText(line), name, worse: last.how === "worse" },
    ];
  });
}

function closedOf(bot: Bot, channel: Channel, events: readonly FindingEvent[]): DigestView["closed"] {
  const shown = findingFor(bot, channel.id);
  const closed = events.filter(({ kind, aside }) => kind === "fixed" && !aside);
  const topics = new Map<string, string[]>();
  for (const { topic, fingerprint } of closed) topics.set(topic, [...(topics.get(topic) ?? []), fingerprint]);
  return [...topics].map(([topic, prints]) => {
    const only = prints.length === 1 ? bot.store.finding(prints[0] ?? "") : undefined;
    const name = only && shown(only).asset.name;
    return { topic: topicOf(bot, topic), count: prints.length, ...(name !== undefined && { name }) };
  });
}
