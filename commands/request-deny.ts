import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { denyForm, fields } from "#cards/forms";
import { refusalCard } from "#cards/refusals";
import { taskOf } from "#cards/request-words";
import { parseId } from "#domain/ids";
import { isUndecided } from "#domain/request";
import { defineCommand } from "#flows/command";
import { decide } from "#flows/decide";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "request.deny",
  word: "deny",
  usage: "deny R-id",
  summary: "say no to a request, with a reason",
  example: "deny R-12",
  daily: false,
  verb: "read",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const request = bot.store.request(parseId(word)?.id ?? "")?.request;
    if (!request) return { card: noSuchIdCard(word) };
    const view = requestView(bot, request);
    if (!isUndecided(request)) return { card: refusalCard({ why: "wrong-state", view }) };
    return { form: denyForm(request.id, taskOf(view)) };
  },
  async submit(bot, { actor, state, values }) {
    const answer = await decide(bot, {
      actor,
      id: state.trim(),
      kind: "deny",
      reason: (values[fields.reason] ?? "").trim(),
    });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    if ("not" in answer) return { card: refusalCard({ why: answer.not, view: requestView(bot, answer.request) }) };
    return { card: answerCard(`You denied ${answer.request.id}. Nothing was changed.`) };
  },
});
