import { answerCard, noSuchIdCard, usageCard } from "#cards/answers";
import { fields } from "#cards/forms";
import { askedCard } from "#cards/request";
import { howToFixCard } from "#cards/show";
import { codeFor } from "#flows/code";
import { defineCommand } from "#flows/command";
import { approvalsName, fixFormFor } from "#flows/fix-form";
import { showView } from "#flows/overview";
import { remediationFor } from "#flows/policy";
import { askForFix } from "#flows/requests";
import { findingsOf } from "#flows/scope";
import { requestView } from "#flows/show-request";

export const command = defineCommand({
  id: "request.fix",
  word: "fix",
  usage: "fix F-id | G-id [--code]",
  summary: "ask for a fix; it runs after somebody else approved exactly it",
  example: "fix G-7k",
  daily: true,
  verb: "fix",
  async run(bot, { args }) {
    const word = args.words[0];
    if (word === undefined) return { card: usageCard(this.usage, this.example) };
    const found = findingsOf(bot, word);
    if (!found) return { card: noSuchIdCard(word) };
    const open = found.findings.filter(({ status }) => status === "open");
    const [first] = open;
    if (!first) return { card: answerCard(`${found.id} has nothing open to fix.`) };
    const fixable = open.filter((finding) => remediationFor(bot, finding));
    const fix = fixable[0] && remediationFor(bot, fixable[0]);
    if (!fix) {
      const view = showView(bot, first);
      return { card: view ? howToFixCard(view) : noSuchIdCard(word) };
    }
    if (args.flags.includes("code")) return { card: await codeFor(bot, found.id, { fix, findings: fixable }) };
    return { form: fixFormFor(bot, found.id, open) };
  },
  check(values) {
    const problems = {
      ...((values[fields.reason] ?? "").trim().length < 3 && { [fields.reason]: "Say in a few words why." }),
      ...(fields.findings in values && values[fields.findings] === "" && { [fields.findings]: "Choose at least one." }),
    };
    return Object.keys(problems).length > 0 ? problems : undefined;
  },
  async submit(bot, { actor, state, values }) {
    const found = findingsOf(bot, state.trim());
    const chosen = (values[fields.findings] ?? "").split(",").filter((id) => id !== "");
    // What the form did not offer cannot be chosen.
    const findings = (found?.findings ?? []).filter(({ id }) => chosen.includes(id));
    const given = Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        name.startsWith(fields.given) ? [[name.slice(fields.given.length), value]] : [],
      ),
    );
    const answer = await askForFix(bot, { actor, findings, reason: (values[fields.reason] ?? "").trim(), given });
    if ("refused" in answer) return { card: answerCard(answer.refused) };
    return { card: askedCard(requestView(bot, answer.request), approvalsName(bot)) };
  },
});
