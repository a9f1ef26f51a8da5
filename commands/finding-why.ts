import { noSuchIdCard, usageCard } from "#cards/answers";
import { whyCard } from "#cards/show";
import { defineCommand } from "#flows/command";
import { whyView } from "#flows/overview";
import { findingsOf } from "#flows/scope";

export const command = defineCommand({
  id: "finding.why",
  word: "why",
  usage: "why F-id | G-id",
  summary: "what decided it, whose it is and why you heard of it",
  example: "why F-1a2b",
  daily: true,
  verb: "read",
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const view = whyView(bot, findingsOf(bot, word)?.findings[0]);
    return { card: view ? whyCard(view) : noSuchIdCard(word) };
  },
});
