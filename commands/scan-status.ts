import { statusCard } from "#cards/status";
import { defineCommand } from "#flows/command";
import { statusView } from "#flows/overview";

export const command = defineCommand({
  id: "scan.status",
  word: "status",
  usage: "status",
  summary: "the last scans, what could not be read, when the next one is",
  example: "status",
  daily: true,
  verb: "read",
  run: async (bot) => ({ card: statusCard(statusView(bot)) }),
});
