import { becauseText } from "#cards/exceptions";
import type { EstateView, NoScan, ShowView, StatusView, SummaryView, WhoamiView, WhyView } from "#cards/views";
import { closingWords, severityCounts, statusWords } from "#cards/words";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import { day, minute } from "#domain/time";
import type { Bot } from "#flows/bot";
import { channelOfOwner } from "#flows/channels";
import { endingSoon } from "#flows/exceptions-view";
import { noScan } from "#flows/freshness";
import { asideOf, groupLines, readAccounts, uncheckedLines, waitingLine } from "#flows/lines";
import { accountName, accountNames } from "#flows/names";
import { busyWith, undecided } from "#flows/open-requests";
import { ownerName } from "#flows/ownership";
import { remediationFor } from "#flows/policy";
import type { Scope } from "#flows/scope";
import { findingsIn } from "#flows/scope";
import { topicOf } from "#flows/show-request";
import { may } from "#posture/policy";
import { zoneOf } from "#posture/zone";

export const noSuchTeam = (bot: Bot): string =>
  `There is no such team. Teams are: ${Object.keys(bot.config.owners).join(", ")}; nobody; all.`;

export function summaryView(bot: Bot, scope: Scope): SummaryView {
  const open = findingsIn(bot, scope, { status: ["open"] });
  const told = open.filter(({ folded }) => !folded);
  const weekAgo = startOfDay(bot, bot.now() - 7 * day);
  const events =
    scope.owners === undefined
      ? bot.store.events({ since: weekAgo })
      : scope.owners.flatMap((owner) => bot.store.events({ owner, since: weekAgo }));
  const moved = (kind: string): number =>
    events.filter((event) => event.kind === kind && event.cause === "change").length;
  const waiting = undecided(bot).filter(
    ({ owner }) => scope.owners === undefined || scope.owners.includes(owner ?? ""),
  );
  const accounts = scope.owners === undefined ? undefined : new Set(open.map(({ account }) => account));
  const checked = readAccounts(bot, accounts && accounts.size > 0 ? accounts : undefined);
  return {
    name: scope.name,
    scope: scope.text,
    now: bot.now(),
    open: severityCounts(open),
    since: { at: weekAgo, new: moved("new"), fixed: moved("fixed"), cameBack: moved("returned") },
    first: groupLines(bot, told).slice(0, 3),
    waiting: waiting.map((request) => waitingLine(bot, request)),
    ending: endingSoon(bot, findingsIn(bot, scope, { status: ["accepted"] })),
    snoozed: findingsIn(bot, scope, { status: ["snoozed"] }).length,
    accepted: findingsIn(bot, scope, { status: ["accepted"] }).length,
    folded: open.length - told.length,
    unchecked: uncheckedLines(bot, scope.owners),
    ...(checked && { checked }),
    ...noScanIn(bot),
  };
}

/** What a view says of how old all of it is. */
export function noScanIn(bot: Bot): { readonly noScan?: NoScan } {
  const found = noScan(bot.store, bot.config.scan, bot.now());
  return found ? { noScan: found } : {};
}

function startOfDay(bot: Bot, at: number): number {
  const zone = zoneOf(bot.config.hours.zone);
  return zone.instantOf(zone.dayOf(at), "00:00") ?? at;
}

/** With a line per team, and the score beside what it was counted from. */
export function estateView(bot: Bot, view: SummaryView): EstateView {
  const teams = [...Object.keys(bot.config.owners), ""].map((owner) => {
    const name = ownerName(bot, owner);
    return {
      open: severityCounts(bot.store.findings({ owner, status: ["open"] })),
      ...(name !== undefined && { name }),
    };
  });
  const sums = { pass: 0, fail: 0, unknown: 0 };
  for (const { pass, fail, unknown } of bot.store.tallies()) {
    sums.pass += pass;
    sums.fail += fail;
    sums.unknown += unknown;
  }
  return {
    ...view,
    teams: teams.filter(({ open }) => Object.values(open).some((n) => n > 0)),
    accountsNotRead: bot.store.accounts().filter(({ problem }) => problem !== undefined).length,
    score: { passed: sums.pass, checked: sums.pass + sums.fail, unchecked: sums.unknown },
  };
}

export function showView(bot: Bot, finding: Finding): ShowView | undefined {
  const check = bot.checks.find(({ id }) => id === finding.check);
  if (!check) return undefined;
  const owner = ownerName(bot, finding.ownership.owner);
  const request = busyWith(bot, finding.asset.id);
  const fix = remediationFor(bot, finding);
  const group = bot.store.groups({ topic: finding.topic, owner: finding.ownership.owner ?? "" })[0];
  return {
    finding,
    topic: topicOf(bot, finding.topic),
    account: accountName(bot, finding.account),
    check,
    now: bot.now(),
    history: bot.store
      .events({ fingerprint: finding.fingerprint })
      .map(({ at, kind }) => ({ at, what: eventWords[kind] })),
    ...(owner !== undefined && { owner }),
    ...(fix && { fix: fix.verb }),
    ...(request && { request: waitingLine(bot, request) }),
    ...(group && { group: group.id }),
    ...asideFor(bot, finding),
  };
}

/** What sets it aside, and the reason that was given. */
function asideFor(bot: Bot, finding: Finding): Pick<ShowView, "aside"> {
  const { aside: line } = asideOf(bot, finding);
  const exception = line && bot.store.exception(line.id)?.exception;
  return line && exception ? { aside: { line, because: becauseText(exception) } } : {};
}

const eventWords = {
  new: "found",
  returned: "came back",
  fixed: closingWords.passed,
  gone: closingWords.gone,
  "rule-changed": closingWords["rule-changed"],
  "not-applicable": closingWords["not-applicable"],
  retired: closingWords.retired,
  "new-owner": "got another owner",
  left: "left its former owner",
  snoozed: statusWords.snoozed,
  accepted: statusWords.accepted,
  woke: "open again",
  worse: "got worse",
} as const;

export function whyView(bot: Bot, finding: Finding | undefined): WhyView | undefined {
  const check = finding && bot.checks.find(({ id }) => id === finding.check);
  if (!finding || !check) return undefined;
  const owner = ownerName(bot, finding.ownership.owner);
  const channel = channelOfOwner(bot, finding.ownership.owner ?? "");
  const told = bot.store.events({ fingerprint: finding.fingerprint }).at(-1)?.told;
  return {
    finding,
    topic: topicOf(bot, finding.topic),
    account: accountName(bot, finding.account),
    check,
    route: {
      channel: channel ? `#${channel.name}` : "no channel",
      mode: channel?.mode ?? "off",
      because: owner === undefined ? "where findings without an owner go" : `${owner}'s channel`,
    },
    ...(owner !== undefined && { owner }),
    ...(told !== undefined && { told }),
    ...asideFor(bot, finding),
  };
}

export function statusView(bot: Bot): StatusView {
  const account = accountNames(bot);
  const runs = bot.store.runs(5);
  const accounts = bot.store.accounts().filter(({ state }) => state === "active");
  const units = bot.store.latestUnits();
  return {
    now: bot.now(),
    scans: runs.map(({ startedAt, endedAt, state, filtered }) => ({
      startedAt,
      state,
      filtered,
      ...(endedAt !== undefined && { endedAt }),
    })),
    accounts: { read: accounts.filter(({ problem }) => problem === undefined).length, of: accounts.length },
    unread: accounts.flatMap(({ id, problem }) =>
      problem === undefined ? [] : [{ account: account(id), why: problem }],
    ),
    gaps: gapsOf(bot),
    closedRegions: new Set(units.filter(({ outcome }) => outcome === "closed").map(({ region }) => region)).size,
    ...noScanIn(bot),
    ...(runs[0] && { next: runs[0].startedAt + bot.config.scan.every * minute }),
  };
}

/** What to add to the role, where, and how much it would let us see. */
function gapsOf(bot: Bot): StatusView["gaps"] {
  const account = accountNames(bot);
  const gaps = new Map<string, { permission: string; count: number; where: string }>();
  const add = (permission: string, where: string): void => {
    const key = `${permission}\n${where}`;
    const gap = gaps.get(key) ?? { permission, where, count: 0 };
    gaps.set(key, { ...gap, count: gap.count + 1 });
  };
  for (const unknown of bot.store.unknowns({}))
    add(unknown.permission ?? unknown.reason, account(unknown.account).name);
  for (const { outcome, permission, reason, account: id, region } of bot.store.latestUnits())
    if (outcome === "denied" || outcome === "failed" || outcome === "throttled")
      add(permission ?? reason ?? outcome, `${account(id).name} ${region}`);
  return [...gaps.values()].sort((a, b) => b.count - a.count);
}

/** Roles, groups, and which policies name one of the groups. */
/** Teams whose approvers the groups are among. */
const ownersApprovedBy = (bot: Bot, groups: readonly string[]) =>
  Object.values(bot.config.owners).flatMap(({ name, approvers }) => {
    const group = approvers.find((key) => groups.includes(key));
    return group === undefined ? [] : [{ name, group }];
  });

export function whoamiView(bot: Bot, { human, groups }: Actor): WhoamiView {
  const approves = bot.config.policies.flatMap((policy) => {
    const what = [
      policy.severity?.map((each) => each.toUpperCase()).join(", ") ?? "any severity",
      policy.environment && `in ${policy.environment.join(", ")}`,
      policy.account && `account ${policy.account.join(", ")}`,
      policy.remediation && `fix ${policy.remediation.join(", ")}`,
      policy.need > 1 && `with ${policy.need - 1} more`,
    ].filter((each) => typeof each === "string");
    const own = policy.approvers.find((key) => groups.includes(key));
    const teams = policy.approvers.includes("owner") ? ownersApprovedBy(bot, groups) : [];
    return [
      ...(own === undefined ? [] : [{ what: what.join(" "), because: `because you are in @${own}` }]),
      ...teams.map(({ name, group }) => ({
        what: [...what, `that ${name} owns`].join(" "),
        because: `because you are in @${group}`,
      })),
    ];
  });
  return {
    name: human.name,
    roles: human.roles,
    groups: groups.map((key) => `@${key}`),
    teams: human.teams.flatMap((team) => ownerName(bot, team) ?? []),
    // A group alone is not enough: it takes a role that may approve.
    approves: may(human.roles, "approve") ? approves : [],
  };
}
