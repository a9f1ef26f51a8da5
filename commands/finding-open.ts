import { noSuchIdCard, usageCard } from "#cards/answers";
import { openCard } from "#cards/findings";
import { defineCommand } from "#flows/command";
import { accountNames } from "#flows/names";
import { findingsOf } from "#flows/scope";

export const command = defineCommand({
  id: "finding.open",
  word: "open",
  usage: "open F-id | G-id",
  summary: "where it is in the cloud's console",
  example: "open G-7k",
  daily: false,
  hidden: true,
  verb: "read",
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const found = findingsOf(bot, word);
    if (!found) return { card: noSuchIdCard(word) };
    const account = accountNames(bot);
    return {
      card: openCard(
        found.id,
        found.findings.map((finding) => ({ finding, account: account(finding.account) })),
      ),
    };
  },
});
