import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { Instant } from "#domain/time";
import type { Bot } from "#flows/bot";
import { refreshGroups } from "#flows/groups";
import { isOpen } from "#posture/reconcile";

/** Findings in one commit: clicks of others wait no longer than for these. */
const batch = 200;

/**
 * Since when nobody could look at it: its check could not read it, or its account has left the configuration or was not
 * read by the last whole scan. Undefined: it was looked at.
 */
export function uncheckedSince(bot: Bot, finding: Finding): Instant | undefined {
  if (finding.uncheckedSince !== undefined) return finding.uncheckedSince;
  const last = bot.store.runs(50).find(({ state, filtered }) => state === "done" && !filtered);
  const read = bot.store.accounts().find(({ id }) => id === finding.account)?.lastRead ?? finding.lastSeen;
  return last && read < last.startedAt ? read : undefined;
}

/** Undefined: it may leave the list. */
function whyNotRetire(bot: Bot, finding: Finding): string | undefined {
  if (!isOpen(finding)) return `${finding.id} is not on the list any more.`;
  return uncheckedSince(bot, finding) === undefined
    ? `${finding.id} is still checked, and it still fails. Fix it, snooze it, or ask to accept its risk.`
    : undefined;
}

/** Those of them that nobody can check; why none, if there is none. */
export function retirable(
  bot: Bot,
  id: string,
  findings: readonly Finding[],
): { readonly findings: readonly Finding[] } | { readonly refused: string } {
  const can = findings.filter((finding) => whyNotRetire(bot, finding) === undefined);
  if (can.length > 0) return { findings: can };
  const why = findings[0] && whyNotRetire(bot, findings[0]);
  return { refused: why ?? `Nothing open of ${id} is there to take off the list.` };
}

/** An admin takes off the list what cannot be checked any more. It never leaves by itself; seen again, it comes back. */
export async function retire(
  bot: Bot,
  ask: { readonly actor: Actor; readonly id: string; readonly findings: readonly Finding[]; readonly reason: string },
): Promise<{ readonly count: number } | { readonly refused: string }> {
  const { actor, id, reason } = ask;
  const refuse = async (refused: string) => {
    await bot.refusals.record(actor, { verb: "retire", subject: id, why: refused });
    return { refused };
  };
  if (reason.length < 3) return refuse("Say in a few words why.");
  const found = retirable(bot, id, ask.findings);
  if ("refused" in found) return refuse(found.refused);
  const { findings } = found;
  const at = bot.now();
  for (let from = 0; from < findings.length; from += batch) {
    const here = findings.slice(from, from + batch);
    const outcome = await bot.store.commit({
      unchanged: here,
      findings: here.map(({ aside: _, ...finding }) => ({
        ...finding,
        status: "retired",
        closed: { at, how: "retired" },
      })),
      events: here.map((finding) => ({
        at,
        run: 0,
        fingerprint: finding.fingerprint,
        kind: "retired",
        cause: "change",
        owner: finding.ownership.owner ?? "",
        topic: finding.topic,
        severity: finding.severity,
        folded: finding.folded,
        aside: finding.aside !== undefined,
        told: "card",
      })),
      settings: { [`name:${actor.human.id}`]: actor.human.name },
      audit: here.map((finding) => ({
        at,
        actor: actor.human.id,
        action: "finding.retired",
        subject: finding.id,
        facts: { uncheckedSince: uncheckedSince(bot, finding) ?? null },
        texts: { reason },
      })),
    });
    if (outcome !== "done")
      return refuse(`Findings changed at the same moment. ${from} were taken off the list; try again.`);
  }
  await refreshGroups(bot, findings);
  bot.wake();
  return { count: findings.length };
}
