import type { AsideView, ExceptionsView, ExceptionView } from "#cards/views";
import type { Exception } from "#domain/exception";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import { day } from "#domain/time";
import type { Bot } from "#flows/bot";
import { asideOf, lineMaker } from "#flows/lines";
import { peopleNames } from "#flows/names";
import type { Scope } from "#flows/scope";

/** Acceptances of these findings that end within two weeks, one line each, the first to end first. */
export function endingSoon(bot: Bot, findings: readonly Finding[], within = 14 * day): readonly AsideView[] {
  const all = new Map(
    findings.flatMap((finding) => Object.values(asideOf(bot, finding)).map((line) => [line.id, line])),
  );
  return [...all.values()]
    .filter(({ kind, until }) => kind === "acceptance" && until - bot.now() <= within)
    .sort((a, b) => a.until - b.until);
}

/** What cards say of an exception: its findings as they are now. */
export function exceptionView(bot: Bot, exception: Exception): ExceptionView {
  const line = lineMaker(bot);
  const findings = exception.members.flatMap(({ finding }) => bot.store.finding(finding) ?? []);
  return {
    exception,
    lines: findings.map(line),
    people: peopleNames(bot, [
      exception.by,
      ...exception.approvedBy,
      ...(exception.ended?.by === undefined ? [] : [exception.ended.by]),
    ]),
    // Of those that were put off most often.
    snoozesLeft: bot.config.limits.snoozes - Math.max(0, ...findings.map((finding) => snoozesOf(bot, finding))),
  };
}

/** Since it appeared, or came back: how often it was put off. */
export const snoozesOf = (bot: Bot, { fingerprint, since }: Pick<Finding, "fingerprint" | "since">): number =>
  bot.store.exceptions({ finding: fingerprint }).filter(({ kind, from }) => kind === "snooze" && from >= since).length;

/** What holds now: of a scope, with at least one finding in it; or what a person asked for or agreed to. */
export function exceptionsView(bot: Bot, whose: Scope | Actor): ExceptionsView {
  const human = "human" in whose ? whose.human : undefined;
  const scope = "human" in whose ? undefined : whose;
  const owned = (print: string): boolean =>
    scope?.owners?.includes(bot.store.finding(print)?.ownership.owner ?? "") ?? true;
  const exceptions = bot.store
    .exceptions({ open: true })
    .filter(({ by, approvedBy, members }) =>
      human
        ? by === human.id || approvedBy.includes(human.id)
        : members.some(({ finding, left }) => left === undefined && owned(finding)),
    );
  const count = (of: Exception["kind"]): number =>
    exceptions
      .filter(({ kind }) => kind === of)
      .flatMap(({ members }) => members)
      .filter(({ finding, left }) => left === undefined && owned(finding)).length;
  return {
    name: human?.name ?? scope?.name ?? "",
    scope: human ? "mine" : (scope?.text ?? "all"),
    now: bot.now(),
    exceptions: exceptions.map((exception) => exceptionView(bot, exception)),
    snoozed: count("snooze"),
    accepted: count("acceptance"),
  };
}
