import { fields, present, tickField } from "#cards/forms";
import { whatText } from "#cards/lines";
import { clip, para, stamp } from "#cards/text";
import type { SnoozeFormView } from "#cards/views";
import { becauseWords, capital, count, mark, regular } from "#cards/words";
import type { Field, Form, Part } from "#domain/card";
import type { Because, ExceptionKind } from "#domain/exception";
import { becauses } from "#domain/exception";

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
