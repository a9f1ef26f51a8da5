import { unknownWordCard } from "#cards/answers";
import { helpCard, helpWordCard } from "#cards/help";
import { nearest } from "#domain/nearest";
import { defineCommand } from "#flows/command";

export const command = defineCommand({
  id: "posture.help",
  word: "help",
  usage: "help [command]",
  summary: "what you can ask, and how",
  example: "help fix",
  daily: true,
  verb: "read",
  async run(bot, { args }) {
    const listed = bot.commands.filter(({ hidden }) => !hidden);
    const word = args.words[0]?.toLowerCase();
    if (word === undefined) return { card: helpCard(listed) };
    const found = listed.find((each) => each.word === word);
    const close = nearest(
      word,
      listed.map((each) => each.word),
    );
    return { card: found ? helpWordCard(found) : unknownWordCard(word, close) };
  },
});
