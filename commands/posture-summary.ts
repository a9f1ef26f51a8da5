import { answerCard } from "#cards/answers";
import { estateCard, summaryCard } from "#cards/summary";
import { defineCommand } from "#flows/command";
import { estateView, noSuchTeam, summaryView } from "#flows/overview";
import { scopeOf } from "#flows/scope";

export const command = defineCommand({
  id: "posture.summary",
  word: "summary",
  usage: "summary [all | team=…]",
  summary: "what is open, what changed, what to do first",
  example: "summary team=payments",
  daily: true,
  verb: "read",
  async run(bot, invocation) {
    const scope = scopeOf(bot, invocation);
    if (!scope) return { card: answerCard(noSuchTeam(bot)) };
    const view = summaryView(bot, scope);
    return { card: scope.owners === undefined ? estateCard(estateView(bot, view)) : summaryCard(view) };
  },
});
