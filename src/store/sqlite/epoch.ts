import { randomBytes } from "node:crypto";
import type { Head } from "#audit/chain";
import type { AuditDraft } from "#domain/audit";
import type { Request } from "#domain/request";
import { transition } from "#domain/request";
import { appendAudit, readHead } from "#store/sqlite/audit";
import type { Database } from "#store/sqlite/database";
import { saveRequest } from "#store/sqlite/edges";
import type { Mark } from "#store/sqlite/mark";
import { isSameFile, markNow, readMark, writeMark } from "#store/sqlite/mark";
import type { Epoch, FindingGroup } from "#store/store";

/** What `stance backup` and `stance restore` write into a copy. */
export interface CopyNote {
  readonly from: string;
  readonly at: number;
}

const settingOf = (db: Database, name: string): string | undefined =>
  db.get<{ value: string }>("SELECT value FROM setting WHERE name = ?", name)?.value;
const set = (db: Database, name: string, value: string): unknown =>
  db.run("INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);

export function readEpoch(db: Database): Epoch | undefined {
  const value = settingOf(db, "epoch");
  return value === undefined ? undefined : JSON.parse(value);
}

export interface Follower {
  /** Writes how far the trail has come. Not more often than every ten seconds, unless it matters now. */
  follow(now?: "now"): void;
}
const restMs = 10_000;

/**
 * A bot takes up its file. One that is not the file it left, or not in the state it left it in, begins a new epoch: nothing
 * that was asked for, approved, queued or pressed before is carried out.
 */
export async function takeUp(db: Database, file: string, at: number): Promise<Follower> {
  const mark = readMark(file);
  const known = readEpoch(db);
  const why = known && whyRestored(db, { file, known, mark });
  if (!known) {
    // Nobody has asked for anything here yet. The mark comes first: should this break off, it is done again.
    const first: Epoch = { id: newId(), number: 1, at };
    writeMark(file, markNow(db, file, first.id));
    await db.transaction(() => set(db, "epoch", JSON.stringify(first)));
  } else if (why) await db.transaction(() => beginEpoch(db, { before: known, why, mark, at }));
  const id = readEpoch(db)?.id ?? "";
  let written = { seq: -1, at: 0 };
  const follow = (now?: "now"): void => {
    const { seq } = readHead(db);
    if (seq === written.seq || (now === undefined && performance.now() - written.at < restMs)) return;
    writeMark(file, markNow(db, file, id));
    written = { seq, at: performance.now() };
  };
  follow("now");
  return { follow };
}

const newId = (): string => randomBytes(16).toString("hex");

/** Undefined: it is the file that the bot left, as it left it or later. */
function whyRestored(
  db: Database,
  { file, known, mark }: { readonly file: string; readonly known: Epoch; readonly mark: Mark | undefined },
): Epoch["why"] {
  if (settingOf(db, "copy") !== undefined) return "backup";
  if (!mark || mark.epoch !== known.id) return "unmarked";
  if (!holds(db, mark)) return "older";
  return isSameFile(file, mark.file) ? undefined : "copied";
}

const holds = (db: Database, { seq, hash }: Head): boolean =>
  seq === 0 || db.get("SELECT 1 FROM audit WHERE seq = ? AND hash = ?", seq, hash) !== undefined;

/** In one transaction. What it counts, the admin channel hears. */
function beginEpoch(
  db: Database,
  {
    before,
    why,
    mark,
    at,
  }: {
    readonly before: Epoch;
    readonly why: NonNullable<Epoch["why"]>;
    readonly mark: Mark | undefined;
    readonly at: number;
  },
): void {
  const { seq, hash } = readHead(db);
  const note = settingOf(db, "copy");
  const copy: CopyNote | undefined = note === undefined ? undefined : JSON.parse(note);
  const ended = endRequests(db, at);
  const messages = dropMessages(db);
  const clicks = db.run("UPDATE inbox SET handled = 1, body = NULL WHERE handled = 0");
  const timers = db.run("DELETE FROM timer");
  forget(db, at);
  skipIds(db, mark);
  const published = mark && !holds(db, mark) ? { seq: mark.seq, hash: mark.hash } : undefined;
  const epoch: Epoch = {
    id: newId(),
    number: before.number + 1,
    at,
    why,
    from: { seq, hash },
    ...(published && { published }),
    ...(copy && { copy }),
    requests: ended.length,
    messages,
    clicks,
  };
  set(db, "epoch", JSON.stringify(epoch));
  set(db, "freeze", JSON.stringify({ by: "stance", at, reason: reasonOf(db, why), cause: "restore" }));
  db.run("DELETE FROM setting WHERE name = 'copy'");
  appendAudit(db, [
    {
      at,
      actor: "stance",
      action: "epoch.began",
      subject: `epoch ${epoch.number}`,
      facts: {
        why,
        from: { seq, hash },
        published: published ?? null,
        taken: copy?.at ?? null,
        requests: ended.length,
        messages,
        clicks,
        timers,
      },
      ...(copy && { texts: { source: copy.from } }),
    },
    ...ended,
  ]);
}

const reasons: Readonly<Record<NonNullable<Epoch["why"]>, string>> = {
  backup: "The database was restored from a backup.",
  unmarked: "The database was put here from elsewhere: nothing beside it says that it is the bot's own.",
  older: "The database is older than what the bot has done.",
  copied: "The database is a copy of the file that the bot worked on.",
};

/** A freeze that a person had set ends with this one, so its words stay. */
function reasonOf(db: Database, why: NonNullable<Epoch["why"]>): string {
  const value = settingOf(db, "freeze");
  const before: { readonly by?: string; readonly reason?: string } | undefined = value ? JSON.parse(value) : undefined;
  return before?.reason === undefined ? reasons[why] : `${reasons[why]} Before, by ${before.by}: ${before.reason}`;
}

/** No approval of before counts any more. */
function endRequests(db: Database, at: number): readonly AuditDraft[] {
  const open = db.all<{ id: string; revision: number; body: string }>(
    "SELECT id, revision, body FROM request WHERE state IN ('requested', 'approved', 'executing', 'halted') ORDER BY requested_at",
  );
  return open.flatMap(({ id, revision, body }): readonly AuditDraft[] => {
    const request: Request = JSON.parse(body);
    const sent = db.get("SELECT 1 FROM step WHERE request = ?", id) !== undefined;
    const result = transition(request, { kind: "restore", at, sent });
    if ("refused" in result) return [];
    saveRequest(db, revision, result.next);
    const facts = { kind: request.kind, from: request.state, to: result.next.state, plan: request.hash };
    return [{ at, actor: "stance", action: "request.restore", subject: id, facts }];
  });
}

/** What was queued is not posted, and a card that was among it was never there. */
function dropMessages(db: Database): number {
  const queued = db.all<{ key: string }>("SELECT key FROM outbox WHERE done = 0 AND kind = 'post'");
  for (const { key } of queued) {
    const [id = "", card] = key.split("/");
    const body = db.get<{ body: string }>("SELECT body FROM finding_group WHERE id = ?", id)?.body;
    const group: FindingGroup | undefined = body === undefined ? undefined : JSON.parse(body);
    if (!group || String(group.card) !== card || postedAt(db, key) !== undefined) continue;
    const { waits: _, postedAt: __, ...counted } = group;
    const earlier = postedAt(db, `${id}/${group.card - 1}`);
    const next: FindingGroup =
      earlier === undefined ? counted : { ...counted, card: group.card - 1, postedAt: earlier };
    db.run("UPDATE finding_group SET body = ? WHERE id = ?", JSON.stringify(next), id);
  }
  return db.run("UPDATE outbox SET done = 1, card = '{}' WHERE done = 0");
}

const postedAt = (db: Database, key: string): number | undefined =>
  db.get<{ at: number }>("SELECT at FROM posted WHERE key = ?", key)?.at;

/** Buttons, held scans, staged closings, remembered answers; news and digests of before are not told again. */
function forget(db: Database, at: number): void {
  for (const sql of [
    "DELETE FROM nonce",
    "DELETE FROM closing",
    "DELETE FROM cache",
    "UPDATE event SET told = 'digest' WHERE told IS NULL",
    "DELETE FROM setting WHERE name = 'tell' OR name = 'brake:scan' OR name LIKE 'closing:%'",
  ])
    db.run(sql);
  db.run("UPDATE slot SET at = max(at, ?) WHERE name LIKE 'digest:%'", at);
}

/** How many ids may have been given after a copy was taken: they stand in messages, and are not given a second time. */
const skipped = { request: 1_000, group: 1_000, finding: 100_000 } as const;

function skipIds(db: Database, mark: Mark | undefined): void {
  for (const [name, many] of Object.entries(skipped))
    db.run("UPDATE counter SET value = max(value, ?) + ? WHERE name = ?", mark?.counters[name] ?? 0, many, name);
}
