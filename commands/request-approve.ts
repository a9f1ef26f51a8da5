import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { refusalCard } from "#cards/refusals";
import { requestCard } from "#cards/request";
import { parseId } from "#domain/ids";
import { isUndecided, mayStart } from "#domain/request";
import { defineCommand } from "#flows/command";
import { approve } from "#flows/decide";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "request.approve",
  word: "approve",
  usage: "approve R-id plan",
  summary: "approve exactly the plan you have seen",
  example: "approve R-12 9f3c21ab",
  daily: true,
  verb: "read",
  async run(bot, { args, actor, nonce }) {
    const [word, hash] = args.words;
    if (nonce === undefined && word === undefined) return { card: usageCard(this.usage, this.example) };
    const id = parseId(word ?? "")?.id;
    if (nonce === undefined && hash === undefined) {
      const request = id === undefined ? undefined : bot.store.request(id)?.request;
      return { card: request ? requestCard(requestView(bot, request)) : noSuchIdCard(word ?? "") };
    }
    const answer = await approve(
      bot,
      nonce === undefined ? { actor, id: id ?? "", hash: hash ?? "" } : { actor, nonce },
    );
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    if ("not" in answer) return { card: refusalCard({ why: answer.not, view: requestView(bot, answer.request) }) };
    const { request } = answer;
    if (request.accept?.exception !== undefined)
      return { card: answerCard(`You approved ${request.id}: the risk is accepted as ${request.accept.exception}.`) };
    return isUndecided(request) && !mayStart(request)
      ? { card: requestCard(requestView(bot, request)) }
      : { card: answerCard(`You approved ${request.id}. It runs now; its message says how it ends.`) };
  },
});
