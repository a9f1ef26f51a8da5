import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { retireForm } from "#cards/exception-forms";
import { fields } from "#cards/forms";
import { count, regular } from "#cards/words";
import type { Bot } from "#flows/bot";
import { defineCommand, parseArgs } from "#flows/command";
import { lineMaker } from "#flows/lines";
import { retirable, retire, uncheckedSince } from "#flows/retire";
import { findingsOf } from "#flows/scope";

/** `account=…` by id or name, or what an id means. Undefined: no such thing. */
function named(bot: Bot, text: string) {
  const { words, options } = parseArgs(text);
  const { account } = options;
  if (account === undefined) return findingsOf(bot, words[0] ?? "");
  const known = bot.store.accounts().find(({ id, name }) => id === account || name === account);
  const findings = known && bot.store.findings({ account: known.id, status: ["open", "snoozed", "accepted"] });
  return known && findings && { id: `account=${known.id}`, findings };
}

export const command = defineCommand({
  id: "finding.retire",
  word: "retire",
  usage: "retire F-id | G-id | account=…",
  summary: "take off the list what cannot be checked any more",
  example: "retire account=111122223333",
  daily: false,
  verb: "retire",
  opens: ({ words, options }) => words.length > 0 || options["account"] !== undefined,
  async run(bot, { args }) {
    const { account } = args.options;
    const text = account === undefined ? args.words[0] : `account=${account}`;
    if (text === undefined) return { card: usageCard(this.usage, this.example) };
    const found = named(bot, text);
    if (!found) return { card: noSuchIdCard(text) };
    const can = retirable(bot, found.id, found.findings);
    if ("refused" in can) return { card: answerCard(can.refused) };
    const since = Math.min(...can.findings.map((finding) => uncheckedSince(bot, finding) ?? bot.now()));
    return {
      form: retireForm({
        id: found.id,
        count: can.findings.length,
        lines: can.findings.slice(0, 5).map(lineMaker(bot)),
        since,
      }),
    };
  },
  check: (values) =>
    (values[fields.reason] ?? "").trim().length < 3 ? { [fields.reason]: "Say in a few words why." } : undefined,
  async submit(bot, { actor, state, values }) {
    const found = named(bot, state);
    if (!found) return { card: noSuchIdCard(state) };
    const answer = await retire(bot, { ...found, actor, reason: (values[fields.reason] ?? "").trim() });
    return {
      card: answerCard(
        "refused" in answer
          ? answer.refused
          : `${count(answer.count, regular("finding"))} taken off the list. What is seen again comes back.`,
      ),
    };
  },
});
