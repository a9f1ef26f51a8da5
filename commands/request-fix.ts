import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { fields, restForm } from "#cards/forms";
import { askedCard } from "#cards/request";
import { howToFixCard } from "#cards/show";
import { parseId } from "#domain/ids";
import type { Bot } from "#flows/bot";
import { codeFor } from "#flows/code";
import { defineCommand } from "#flows/command";
import { approvalsName, fixFormFor } from "#flows/fix-form";
import { showView } from "#flows/overview";
import { remediationFor } from "#flows/policy";
import { askForFix } from "#flows/requests";
import { askForRest, whyNoRest } from "#flows/rest";
import { findingsOf } from "#flows/scope";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "request.fix",
  word: "fix",
  usage: "fix F-id | G-id | R-id [with=…] [--code]",
  summary: "ask for a fix; it runs after somebody else approved exactly it",
  example: "fix G-7k",
  daily: true,
  verb: "fix",
  opens: ({ words, flags }) => words.length > 0 && !flags.includes("code"),
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const request = bot.store.request(parseId(word)?.id ?? "")?.request;
    if (request) {
      const not = whyNoRest(bot, request);
      return not === undefined ? { form: restForm(requestView(bot, request)) } : { card: answerCard(not) };
    }
    const found = findingsOf(bot, word);
    if (!found) return { card: noSuchIdCard(word) };
    const open = found.findings.filter(({ status }) => status === "open");
    const [first] = open;
    if (!first) return { card: answerCard(`${found.id} has nothing open to fix.`) };
    const named = args.options["with"];
    const fix = open.map((finding) => remediationFor(bot, finding, named)).find((each) => each !== undefined);
    if (!fix && named !== undefined) return { card: answerCard(`${found.id} has no fix called ${named}.`) };
    if (!fix) {
      const view = showView(bot, first);
      return { card: view ? howToFixCard(view) : noSuchIdCard(word) };
    }
    if (args.flags.includes("code")) return { card: await codeFor(bot, found.id, { fix, findings: open }) };
    return { form: fixFormFor(bot, found.id, { fix, findings: open }) };
  },
  check(values) {
    const problems = {
      ...((values[fields.reason] ?? "").trim().length < 3 && { [fields.reason]: "Say in a few words why." }),
      ...(fields.findings in values && values[fields.findings] === "" && { [fields.findings]: "Choose at least one." }),
    };
    return Object.keys(problems).length > 0 ? problems : undefined;
  },
  async submit(bot, { actor, args, values }) {
    const [word = ""] = args.words;
    const reason = (values[fields.reason] ?? "").trim();
    const request = parseId(word)?.kind === "R";
    const answer = request
      ? await askForRest(bot, { actor, id: parseId(word)?.id ?? word, reason })
      : await askForFix(bot, { actor, reason, ...chosenIn(bot, word, values), named: args.options["with"] });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    return { card: askedCard(requestView(bot, answer.request), approvalsName(bot)) };
  },
});

/** What the form did not offer cannot be chosen. */
function chosenIn(bot: Bot, word: string, values: Readonly<Record<string, string>>) {
  const chosen = (values[fields.findings] ?? "").split(",").filter((id) => id !== "");
  return {
    findings: (findingsOf(bot, word)?.findings ?? []).filter(({ id }) => chosen.includes(id)),
    given: Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        name.startsWith(fields.given) ? [[name.slice(fields.given.length), value]] : [],
      ),
    ),
  };
}
