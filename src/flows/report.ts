import { answerCard, noSuchIdCard, reportCard, reportedCard } from "#cards/answers";
import { evidenceLines } from "#cards/evidence";
import { whatText } from "#cards/lines";
import type { TickView } from "#cards/views";
import { managedBy } from "#cards/words";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import { adminChannel } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import type { Reply } from "#flows/command";
import { accountNames } from "#flows/names";
import { ownerName } from "#flows/ownership";
import { remediationFor } from "#flows/policy";
import { findingsOf } from "#flows/scope";
import { topicOf } from "#flows/show-request";

/** The tick list of a form. */
export function tickable(bot: Bot, findings: readonly Finding[], forFix = false): readonly TickView[] {
  const account = accountNames(bot);
  return findings.map((finding) => {
    const managed = managedBy(finding.tags);
    const not = forFix ? whyNot(bot, finding) : undefined;
    return {
      finding,
      account: account(finding.account),
      ...(managed !== undefined && { managed }),
      ...(not !== undefined && { not }),
    };
  });
}

function whyNot(bot: Bot, finding: Finding): string | undefined {
  if (!remediationFor(bot, finding)) return "no automatic fix";
  const busy = bot.store
    .requests({ asset: finding.asset.id, state: ["requested", "approved", "executing"] })
    .find(({ kind }) => kind !== "acceptance");
  return busy && `${busy.id} works on it`;
}

/** "Not ours…" and "Wrong finding…": the admin channel hears of it, the finding stays where it is. */
export async function report(
  bot: Bot,
  actor: Actor,
  said: {
    readonly kind: "not-ours" | "wrong";
    readonly id: string;
    readonly ids: string | undefined;
    readonly reason: string;
    readonly whose: string;
  },
): Promise<Reply> {
  const found = findingsOf(bot, said.id);
  const ticked = said.ids?.split(",").filter((id) => id !== "");
  const findings = (found?.findings ?? []).filter(
    ({ id }) => ticked === undefined || ticked.length === 0 || ticked.includes(id),
  );
  const [first] = findings;
  const channel = adminChannel(bot);
  if (!first) return { card: noSuchIdCard(said.id) };
  if (channel === undefined) return { card: answerCard("No admin channel is configured, so nobody could be told.") };
  const topic = topicOf(bot, first.topic);
  const ids = findings.map(({ id }) => id);
  const reason = said.reason.trim();
  const card = reportCard({
    who: actor.human.name,
    kind: said.kind,
    ids,
    what: whatText({ topic, count: findings.length, ...(findings.length === 1 && { name: first.asset.name }) }),
    owner: ownerName(bot, first.ownership.owner) ?? "nobody",
    reason,
    ...(said.whose.trim() !== "" && { whose: said.whose.trim() }),
    ...(said.kind === "wrong" && { evidence: evidenceLines(first.evidence) }),
  });
  await bot.store.commit({
    reports: [{ at: bot.now(), kind: said.kind, subject: ids.join(","), text: reason }],
    outbox: [{ key: `report:${said.kind}:${first.id}:${bot.now()}`, channel, kind: "post", card }],
    audit: ids.map((subject) => ({
      at: bot.now(),
      actor: actor.human.id,
      action: `finding.${said.kind}`,
      subject,
      facts: {},
      texts: { reason, ...(said.whose.trim() !== "" && { whose: said.whose.trim() }) },
    })),
  });
  bot.wake();
  return { card: reportedCard(ids) };
}
