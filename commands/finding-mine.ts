import { mineCard } from "#cards/findings";
import { severityCounts } from "#cards/words";
import { counted } from "#domain/request";
import { defineCommand } from "#flows/command";
import { groupLines, waitingLine } from "#flows/lines";
import { undecided } from "#flows/open-requests";
import { noScanIn } from "#flows/overview";
import { ownerName } from "#flows/ownership";
import { mayApprove } from "#posture/policy";

export const command = defineCommand({
  id: "finding.mine",
  word: "mine",
  usage: "mine",
  summary: "your team's open findings, and what waits for you",
  example: "mine",
  daily: true,
  verb: "read",
  async run(bot, { actor }) {
    const { human } = actor;
    const open = human.teams.flatMap((owner) => bot.store.findings({ owner, status: ["open"] }));
    const waiting = undecided(bot);
    const mayDecide = waiting.filter(
      (request) =>
        mayApprove(actor, request) === undefined && counted(request).every((approval) => approval.human !== human.id),
    );
    return {
      card: mineCard({
        name: human.name,
        teams: human.teams.flatMap((team) => ownerName(bot, team) ?? []),
        now: bot.now(),
        ...noScanIn(bot),
        counts: severityCounts(open),
        lines: groupLines(bot, open).slice(0, 5),
        snoozed: human.teams.reduce((sum, owner) => sum + bot.store.countFindings({ owner, status: ["snoozed"] }), 0),
        accepted: human.teams.reduce((sum, owner) => sum + bot.store.countFindings({ owner, status: ["accepted"] }), 0),
        toApprove: mayDecide.map((request) => waitingLine(bot, request)),
        asked: waiting.filter(({ requester }) => requester === human.id).map((request) => waitingLine(bot, request)),
      }),
    };
  },
});
