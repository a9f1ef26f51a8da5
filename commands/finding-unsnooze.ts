import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { parseId } from "#domain/ids";
import { defineCommand } from "#flows/command";
import { exceptionsOf } from "#flows/scope";
import { wake } from "#flows/snooze";

export const command = defineCommand({
  id: "finding.unsnooze",
  word: "unsnooze",
  usage: "unsnooze E-id | F-id",
  summary: "end a snooze before its day",
  example: "unsnooze E-5",
  daily: false,
  verb: "snooze",
  async run(bot, { args, actor }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const found = exceptionsOf(bot, word);
    if (!found) return { card: noSuchIdCard(word) };
    const [exception] = found;
    if (!exception) return { card: answerCard(`${parseId(word)?.id ?? word} is not snoozed.`) };
    const answer = await wake(bot, { actor, exception });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    const ids = exception.members.filter(({ left }) => left === undefined).map(({ findingId }) => findingId);
    return { card: answerCard(`${exception.id} ended. Open again: ${ids.join(", ")}.`) };
  },
});
