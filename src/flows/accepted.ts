import type { Exception } from "#domain/exception";
import { standingOf } from "#domain/exception";
import type { Request } from "#domain/request";
import { counted } from "#domain/request";
import type { Bot } from "#flows/bot";
import { beginEdge } from "#flows/exceptions";

/** An acceptance that was just agreed to: its findings are set aside in the same edge, or it was not agreed to. */
export function acceptedBy(
  bot: Bot,
  before: Request | undefined,
  request: Request,
): { readonly request: Request; readonly begun?: ReturnType<typeof beginEdge> } {
  const { accept, settledAt } = request;
  if (!accept || settledAt === undefined || request.state !== "verified" || before?.state === "verified")
    return { request };
  const findings = request.items.flatMap(({ finding }) => bot.store.finding(finding) ?? []);
  const exception: Exception = {
    id: bot.store.nextExceptionId(),
    kind: "acceptance",
    // As it is at this moment, which is no worse than what was agreed to.
    members: findings.map((finding) => ({
      finding: finding.fingerprint,
      findingId: finding.id,
      was: standingOf(finding),
    })),
    because: accept.because,
    note: request.reason,
    ...(accept.ticket !== undefined && { ticket: accept.ticket }),
    by: request.requester,
    approvedBy: counted(request).map(({ human }) => human),
    from: settledAt,
    until: accept.until,
    request: request.id,
  };
  return {
    request: { ...request, accept: { ...accept, exception: exception.id } },
    begun: beginEdge(bot, exception, findings),
  };
}
