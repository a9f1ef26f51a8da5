import { statSync } from "node:fs";
import type { Severity } from "#domain/check";
import { severities } from "#domain/check";
import type { RequestState } from "#domain/request";
import type { Instant } from "#domain/time";
import type { Database } from "#store/sqlite/database";
import { ranksOfSeverity } from "#store/sqlite/findings";
import type { Vitals } from "#store/store";

export function readVitals(db: Database, file: string, now: Instant): Vitals {
  const byState = (sql: string): ReadonlyMap<RequestState, number> =>
    new Map(db.all<{ state: RequestState; n: number }>(sql).map(({ state, n }) => [state, n]));
  return {
    findings: openBySeverity(db),
    requests: byState("SELECT state, count(*) AS n FROM request GROUP BY state"),
    executions: byState(
      `SELECT state, count(*) AS n FROM request WHERE EXISTS (SELECT 1 FROM step WHERE step.request = request.id)
         GROUP BY state`,
    ),
    outbox: db
      .all<{ id: number }>(
        "SELECT id FROM outbox WHERE done = 0 AND (not_before <= ? OR tries > 0) ORDER BY id LIMIT 1000",
        now,
      )
      .map(({ id }) => id),
    inbox: db.get<{ n: number }>("SELECT count(*) AS n FROM inbox WHERE handled = 0")?.n ?? 0,
    bytes: { database: sizeOf(file), wal: sizeOf(`${file}-wal`) },
  };
}

/** The severity itself stands in no index; the rank does, and a severity is a span of ranks: counted without a row read. */
function openBySeverity(db: Database): Record<Severity, number> {
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const [index, severity] of severities.entries())
    counts[severity] =
      db.get<{ n: number }>(
        "SELECT count(*) AS n FROM finding WHERE status = 'open' AND rank >= ? AND rank < ?",
        index * ranksOfSeverity,
        (index + 1) * ranksOfSeverity,
      )?.n ?? 0;
  return counts;
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
