import type { Asset, AssetType, CloudName } from "#domain/asset";
import { standingAside } from "#domain/exception";
import type { Cell, Database } from "#store/sqlite/database";
import { readFinding, saveEvent, saveFinding } from "#store/sqlite/findings";
import type { AccountState, StoredAccount, Tally, UnitKey, UnitState, UnitWrite, UnknownResult } from "#store/store";

/** A click waits for the writer: large pages are written in pieces. */
const batch = 500;

export async function recordUnit(db: Database, write: UnitWrite): Promise<void> {
  const { assets, findings, events, state } = write;
  const woken = new Set(events.flatMap(({ kind, fingerprint }) => (kind === "woke" ? [fingerprint] : [])));
  const lots = Math.max(1, Math.ceil(Math.max(assets.length, findings.length) / batch));
  for (let lot = 0; lot < lots; lot++) {
    const here = <T>(list: readonly T[]): readonly T[] => list.slice(lot * batch, (lot + 1) * batch);
    await db.transaction(() => {
      for (const asset of here(assets)) saveAsset(db, asset, state.at);
      // A finding and what happened to it are kept together: whoever counts in between sees both or neither.
      const prints = new Set(here(findings).map(({ fingerprint }) => fingerprint));
      for (const finding of here(findings)) {
        const stored = woken.has(finding.fingerprint) ? undefined : readFinding(db, finding.fingerprint);
        saveFinding(db, stored ? standingAside(stored, finding) : finding);
      }
      for (const event of events) if (prints.has(event.fingerprint)) saveEvent(db, event);
      if (lot === lots - 1) saveUnit(db, write);
    });
  }
}

function saveUnit(db: Database, { state, gone, closings, tallies, unknowns }: UnitWrite): void {
  const { cloud, account, region, type } = state;
  const place = [cloud, account, region, type] as const;
  db.run(
    "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    state.run,
    ...place,
    state.outcome,
    state.reason ?? null,
    state.permission ?? null,
    state.assets,
    state.at,
  );
  for (const id of gone) db.run("UPDATE asset SET gone_at = ? WHERE id = ?", state.at, id);
  for (const { fingerprint, how, at } of closings)
    db.run("INSERT OR REPLACE INTO closing VALUES (?, ?, ?, ?, ?)", state.run, account, fingerprint, how, at);
  // What was not looked at keeps the figures of the last look.
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
  for (const u of unknowns)
    db.run(
      "INSERT OR REPLACE INTO unknown VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...place,
      u.check,
      u.asset.id,
      u.asset.name,
      u.reason,
      u.permission ?? null,
      u.owner,
    );
}

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
