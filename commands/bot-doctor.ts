import { doctorCard } from "#cards/status";
import { defineCommand } from "#flows/command";
import { problemsOf } from "#flows/doctor";

export const command = defineCommand({
  id: "bot.doctor",
  word: "doctor",
  usage: "doctor",
  summary: "what is broken: permissions, channels, scopes, clocks",
  example: "doctor",
  daily: false,
  verb: "doctor",
  run: async (bot) => ({ card: doctorCard(await problemsOf(bot)) }),
});
