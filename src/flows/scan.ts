import type { Account, Cloud, Collected, Session } from "#cloud/cloud";
import { CloudError } from "#cloud/cloud";
import type { AssetType } from "#domain/asset";
import type { AnyCheck, Context } from "#domain/check";
import { messageOf, unreachable } from "#domain/errors";
import type { Instant } from "#domain/time";
import type { ScanFilter } from "#flows/scan-filter";
import {
  allowsRegion,
  allowsResult,
  requireKnown,
  selectAccounts,
  selectChecks,
  withoutAllClouds,
} from "#flows/scan-filter";
import type { Counts, ScanSummary, UnitEnd } from "#flows/scan-summary";
import { countPage, noCounts, tally } from "#flows/scan-summary";
import type { Evaluated } from "#posture/evaluate";
import { evaluatePage } from "#posture/evaluate";
import type { UnitKey } from "#store/store";

/** Where a scan goes to as it runs. It waits for what is returned, so a slow sink slows the scan; an error ends it. */
export interface ScanSink {
  /** Before the account's first page. `units`: what will be tried there. */
  accountStarted?(session: Session, units: readonly UnitKey[]): void | Promise<void>;
  page?(unit: UnitKey, page: ScanPage): void | Promise<void>;
  unit?(end: UnitEnd): void | Promise<void>;
  /** After all of the account's units. */
  accountDone?(session: Session): void | Promise<void>;
  accountUnread?(account: Account, why: string): void | Promise<void>;
}

export interface ScanPage {
  /** Nothing on the page was read before this. */
  readonly since: Instant;
  /** All that the cloud listed, also what a filter keeps from the checks. */
  readonly assets: readonly Collected[];
  readonly results: readonly Evaluated[];
}

export interface ScanOptions {
  readonly clouds: readonly Cloud[];
  readonly checks: readonly AnyCheck[];
  readonly filter: ScanFilter;
  readonly now: () => Instant;
  readonly sink: ScanSink;
  /** Aborted: no further page is read; what was read is still handed on. */
  readonly signal?: AbortSignal;
}

/** Limits hold per account, so accounts run beside one another; within one, units of different regions and services do. */
const accountsAtOnce = 4;
const unitsAtOnce = 24;

/**
 * Reads every account and runs the checks page by page. What cannot be read is told apart (`ScanSummary`), never fatal.
 * Throws StanceError for a filter that names what does not exist.
 */
export async function scan(options: ScanOptions): Promise<ScanSummary> {
  const { clouds, now, signal } = options;
  const filter = withoutAllClouds(options.filter, clouds);
  const startedAt = now();
  const checks = selectChecks(options.checks, filter);
  requireKnown(
    "cloud",
    filter.clouds,
    clouds.map(({ name }) => name),
  );
  const places = await findAccounts(
    clouds.filter(({ name }) => filter.clouds?.includes(name) ?? true),
    filter,
  );
  const suspended = places.filter(({ account }) => account.state === "suspended").map(({ account }) => account);
  const active = places.filter(({ account }) => account.state === "active");
  const sums = tally({ filter, checks: checks.length, startedAt, suspended });
  const run: Run = {
    ...options,
    filter,
    selected: checks,
    context: { now: new Date(startedAt) },
    sums,
    open: await opener(active, filter),
  };
  await inParallel(active, accountsAtOnce, async (place) => {
    if (!signal?.aborted) await scanAccount(run, place);
  });
  return sums.summary(now(), signal?.aborted ?? false);
}

interface Place {
  readonly cloud: Cloud;
  readonly account: Account;
}
interface Run extends ScanOptions {
  readonly selected: readonly AnyCheck[];
  readonly context: Context;
  readonly sums: ReturnType<typeof tally>;
  readonly open: (place: Place) => Promise<Session>;
}

async function findAccounts(clouds: readonly Cloud[], filter: ScanFilter): Promise<readonly Place[]> {
  const found = await Promise.all(
    clouds.map(async (cloud) => (await cloud.accounts()).map((account): Place => ({ cloud, account }))),
  );
  const places = found.flat();
  const left = new Set(
    selectAccounts(
      places.map(({ account }) => account),
      filter,
    ),
  );
  return places.filter(({ account }) => left.has(account));
}

/**
 * Signs in when an account's turn comes. A filter by region needs all accounts first: only they know whether a region
 * exists. Sessions see every enabled region in any case: an account-wide fact must not depend on the filter.
 */
async function opener(places: readonly Place[], { regions }: ScanFilter): Promise<Run["open"]> {
  const sign = ({ cloud, account }: Place): Promise<Session> => cloud.open(account);
  if (!regions) return sign;
  const opened = new Map<Place, PromiseSettledResult<Session>>();
  await inParallel(places, accountsAtOnce, async (place) => {
    const [result] = await Promise.allSettled([sign(place)]);
    opened.set(place, result);
  });
  const sessions = [...opened.values()].flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  // With no session at all nothing is known; the accounts themselves then say what is wrong.
  if (sessions.length > 0)
    requireKnown("enabled region", regions, ["global", ...sessions.flatMap((one) => one.regions)]);
  return async (place) => {
    const result = opened.get(place);
    opened.delete(place);
    if (result?.status === "rejected") throw result.reason;
    return result?.value ?? sign(place);
  };
}

async function scanAccount(run: Run, place: Place): Promise<void> {
  const { sink, sums } = run;
  let session: Session;
  try {
    session = await run.open(place);
  } catch (error) {
    sums.accountUnread(place.account, messageOf(error));
    await sink.accountUnread?.(place.account, messageOf(error));
    return;
  }
  sums.accountRead(place.account);
  const { units, skipped } = planUnits(run, place.cloud, session);
  await sink.accountStarted?.(session, units);
  const end = async (unit: UnitEnd): Promise<void> => {
    sums.unit(unit);
    await sink.unit?.(unit);
  };
  for (const unit of skipped) await end(unit);
  await inParallel(units, unitsAtOnce, async (unit) => end(await readUnit(run, session, unit)));
  // A scan that is broken off closes nothing.
  if (!run.signal?.aborted) await sink.accountDone?.(session);
}

/** Neighbours differ in region and type, so that they do not wait for the same limit. */
function planUnits(
  { checks, selected, filter }: Run,
  cloud: Cloud,
  session: Session,
): { readonly units: readonly UnitKey[]; readonly skipped: readonly UnitEnd[] } {
  const typesOf = (some: readonly AnyCheck[]): readonly AssetType[] =>
    [...new Set(some.map(({ asset }) => asset))].filter((type) => type.startsWith(`${cloud.name}.`));
  const wanted = typesOf(selected);
  const lost = wanted.filter((type) => !cloud.assetTypes.includes(type));
  if (lost.length > 0) throw new Error(`nothing collects ${lost.join(", ")}`);
  const key = (type: AssetType, region: string): UnitKey => ({
    cloud: cloud.name,
    account: session.account.id,
    region,
    type,
  });
  const units: UnitKey[] = [];
  const skipped: UnitEnd[] = [];
  const skip = (unit: UnitKey, reason: string): void =>
    void skipped.push({ unit, outcome: "skipped", reason, counts: noCounts });
  const regional = wanted.filter((type) => session.scopeOf(type) === "region");
  for (const type of typesOf(checks)) {
    if (!cloud.assetTypes.includes(type)) continue;
    const regions = session.scopeOf(type) === "account" ? ["global"] : session.regions;
    if (!wanted.includes(type)) for (const region of regions) skip(key(type, region), "filter");
  }
  for (const type of wanted) if (session.scopeOf(type) === "account") units.push(key(type, "global"));
  for (let turn = 0; turn < regional.length; turn++) {
    for (const [index, region] of session.regions.entries()) {
      const type = regional[(turn + index) % regional.length];
      if (type === undefined) continue;
      if (allowsRegion(filter, region)) units.push(key(type, region));
      else skip(key(type, region), "filter");
    }
  }
  for (const region of filter.regions ?? [])
    if (region !== "global" && !session.regions.includes(region))
      for (const type of regional) skip(key(type, region), "region not enabled");
  return { units, skipped };
}

async function readUnit(run: Run, session: Session, unit: UnitKey): Promise<UnitEnd> {
  const { filter, now, sink, sums, signal } = run;
  const checks = run.selected.filter(({ asset }) => asset === unit.type);
  const pages = session.list(unit.type, unit.region)[Symbol.asyncIterator]();
  let counts: Counts = noCounts;
  for (;;) {
    if (signal?.aborted) return { unit, outcome: "skipped", reason: "stopped", counts };
    const since = now();
    let assets: readonly Collected[];
    let results: readonly Evaluated[];
    try {
      const next = await pages.next();
      if (next.done) return { unit, outcome: "complete", counts };
      assets = next.value;
      const inFilter = assets.filter(({ asset }) => allowsRegion(filter, asset.region));
      const all = await judge(checks, inFilter, run.context, session);
      results = all.filter((result) => allowsResult(filter, result));
    } catch (error) {
      return { unit, ...outcomeOf(error), counts };
    }
    counts = countPage(counts, assets.length, results);
    sums.page(assets, results);
    await sink.page?.(unit, { since, assets, results });
  }
}

/** A check that breaks must not hide what the others say: on this page its results are unknown. */
async function judge(
  checks: readonly AnyCheck[],
  page: readonly Collected[],
  context: Context,
  session: Session,
): Promise<readonly Evaluated[]> {
  const fetch: Session["fetch"] = (fact, assets) => session.fetch(fact, assets);
  try {
    return await evaluatePage(checks, page, context, fetch);
  } catch (error) {
    const [check, ...others] = checks;
    if (!check) throw error;
    if (others.length > 0) return (await Promise.all(checks.map((one) => judge([one], page, context, session)))).flat();
    const message = `The check itself failed: ${messageOf(error)}.`;
    return page.map(({ asset }) => ({ check, asset, decision: { status: "unknown", message, fact: check.id } }));
  }
}

function outcomeOf(error: unknown): Pick<UnitEnd, "outcome" | "reason" | "permission"> {
  if (!(error instanceof CloudError)) return { outcome: "failed", reason: messageOf(error) };
  const reason = `${error.operation}: ${error.message}`;
  switch (error.kind) {
    case "denied":
      return { outcome: "denied", reason, ...(error.permission !== undefined && { permission: error.permission }) };
    case "closed":
    case "throttled":
    case "failed":
      return { outcome: error.kind, reason };
    case "absent":
      return { outcome: "failed", reason };
    default:
      return unreachable(error.kind);
  }
}

/** Hands everything to each sink in turn. */
export function everySink(...sinks: readonly ScanSink[]): ScanSink {
  const each = async (send: (sink: ScanSink) => void | Promise<void> | undefined): Promise<void> => {
    for (const sink of sinks) await send(sink);
  };
  return {
    accountStarted: (session, units) => each((sink) => sink.accountStarted?.(session, units)),
    page: (unit, page) => each((sink) => sink.page?.(unit, page)),
    unit: (end) => each((sink) => sink.unit?.(end)),
    accountDone: (session) => each((sink) => sink.accountDone?.(session)),
    accountUnread: (account, why) => each((sink) => sink.accountUnread?.(account, why)),
  };
}

/** After the first error nothing new starts; what runs is waited for, then the error is thrown. */
async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
