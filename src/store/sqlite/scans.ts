import type { Asset, AssetType, CloudName } from "#domain/asset";
import { standingAside } from "#domain/exception";
import type { Cell, Database } from "#store/sqlite/database";
import { raiseFindingsVersion, readFinding, readFindingsVersion, saveEvent, saveFinding } from "#store/sqlite/findings";
import type { AccountState, StoredAccount, Tally, UnitKey, UnitState, UnitWrite, UnknownResult } from "#store/store";

/** Rows of a transaction: a click waits for one of them at most. */
const rowsAtOnce = 500;

/** One write of a unit. What belongs together, a finding and what happened to it, is one. */
interface Piece {
  readonly rows: number;
  write(): void;
}

/** The unit itself comes last: a crash in between is a unit that was not finished. */
export async function recordUnit(db: Database, write: UnitWrite): Promise<"done" | "lost"> {
  for (const lot of lotsOf(piecesOf(db, write))) {
    const kept = await db.bulk(() => {
      const { findingsVersion: seen } = write;
      if (seen !== undefined && readFindingsVersion(db).edges !== seen.edges) return false;
      for (const piece of lot) piece.write();
      if (write.findings.length > 0) raiseFindingsVersion(db, "scans");
      return true;
    });
    if (!kept) return "lost";
  }
  return "done";
}

function* lotsOf(pieces: Iterable<Piece>): Generator<readonly Piece[]> {
  let lot: Piece[] = [];
  let rows = 0;
  for (const piece of pieces) {
    if (lot.length > 0 && rows + piece.rows > rowsAtOnce) {
      yield lot;
      lot = [];
      rows = 0;
    }
    lot.push(piece);
    rows += piece.rows;
  }
  if (lot.length > 0) yield lot;
}

function* piecesOf(db: Database, write: UnitWrite): Generator<Piece> {
  const { state, events } = write;
  const one = (work: () => unknown): Piece => ({ rows: 1, write: () => void work() });
  for (const asset of write.assets) yield one(() => saveAsset(db, asset, state.at));
  const happened = new Map<string, (typeof events)[number][]>();
  for (const event of events) happened.set(event.fingerprint, [...(happened.get(event.fingerprint) ?? []), event]);
  for (const finding of write.findings) {
    const own = happened.get(finding.fingerprint) ?? [];
    yield { rows: 1 + own.length, write: () => saveWithEvents(db, finding, own) };
  }
  for (const id of write.gone) yield one(() => db.run("UPDATE asset SET gone_at = ? WHERE id = ?", state.at, id));
  for (const { fingerprint, how, at } of write.closings)
    yield one(() =>
      db.run("INSERT OR REPLACE INTO closing VALUES (?, ?, ?, ?, ?)", state.run, state.account, fingerprint, how, at),
    );
  yield { rows: write.tallies.length, write: () => saveTallies(db, write) };
  for (const unknown of write.unknowns) yield one(() => saveUnknown(db, state, unknown));
  yield one(() => saveUnit(db, state));
}

/** Whoever counts in between sees both or neither. */
function saveWithEvents(db: Database, finding: UnitWrite["findings"][number], events: UnitWrite["events"]): void {
  // What was set aside since it was read stays so, unless the scan is what wakes it.
  const stored = events.some(({ kind }) => kind === "woke") ? undefined : readFinding(db, finding.fingerprint);
  saveFinding(db, stored ? standingAside(stored, finding) : finding);
  for (const event of events) saveEvent(db, event);
}

const saveUnit = (db: Database, state: UnitState): unknown =>
  db.run(
    "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    state.run,
    state.cloud,
    state.account,
    state.region,
    state.type,
    state.outcome,
    state.reason ?? null,
    state.permission ?? null,
    state.assets,
    state.at,
  );

/** What was not looked at keeps the figures of the last look. */
function saveTallies(db: Database, { state, tallies }: UnitWrite): void {
  const place = [state.cloud, state.account, state.region, state.type] as const;
  for (const t of tallies)
    db.run(
      "INSERT OR REPLACE INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...place,
      t.check,
      t.version,
      t.pass,
      t.fail,
      t.unknown,
      t.notApplicable,
    );
  for (const { check } of tallies)
    db.run(
      'DELETE FROM unknown WHERE cloud = ? AND account = ? AND region = ? AND type = ? AND "check" = ?',
      ...place,
      check,
    );
}

const saveUnknown = (db: Database, place: UnitKey, u: UnknownResult): unknown =>
  db.run(
    "INSERT OR REPLACE INTO unknown VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    place.cloud,
    place.account,
    place.region,
    place.type,
    u.check,
    u.asset.id,
    u.asset.name,
    u.reason,
    u.permission ?? null,
    u.owner,
  );

function saveAsset(db: Database, asset: Asset, at: number): void {
  db.run(
    `INSERT INTO asset VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
       tags = excluded.tags, relations = excluded.relations, last_seen = excluded.last_seen, gone_at = NULL`,
    asset.id,
    asset.cloud,
    asset.account,
    asset.region,
    asset.type,
    asset.name,
    JSON.stringify(asset.tags),
    JSON.stringify(asset.relations ?? []),
    at,
    at,
  );
}

export async function recordAccount(db: Database, { account, at, problem }: AccountState): Promise<void> {
  await db.transaction(() =>
    db.run(
      `INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (cloud, id) DO UPDATE SET name = excluded.name,
         state = excluded.state, environment = excluded.environment, owner = excluded.owner,
         last_read = coalesce(excluded.last_read, last_read), problem = excluded.problem`,
      account.cloud,
      account.id,
      account.name,
      account.state,
      account.environment ?? null,
      account.owner ?? null,
      at,
      problem === undefined && account.state === "active" ? at : null,
      problem ?? null,
    ),
  );
}

interface AccountRow {
  readonly cloud: CloudName;
  readonly id: string;
  readonly name: string;
  readonly state: "active" | "suspended";
  readonly environment: string | null;
  readonly owner: string | null;
  readonly first_seen: number;
  readonly last_read: number | null;
  readonly problem: string | null;
}
export const readAccounts = (db: Database): readonly StoredAccount[] =>
  db.all<AccountRow>("SELECT * FROM account ORDER BY name, id").map((row) => ({
    cloud: row.cloud,
    id: row.id,
    name: row.name,
    state: row.state,
    firstSeen: row.first_seen,
    ...(row.environment !== null && { environment: row.environment }),
    ...(row.owner !== null && { owner: row.owner }),
    ...(row.last_read !== null && { lastRead: row.last_read }),
    ...(row.problem !== null && { problem: row.problem }),
  }));

interface UnitRow extends Omit<UnitState, "reason" | "permission"> {
  readonly reason: string | null;
  readonly permission: string | null;
}
const toUnit = ({ reason, permission, ...unit }: UnitRow): UnitState => ({
  ...unit,
  ...(reason !== null && { reason }),
  ...(permission !== null && { permission }),
});

export const readUnits = (db: Database, run: number): readonly UnitState[] =>
  db.all<UnitRow>("SELECT * FROM unit WHERE run = ? ORDER BY account, region, type", run).map(toUnit);

/** A filtered scan says nothing of a unit as a whole: what it left out is not a gap, what it read is not coverage. */
export const readLatestUnits = (db: Database, account?: string): readonly UnitState[] =>
  db
    .all<UnitRow & { readonly latest: number }>(
      `SELECT unit.*, max(run) AS latest FROM unit JOIN run ON run.id = unit.run AND run.filtered = 0
         ${account === undefined ? "" : "WHERE account = ?"} GROUP BY cloud, account, region, type ORDER BY account, region, type`,
      ...(account === undefined ? [] : [account]),
    )
    .map(({ latest: _, ...unit }) => toUnit(unit));

interface TallyRow extends UnitKey, Omit<Tally, "notApplicable"> {
  readonly not_applicable: number;
}
export function readTallies(db: Database, unit?: UnitKey): readonly (Tally & UnitKey)[] {
  const place = unit ? [unit.cloud, unit.account, unit.region, unit.type] : [];
  const where = unit ? "WHERE cloud = ? AND account = ? AND region = ? AND type = ?" : "";
  return db
    .all<TallyRow>(`SELECT * FROM tally ${where}`, ...place)
    .map(({ not_applicable, ...tally }) => ({ ...tally, notApplicable: not_applicable }));
}

interface UnknownRow extends UnitKey {
  readonly check: string;
  readonly asset: string;
  readonly name: string;
  readonly reason: string;
  readonly permission: string | null;
  readonly owner: string;
}
export const readUnknowns = (
  db: Database,
  filter: { readonly owner?: string; readonly account?: string },
): readonly (UnknownResult & UnitKey)[] =>
  db
    .all<UnknownRow>(
      'SELECT * FROM unknown WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR account = ?2) ORDER BY account, region, name, "check"',
      filter.owner ?? null,
      filter.account ?? null,
    )
    .map(({ asset, name, permission, ...row }) => ({
      ...row,
      asset: { id: asset, name },
      ...(permission !== null && { permission }),
    }));

interface AssetRow {
  readonly id: string;
  readonly cloud: CloudName;
  readonly account: string;
  readonly region: string;
  readonly type: AssetType;
  readonly name: string;
  readonly tags: string;
  readonly relations: string;
}
const toAsset = ({ id, cloud, account, region, type, name, tags, relations }: AssetRow): Asset => ({
  id,
  cloud,
  account,
  region,
  type,
  name,
  tags: JSON.parse(tags),
  relations: JSON.parse(relations),
});

export const readAsset = (db: Database, id: string): Asset | undefined => {
  const row = db.get<AssetRow>("SELECT * FROM asset WHERE id = ?", id);
  return row && toAsset(row);
};

export function readAssets(
  db: Database,
  filter: {
    readonly type?: string;
    readonly account?: string;
    readonly region?: string;
    readonly text?: string;
    readonly limit?: number;
    readonly offset?: number;
  },
): readonly Asset[] {
  const parts = ["gone_at IS NULL"];
  const params: Cell[] = [];
  for (const column of ["type", "account", "region"] as const) {
    const value = filter[column];
    if (value === undefined) continue;
    parts.push(`${column} = ?`);
    params.push(value);
  }
  if (filter.text !== undefined) {
    parts.push("instr(lower(name || ' ' || tags), lower(?)) > 0");
    params.push(filter.text);
  }
  params.push(filter.limit ?? -1, filter.offset ?? 0);
  return db
    .all<AssetRow>(
      `SELECT * FROM asset WHERE ${parts.join(" AND ")} ORDER BY account, region, type, name LIMIT ? OFFSET ?`,
      ...params,
    )
    .map(toAsset);
}
