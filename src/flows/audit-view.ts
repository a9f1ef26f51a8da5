import type { ChainRow } from "#audit/chain";
import { verifyChain } from "#audit/chain";
import { answerCard } from "#cards/answers";
import { auditCard, auditListCard } from "#cards/audit";
import type { AuditView } from "#cards/views";
import type { Card } from "#domain/card";
import { parseId } from "#domain/ids";
import type { Bot } from "#flows/bot";
import { nameOf } from "#flows/people";

function viewOf(bot: Bot, row: ChainRow): AuditView {
  const body: {
    readonly at: number;
    readonly actor: string;
    readonly action: string;
    readonly subject: string;
    readonly facts: Readonly<Record<string, unknown>>;
  } = JSON.parse(row.body);
  const texts = Object.entries(row.salted ?? {}).map(([name, { text }]) => [name, text] as const);
  return {
    seq: row.seq,
    at: body.at,
    who: body.actor === "stance" ? "Stance" : nameOf(bot, body.actor),
    action: body.action,
    subject: body.subject,
    facts: body.facts,
    texts: Object.fromEntries(texts),
    hash: row.hash,
  };
}

/** One entry, with the whole chain walked first. */
export function auditEntryCard(bot: Bot, seq: number): Card {
  const [row] = bot.store.auditRows(seq - 1);
  if (row?.seq !== seq)
    return answerCard(`There is no audit entry #${seq}. The last one is #${bot.store.auditHead().seq}.`);
  return auditCard({ ...viewOf(bot, row), intact: verifyChain(bot.store.auditRows()).ok });
}

/** The latest about an id, or of everything. */
export function auditListCardFor(bot: Bot, word: string): Card {
  const subject = word === "" ? "" : (parseId(word)?.id ?? word);
  const rows = bot.store.latestAudit(subject === "" ? undefined : subject, 10);
  return auditListCard(
    subject,
    rows.map((row) => viewOf(bot, row)),
  );
}
