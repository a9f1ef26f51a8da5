import { acceptForm, snoozeForm } from "#cards/exception-forms";
import { fields } from "#cards/forms";
import type { Form } from "#domain/card";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import { whoAccepts, whyNotAccept } from "#flows/accept";
import type { Bot } from "#flows/bot";
import { snoozesOf } from "#flows/exceptions-view";
import { lineMaker } from "#flows/lines";
import { parties } from "#flows/names";
import { tickable } from "#flows/report";
import { findingsOf } from "#flows/scope";
import { maxMembers, whyNotSnooze } from "#flows/snooze";
import { dayOptions, lastDay, longest } from "#posture/exceptions";
import { worst } from "#posture/notify";

type Values = Readonly<Record<string, string>>;

export function snoozeFormFor(bot: Bot, id: string, findings: readonly Finding[]): Form | { readonly refused: string } {
  const can = findings.filter((finding) => whyNotSnooze(bot, finding) === undefined);
  const [first] = findings;
  if (can.length === 0) return { refused: (first && whyNotSnooze(bot, first)) ?? `${id} has nothing to put off.` };
  const { limits, hours: clock } = bot.config;
  const severities = can.map(({ severity }) => severity);
  const asked = { kind: "snooze", severities, now: bot.now(), limits, clock } as const;
  return snoozeForm({
    id,
    ticks: tickable(bot, can),
    lines: can.map(lineMaker(bot)),
    severity: worst(severities),
    options: dayOptions(asked),
    zone: clock.zone,
    longest: longest(asked),
    most: limits.snoozes,
    last: can.every((finding) => snoozesOf(bot, finding) === limits.snoozes - 1),
  });
}

export function acceptFormFor(
  bot: Bot,
  actor: Actor,
  { id, findings }: { readonly id: string; readonly findings: readonly Finding[] },
): Form | { readonly refused: string } {
  const can = findings.filter((finding) => whyNotAccept(bot, finding) === undefined).slice(0, maxMembers);
  const [first, ...others] = can;
  if (!first) return { refused: (findings[0] && whyNotAccept(bot, findings[0])) ?? `${id} has no risk to accept.` };
  const { limits, hours: clock } = bot.config;
  const severities = can.map(({ severity }) => severity);
  const asked = { kind: "acceptance", severities, now: bot.now(), limits, clock } as const;
  const policy = whoAccepts(bot, actor, can);
  return acceptForm({
    id,
    ticks: tickable(bot, can),
    lines: can.map(lineMaker(bot)),
    severity: worst(severities),
    last: lastDay(asked),
    longest: longest(asked),
    approvers: "nobody" in policy ? [] : parties(policy.approvers),
    need: "nobody" in policy ? 1 : policy.need,
    ...(others.length === 0 && { row: first.row }),
  });
}

/** What a form about an id chose. What it did not offer cannot be chosen; with nothing to tick it is about all of it. */
export function chosenOf(bot: Bot, id: string, values: Values): readonly Finding[] {
  const found = findingsOf(bot, id.trim())?.findings ?? [];
  const ticked = values[fields.findings]?.split(",");
  return ticked === undefined ? found : found.filter((finding) => ticked.includes(finding.id));
}

/** What can be said of a form that sets findings aside without looking anything up. */
export function problemsOf(
  values: Values,
  more: Readonly<Record<string, string | undefined | false>>,
): Values | undefined {
  const day = (values[fields.day] ?? "").trim();
  const problems = {
    [fields.findings]: fields.findings in values && values[fields.findings] === "" && "Choose at least one.",
    [fields.because]: (values[fields.because] ?? "") === "" && "Choose why.",
    [fields.day]: day !== "" && !/^\d{4}-\d{2}-\d{2}$/.test(day) && "Write the day as 2026-11-30.",
    ...more,
  };
  const said = Object.entries(problems).flatMap(([name, problem]) => (problem ? [[name, problem] as const] : []));
  return said.length === 0 ? undefined : Object.fromEntries(said);
}
