import { answerCard } from "#cards/answers";
import { fields } from "#cards/forms";
import { unfreezeForm } from "#cards/freeze";
import { defineCommand } from "#flows/command";
import { freezeNow, unfreeze } from "#flows/freeze";

const nothing = answerCard("Nothing is frozen.");

export const command = defineCommand({
  id: "posture.unfreeze",
  word: "unfreeze",
  usage: "unfreeze [reason]",
  summary: "let changes go on after a freeze",
  example: "unfreeze the cause was found, see INC-81",
  daily: false,
  verb: "unfreeze",
  opens: ({ words, options }) => words.length === 0 && options["reason"] === undefined,
  async run(bot, { args, actor }) {
    const reason = args.options["reason"] ?? args.words.join(" ");
    const view = freezeNow(bot);
    if (!view) return { card: nothing };
    return reason === "" ? { form: unfreezeForm(view) } : { card: (await unfreeze(bot, actor, reason)) ?? nothing };
  },
  check: (values) =>
    (values[fields.reason] ?? "").trim().length < 3 ? { [fields.reason]: "Say in a few words why." } : undefined,
  submit: async (bot, { actor, values }) => ({
    card: (await unfreeze(bot, actor, (values[fields.reason] ?? "").trim())) ?? nothing,
  }),
});
