import { setTimeout as pause } from "node:timers/promises";
import type { RetentionKey } from "#domain/retention";
import type { Cell, Database } from "#store/sqlite/database";

type Before = Readonly<Record<RetentionKey, number>>;
type Count = (db: Database, before: number, now: number) => Promise<number>;

/** Rows looked at without a lock, and rows of one transaction. */
const rowsLookedAt = 5_000;
const rowsAtOnce = 500;
/** Between two looks: what people do comes first. */
const breath = 1;

/** Whether something is still needed is looked at in the transaction that deletes it. */
export async function sweep(db: Database, now: number, before: Before): Promise<Record<RetentionKey, number>> {
  const counts: Partial<Record<RetentionKey, number>> = {};
  // Findings first: what happened to one that is gone is then nobody's.
  for (const key of keysOf(sweepers)) counts[key] = await sweepers[key](db, before[key], now);
  return counts as Record<RetentionKey, number>;
}
const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] => Object.keys(record) as K[];

const open = "('requested', 'approved', 'executing', 'halted')";
/** A request that may still run, or be taken back, names it. */
const named = (column: string, value: string): string =>
  `EXISTS (SELECT 1 FROM request_item JOIN request ON request.id = request_item.request WHERE request_item.${column} = ${value}
     AND (request.state IN ${open} OR request.body ->> 'undoUntil' > ?1))`;
const isClosed = "status IN ('resolved', 'retired')";

const sweepers: Readonly<Record<RetentionKey, Count>> = {
  findings: (db, before, now) =>
    byNumber(db, "finding", {
      where: `${isClosed} AND closed_at < ?2 AND NOT ${named("finding", "finding.fingerprint")}
        AND NOT EXISTS (SELECT 1 FROM finding_group AS card WHERE card.topic = finding.topic AND card.owner = finding.owner
          AND card.closed_at IS NULL AND coalesce(card.body ->> 'postedAt', card.body ->> 'openedAt') <= finding.closed_at)`,
      params: [now, before],
    }),
  events: (db, before) =>
    byNumber(db, "event", {
      // The newest stays, whatever its age: numbers are not given twice, and digests count from them.
      where: `at < ?1 AND told IS NOT NULL AND id <= ?2 AND id < (SELECT max(id) FROM event)
        AND NOT EXISTS (SELECT 1 FROM finding WHERE finding.fingerprint = event.fingerprint AND NOT ${isClosed})`,
      params: [before, countedByAll(db)],
    }),
  assets: (db, before, now) =>
    byNumber(db, "asset", {
      where: `gone_at < ?2 AND NOT ${named("asset", "asset.id")}
        AND NOT EXISTS (SELECT 1 FROM finding WHERE finding.asset = asset.id AND NOT ${isClosed})`,
      params: [now, before],
    }),
  units: sweepScans,
  vanished: sweepVanished,
  messages: (db, before) =>
    byNumber(db, "outbox", {
      where: "done = 1 AND coalesce(done_at, 0) < ?1 AND id < (SELECT max(id) FROM outbox)",
      params: [before],
    }),
  clicks: sweepClicks,
  posts: (db, before) =>
    byLot(db, "posted", "key", {
      where: `at < ?1 AND (key LIKE 'digest:%' OR key LIKE 'share:%' OR key LIKE 'preview:%' OR key LIKE 'report:%'
        OR EXISTS (SELECT 1 FROM finding_group WHERE id = substr(key, 1, instr(key, '/') - 1)
          AND CAST(substr(key, instr(key, '/') + 1) AS INTEGER) < body ->> 'card' - 1))`,
      params: [before],
    }),
  buttons: async (db, before) =>
    (await byLot(db, "nonce", "hash", { where: "expires_at < ?1", params: [before] })) +
    (await byLot(db, "nonce_use", "hash, human", { where: "at < ?1", params: [before] })),
  calls: (db, before) =>
    byNumber(db, "step", {
      where: `at < ?1 AND NOT EXISTS (SELECT 1 FROM request WHERE id = step.request AND state IN ${open})`,
      params: [before],
    }),
  reports: (db, before) => byNumber(db, "report", { where: "at < ?1", params: [before] }),
  async mentions(db, before) {
    const last = new Date(before).toISOString().slice(0, 10);
    return (
      (await byLot(db, "mention", "person, day", { where: "day < ?1", params: [last] })) +
      (await byLot(db, "setting", "name", { where: "name LIKE 'cards:%' AND substr(name, -10) < ?1", params: [last] }))
    );
  },
  answers: (db, before) => byLot(db, "cache", "key", { where: "until < ?1", params: [before] }),
};

interface Old {
  readonly where: string;
  readonly params: readonly Cell[];
}

/** Events that every digest still to come has counted already. */
const countedByAll = (db: Database): number =>
  db.get<{ event: number | null }>(
    `SELECT min(body ->> '$.lastDigest.event') AS event FROM channel
       WHERE body ->> 'mode' IN ('digest', 'live') AND body ->> 'broken' IS NULL`,
  )?.event ?? Number.MAX_SAFE_INTEGER;

/** Of tables with row numbers: looks through them window by window. */
async function byNumber(db: Database, table: string, { where, params }: Old): Promise<number> {
  const range = db.get<{ first: number | null; last: number | null }>(
    `SELECT min(rowid) AS first, max(rowid) AS last FROM ${table}`,
  );
  const within = `rowid >= ?${params.length + 1} AND rowid < ?${params.length + 2} AND ${where}`;
  let count = 0;
  for (let from = range?.first ?? 0; from <= (range?.last ?? -1); from += rowsLookedAt) {
    const to = from + rowsLookedAt;
    if (db.get(`SELECT 1 FROM ${table} WHERE ${within} LIMIT 1`, ...params, from, to) !== undefined)
      for (let at = from; at < to; at += rowsAtOnce)
        count += await db.bulk(() => db.run(`DELETE FROM ${table} WHERE ${within}`, ...params, at, at + rowsAtOnce));
    await pause(breath);
  }
  return count;
}

/** Of tables that are small, or whose condition finds its rows by an index. */
async function byLot(db: Database, table: string, key: string, { where, params }: Old): Promise<number> {
  const columns = key.includes(",") ? `(${key})` : key;
  const sql = `DELETE FROM ${table} WHERE ${columns} IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${rowsAtOnce})`;
  for (let count = 0; ; ) {
    const lot = await db.bulk(() => db.run(sql, ...params));
    count += lot;
    if (lot < rowsAtOnce) return count;
  }
}

const placeKey = "cloud, account, region, type, run";

async function sweepScans(db: Database, before: number): Promise<number> {
  let count = 0;
  const old = db.all<{ id: number }>(
    "SELECT id FROM run WHERE started_at < ? AND state <> 'running' AND EXISTS (SELECT 1 FROM unit WHERE unit.run = run.id) ORDER BY id",
    before,
  );
  for (const { id } of old) {
    // A filtered scan says nothing of a unit as a whole: it is no later look.
    count += await byLot(db, "unit", placeKey, {
      where: `run = ?1 AND ((SELECT filtered FROM run WHERE id = ?1) = 1 OR EXISTS (SELECT 1 FROM unit AS later
        JOIN run ON run.id = later.run AND run.filtered = 0 WHERE later.cloud = unit.cloud AND later.account = unit.account
          AND later.region = unit.region AND later.type = unit.type AND later.run > unit.run))`,
      params: [id],
    });
    await pause(breath);
  }
  return count + (await byLot(db, "run", "id", { where: runIsOver, params: [before] }));
}

const runIsOver = `started_at < ?1 AND state <> 'running' AND id < (SELECT max(id) FROM run) - 1000
  AND NOT EXISTS (SELECT 1 FROM unit WHERE unit.run = run.id) AND NOT EXISTS (SELECT 1 FROM closing WHERE closing.run = run.id)
  AND id IS NOT (SELECT max(id) FROM run WHERE state = 'done' AND filtered = 0)`;

async function sweepVanished(db: Database, before: number): Promise<number> {
  const gone = `account IN (SELECT id FROM account WHERE coalesce(last_read, first_seen) < ?1
    AND NOT EXISTS (SELECT 1 FROM finding WHERE finding.account = account.id AND NOT ${isClosed}))`;
  const place = 'cloud, account, region, type, "check"';
  return (
    (await byLot(db, "tally", place, { where: gone, params: [before] })) +
    (await byLot(db, "unknown", `${place}, asset`, { where: gone, params: [before] })) +
    (await byLot(db, "unit", placeKey, { where: gone, params: [before] }))
  );
}

/** A click goes with the ids that would make its second delivery known. */
async function sweepClicks(db: Database, before: number): Promise<number> {
  const old = "handled = 1 AND at < ?1 AND id < (SELECT max(id) FROM inbox)";
  const keys = await byLot(db, "inbox_key", "key", {
    where: `inbox IN (SELECT id FROM inbox WHERE ${old})`,
    params: [before],
  });
  return keys + (await byNumber(db, "inbox", { where: old, params: [before] }));
}
