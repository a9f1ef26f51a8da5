import type { Account, AnyCollector, AnySource, Collected, Session } from "#cloud/cloud";
import { CloudError } from "#cloud/cloud";
import type { Asset, AssetType, Fact, FactMap } from "#domain/asset";
import { messageOf } from "#domain/errors";

interface Opening<Api> {
  readonly account: Account;
  readonly regions: readonly string[];
  /** The door seen from a region; "global" for account-wide types. */
  at(region: string): Api;
}

/** A look at one account through its collectors: the same for every cloud. What was read once is not read again. */
export function openSession<Api>(collectors: readonly AnyCollector<Api>[], opening: Opening<Api>): Session {
  const byType = new Map(collectors.map((collector) => [collector.asset, collector]));
  const collectorOf = (type: AssetType): AnyCollector<Api> => {
    const collector = byType.get(type);
    if (!collector) throw new Error(`nothing collects ${type}`);
    return collector;
  };
  /** Reads of a whole region or account, shared by all who ask. */
  const shared = new Map<AnySource<Api>, Map<string, Promise<ReadonlyMap<string, FactMap>>>>();

  async function fetch(fact: string, assets: readonly Asset[]): Promise<ReadonlyMap<string, FactMap>> {
    const first = assets[0];
    if (!first) return new Map();
    const collector = collectorOf(first.type);
    const source = collector.fetch[fact];
    if (!source) throw new Error(`no source gives ${fact} of ${first.type}`);
    const names = Object.keys(collector.fetch).filter((name) => collector.fetch[name] === source);
    const api = opening.at(first.region);
    if (source.per === "asset") {
      const size = source.size ?? 1;
      const batches = Array.from({ length: Math.ceil(assets.length / size) }, (_, i) =>
        assets.slice(i * size, (i + 1) * size),
      );
      const parts = await Promise.all(batches.map((batch) => readSource(source, api, batch, names)));
      return new Map(parts.flatMap((part) => [...part]));
    }
    const key = source.per === "account" ? "account" : first.region;
    const reads = shared.get(source) ?? new Map<string, Promise<ReadonlyMap<string, FactMap>>>();
    shared.set(source, reads);
    // A later page brings assets the first read was not asked about: one more read, from what the door remembers.
    const before = await reads.get(key);
    if (before && assets.every(({ id }) => before.has(id))) return before;
    const read = readSource(source, api, assets, names);
    reads.set(key, read);
    return read;
  }

  return {
    account: opening.account,
    regions: opening.regions,
    scopeOf: (type) => collectorOf(type).scope,
    listedFacts: (type) => collectorOf(type).listed,
    async *list(type, region, only) {
      const collector = collectorOf(type);
      for await (const page of collector.list(opening.at(region), only as never)) {
        yield page.map((listed): Collected => {
          const { facts, version, settling, ...asset } = listed;
          return { asset, facts: known(facts, collector.listed, version, settling) };
        });
      }
    },
    fetch,
  };
}

async function readSource<Api>(
  source: AnySource<Api>,
  api: Api,
  assets: readonly Asset[],
  names: readonly string[],
): Promise<ReadonlyMap<string, FactMap>> {
  const failed = (error: unknown): FactMap => {
    const absent = error instanceof CloudError && (source.absent ?? []).includes(error.code);
    return absent ? known({}, names) : Object.fromEntries(names.map((name) => [name, unreadable(error)]));
  };
  try {
    const readings = await source.read(api, assets as readonly never[]);
    return new Map(
      [...readings].map(([id, reading]) => [
        id,
        reading instanceof CloudError
          ? failed(reading)
          : known(reading.facts, names, reading.version, reading.settling),
      ]),
    );
  } catch (error) {
    const facts = failed(error);
    return new Map(assets.map(({ id }) => [id, facts]));
  }
}

const known = (facts: object, names: readonly string[], version?: string, settling?: boolean): FactMap => {
  const values = new Map<string, unknown>(Object.entries(facts));
  return Object.fromEntries(
    names.map((name): [string, Fact] => [
      name,
      {
        state: "known",
        value: values.get(name),
        ...(version !== undefined && { version }),
        ...(settling !== undefined && { settling }),
      },
    ]),
  );
};

export function unreadable(error: unknown): Extract<Fact, { state: "unreadable" }> {
  if (!(error instanceof CloudError)) return { state: "unreadable", reason: messageOf(error) };
  return {
    state: "unreadable",
    reason: `${error.operation}: ${error.message}`,
    ...(error.permission !== undefined && { permission: error.permission }),
    ...(error.kind === "closed" && { closed: true }),
  };
}
