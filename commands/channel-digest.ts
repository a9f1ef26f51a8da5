import { answerCard } from "#cards/answers";
import { digestCard } from "#cards/digest";
import { defineCommand } from "#flows/command";
import { digestView } from "#flows/digest";
import { channelNamed } from "#flows/rollout";

export const command = defineCommand({
  id: "channel.digest",
  word: "digest",
  usage: "digest [#channel]",
  summary: "what the next digest would say, for you alone",
  example: "digest",
  daily: true,
  verb: "read",
  async run(bot, { args, channel: here }) {
    const name = args.words.find((word) => word !== "now");
    const channel = channelNamed(bot, name ?? here);
    return {
      card: channel
        ? digestCard(digestView(bot, channel))
        : answerCard(`${name ?? "This channel"} gets no digest: no owner of the configuration has it.`),
    };
  },
});
