import { answerCard, noSuchIdCard } from "#cards/answers";
import { findingsCard, pageSize } from "#cards/findings";
import { listed } from "#cards/text";
import { severityCounts, statusWords } from "#cards/words";
import { severities } from "#domain/check";
import type { Finding, Status } from "#domain/finding";
import { defineCommand } from "#flows/command";
import { lineMaker } from "#flows/lines";
import { noScanIn, noSuchTeam } from "#flows/overview";
import { findingsIn, findingsOf, scopeOf } from "#flows/scope";

const statuses: readonly Status[] = ["open", "snoozed", "accepted", "resolved", "retired"];

export const command = defineCommand({
  id: "finding.list",
  word: "findings",
  usage: "findings [G-id] [team=… | all] [severity=…] [account=…] [check=…] [status=…] [page=…]",
  summary: "the list, ten a page, worst first",
  example: "findings team=payments severity=high",
  daily: true,
  verb: "read",
  async run(bot, invocation) {
    const { args } = invocation;
    const { severity, account, check, status = "open", page = "1" } = args.options;
    const wanted = severity?.toLowerCase().split(",");
    const odd = wanted?.find((each) => !severities.some((known) => known === each));
    if (odd !== undefined) return { card: answerCard(`There is no severity "${odd}": ${severities.join(", ")}.`) };
    const asked = status.toLowerCase().split(",");
    const states = statuses.filter((each) => asked.includes(each));
    const strange = asked.find((each) => !statuses.some((known) => known === each));
    if (strange !== undefined) return { card: answerCard(`There is no status "${strange}": ${statuses.join(", ")}.`) };
    const word = args.words.find((each) => each !== "all");
    const named = word === undefined ? undefined : findingsOf(bot, word);
    if (word !== undefined && !named) return { card: noSuchIdCard(word) };
    const scope = scopeOf(bot, invocation);
    if (!scope) return { card: answerCard(noSuchTeam(bot)) };
    const accounts = bot.store.accounts();
    const fits = (finding: Finding): boolean =>
      (wanted === undefined || wanted.includes(finding.severity)) &&
      (account === undefined ||
        finding.account === account ||
        accounts.some(({ id, name }) => id === finding.account && name === account)) &&
      (check === undefined || finding.check === check || finding.check.endsWith(`.${check}`));
    const found = (named?.findings ?? findingsIn(bot, scope, { status: states })).filter(fits);
    const at = Math.min(Math.max(1, Math.trunc(Number(page)) || 1), Math.max(1, Math.ceil(found.length / pageSize)));
    const options = Object.entries(args.options).filter(([key]) => key !== "page" && key !== "team" && key !== "owner");
    const rest = options.map(([key, value]) => `${key}=${value}`);
    return {
      card: findingsCard({
        name: named?.id ?? scope.name,
        scope: [named?.id ?? scope.text, ...rest].join(" "),
        now: bot.now(),
        ...noScanIn(bot),
        counts: severityCounts(found),
        what: listed(
          states.map((each) => statusWords[each]),
          "or",
        ),
        page: at,
        lines: found.slice((at - 1) * pageSize, at * pageSize).map(lineMaker(bot)),
      }),
    };
  },
});
