import { fields } from "#cards/forms";
import { freezeForm } from "#cards/freeze";
import { defineCommand } from "#flows/command";
import { freeze } from "#flows/freeze";

export const command = defineCommand({
  id: "posture.freeze",
  word: "freeze",
  usage: "freeze [reason]",
  summary: "stop all changes to clouds at once; an admin lets them go on",
  example: "freeze payments is down, find out first",
  daily: false,
  verb: "freeze",
  opens: ({ words, options }) => words.length === 0 && options["reason"] === undefined,
  async run(bot, { args, actor }) {
    const reason = args.options["reason"] ?? args.words.join(" ");
    return reason === "" ? { form: freezeForm() } : { card: await freeze(bot, actor, reason) };
  },
  check: (values) =>
    (values[fields.reason] ?? "").trim().length < 3 ? { [fields.reason]: "Say in a few words why." } : undefined,
  submit: async (bot, { actor, values }) => ({ card: await freeze(bot, actor, (values[fields.reason] ?? "").trim()) }),
});
