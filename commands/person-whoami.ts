import { whoamiCard } from "#cards/status";
import { defineCommand } from "#flows/command";
import { whoamiView } from "#flows/overview";

export const command = defineCommand({
  id: "person.whoami",
  word: "whoami",
  usage: "whoami",
  summary: "your roles, groups and what you may approve",
  example: "whoami",
  daily: true,
  verb: "read",
  run: async (bot, { actor }) => ({ card: whoamiCard(whoamiView(bot, actor)) }),
});
