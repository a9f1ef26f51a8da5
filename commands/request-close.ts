import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { closeForm, fields } from "#cards/forms";
import { refusalCard } from "#cards/refusals";
import { parseId } from "#domain/ids";
import { defineCommand } from "#flows/command";
import { decide } from "#flows/decide";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "request.close",
  word: "close",
  usage: "close R-id",
  summary: "end a request that stopped half way, saying what is true",
  example: "close R-12",
  daily: false,
  verb: "close",
  opens: ({ words }) => words.length > 0,
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const request = bot.store.request(parseId(word)?.id ?? "")?.request;
    if (!request) return { card: noSuchIdCard(word) };
    const view = requestView(bot, request);
    if (request.state !== "halted") return { card: refusalCard({ why: "wrong-state", view }) };
    return { form: closeForm(view) };
  },
  check: (values) =>
    (values[fields.reason] ?? "").trim().length < 3 ? { [fields.reason]: "Say what you found." } : undefined,
  async submit(bot, { actor, state, values }) {
    const reason = (values[fields.reason] ?? "").trim();
    const answer = await decide(bot, { actor, id: state.trim(), kind: "close", reason });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    if ("not" in answer) return { card: refusalCard({ why: answer.not, view: requestView(bot, answer.request) }) };
    return { card: answerCard(`${answer.request.id} is closed by hand. Its findings stay as the checks see them.`) };
  },
});
