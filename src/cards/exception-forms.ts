import { fields, present, tickField } from "#cards/forms";
import { groupLine, whatText } from "#cards/lines";
import { partyNames } from "#cards/request-words";
import { clip, facts, minuteOf, para, stamp } from "#cards/text";
import type { AcceptFormView, GroupLine, Party, SnoozeFormView } from "#cards/views";
import { accountPhrase, becauseWords, capital, count, mark, regular } from "#cards/words";
import type { Field, Form, Part } from "#domain/card";
import type { Because, ExceptionKind } from "#domain/exception";
import { becauses } from "#domain/exception";
import type { Instant } from "#domain/time";

export const becauseField = (kind: ExceptionKind, label: string): Field => ({
  kind: "choice",
  name: fields.because,
  label,
  pick: "one",
  options: becauses[kind].map((value: Because) => ({ value, label: capital(becauseWords[value]) })),
});

export const ticketField: Field = {
  kind: "input",
  name: fields.ticket,
  label: "Ticket",
  hint: "PAY-812",
  maxLength: 60,
  optional: true,
};

export const dayField = (label: string, hint: string, value?: string): Field => ({
  kind: "input",
  name: fields.day,
  label,
  hint,
  maxLength: 10,
  ...(value === undefined ? { optional: true } : { value }),
});

/** Until when, and why: nothing is put off without both. */
export function snoozeForm(view: SnoozeFormView): Form {
  const { id, ticks, lines, severity, options, zone, longest, most, last } = view;
  const n = ticks.length;
  return {
    title: clip(`Snooze ${id}`, 24),
    submit: n === 1 ? "Snooze" : "Snooze them",
    state: `snooze ${id}`,
    parts: present<Part | Field>(
      ...lines.slice(0, 5).map((each) => para(`You put off ${mark(each.severity)} · ${whatText(each)}`)),
      n > 1 ? tickField("Which", ticks, true) : undefined,
      {
        kind: "choice",
        name: fields.until,
        label: "Until",
        pick: "one",
        options: options.map(({ day, at, tomorrow }) => ({
          value: day,
          label: tomorrow ? `tomorrow, ${stamp(at, "minute", zone)}` : stamp(at, "minute", zone),
        })),
        ...(options[1] ? { value: [options[1].day] } : options[0] ? { value: [options[0].day] } : {}),
        optional: true,
      },
      dayField(
        "Or until the day",
        `Like ${options[0]?.day ?? "2026-11-30"}; longest for ${severity.toUpperCase()}: ${count(longest, regular("day"))}`,
      ),
      becauseField("snooze", "Why"),
      {
        kind: "input",
        name: fields.reason,
        label: "Note",
        hint: "What has to happen first",
        maxLength: 300,
        optional: true,
      },
      ticketField,
      para(
        `${n === 1 ? "No post tells of it" : "No post tells of them"} until then. It leaves the open count and is counted as snoozed; no total loses it. ` +
          `It wakes at once if it gets worse. ${last ? "This is the last time." : `A finding can be snoozed ${most === 2 ? "twice" : `${most} times`} in a row.`}`,
      ),
    ),
  };
}

/** What is borne, why, until when, and who has to agree. */
export function acceptForm(view: AcceptFormView): Form {
  const { id, ticks, lines, row, severity, last, longest, need, approvers } = view;
  return {
    title: clip(`Accept the risk: ${id}`, 24),
    submit: need === 0 ? "Accept the risk" : "Ask for approval",
    state: `accept ${id}`,
    parts: present<Part | Field>(
      ...lines
        .slice(0, 5)
        .map((each) =>
          para(
            `You accept ${mark(each.severity)} · ${whatText(each)}`,
            each.environment !== undefined && ` · ${each.environment}`,
            each.account && ` · ${accountPhrase(each.account)}`,
          ),
        ),
      ticks.length > 1 ? tickField("Which", ticks, true) : undefined,
      becauseField("acceptance", "Because"),
      {
        kind: "input",
        name: fields.reason,
        label: "In your words",
        hint: "20 letters or more: it is what there is to read in a year",
        multiline: true,
        minLength: 20,
        maxLength: 500,
      },
      ticketField,
      dayField("Until the day", `Longest for ${severity.toUpperCase()}: ${count(longest, regular("day"))}`, last.day),
      facts(
        [
          "Holds only",
          `while it stays as it is now${row === undefined ? "" : `: ${clip(row, 150)}`}. If it gets worse, it ends at once.`,
        ],
        ["Approval", approvalWords(need, approvers)],
      ),
    ),
  };
}

const approvalWords = (need: number, approvers: readonly Party[]): string => {
  if (need === 0) return "nobody else: it is your team's, and mild enough. It is written down with your name";
  if (approvers.length === 0) return "nobody may approve it: the policy names nobody";
  return `${need === 1 ? "1 person" : `${need} people`} from ${partyNames(approvers)}, not you`;
};

export const revokeForm = (id: string, what: string): Form => ({
  title: `End ${id}`,
  submit: "End it now",
  state: `revoke ${id}`,
  parts: [
    para(`Open again from now on: ${what}.`),
    {
      kind: "input",
      name: fields.reason,
      label: "Reason",
      hint: "Whoever approved it reads it",
      maxLength: 500,
      minLength: 3,
    },
  ],
});

/** What nobody can check any more leaves the list by a person's word alone. */
export const retireForm = (view: {
  readonly id: string;
  readonly count: number;
  readonly lines: readonly GroupLine[];
  readonly since: Instant;
}): Form => ({
  title: clip(`Take off: ${view.id}`, 24),
  submit: "Take off the list",
  state: `retire ${view.id}`,
  parts: [
    para(
      `${count(view.count, regular("finding"))} not checked since `,
      minuteOf(view.since),
      view.count === 1
        ? ". It leaves the list; nobody has seen it fixed."
        : " or later. They leave the list; nobody has seen them fixed.",
    ),
    ...view.lines.map((each) => para(groupLine(each, { account: true }))),
    {
      kind: "input",
      name: fields.reason,
      label: "Reason",
      hint: "It is in the audit trail with each of them",
      maxLength: 500,
      minLength: 3,
    },
  ],
});
