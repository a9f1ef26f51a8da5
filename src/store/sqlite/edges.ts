import type { Request } from "#domain/request";
import { busyAssets } from "#domain/request";
import { appendAudit } from "#store/sqlite/audit";
import type { Database } from "#store/sqlite/database";
import { saveException } from "#store/sqlite/exceptions";
import { raiseFindingsVersion, readFinding, readFindingsVersion, saveEvent, saveFinding } from "#store/sqlite/findings";
import type { Edge, Store } from "#store/store";
import { freezeSetting } from "#store/store";

/** Thrown inside a transaction to leave it without a trace. */
type Refusal = Exclude<Awaited<ReturnType<Store["commit"]>>, "done">;
class Refused extends Error {
  readonly outcome: Refusal;
  constructor(outcome: Refusal) {
    super(outcome);
    this.outcome = outcome;
  }
}

export async function commitEdge(db: Database, edge: Edge): Promise<"done" | Refusal> {
  try {
    await db.transaction(() => applyEdge(db, edge));
    return "done";
  } catch (error) {
    if (error instanceof Refused) return error.outcome;
    throw error;
  }
}

function applyEdge(db: Database, edge: Edge): void {
  if (edge.unlessFrozen && db.get("SELECT 1 FROM setting WHERE name = ? AND value <> ''", freezeSetting))
    throw new Refused("frozen");
  if (edge.nonce) {
    const { id, human, at } = edge.nonce;
    if (db.run("INSERT INTO nonce_use VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, human, at) === 0)
      throw new Refused("duplicate");
  }
  checkFindings(db, edge);
  for (const finding of edge.unchanged ?? [])
    if (JSON.stringify(readFinding(db, finding.fingerprint)) !== JSON.stringify(finding)) throw new Refused("lost");
  for (const { revision, next } of edge.requests ?? []) saveRequest(db, revision, next);
  for (const { revision, next } of edge.exceptions ?? [])
    if (!saveException(db, revision, next)) throw new Refused("lost");
  saveChangeRecords(db, edge);
  saveChatState(db, edge);
  if (edge.handled !== undefined) db.run("UPDATE inbox SET handled = 1, body = NULL WHERE id = ?", edge.handled);
  appendAudit(db, edge.audit);
}

/** What a scan, or another edge, wrote since these findings were read must not be written over. */
function checkFindings(db: Database, { findings, claims, findingsVersion: seen }: Edge): void {
  const now = readFindingsVersion(db);
  if (seen !== undefined && (seen.edges !== now.edges || seen.scans !== now.scans)) throw new Refused("lost");
  if (findings !== undefined || claims !== undefined) raiseFindingsVersion(db, "edges");
}

function saveChangeRecords(db: Database, edge: Edge): void {
  for (const s of edge.steps ?? [])
    db.run(
      "INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      s.request,
      s.item,
      s.step,
      s.at,
      s.state,
      s.operation,
      s.requestId ?? null,
      s.problem ?? null,
    );
  for (const n of edge.nonces ?? [])
    db.run("INSERT INTO nonce VALUES (?, ?, ?, ?, ?)", n.hash, n.request, n.verb, n.planHash, n.expiresAt);
  for (const finding of edge.findings ?? []) saveFinding(db, finding);
  for (const event of edge.events ?? []) saveEvent(db, event);
  for (const { id, how } of edge.told ?? []) db.run("UPDATE event SET told = ? WHERE id = ?", how, id);
  for (const c of edge.claims ?? [])
    db.run(
      "INSERT INTO claim VALUES (?, ?, ?, ?) ON CONFLICT (asset) DO UPDATE SET owner = excluded.owner, human = excluded.human, at = excluded.at",
      c.asset,
      c.owner,
      c.human,
      c.at,
    );
  for (const r of edge.reports ?? []) db.run("INSERT INTO report VALUES (?, ?, ?, ?)", r.at, r.kind, r.subject, r.text);
}

function saveChatState(db: Database, edge: Edge): void {
  for (const channel of edge.channels ?? [])
    db.run(
      "INSERT INTO channel VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body",
      channel.id,
      channel.name,
      JSON.stringify(channel),
    );
  for (const group of edge.groups ?? [])
    db.run(
      "INSERT INTO finding_group VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET closed_at = excluded.closed_at, body = excluded.body",
      group.id,
      group.topic,
      group.owner,
      group.channel,
      group.closedAt ?? null,
      JSON.stringify(group),
    );
  for (const t of edge.timers ?? [])
    db.run(
      "INSERT INTO timer VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET due = excluded.due",
      t.id,
      t.due,
      t.kind,
      t.subject,
    );
  for (const id of edge.timersDone ?? []) db.run("DELETE FROM timer WHERE id = ?", id);
  for (const [name, at] of Object.entries(edge.slots ?? {}))
    db.run("INSERT INTO slot VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at", name, at);
  for (const [name, value] of Object.entries(edge.settings ?? {}))
    db.run("INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
  for (const m of edge.mentions ?? [])
    db.run("INSERT INTO mention VALUES (?, ?, ?) ON CONFLICT DO NOTHING", m.person, m.day, m.group);
  for (const message of edge.outbox ?? []) {
    // What was not sent yet shows a state that is past: only the newest is worth sending. Its row stays, and with it its
    // number: one that is being sent this moment must not have its number given to the newest.
    if (message.kind !== "thread")
      db.run(
        "UPDATE outbox SET done = 1, card = '{}' WHERE key = ? AND kind = ? AND done = 0",
        message.key,
        message.kind,
      );
    db.run(
      "INSERT INTO outbox (key, channel, kind, card, not_before) VALUES (?, ?, ?, ?, ?)",
      message.key,
      message.channel,
      message.kind,
      JSON.stringify(message.card),
      // An edit of, or a line below, a message that waits for its time must not overtake it.
      Math.max(message.notBefore ?? 0, message.kind === "post" ? 0 : waitingUntil(db, message.key)),
    );
  }
}

const waitingUntil = (db: Database, key: string): number =>
  db.get<{ at: number }>("SELECT not_before AS at FROM outbox WHERE key = ? AND kind = 'post' AND done = 0", key)?.at ??
  0;

/** Compare and set: the row must still be the one that was read, and an asset carries one open change at a time. */
export function saveRequest(db: Database, revision: number, request: Request): void {
  const body = JSON.stringify(request);
  if (revision === 0) {
    db.run(
      "INSERT INTO request VALUES (?, ?, 1, ?, ?, ?, ?, ?)",
      request.id,
      request.state,
      request.group ?? null,
      request.parent ?? null,
      request.requestedAt,
      request.expiresAt,
      body,
    );
    for (const [index, item] of request.items.entries())
      db.run("INSERT INTO request_item VALUES (?, ?, ?, ?)", request.id, index, item.finding, item.asset.id);
  } else {
    const changed = db.run(
      "UPDATE request SET state = ?, revision = revision + 1, expires_at = ?, body = ? WHERE id = ? AND revision = ?",
      request.state,
      request.expiresAt,
      body,
      request.id,
      revision,
    );
    if (changed === 0) throw new Refused("lost");
  }
  for (const { hash, human, at } of request.approvals)
    db.run("INSERT INTO approval VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", request.id, hash, human, at);
  db.run("DELETE FROM asset_busy WHERE request = ?", request.id);
  for (const asset of new Set(busyAssets(request)))
    if (db.run("INSERT INTO asset_busy VALUES (?, ?) ON CONFLICT DO NOTHING", asset, request.id) === 0)
      throw new Refused("lost");
}
