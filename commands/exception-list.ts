import { answerCard } from "#cards/answers";
import { exceptionsCard } from "#cards/exceptions";
import { defineCommand } from "#flows/command";
import { exceptionsView } from "#flows/exceptions-view";
import { noSuchTeam } from "#flows/overview";
import { scopeOf } from "#flows/scope";

export const command = defineCommand({
  id: "exception.list",
  word: "exceptions",
  usage: "exceptions [mine | all | team=…]",
  summary: "what is snoozed and whose risk is accepted, what ends first at the top",
  example: "exceptions team=payments",
  daily: false,
  verb: "read",
  async run(bot, invocation) {
    const { actor, args } = invocation;
    const scope = scopeOf(bot, invocation);
    if (!scope) return { card: answerCard(noSuchTeam(bot)) };
    return { card: exceptionsCard(exceptionsView(bot, args.words.includes("mine") ? actor : scope)) };
  },
});
