import type { Finding } from "#domain/finding";
import type { Request } from "#domain/request";
import type { Bot } from "#flows/bot";
import { targetOf } from "#flows/execute";
import { refreshGroups } from "#flows/groups";
import { isOpen } from "#posture/reconcile";
import type { FindingEvent } from "#store/store";

/**
 * After a change: every finding that the fix may have touched is judged anew on freshly read facts. A pass closes it, a fail
 * opens it again; what cannot be read stays as it was.
 */
export async function lookAgain(bot: Bot, request: Request): Promise<void> {
  const findings: Finding[] = [];
  const events: Omit<FindingEvent, "id">[] = [];
  for (const item of request.items) {
    const touched = bot.store.findings({ asset: item.asset.id });
    for (const finding of touched) {
      const now = await judged(bot, request, finding, targetOf(item));
      if (!now) continue;
      findings.push(now);
      events.push(eventOf(finding, now, bot.now()));
    }
  }
  if (findings.length === 0) return;
  await bot.store.commit({
    findings,
    // Whoever reads the request's message knows: these are counted in digests, not told again.
    events: events.map((event) => ({ ...event, told: "card" as const })),
    audit: findings.map(({ id, status }) => ({
      at: bot.now(),
      actor: "stance",
      action: status === "resolved" ? "finding.closed" : "finding.reopened",
      subject: id,
      facts: { request: request.id },
    })),
  });
  await refreshGroups(bot, findings);
}

async function judged(
  bot: Bot,
  request: Request,
  finding: Finding,
  target: ReturnType<typeof targetOf>,
): Promise<Finding | undefined> {
  const check = bot.checks.find(({ id }) => id === finding.check);
  if (!check || finding.status === "retired") return undefined;
  const at = bot.now();
  const verdict = await bot.looks.judge(check, target, at);
  if (verdict === "gone" || verdict.status === "unknown") return undefined;
  if (verdict.status === "fail") {
    if (isOpen(finding)) return undefined;
    const { closed: _, ...rest } = finding;
    return {
      ...rest,
      status: "open",
      row: verdict.row,
      message: verdict.message,
      evidence: verdict.evidence,
      since: at,
      lastSeen: at,
      returns: finding.returns + 1,
    };
  }
  if (!isOpen(finding)) return undefined;
  const how = verdict.status === "pass" ? "passed" : "not-applicable";
  return { ...finding, status: "resolved", closed: { at, how, request: request.id } };
}

const eventOf = (before: Finding, now: Finding, at: number): Omit<FindingEvent, "id"> => ({
  at,
  run: 0,
  fingerprint: now.fingerprint,
  kind: now.status === "resolved" ? "fixed" : "returned",
  cause: "change",
  owner: before.ownership.owner ?? "",
  topic: before.topic,
  severity: before.severity,
  folded: before.folded,
});
