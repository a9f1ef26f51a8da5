import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { fields } from "#cards/forms";
import { askedCard } from "#cards/request";
import { parseId } from "#domain/ids";
import { defineCommand } from "#flows/command";
import { approvalsName, undoFormFor } from "#flows/fix-form";
import { requestView } from "#flows/show-request";
import { askForUndo } from "#flows/undo";

export const command = defineCommand({
  id: "request.undo",
  word: "undo",
  usage: "undo R-id",
  summary: "take back what a request changed, and only that",
  example: "undo R-12",
  daily: false,
  verb: "undo",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args, actor }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const request = bot.store.request(parseId(word)?.id ?? "")?.request;
    if (!request) return { card: noSuchIdCard(word) };
    const form = undoFormFor(bot, actor, request);
    return "refused" in form ? { card: answerCard(form.refused) } : { form };
  },
  check: (values) =>
    (values[fields.reason] ?? "").trim().length < 3 ? { [fields.reason]: "Say in a few words why." } : undefined,
  async submit(bot, { actor, state, values }) {
    const answer = await askForUndo(bot, { actor, id: state.trim(), reason: (values[fields.reason] ?? "").trim() });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    if (answer.request.state === "approved")
      return { card: answerCard(`${answer.request.id} takes it back now; its message says how it ends.`) };
    return { card: askedCard(requestView(bot, answer.request), approvalsName(bot)) };
  },
});
