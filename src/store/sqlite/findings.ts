import { severities } from "#domain/check";
import type { Closing, Finding } from "#domain/finding";
import { shortId } from "#domain/ids";
import type { Instant } from "#domain/time";
import type { Cell, Database } from "#store/sqlite/database";
import { leaveException } from "#store/sqlite/exceptions";
import type { FindingEvent, FindingFilter, FindingsVersion } from "#store/store";

interface FindingRow {
  readonly id: string;
  readonly body: string;
}
interface EventRow extends Omit<FindingEvent, "folded" | "aside" | "told"> {
  readonly folded: number;
  readonly aside: number;
  readonly told: "card" | "digest" | "count" | null;
}

const isProduction = (environment: string | undefined): boolean =>
  /^(prod|production|prd|live)$/i.test(environment ?? "");

/** Exposed or not, in production or not. */
export const ranksOfSeverity = 4;

/** Smaller is worse: severity, then exposure, then production. Age decides within a rank. */
const rankOf = (finding: Omit<Finding, "id">): number =>
  severities.indexOf(finding.severity) * ranksOfSeverity +
  (finding.exposed ? 0 : 2) +
  (isProduction(finding.environment) ? 0 : 1);

export function nextCount(db: Database, name: string): number {
  db.run("INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", name);
  return db.get<{ value: number }>("SELECT value FROM counter WHERE name = ?", name)?.value ?? 1;
}

/** Inserts or replaces; a known fingerprint keeps its short id. Inside a transaction. */
export function saveFinding(db: Database, finding: Omit<Finding, "id">): void {
  const known = readFinding(db, finding.fingerprint);
  const id = known?.id ?? shortId("F", nextCount(db, "finding"));
  db.run(
    `INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (fingerprint) DO UPDATE SET "check" = excluded."check", topic = excluded.topic, asset = excluded.asset,
       status = excluded.status, severity = excluded.severity, rank = excluded.rank, owner = excluded.owner,
       folded = excluded.folded, since = excluded.since, closed_at = excluded.closed_at,
       body = excluded.body`,
    finding.fingerprint,
    id,
    finding.check,
    finding.topic,
    finding.account,
    finding.region,
    finding.asset.type,
    finding.asset.id,
    finding.status,
    finding.severity,
    rankOf(finding),
    finding.ownership.owner ?? "",
    finding.folded ? 1 : 0,
    finding.since,
    finding.closed?.at ?? null,
    JSON.stringify({ ...finding, id }),
  );
  if (known) leaveException(db, known, finding);
}

export function saveEvent(db: Database, event: Omit<FindingEvent, "id">): void {
  db.run(
    "INSERT INTO event (at, run, fingerprint, kind, cause, owner, topic, severity, folded, aside, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    event.at,
    event.run,
    event.fingerprint,
    event.kind,
    event.cause,
    event.owner,
    event.topic,
    event.severity,
    event.folded ? 1 : 0,
    event.aside ? 1 : 0,
    event.told ?? null,
  );
}

const versionNames = { edges: "findings by edges", scans: "findings by scans" } as const;

export function readFindingsVersion(db: Database): FindingsVersion {
  const read = (name: string): number =>
    db.get<{ value: number }>("SELECT value FROM counter WHERE name = ?", name)?.value ?? 0;
  return { edges: read(versionNames.edges), scans: read(versionNames.scans) };
}

/** Inside the transaction that writes findings. */
export const raiseFindingsVersion = (db: Database, by: keyof FindingsVersion): number =>
  nextCount(db, versionNames[by]);

/** Closes what is still open; a finding that failed again since the closing was staged stays open. */
export async function applyClosings(db: Database, run: number, account: string, at: Instant): Promise<number> {
  let count = 0;
  for (;;) {
    const lot = await db.bulk(() => applyLot(db, run, account, at));
    count += lot.closed;
    if (lot.staged < closingsAtOnce) return count;
  }
}

/** Each writes a finding and an event, and deletes what was staged. */
const closingsAtOnce = 150;

function applyLot(
  db: Database,
  run: number,
  account: string,
  at: Instant,
): { readonly staged: number; readonly closed: number } {
  let count = 0;
  const staged = db.all<{ fingerprint: string; how: Closing; at: number }>(
    "SELECT fingerprint, how, at FROM closing WHERE run = ? AND account = ? LIMIT ?",
    run,
    account,
    closingsAtOnce,
  );
  for (const closing of staged) {
    db.run("DELETE FROM closing WHERE run = ? AND account = ? AND fingerprint = ?", run, account, closing.fingerprint);
    const finding = readFinding(db, closing.fingerprint);
    if (!finding || finding.status === "resolved" || finding.status === "retired" || finding.lastSeen >= closing.at)
      continue;
    const { uncheckedSince: _, aside, ...rest } = finding;
    const closed: Finding = { ...rest, status: "resolved", closed: { at: closing.at, how: closing.how } };
    saveFinding(db, closed);
    const kind = closing.how === "passed" ? "fixed" : closing.how;
    saveEvent(db, {
      at,
      run,
      fingerprint: finding.fingerprint,
      kind,
      cause: closing.how === "rule-changed" ? "new-check" : "change",
      owner: finding.ownership.owner ?? "",
      topic: finding.topic,
      severity: finding.severity,
      folded: finding.folded,
      aside: aside !== undefined,
    });
    count++;
  }
  raiseFindingsVersion(db, "scans");
  return { staged: staged.length, closed: count };
}

const toFinding = ({ body }: FindingRow): Finding => JSON.parse(body);

export function readFinding(db: Database, id: string): Finding | undefined {
  const column = /^F-/i.test(id) ? "id" : "fingerprint";
  const row = db.get<FindingRow>(`SELECT id, body FROM finding WHERE ${column} = ?`, id);
  return row && toFinding(row);
}

export function readFindings(db: Database, filter: FindingFilter): readonly Finding[] {
  const { where, params } = conditions(filter);
  const limit =
    filter.limit === undefined ? "" : ` LIMIT ${Math.trunc(filter.limit)} OFFSET ${Math.trunc(filter.offset ?? 0)}`;
  return db
    .all<FindingRow>(`SELECT id, body FROM finding ${where} ORDER BY rank, since, id${limit}`, ...params)
    .map(toFinding);
}

export function countFindings(db: Database, filter: FindingFilter): number {
  const { where, params } = conditions(filter);
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM finding ${where}`, ...params)?.n ?? 0;
}

export function countBy(
  db: Database,
  filter: FindingFilter,
  by: "owner" | "severity" | "account" | "topic" | "status",
): ReadonlyMap<string, number> {
  const { where, params } = conditions(filter);
  const rows = db.all<{ key: string; n: number }>(
    `SELECT ${by} AS key, count(*) AS n FROM finding ${where} GROUP BY ${by}`,
    ...params,
  );
  return new Map(rows.map(({ key, n }) => [key, n]));
}

function conditions(filter: FindingFilter): { readonly where: string; readonly params: readonly Cell[] } {
  const parts: string[] = [];
  const params: Cell[] = [];
  const is = (column: string, value: Cell | undefined): void => {
    if (value === undefined) return;
    parts.push(`${column} = ?`);
    params.push(value);
  };
  const among = (column: string, values: readonly string[] | undefined): void => {
    if (values === undefined) return;
    parts.push(`${column} IN (${values.map(() => "?").join()})`);
    params.push(...values);
  };
  among("status", filter.status);
  among("severity", filter.severity);
  is("owner", filter.owner);
  is("topic", filter.topic);
  is("account", filter.account);
  is("region", filter.region);
  is("type", filter.type);
  is('"check"', filter.check);
  is("asset", filter.asset);
  is("folded", filter.folded === undefined ? undefined : Number(filter.folded));
  if (filter.closedSince !== undefined) {
    parts.push("closed_at >= ?");
    params.push(filter.closedSince);
  }
  return { where: parts.length > 0 ? `WHERE ${parts.join(" AND ")}` : "", params };
}

export function readEvents(
  db: Database,
  filter: {
    readonly untold?: boolean;
    readonly run?: number;
    readonly since?: Instant;
    readonly fingerprint?: string;
    readonly owner?: string;
    readonly after?: number;
  },
): readonly FindingEvent[] {
  const parts: string[] = [];
  const params: Cell[] = [];
  if (filter.untold) parts.push("told IS NULL");
  for (const [column, value] of [
    ["run =", filter.run],
    ["at >=", filter.since],
    ["fingerprint =", filter.fingerprint],
    ["owner =", filter.owner],
    ["id >", filter.after],
  ] as const) {
    if (value === undefined) continue;
    parts.push(`${column} ?`);
    params.push(value);
  }
  const where = parts.length > 0 ? `WHERE ${parts.join(" AND ")}` : "";
  return db
    .all<EventRow>(`SELECT * FROM event ${where} ORDER BY id`, ...params)
    .map(({ told, folded, aside, ...event }) => ({
      ...event,
      folded: folded === 1,
      ...(aside === 1 && { aside: true }),
      ...(told !== null && { told }),
    }));
}
