import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { snoozedCard } from "#cards/exceptions";
import { fields } from "#cards/forms";
import { defineCommand } from "#flows/command";
import { chosenOf, problemsOf, snoozeFormFor } from "#flows/exception-forms";
import { exceptionView } from "#flows/exceptions-view";
import { findingsOf } from "#flows/scope";
import { snooze } from "#flows/snooze";

export const command = defineCommand({
  id: "finding.snooze",
  word: "snooze",
  usage: "snooze F-id | G-id",
  summary: "put findings off until a day, with a reason",
  example: "snooze F-1a2b",
  daily: true,
  verb: "snooze",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const found = findingsOf(bot, word);
    if (!found || found.findings.length === 0) return { card: noSuchIdCard(word) };
    const form = snoozeFormFor(bot, found.id, found.findings);
    return "refused" in form ? { card: answerCard(form.refused) } : { form };
  },
  check: (values) =>
    problemsOf(values, {
      [fields.until]:
        (values[fields.until] ?? "") === "" && (values[fields.day] ?? "").trim() === "" && "Say until when.",
    }),
  async submit(bot, { actor, state, values }) {
    const day = (values[fields.day] ?? "").trim();
    const answer = await snooze(bot, {
      actor,
      findings: chosenOf(bot, state, values),
      day: day === "" ? (values[fields.until] ?? "") : day,
      because: values[fields.because] ?? "",
      note: (values[fields.reason] ?? "").trim(),
      ticket: (values[fields.ticket] ?? "").trim(),
    });
    return {
      card: "refused" in answer ? answerCard(answer.refused) : snoozedCard(exceptionView(bot, answer.exception)),
    };
  },
});
