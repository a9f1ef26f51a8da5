import { auditEntryCard, auditListCardFor } from "#flows/audit-view";
import { defineCommand } from "#flows/command";

export const command = defineCommand({
  id: "audit.show",
  word: "audit",
  usage: "audit [#entry | R-id | E-id | F-id]",
  summary: "who did what and when, from the chained trail",
  example: "audit R-12",
  daily: false,
  verb: "audit",
  async run(bot, { args }) {
    const word = args.words[0] ?? "";
    const seq = /^#?(\d{1,12})$/.exec(word)?.[1];
    return { card: seq === undefined ? auditListCardFor(bot, word) : auditEntryCard(bot, Number(seq)) };
  },
});
