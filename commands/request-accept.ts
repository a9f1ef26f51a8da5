import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { acceptedCard } from "#cards/exceptions";
import { fields } from "#cards/forms";
import { askedCard } from "#cards/request";
import { askToAccept, enoughSaid } from "#flows/accept";
import { defineCommand } from "#flows/command";
import { acceptFormFor, chosenOf, problemsOf } from "#flows/exception-forms";
import { exceptionView } from "#flows/exceptions-view";
import { approvalsName } from "#flows/fix-form";
import { findingsOf } from "#flows/scope";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "request.accept",
  word: "accept",
  usage: "accept F-id | G-id",
  summary: "ask that the risk of findings is accepted until a day",
  example: "accept F-1a2b",
  daily: false,
  verb: "accept",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args, actor }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const found = findingsOf(bot, word);
    if (!found || found.findings.length === 0) return { card: noSuchIdCard(word) };
    const form = acceptFormFor(bot, actor, found);
    return "refused" in form ? { card: answerCard(form.refused) } : { form };
  },
  check: (values) =>
    problemsOf(values, {
      [fields.reason]: !enoughSaid(values[fields.reason] ?? "") && "Say it in 20 letters or more.",
      ...((values[fields.day] ?? "").trim() === "" && { [fields.day]: "Say until when." }),
    }),
  async submit(bot, { actor, state, values }) {
    const answer = await askToAccept(bot, {
      actor,
      findings: chosenOf(bot, state, values),
      day: values[fields.day] ?? "",
      because: values[fields.because] ?? "",
      reason: (values[fields.reason] ?? "").trim(),
      ticket: (values[fields.ticket] ?? "").trim(),
    });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    const { request } = answer;
    const exception = bot.store.exception(request.accept?.exception ?? "")?.exception;
    return {
      card: exception
        ? acceptedCard(exceptionView(bot, exception))
        : askedCard(requestView(bot, request), approvalsName(bot)),
    };
  },
});
