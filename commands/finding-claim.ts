import { answerCard, claimedCard, noSuchIdCard, notClaimableCard, usageCard } from "#cards/answers";
import { claimForm, fields } from "#cards/forms";
import type { Bot } from "#flows/bot";
import { claim } from "#flows/claim";
import type { Invocation, Reply } from "#flows/command";
import { defineCommand } from "#flows/command";
import { ownerName } from "#flows/ownership";
import { findingsOf } from "#flows/scope";

async function claimFor(bot: Bot, { actor, args }: Invocation, team: string | undefined): Promise<Reply> {
  const word = args.words[0];
  if (word === undefined) return { card: usageCard(command.usage, command.example) };
  const found = findingsOf(bot, word);
  const first = found?.findings[0];
  if (!found || !first) return { card: noSuchIdCard(word) };
  const { owner, source } = first.ownership;
  // What fell to the fallback owner may be claimed as well.
  if (owner !== undefined && source !== "fallback")
    return { card: notClaimableCard(found.id, ownerName(bot, owner) ?? owner) };
  const teams = actor.human.teams.map((key) => ({ key, name: ownerName(bot, key) ?? key }));
  const only = teams.length === 1 ? teams[0]?.key : undefined;
  const chosen = team ?? args.options["team"] ?? only;
  if (teams.length === 0)
    return {
      card: answerCard("You are in no team of the configuration, so there is nobody to claim it for. Tell an admin."),
    };
  if (chosen === undefined) return { form: claimForm(found.id, teams) };
  if (!teams.some(({ key }) => key === chosen))
    return { card: answerCard(`You can claim for your own teams only: ${teams.map(({ key }) => key).join(", ")}.`) };
  const count = await claim(bot, { actor, findings: found.findings, team: chosen });
  return { card: claimedCard(found.id, ownerName(bot, chosen) ?? chosen, count) };
}

export const command = defineCommand({
  id: "finding.claim",
  word: "claim",
  usage: "claim F-id | G-id [team=…]",
  summary: "take a finding that nobody owns for your team",
  example: "claim F-1a2b",
  daily: false,
  verb: "claim",
  run: (bot, invocation) => claimFor(bot, invocation, undefined),
  submit: (bot, invocation) => claimFor(bot, invocation, invocation.values[fields.owner]),
});
