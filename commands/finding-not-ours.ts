import { noSuchIdCard, usageCard } from "#cards/answers";
import { fields, notOursForm } from "#cards/forms";
import { defineCommand } from "#flows/command";
import { ownerName } from "#flows/ownership";
import { report, tickable } from "#flows/report";
import { findingsOf } from "#flows/scope";

export const command = defineCommand({
  id: "finding.not-ours",
  word: "not-ours",
  usage: "not-ours F-id | G-id",
  summary: "say that a finding belongs to somebody else",
  example: "not-ours G-7k",
  daily: false,
  verb: "report",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const found = findingsOf(bot, word);
    const first = found?.findings[0];
    if (!found || !first) return { card: noSuchIdCard(word) };
    const owner = ownerName(bot, first.ownership.owner) ?? "nobody";
    return { form: notOursForm(found.id, owner, tickable(bot, found.findings)) };
  },
  submit: (bot, { actor, state, values }) =>
    report(bot, actor, {
      kind: "not-ours",
      id: state.trim(),
      ids: values[fields.findings],
      reason: values[fields.reason] ?? "",
      whose: values[fields.owner] ?? "",
    }),
});
