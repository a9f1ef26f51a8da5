import { answerCard, notQuietCard, quietCard, quietEndedCard, usageCard } from "#cards/answers";
import { day, hour } from "#domain/time";
import { unlessMay } from "#flows/audit";
import { ownersOf } from "#flows/channels";
import { defineCommand } from "#flows/command";
import { channelNamed, setQuiet } from "#flows/rollout";

const longest = 14 * day;

export const command = defineCommand({
  id: "channel.quiet",
  word: "quiet",
  usage: "quiet [#channel] 24h | off",
  summary: "no posts here for a while; one digest follows",
  example: "quiet 24h",
  daily: true,
  verb: "quiet",
  async run(bot, { args, actor, channel: here }) {
    const named = args.words.find((word) => word.startsWith("#") || word.startsWith("<#"));
    const time = args.words.find((word) => word !== named);
    const channel = channelNamed(bot, named ?? here);
    if (!channel) return { card: answerCard("This channel gets nothing from Stance, so there is nothing to quiet.") };
    const own = ownersOf(bot, channel).some((owner) => actor.human.teams.includes(owner));
    const refused = own
      ? undefined
      : await unlessMay(bot, actor, "quiet-all", { verb: "quiet-all", subject: channel.id });
    if (refused) return { card: refused };
    const label = `#${channel.name}`;
    const quiet = channel.quietUntil !== undefined && channel.quietUntil > bot.now();
    if (time === "off" || time === "end") {
      if (!quiet) return { card: notQuietCard(label) };
      await setQuiet(bot, channel, { until: undefined, by: actor.human.id });
      return { card: quietEndedCard(label) };
    }
    const [, amount, unit] = /^(\d{1,3})\s*(h|d)$/i.exec(time ?? "") ?? [];
    if (amount === undefined) return { card: usageCard(this.usage, this.example) };
    const span = Number(amount) * (unit?.toLowerCase() === "d" ? day : hour);
    if (span === 0 || span > longest) return { card: answerCard("Quiet lasts from 1 hour to 14 days.") };
    const until = bot.now() + span;
    await setQuiet(bot, channel, { until, by: actor.human.id });
    return { card: quietCard(label, until) };
  },
});
