import { expect, test } from "vitest";
import type { AwsApi } from "#cloud/aws/api";
import { collectors } from "#cloud/aws/collect/all";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { AnyCollector } from "#cloud/cloud";
import type { Asset } from "#domain/asset";
import { contractEstate, main } from "#test/contracts/estate";

/** The account seen through a door that notes what is sent, and that leaves BucketRegion out where `old` is set. */
async function noting(called: Set<string>, old = false): Promise<AwsApi> {
  const api = await memoryCloud(contractEstate, { pageSize: 2 }).enter({
    cloud: "aws",
    id: main,
    name: "main",
    state: "active",
  });
  const noted = (inner: AwsApi): AwsApi => ({
    ...inner,
    at: (region) => noted(inner.at(region)),
    async send(service, operation, input) {
      called.add(`${service}:${operation}`);
      const out = await inner.send(service, operation, input);
      if (old && operation === "ListBuckets")
        for (const bucket of (out as { Buckets?: { BucketRegion?: string }[] }).Buckets ?? [])
          delete bucket.BucketRegion;
      return out;
    },
  });
  return noted(api);
}

async function listAll(collector: AnyCollector<AwsApi>, api: AwsApi, only?: Asset): Promise<Asset[]> {
  const assets: Asset[] = [];
  const places = collector.scope === "account" ? [api] : api.regions.map((region) => api.at(region));
  for (const place of only ? [api.at(only.region)] : places)
    for await (const page of collector.list(place, only as never)) assets.push(...page);
  return assets;
}

test.each(collectors)("$asset: what is called to list is what is declared", async (collector) => {
  const called = new Set<string>();
  const [first] = await listAll(collector, await noting(called));
  await listAll(collector, await noting(called), first);
  if (collector.asset === "aws.s3.bucket") await listAll(collector, await noting(called, true));
  expect([...called].sort()).toEqual([...collector.operations].sort());
});

const sources = collectors.flatMap((collector) =>
  [...new Set(Object.values(collector.fetch))].map((source) => ({ collector, source, asset: collector.asset })),
);
test.each(sources)("$asset: a source calls no more than it declares", async ({ collector, source }) => {
  const api = await noting(new Set());
  const assets = await listAll(collector, api);
  const called = new Set<string>();
  for (const region of new Set(assets.map((asset) => asset.region))) {
    const here = assets.filter((asset) => asset.region === region);
    // A session of its own: what listing has read already must not hide a call.
    const own = await noting(called);
    const read = (some: readonly Asset[]) => source.read(region === "global" ? own : own.at(region), some as never);
    const batches = source.per === "asset" && (source.size ?? 1) === 1 ? here.map((asset) => [asset]) : [here];
    for (const batch of batches) await read(batch).catch(() => undefined);
  }
  expect(called.size).toBeGreaterThan(0);
  for (const operation of called) expect(source.operations).toContain(operation);
});

test("nothing is declared that no source ever calls", async () => {
  const called = new Set<string>();
  for (const { collector, source } of sources) {
    const assets = await listAll(collector, await noting(new Set()));
    for (const asset of assets) {
      const api = await noting(called);
      await source
        .read(asset.region === "global" ? api : api.at(asset.region), [asset] as never)
        .catch(() => undefined);
    }
  }
  const declared = new Set(sources.flatMap(({ source }) => source.operations));
  expect([...called].sort()).toEqual([...declared].sort());
});
