import { answerCard, usageCard } from "#cards/answers";
import { refusalCard } from "#cards/refusals";
import { parseId } from "#domain/ids";
import { defineCommand } from "#flows/command";
import { decide } from "#flows/decide";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "request.cancel",
  word: "cancel",
  usage: "cancel R-id [reason=…]",
  summary: "withdraw what you asked for",
  example: "cancel R-12",
  daily: false,
  verb: "cancel",
  async run(bot, { args, actor }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const id = parseId(word)?.id ?? word;
    const answer = await decide(bot, { actor, id, kind: "cancel", reason: args.options["reason"] ?? "" });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    if ("not" in answer) return { card: refusalCard({ why: answer.not, view: requestView(bot, answer.request) }) };
    return { card: answerCard(`${answer.request.id} is withdrawn. Nothing was changed.`) };
  },
});
