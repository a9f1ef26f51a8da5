import { noSuchIdCard, usageCard } from "#cards/answers";
import { fields, wrongForm } from "#cards/forms";
import { defineCommand } from "#flows/command";
import { report, tickable } from "#flows/report";
import { findingsOf } from "#flows/scope";

export const command = defineCommand({
  id: "finding.wrong",
  word: "wrong",
  usage: "wrong F-id | G-id",
  summary: "say that a finding is not true, so the check gets repaired",
  example: "wrong F-1a2b",
  daily: false,
  verb: "report",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const found = findingsOf(bot, word);
    if (!found || found.findings.length === 0) return { card: noSuchIdCard(word) };
    return { form: wrongForm(found.id, tickable(bot, found.findings)) };
  },
  submit: (bot, { actor, state, values }) =>
    report(bot, actor, {
      kind: "wrong",
      id: state.trim(),
      ids: values[fields.findings],
      reason: values[fields.reason] ?? "",
      whose: "",
    }),
});
