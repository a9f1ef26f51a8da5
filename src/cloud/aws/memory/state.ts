import type { AccountSpec, Estate, RegionSpec } from "#cloud/aws/memory/estate";
import type { Instant } from "#domain/time";
import { hour } from "#domain/time";

/** What the embedded cloud knows: an estate that is replaced as a whole at every change. */
export interface State {
  estate(): Estate;
  account(id: string): AccountSpec | undefined;
  edit(account: string, change: (before: AccountSpec) => AccountSpec): void;
  /** The next number for an id: 17 hexadecimal digits, as AWS's are. */
  nextId(): string;
  /** As IAM does: the first call starts a report, the next finds it made; it is kept for four hours. */
  startReport(account: string): "STARTED" | "COMPLETE";
  reportReady(account: string): boolean;
  now(): Instant;
}

const hexId = (counter: number): string => counter.toString(16).padStart(17, "0");

interface StateOptions {
  now(): Instant;
  changed(estate: Estate): void;
  /** Credential reports are there at the first call. */
  readonly reportsReady: boolean;
}
export function stateOf(start: Estate, options: StateOptions): State {
  let estate: Estate = { ...start, counter: start.counter ?? 0 };
  const nextId = (): string => {
    const counter = (estate.counter ?? 0) + 1;
    estate = { ...estate, counter };
    return hexId(counter);
  };
  const account = (id: string): AccountSpec | undefined => estate.accounts.find((candidate) => candidate.id === id);
  const replace = (id: string, change: (before: AccountSpec) => AccountSpec): void => {
    const accounts = estate.accounts.map((before) => (before.id === id ? withRuleIds(change(before), nextId) : before));
    estate = { ...estate, accounts };
  };
  for (const { id } of start.accounts) replace(id, (before) => before);
  const reports = new Map<string, { readonly startedAt: Instant; readonly made: boolean }>();
  const startReport = (id: string): "STARTED" | "COMPLETE" => {
    const report = reports.get(id);
    const fresh = options.reportsReady || (report !== undefined && options.now() - report.startedAt < 4 * hour);
    reports.set(id, { startedAt: (fresh ? report?.startedAt : undefined) ?? options.now(), made: fresh });
    return fresh ? "COMPLETE" : "STARTED";
  };
  return {
    estate: () => estate,
    account,
    edit(id, change) {
      if (!account(id)) throw new Error(`the estate has no account ${id}`);
      replace(id, change);
      options.changed(estate);
    },
    nextId,
    startReport,
    reportReady: (id) => reports.get(id)?.made === true,
    now: () => options.now(),
  };
}

function withRuleIds(account: AccountSpec, nextId: () => string): AccountSpec {
  if (!account.places) return account;
  const places = account.places.map((place): RegionSpec => {
    if (!place.groups) return place;
    const groups = place.groups.map((group) => ({
      ...group,
      ingress: (group.ingress ?? []).map((rule) => ({ ...rule, id: rule.id ?? `sgr-${nextId()}` })),
    }));
    return { ...place, groups };
  });
  return { ...account, places };
}

export const placeOf = (account: AccountSpec, region: string): RegionSpec =>
  account.places?.find((place) => place.region === region) ?? { region };

/** The account with one region changed. */
export function inPlace(account: AccountSpec, region: string, change: (place: RegionSpec) => RegionSpec): AccountSpec {
  const rest = (account.places ?? []).filter((place) => place.region !== region);
  return { ...account, places: [...rest, change(placeOf(account, region))] };
}
