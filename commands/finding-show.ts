import { noSuchIdCard, usageCard } from "#cards/answers";
import { callsCard } from "#cards/calls";
import { exceptionCard } from "#cards/exceptions";
import { groupCard } from "#cards/group";
import { requestCard } from "#cards/request";
import { showCard } from "#cards/show";
import { parseId } from "#domain/ids";
import { unlessMay } from "#flows/audit";
import { auditEntryCard } from "#flows/audit-view";
import { defineCommand } from "#flows/command";
import { exceptionView } from "#flows/exceptions-view";
import { groupView } from "#flows/groups";
import { showView } from "#flows/overview";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "finding.show",
  word: "show",
  usage: "show F-id | G-id | R-id [--calls] | E-id",
  summary: "one finding, card, request or exception with all that is known",
  example: "show F-1a2b",
  daily: true,
  verb: "read",
  async run(bot, { args, actor }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const parsed = parseId(word);
    switch (parsed?.kind) {
      case "F": {
        const finding = bot.store.finding(parsed.id);
        const view = finding && showView(bot, finding);
        return { card: view ? showCard(view) : noSuchIdCard(word) };
      }
      case "G": {
        const group = bot.store.group(parsed.id);
        return { card: group ? groupCard(groupView(bot, group)) : noSuchIdCard(word) };
      }
      case "R": {
        const request = bot.store.request(parsed.id)?.request;
        if (!request) return { card: noSuchIdCard(word) };
        const view = requestView(bot, request);
        return { card: args.flags.includes("calls") ? callsCard(view) : requestCard(view) };
      }
      case "E": {
        const exception = bot.store.exception(parsed.id)?.exception;
        return { card: exception ? exceptionCard(exceptionView(bot, exception)) : noSuchIdCard(word) };
      }
      case "#":
        return {
          card:
            (await unlessMay(bot, actor, "audit", { verb: this.word, subject: word })) ??
            auditEntryCard(bot, Number(parsed.id.slice(1))),
        };
      default:
        return { card: noSuchIdCard(word) };
    }
  },
});
