import { modeAskCard, modeDoneCard, modeRefusedCard, previewListCard, rolloutCard } from "#cards/admin";
import { answerCard } from "#cards/answers";
import { brokenBecause, learnChannels } from "#flows/channels";
import { defineCommand } from "#flows/command";
import { groupLines } from "#flows/lines";
import { channelNamed, mentionedIn, nextDigestOf, openIn, rolloutRow, setMode } from "#flows/rollout";
import type { ChannelMode } from "#store/store";

const modes: readonly ChannelMode[] = ["off", "preview", "digest", "live"];

export const command = defineCommand({
  id: "channel.rollout",
  word: "rollout",
  usage: "rollout [#channel off|preview|digest|live]",
  summary: "what each channel gets, and changing it",
  example: "rollout #team-payments digest",
  daily: false,
  verb: "rollout",
  async run(bot, { args, actor }) {
    await learnChannels(bot);
    const [name, to] = args.words;
    if (name === undefined) {
      const rows = await Promise.all(bot.store.channels().map((channel) => rolloutRow(bot, channel)));
      return { card: rolloutCard(rows, Math.max(1, Number(args.options["page"] ?? 1) || 1)) };
    }
    const channel = channelNamed(bot, name);
    if (!channel) return { card: answerCard(`${name} is no channel of the configuration. Add it to an owner first.`) };
    const row = await rolloutRow(bot, channel);
    const open = openIn(bot, channel);
    const mode = modes.find((each) => each === to);
    if (to === undefined) return { card: previewListCard(row, groupLines(bot, open), bot.now()) };
    if (!mode) return { card: answerCard(`"${to}" is no mode: ${modes.join(", ")}.`) };
    const seen = await bot.chat.channel(channel.id);
    const broken = seen ? brokenBecause(seen) : "it cannot be read";
    if (mode !== "off" && broken !== undefined) return { card: modeRefusedCard(row.channel, broken) };
    const next = nextDigestOf(bot, channel);
    const view = {
      row,
      to: mode,
      mentioned: await mentionedIn(bot, open),
      ...(next !== undefined && { nextDigest: next }),
    };
    if (mode === "live" && !args.flags.includes("yes")) return { card: modeAskCard(view) };
    await setMode(bot, channel, mode, actor.human.id);
    return {
      card:
        mode === "preview"
          ? previewListCard({ ...row, mode }, groupLines(bot, open), bot.now())
          : modeDoneCard(actor.human.name, view),
    };
  },
});
