import { taskOf } from "#cards/request-words";
import type { AsideView, GroupLine, ReadAccounts, Unchecked, WaitingLine } from "#cards/views";
import type { Finding } from "#domain/finding";
import type { Request } from "#domain/request";
import { counted } from "#domain/request";
import type { Bot } from "#flows/bot";
import { accountNames } from "#flows/names";
import { ownerName } from "#flows/ownership";
import { nameOf } from "#flows/people";
import { guidedOf } from "#flows/policy";
import { requestView, topicOf } from "#flows/show-request";
import { worst } from "#posture/notify";

/** One line for each finding. */
export function lineMaker(bot: Bot): (finding: Finding) => GroupLine {
  const account = accountNames(bot);
  return (finding) => {
    const owner = ownerName(bot, finding.ownership.owner);
    const guided = guidedOf(bot, finding);
    return {
      id: finding.id,
      severity: finding.severity,
      topic: topicOf(bot, finding.topic),
      count: 1,
      name: finding.asset.name,
      account: account(finding.account),
      since: finding.since,
      ...(finding.environment !== undefined && { environment: finding.environment }),
      ...(owner !== undefined && { owner }),
      ...(guided !== undefined && { guided }),
      ...asideOf(bot, finding),
    };
  };
}

/** What sets a finding aside, for people. */
export const asideOf = (bot: Bot, { aside, status }: Finding): { readonly aside?: AsideView } =>
  aside
    ? {
        aside: {
          id: aside.exception,
          kind: status === "snoozed" ? "snooze" : "acceptance",
          until: aside.until,
          by: nameOf(bot, aside.by),
        },
      }
    : {};

/** One line for each topic and owner, named by its group where one exists, else by its worst finding. Worst first. */
export function groupLines(bot: Bot, findings: readonly Finding[]): readonly GroupLine[] {
  const single = lineMaker(bot);
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.topic}\n${finding.ownership.owner ?? ""}`;
    const members = groups.get(key) ?? [];
    members.push(finding);
    groups.set(key, members);
  }
  return [...groups.values()].flatMap((members): readonly GroupLine[] => {
    const [first] = members;
    if (!first) return [];
    if (members.length === 1) return [single(first)];
    const group = bot.store.groups({ topic: first.topic, owner: first.ownership.owner ?? "" })[0];
    const environments = new Set(members.map(({ environment }) => environment));
    const { name: _, account: __, environment: ___, aside: ____, ...line } = single(first);
    return [
      {
        ...line,
        id: group?.id ?? first.id,
        severity: worst(members.map(({ severity }) => severity)),
        count: members.length,
        since: Math.min(...members.map(({ since }) => since)),
        ...(environments.size === 1 && first.environment !== undefined && { environment: first.environment }),
      },
    ];
  });
}

export const waitingLine = (bot: Bot, request: Request): WaitingLine => ({
  id: request.id,
  what: taskOf(requestView(bot, request)),
  missing: Math.max(request.need - counted(request).length, 0),
  until: request.expiresAt,
});

/** What could not be checked, said by kind and place: "3 S3 buckets in payments-dev". */
export function uncheckedLines(bot: Bot, owners: readonly string[] | undefined): readonly Unchecked[] {
  const account = accountNames(bot);
  const assets = new Map<string, { topic: string; where: string; ids: Set<string> }>();
  const all = owners === undefined ? bot.store.unknowns({}) : owners.flatMap((owner) => bot.store.unknowns({ owner }));
  for (const { check, asset, account: id, type } of all) {
    const topic = bot.checks.find((each) => each.id === check)?.topic ?? check;
    const where = account(id).name;
    const entry = assets.get(`${type}\n${where}`) ?? { topic, where, ids: new Set<string>() };
    entry.ids.add(asset.id);
    assets.set(`${type}\n${where}`, entry);
  }
  return [...assets.values()].map(({ topic, where, ids }) => ({ count: ids.size, noun: topicOf(bot, topic), where }));
}

/** When accounts were last read, and how many of those that should be. Undefined before the first scan. */
export function readAccounts(bot: Bot, ids?: ReadonlySet<string>): ReadAccounts | undefined {
  const accounts = bot.store.accounts().filter(({ id, state }) => state === "active" && (ids?.has(id) ?? true));
  const last = bot.store.lastScan();
  if (!last || accounts.length === 0) return undefined;
  const read = accounts.filter(({ problem, lastRead }) => problem === undefined && lastRead !== undefined);
  return { at: last.endedAt ?? last.startedAt, read: read.length, of: accounts.length };
}
