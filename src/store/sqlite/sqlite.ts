import type { ChainRow } from "#audit/chain";
import { StanceError } from "#domain/errors";
import { shortId } from "#domain/ids";
import type { Request } from "#domain/request";
import { appendAudit, auditRows, eraseTexts, readHead } from "#store/sqlite/audit";
import type { Cell, Database, OpenOptions } from "#store/sqlite/database";
import { openDatabase } from "#store/sqlite/database";
import { commitEdge } from "#store/sqlite/edges";
import type { Follower } from "#store/sqlite/epoch";
import { readEpoch, takeUp } from "#store/sqlite/epoch";
import * as exceptions from "#store/sqlite/exceptions";
import * as findings from "#store/sqlite/findings";
import { scanning } from "#store/sqlite/runs";
import * as scans from "#store/sqlite/scans";
import { sweep } from "#store/sqlite/sweep";
import { readVitals } from "#store/sqlite/vitals";
import type {
  Channel,
  Edge,
  FindingGroup,
  Nonce,
  PostedMessage,
  QueuedMessage,
  Run,
  Step,
  Store,
  Timer,
} from "#store/store";

interface RunRow {
  readonly id: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly state: Run["state"];
  readonly filtered: number;
  readonly facts: string;
}

/** `kind`: a demo's database is refused by `start`, and the other way round (StanceError `store/foreign`). */
export async function openStore(
  options: OpenOptions & { readonly kind: "real" | "demo"; readonly at: number },
): Promise<Store> {
  const db = openDatabase(options);
  let follower: Follower | undefined;
  try {
    const found = db.get<{ value: string }>("SELECT value FROM setting WHERE name = 'kind'")?.value;
    if (found !== undefined && found !== options.kind) throw new StanceError("store/foreign");
    if (found === undefined && !options.readOnly)
      await db.transaction(() => {
        db.run("INSERT INTO setting VALUES ('kind', ?)", options.kind);
        appendAudit(db, [
          { at: options.at, actor: "stance", action: "store.created", subject: "store", facts: { kind: options.kind } },
        ]);
      });
    if (options.exclusive) follower = await takeUp(db, options.file, options.at);
  } catch (error) {
    db.close();
    throw error;
  }
  const runs = scanning(db, options.file);
  let closed = false;
  return {
    kind: options.kind,
    ...runs.port,
    ...writes(db),
    commit: (edge) => commitFollowed(db, edge, follower),
    rememberHead: () => follower?.follow(),
    ...reads(db, options.file),
    ...chatReads(db),
    ...requestReads(db),
    close() {
      if (closed) return;
      closed = true;
      runs.close();
      follow(follower);
      db.close();
    },
  };
}

/** What a request came to stands beside the file before anything builds on it. */
async function commitFollowed(db: Database, edge: Edge, follower: Follower | undefined): ReturnType<Store["commit"]> {
  const outcome = await commitEdge(db, edge);
  if (outcome === "done" && edge.requests !== undefined) follow(follower);
  return outcome;
}

function follow(follower: Follower | undefined): void {
  try {
    follower?.follow("now");
  } catch {
    // What was committed stands. The next beat tries again, and says so if it cannot.
  }
}

type Writes = Pick<
  Store,
  | "accept"
  | "recordUnit"
  | "recordAccount"
  | "applyClosings"
  | "dropClosings"
  | "nextGroupId"
  | "nextRequestId"
  | "sweep"
  | "eraseTexts"
  | "delivered"
  | "postpone"
  | "cache"
>;

function writes(db: Database): Writes {
  return {
    accept: ({ keys, at, body }) =>
      db.transaction(() => {
        const seen = keys.some((key) => db.get("SELECT 1 FROM inbox_key WHERE key = ?", key) !== undefined);
        if (seen) return "duplicate" as const;
        db.run("INSERT INTO inbox (at, body) VALUES (?, ?)", at, JSON.stringify(body));
        const id = db.get<{ id: number }>("SELECT last_insert_rowid() AS id")?.id ?? 0;
        for (const key of keys) db.run("INSERT INTO inbox_key VALUES (?, ?) ON CONFLICT DO NOTHING", key, id);
        return { id };
      }),
    recordUnit: (write) => scans.recordUnit(db, write),
    recordAccount: (account) => scans.recordAccount(db, account),
    applyClosings: (run, account, at) => findings.applyClosings(db, run, account, at),
    async dropClosings(run, account) {
      await db.transaction(() => db.run("DELETE FROM closing WHERE run = ? AND account = ?", run, account));
    },
    nextGroupId: () => db.transaction(() => shortId("G", findings.nextCount(db, "group"))),
    nextRequestId: () => db.transaction(() => shortId("R", findings.nextCount(db, "request"))),
    async delivered(queued, result) {
      await db.transaction(() => {
        const at = result === "dropped" ? null : result.at;
        db.run("UPDATE outbox SET done = 1, done_at = ?, card = '{}' WHERE id = ?", at, queued.id);
        if (result === "dropped" || queued.kind === "thread") return;
        db.run(
          `INSERT INTO posted VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET channel = excluded.channel,
             message = excluded.message, content = excluded.content, link = coalesce(excluded.link, link)`,
          queued.key,
          queued.channel,
          result.message,
          result.at,
          result.content,
          result.link ?? null,
        );
      });
    },
    async postpone(queued, until, problem) {
      await db.transaction(() =>
        db.run(
          "UPDATE outbox SET not_before = ?, tries = tries + 1, problem = ? WHERE id = ?",
          until,
          problem,
          queued.id,
        ),
      );
    },
    sweep: (now, before) => sweep(db, now, before),
    eraseTexts: (seq, at) => eraseTexts(db, seq, at),
    async cache(key, value, until) {
      await db.transaction(() =>
        db.run(
          "INSERT INTO cache VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until",
          key,
          value,
          until,
        ),
      );
    },
  };
}

type ScanReads = Pick<
  Store,
  | "setting"
  | "epoch"
  | "slot"
  | "finding"
  | "findings"
  | "findingsVersion"
  | "countFindings"
  | "countBy"
  | "events"
  | "lastEvent"
  | "runs"
  | "lastScan"
  | "units"
  | "latestUnits"
  | "accounts"
  | "assets"
  | "asset"
  | "tallies"
  | "unknowns"
  | "vitals"
  | "auditHead"
  | "auditOf"
  | "latestAudit"
  | "auditRows"
  | "cached"
>;

const toRun = (row: RunRow): Run => ({
  id: row.id,
  startedAt: row.started_at,
  state: row.state,
  filtered: row.filtered === 1,
  facts: JSON.parse(row.facts),
  ...(row.ended_at !== null && { endedAt: row.ended_at }),
});

function reads(db: Database, file: string): ScanReads {
  return {
    setting: (name) => db.get<{ value: string }>("SELECT value FROM setting WHERE name = ?", name)?.value,
    epoch: () => readEpoch(db),
    slot: (name) => db.get<{ at: number }>("SELECT at FROM slot WHERE name = ?", name)?.at,
    finding: (id) => findings.readFinding(db, id),
    findings: (filter) => findings.readFindings(db, filter),
    findingsVersion: () => findings.readFindingsVersion(db),
    countFindings: (filter) => findings.countFindings(db, filter),
    countBy: (filter, by) => findings.countBy(db, filter, by),
    events: (filter) => findings.readEvents(db, filter),
    lastEvent: () => db.get<{ id: number }>("SELECT coalesce(max(id), 0) AS id FROM event")?.id ?? 0,
    runs: (limit) => db.all<RunRow>("SELECT * FROM run ORDER BY id DESC LIMIT ?", limit).map(toRun),
    lastScan() {
      const row = db.get<RunRow>(
        `SELECT * FROM run WHERE state = 'done' AND filtered = 0 AND coalesce(facts ->> '$.read', 1) > 0
           ORDER BY id DESC LIMIT 1`,
      );
      return row && toRun(row);
    },
    units: (run) => scans.readUnits(db, run),
    latestUnits: (account) => scans.readLatestUnits(db, account),
    accounts: () => scans.readAccounts(db),
    assets: (filter) => scans.readAssets(db, filter),
    asset: (id) => scans.readAsset(db, id),
    tallies: (unit) => scans.readTallies(db, unit),
    unknowns: (filter) => scans.readUnknowns(db, filter),
    vitals: (now) => readVitals(db, file, now),
    auditHead: () => readHead(db),
    latestAudit: (subject, limit) =>
      db.all<ChainRow>(
        `SELECT * FROM audit ${subject === undefined ? "" : "WHERE body ->> 'subject' = ?2"} ORDER BY seq DESC LIMIT ?1`,
        ...(subject === undefined ? [limit] : [limit, subject]),
      ),
    auditOf: (subject) =>
      db.get<{ seq: number }>("SELECT seq FROM audit WHERE body ->> 'subject' = ? ORDER BY seq DESC LIMIT 1", subject)
        ?.seq,
    auditRows: (after = 0) => auditRows(db, after),
    cached: (key, now) =>
      db.get<{ value: string }>("SELECT value FROM cache WHERE key = ? AND until > ?", key, now)?.value,
  };
}

type ChatReads = Pick<
  Store,
  | "group"
  | "groups"
  | "channel"
  | "channels"
  | "claims"
  | "claim"
  | "queued"
  | "posted"
  | "mentioned"
  | "unhandled"
  | "dueTimers"
>;

function chatReads(db: Database): ChatReads {
  const bodies = <T>(sql: string, ...params: readonly Cell[]): readonly T[] =>
    db.all<{ body: string }>(sql, ...params).map(({ body }): T => JSON.parse(body));
  return {
    group: (id) => bodies<FindingGroup>("SELECT body FROM finding_group WHERE id = ?", id)[0],
    groups: ({ topic, owner, channel, open }) =>
      bodies<FindingGroup>(
        `SELECT body FROM finding_group WHERE (?1 IS NULL OR topic = ?1) AND (?2 IS NULL OR owner = ?2)
           AND (?3 IS NULL OR channel = ?3) AND (?4 IS NULL OR (closed_at IS NULL) = ?4) ORDER BY id`,
        topic ?? null,
        owner ?? null,
        channel ?? null,
        open === undefined ? null : Number(open),
      ),
    channel: (idOrName) =>
      bodies<Channel>("SELECT body FROM channel WHERE id = ?1 OR name = ?2", idOrName, idOrName.replace(/^#/, ""))[0],
    channels: () => bodies<Channel>("SELECT body FROM channel ORDER BY name"),
    claims: () => db.all("SELECT * FROM claim"),
    claim: (asset) => db.get("SELECT * FROM claim WHERE asset = ?", asset),
    queued: (now) =>
      db
        .all<Omit<QueuedMessage, "card" | "notBefore"> & { card: string; not_before: number }>(
          // One that has to be tried again holds up its channel, so that nothing overtakes it.
          `SELECT id, key, channel, kind, card, not_before, tries FROM outbox WHERE done = 0 AND not_before <= ?1
             AND NOT EXISTS (SELECT 1 FROM outbox AS stuck WHERE stuck.done = 0 AND stuck.channel = outbox.channel
               AND stuck.id < outbox.id AND stuck.tries > 0 AND stuck.not_before > ?1) ORDER BY id LIMIT 100`,
          now,
        )
        .map(({ card, not_before, ...queued }) => ({ ...queued, card: JSON.parse(card), notBefore: not_before })),
    posted(key) {
      const row = db.get<Omit<PostedMessage, "link"> & { link: string | null }>(
        "SELECT * FROM posted WHERE key = ?",
        key,
      );
      if (!row) return undefined;
      const { link, ...posted } = row;
      return { ...posted, ...(link !== null && { link }) };
    },
    mentioned: (person, day) => db.get("SELECT 1 FROM mention WHERE person = ? AND day = ?", person, day) !== undefined,
    unhandled: () =>
      db
        .all<{ id: number; body: string }>("SELECT id, body FROM inbox WHERE handled = 0 ORDER BY id")
        .map(({ id, body }) => ({ id, body: JSON.parse(body) })),
    dueTimers: (now) => db.all<Timer>("SELECT * FROM timer WHERE due <= ? ORDER BY due", now),
  };
}

type RequestReads = Pick<
  Store,
  "request" | "requests" | "nextExceptionId" | "exception" | "exceptions" | "steps" | "stepsSince" | "nonce"
>;

function requestReads(db: Database): RequestReads {
  const steps = (where: string, value: Cell): readonly Step[] =>
    db
      .all<Omit<Step, "requestId" | "problem"> & { request_id: string | null; problem: string | null }>(
        `SELECT * FROM step WHERE ${where} ORDER BY rowid`,
        value,
      )
      .map(({ request_id, problem, ...step }) => ({
        ...step,
        ...(request_id !== null && { requestId: request_id }),
        ...(problem !== null && { problem }),
      }));
  return {
    request(id) {
      const row = db.get<{ body: string; revision: number }>("SELECT body, revision FROM request WHERE id = ?", id);
      return row && { request: JSON.parse(row.body), revision: row.revision };
    },
    requests: ({ state, finding, asset, group, parent, since }) =>
      db
        .all<{ body: string }>(
          `SELECT body FROM request WHERE (?1 IS NULL OR state IN (SELECT value FROM json_each(?1)))
             AND (?2 IS NULL OR id IN (SELECT request FROM request_item WHERE finding = ?2))
             AND (?3 IS NULL OR id IN (SELECT request FROM request_item WHERE asset = ?3))
             AND (?4 IS NULL OR "group" = ?4) AND (?5 IS NULL OR parent = ?5) AND (?6 IS NULL OR requested_at >= ?6)
           ORDER BY requested_at DESC`,
          state === undefined ? null : JSON.stringify(state),
          finding ?? null,
          asset ?? null,
          group ?? null,
          parent ?? null,
          since ?? null,
        )
        .map(({ body }): Request => JSON.parse(body)),
    nextExceptionId: () => shortId("E", findings.nextCount(db, "exception")),
    exception: (id) => exceptions.readException(db, id),
    exceptions: (filter) => exceptions.readExceptions(db, filter),
    steps: (request) => steps("request = ?", request),
    stepsSince: (at) => steps("at >= ?", at),
    nonce(hash) {
      const row = db.get<{ hash: string; request: string; verb: Nonce["verb"]; plan_hash: string; expires_at: number }>(
        "SELECT * FROM nonce WHERE hash = ?",
        hash,
      );
      return (
        row && {
          hash: row.hash,
          request: row.request,
          verb: row.verb,
          planHash: row.plan_hash,
          expiresAt: row.expires_at,
        }
      );
    },
  };
}
