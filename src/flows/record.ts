import type { Session } from "#cloud/cloud";
import type { Asset } from "#domain/asset";
import type { AnyCheck } from "#domain/check";
import type { Finding, Ownership } from "#domain/finding";
import { fingerprintOf } from "#domain/finding";
import type { Instant } from "#domain/time";
import type { ScanSink } from "#flows/scan";
import type { UnitEnd } from "#flows/scan-summary";
import type { Evaluated } from "#posture/evaluate";
import type { History, Reconciled, UnitLook } from "#posture/reconcile";
import { isOpen, missing, reconcile, scalingGroupOf } from "#posture/reconcile";
import type { Store, StoredAccount, Tally, UnitKey, UnitWrite, UnknownResult } from "#store/store";

export interface RecordOptions {
  readonly store: Store;
  readonly run: number;
  readonly checks: readonly AnyCheck[];
  /** Nothing outside the filter was looked at, so nothing is closed by a filtered scan. */
  readonly filtered: boolean;
  readonly now: () => Instant;
  /** Who owns it; may ask a directory. */
  owned(asset: Asset): Promise<Ownership>;
  environmentOf(asset: Asset): string | undefined;
  readonly limits: { readonly resolveShare: number; readonly resolveCount: number };
  /** The brake: closing so much of an account at once is asked about first. */
  held(account: string, closings: number, open: number): Promise<void>;
}

interface Pending {
  readonly assets: Asset[];
  readonly results: Evaluated[];
  since: Instant | undefined;
}

/** Re-reads of single assets that a complete listing lacks, per unit and scan. The others wait for the next scan. */
const maxConfirmations = 50;

/** Keeps what a scan sees: units as they end, closings per account at the end, behind the brake. */
export function recorder(options: RecordOptions): ScanSink {
  const { store, run, now } = options;
  const pending = new Map<string, Pending>();
  const firstRun = store.runs(1)[0]?.facts["first"] === true;
  const accounts = new Map(store.accounts().map((account) => [account.id, account]));
  const sessions = new Map<string, Session>();
  const closing = new Map<string, number>();
  const emptied = new Set<string>();
  const keyOf = (unit: UnitKey): string => [unit.cloud, unit.account, unit.region, unit.type].join("\n");

  return {
    async accountStarted(session) {
      sessions.set(session.account.id, session);
      closing.set(session.account.id, 0);
    },
    page(unit, { since, assets, results }) {
      const entry = pending.get(keyOf(unit)) ?? { assets: [], results: [], since: undefined };
      pending.set(keyOf(unit), entry);
      entry.since ??= since;
      entry.assets.push(...assets.map(({ asset }) => asset));
      entry.results.push(...results);
    },
    async unit(end) {
      const entry = pending.get(keyOf(end.unit)) ?? { assets: [], results: [], since: undefined };
      pending.delete(keyOf(end.unit));
      const session = sessions.get(end.unit.account);
      const look = { end, entry, session, firstRun, account: accounts.get(end.unit.account) };
      const gone = await confirmed(options, look);
      let write = await unitWrite(options, look, gone);
      // What people and fixes changed meanwhile, here or in the bot, stands: it is worked out again from that.
      while ((await store.recordUnit(write)) === "lost") write = await unitWrite(options, look, gone);
      closing.set(end.unit.account, (closing.get(end.unit.account) ?? 0) + write.closings.length);
      if (entry.assets.length === 0 && write.closings.length > 0) emptied.add(end.unit.account);
    },
    async accountDone(session) {
      const { account } = session;
      await store.recordAccount({ run, account, at: now() });
      const staged = closing.get(account.id) ?? 0;
      const open = store.countFindings({ account: account.id, status: ["open", "snoozed", "accepted"] });
      const many = staged > options.limits.resolveCount && staged > open * options.limits.resolveShare;
      if (many || emptied.has(account.id)) await options.held(account.id, staged, open);
      else await store.applyClosings(run, account.id, now());
      sessions.delete(account.id);
    },
    async accountUnread(account, why) {
      await store.recordAccount({ run, account, at: now(), problem: why });
    },
  };
}

interface Look {
  readonly end: UnitEnd;
  readonly entry: Pending;
  readonly session: Session | undefined;
  readonly firstRun: boolean;
  /** As it was before this scan. */
  readonly account: StoredAccount | undefined;
}

function knownOf(store: Store, { account, region, type }: UnitKey): ReadonlyMap<string, Finding> {
  // Buckets are listed for the whole account, and each lives in a region of its own.
  const place = region === "global" ? {} : { region };
  return new Map(store.findings({ account, type, ...place }).map((finding) => [finding.fingerprint, finding]));
}

/** Whether a filter or a failure left something out: then nothing is known of what was not listed. */
const isComplete = ({ filtered }: RecordOptions, { end }: Look): boolean => end.outcome === "complete" && !filtered;

/** What a complete listing lacks, and a read of its own did not find either. */
async function confirmed(options: RecordOptions, look: Look): Promise<ReadonlySet<string>> {
  const { end, entry, session } = look;
  if (!isComplete(options, look)) return new Set();
  const lost = missing({ known: knownOf(options.store, end.unit) }, new Set(entry.assets.map(({ id }) => id)));
  return session && lost.length > 0 ? confirmGone(session, lost, end.unit) : new Set();
}

async function unitWrite(options: RecordOptions, look: Look, gone: ReadonlySet<string>): Promise<UnitWrite> {
  const { store, run, now } = options;
  const { end, entry } = look;
  const { unit } = end;
  const at = entry.since ?? now();
  const complete = isComplete(options, look);
  const findingsVersion = store.findingsVersion();
  const owners = new Map<string, Ownership>();
  for (const { asset, decision } of entry.results)
    if ((decision.status === "fail" || decision.status === "unknown") && !owners.has(asset.id))
      owners.set(asset.id, await options.owned(asset));
  const nobody: Ownership = { source: "nobody", via: "" };
  const known = knownOf(store, unit);
  const history = historyOf(store, unit, known, look);
  const unitLook: UnitLook = {
    at,
    run,
    complete,
    results: entry.results,
    known: end.outcome === "skipped" || options.filtered ? withResults(known, entry.results) : known,
    gone,
    history,
    owned: (asset) => owners.get(asset.id) ?? nobody,
    environmentOf: options.environmentOf,
  };
  const reconciled = reconcile(unitLook);
  return {
    findingsVersion,
    state: {
      ...unit,
      run,
      outcome: end.outcome,
      assets: entry.assets.length,
      at,
      ...(end.reason !== undefined && { reason: end.reason }),
      ...(end.permission !== undefined && { permission: end.permission }),
    },
    assets: entry.assets,
    gone: [...gone],
    ...eventsOf(options, reconciled, at),
    findings: reconciled.findings,
    closings: options.filtered ? [] : reconciled.closings,
    tallies: options.filtered || end.outcome !== "complete" ? [] : talliesOf(options.checks, unit, entry.results),
    unknowns: unknownsOf(entry.results, owners),
  };
}

/** A filter, or a skipped unit, says nothing of findings it did not look at. */
const withResults = (
  known: ReadonlyMap<string, Finding>,
  results: readonly Evaluated[],
): ReadonlyMap<string, Finding> => {
  const looked = new Set(
    results.flatMap(({ check, asset }) =>
      [check.id, ...(check.aliases ?? [])].map((name) => fingerprintOf(name, asset)),
    ),
  );
  return new Map([...known].filter(([fingerprint]) => looked.has(fingerprint)));
};

/** A listing can be wrong (200 and empty): an asset is gone only when it is also not found by name. */
async function confirmGone(session: Session, lost: readonly Finding[], unit: UnitKey): Promise<ReadonlySet<string>> {
  const targets = new Map(lost.map((finding) => [finding.asset.id, finding]));
  const gone = new Set<string>();
  for (const { asset, account, cloud, region, tags } of [...targets.values()].slice(0, maxConfirmations)) {
    const only: Asset = { ...asset, cloud, account, region, tags };
    try {
      let found = false;
      for await (const page of session.list(unit.type, unit.region, only)) found ||= page.length > 0;
      if (!found) gone.add(asset.id);
    } catch {
      // It could not be read: then it is not known to be gone, and its findings stay open.
    }
  }
  return gone;
}

function historyOf(
  store: Store,
  unit: UnitKey,
  known: ReadonlyMap<string, Finding>,
  { firstRun, account }: { readonly firstRun: boolean; readonly account: StoredAccount | undefined },
): History {
  const before = store
    .latestUnits(unit.account)
    .find(({ region, type }) => region === unit.region && type === unit.type);
  const unknowns = store
    .unknowns({ account: unit.account })
    .filter(({ region, type }) => region === unit.region && type === unit.type);
  const tallies = store.tallies(unit);
  return {
    firstRun,
    accountKnown: account?.lastRead !== undefined,
    versions: new Map(tallies.map(({ check, version }) => [check, version])),
    regained: before !== undefined && (before.outcome !== "complete" || account?.problem !== undefined),
    unknown: new Set(unknowns.map(({ check, asset }) => `${check}\n${asset.id}`)),
    // What the organisation closes is counted, not listed: then any of the unit may have been among them.
    closed: new Set(
      tallies
        .filter(({ check, unknown }) => unknown > unknowns.filter((one) => one.check === check).length)
        .map(({ check }) => check),
    ),
    scalingGroups: new Set(
      [...known.values()].flatMap((finding) => {
        const group = scalingGroupOf(finding.tags);
        // Members that were put right and fail again have changed; only those that ended are replaced.
        const stood = isOpen(finding) || finding.closed?.how === "gone";
        return group === undefined || !stood ? [] : [`${finding.check}\n${group}`];
      }),
    ),
  };
}

function eventsOf({ run }: RecordOptions, { happened }: Reconciled, at: Instant): Pick<UnitWrite, "events"> {
  return {
    events: happened.flatMap(({ fingerprint, kind, cause, finding, from, aside }) => {
      const { topic, severity, folded, ownership } = finding;
      const owner = ownership.owner ?? "";
      const event = { at, run, fingerprint, kind, cause, owner, topic, severity, folded, ...(aside && { aside }) };
      return from === undefined ? [event] : [event, { ...event, kind: "left" as const, owner: from }];
    }),
  };
}

/** Also of checks that met no asset: the next new asset is then news, not a check's first look. */
function talliesOf(checks: readonly AnyCheck[], unit: UnitKey, results: readonly Evaluated[]): readonly Tally[] {
  return checks
    .filter(({ asset }) => asset === unit.type)
    .map((check) => {
      const count = (status: string): number =>
        results.filter((result) => result.check.id === check.id && result.decision.status === status).length;
      return {
        check: check.id,
        version: check.version ?? 1,
        pass: count("pass"),
        fail: count("fail"),
        unknown: count("unknown"),
        notApplicable: count("not-applicable"),
      };
    });
}

const unknownsOf = (results: readonly Evaluated[], owners: ReadonlyMap<string, Ownership>): readonly UnknownResult[] =>
  results.flatMap(({ check, asset, decision }) =>
    decision.status === "unknown" && !decision.closed
      ? [
          {
            check: check.id,
            asset: { id: asset.id, name: asset.name },
            reason: decision.message,
            owner: owners.get(asset.id)?.owner ?? "",
            ...(decision.permission !== undefined && { permission: decision.permission }),
          },
        ]
      : [],
  );
