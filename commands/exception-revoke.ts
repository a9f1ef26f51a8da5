import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { revokeForm } from "#cards/exception-forms";
import { subjectText } from "#cards/exceptions";
import { fields } from "#cards/forms";
import { defineCommand } from "#flows/command";
import { exceptionView } from "#flows/exceptions-view";
import { revoke, whyNotRevoke } from "#flows/revoke";
import { exceptionsOf } from "#flows/scope";

export const command = defineCommand({
  id: "exception.revoke",
  word: "revoke",
  usage: "revoke E-id",
  summary: "end an accepted risk before its day",
  example: "revoke E-5",
  daily: false,
  verb: "revoke",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args, actor }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const [exception] = exceptionsOf(bot, word) ?? [];
    if (!exception) return { card: noSuchIdCard(word) };
    const not = whyNotRevoke(bot, actor, exception);
    if (not === undefined) return { form: revokeForm(exception.id, subjectText(exceptionView(bot, exception))) };
    await bot.refusals.record(actor, { verb: "revoke", subject: exception.id, why: not });
    return { card: answerCard(not) };
  },
  check: (values) =>
    (values[fields.reason] ?? "").trim().length < 3 ? { [fields.reason]: "Say in a few words why." } : undefined,
  async submit(bot, { actor, state, values }) {
    const [exception] = exceptionsOf(bot, state.trim()) ?? [];
    if (!exception) return { card: noSuchIdCard(state) };
    const answer = await revoke(bot, { actor, exception, reason: (values[fields.reason] ?? "").trim() });
    return {
      card: answerCard(
        "refused" in answer ? answer.refused : `${exception.id} ended. Open again: ${answer.findings.join(", ")}.`,
      ),
    };
  },
});
