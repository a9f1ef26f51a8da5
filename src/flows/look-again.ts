import type { Finding } from "#domain/finding";
import type { Request } from "#domain/request";
import type { Bot } from "#flows/bot";
import { commitFindings } from "#flows/commit-findings";
import { targetOf } from "#flows/execute";
import { refreshGroups } from "#flows/groups";
import type { Decision } from "#posture/evaluate";
import { isOpen } from "#posture/reconcile";
import type { Edge, FindingEvent } from "#store/store";

/**
 * After a change: every finding that the fix may have touched is judged anew on freshly read facts. A pass closes it, a fail
 * opens it again; what cannot be read stays as it was.
 */
export async function lookAgain(bot: Bot, request: Request): Promise<void> {
  const verdicts: (readonly [fingerprint: string, verdict: Decision])[] = [];
  for (const item of request.items) {
    for (const { fingerprint, check: id } of bot.store.findings({ asset: item.asset.id })) {
      const check = bot.checks.find((each) => each.id === id);
      const verdict = check && (await bot.looks.judge(check, targetOf(item), bot.now()));
      if (verdict !== undefined && verdict !== "gone") verdicts.push([fingerprint, verdict]);
    }
  }
  let findings: readonly Finding[] = [];
  await commitFindings(bot, () => {
    // As they stand after the wait: a scan may have written them meanwhile.
    const moved = verdicts.flatMap(([fingerprint, verdict]) => {
      const before = bot.store.finding(fingerprint);
      const now = before && judged(before, verdict, { at: bot.now(), request });
      return before && now ? [{ before, now }] : [];
    });
    findings = moved.map(({ now }) => now);
    return moved.length === 0 ? undefined : edgeOf(bot, request, moved);
  });
  if (findings.length > 0) await refreshGroups(bot, findings);
}

const edgeOf = (
  bot: Bot,
  request: Request,
  moved: readonly { readonly before: Finding; readonly now: Finding }[],
): Edge => ({
  findings: moved.map(({ now }) => now),
  // Whoever reads the request's message knows: these are counted in digests, not told again.
  events: moved.map(({ before, now }) => ({ ...eventOf(before, now, bot.now()), told: "card" as const })),
  audit: moved.map(({ now: { id, status } }) => ({
    at: bot.now(),
    actor: "stance",
    action: status === "resolved" ? "finding.closed" : "finding.reopened",
    subject: id,
    facts: { request: request.id },
  })),
});

function judged(
  finding: Finding,
  verdict: Decision,
  { at, request }: { readonly at: number; readonly request: Request },
): Finding | undefined {
  if (finding.status === "retired" || verdict.status === "unknown") return undefined;
  const { closed: _, uncheckedSince: __, aside: ___, ...rest } = finding;
  if (verdict.status === "fail") {
    if (isOpen(finding)) return undefined;
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
  return { ...rest, status: "resolved", closed: { at, how, request: request.id } };
}

const eventOf = (before: Finding, now: Finding, at: number): Omit<FindingEvent, "id"> => ({
  at,
  run: 0,
  fingerprint: now.fingerprint,
  kind: now.closed === undefined ? "returned" : now.closed.how === "passed" ? "fixed" : "not-applicable",
  cause: "change",
  owner: before.ownership.owner ?? "",
  topic: before.topic,
  severity: before.severity,
  folded: before.folded,
  aside: before.aside !== undefined,
});
