import { brakeDoneCard } from "#cards/admin";
import { answerCard, usageCard } from "#cards/answers";
import { defineCommand } from "#flows/command";
import { answerBrake } from "#flows/notify";

export const command = defineCommand({
  id: "scan.brake",
  word: "brake",
  usage: "brake fold|post|hold N",
  summary: "say what happens to the cards of a held scan",
  example: "brake fold 12",
  daily: false,
  hidden: true,
  verb: "rollout",
  async run(bot, { args, actor }) {
    const [how = "", run = ""] = args.words;
    if ((how !== "fold" && how !== "post" && how !== "hold") || !/^\d+$/.test(run))
      return { card: usageCard(this.usage, this.example) };
    const view = await answerBrake(bot, { how, run: Number(run), actor });
    return {
      card: view ? brakeDoneCard(view, how, actor.human.name) : answerCard(`Nothing of scan ${run} is held any more.`),
    };
  },
});
