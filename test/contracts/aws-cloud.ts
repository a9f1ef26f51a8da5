import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsDoor } from "#cloud/aws/door";
import type { Credentials } from "#cloud/aws/iam";
import type { Estate } from "#cloud/aws/memory/estate";
import { withoutKey } from "#cloud/aws/memory/s3";
import type { Account, Cloud, Session } from "#cloud/cloud";
import { CloudError } from "#cloud/cloud";
import type { Asset, AssetType, Fact, FactMap } from "#domain/asset";
import { allOn, bare, closed, contractEstate, main, narrow, partly } from "#test/contracts/estate";
import { type Capabilities, type Expected, expectedAssets, undated } from "#test/contracts/expected";

export type { Capabilities } from "#test/contracts/expected";

export interface Subject {
  readonly cloud: Cloud;
  /** The door behind it: reading sessions are asked to write through it. */
  readonly door?: AwsDoor;
  /** The id the cloud gave to what the estate calls by this one. Absent: the same. */
  real?(id: string): string;
  close(): Promise<void>;
}

/** Every AWS door must pass: the embedded cloud, and the SDK's over an emulator. */
export function awsCloudContract(name: string, make: (estate: Estate) => Promise<Subject>, can: Capabilities): void {
  describe(`AWS behind ${name}`, () => {
    let subject: Subject;
    beforeAll(async () => {
      const lacking = Object.entries(can).flatMap(([capability, has]) => (has ? [] : [capability]));
      if (lacking.length > 0) console.warn(`${name} is not tested for: ${lacking.join(", ")}`);
      subject = await make(contractEstate);
    }, 120_000);
    afterAll(() => subject?.close());

    const accountOf = async (id: string): Promise<Account> => {
      const account = (await subject.cloud.accounts()).find((one) => one.id === id);
      if (!account) throw new Error(`account ${id} is not listed`);
      return account;
    };
    const open = async (id: string): Promise<Session> => subject.cloud.open(await accountOf(id));
    const real = <V>(planted: V): V => translated(planted, (id) => subject.real?.(id) ?? id);
    const expected = (id: string): Readonly<Record<AssetType, readonly Expected[]>> =>
      real(expectedAssets(contractEstate, id, can));
    const bucket = (bucketName: string): Asset<"aws.s3.bucket"> => {
      const found = contractEstate.accounts
        .flatMap(({ id, buckets = [] }) => buckets.map((one) => ({ account: id, ...one })))
        .find((one) => one.name === bucketName);
      if (!found) throw new Error(`the estate has no bucket ${bucketName}`);
      const { account, region, tags = {} } = found;
      const id = `arn:aws:s3:::${bucketName}`;
      return { type: "aws.s3.bucket", id, cloud: "aws", account, region, name: bucketName, tags };
    };
    const factOf = async (fact: string, asset: Asset): Promise<Fact | undefined> => {
      const session = await open(asset.account);
      return (await session.fetch(fact, [asset])).get(asset.id)?.[fact];
    };

    test("accounts are listed with their names", async () => {
      const names = (await subject.cloud.accounts()).filter(({ state }) => state === "active").map(({ id }) => id);
      expect(names).toEqual(expect.arrayContaining([main, bare, narrow]));
      expect(await accountOf(main)).toMatchObject({ cloud: "aws", name: "main", state: "active" });
    });

    test.skipIf(!can.suspends)("a closed account is listed as such and cannot be entered", async () => {
      const account = await accountOf(closed);
      expect(account.state).toBe("suspended");
      await expect(subject.cloud.open(account)).rejects.toThrow(/closed|444444444444/);
    });

    test("a session knows the enabled regions, and only those asked for", async () => {
      const { regions } = await open(main);
      expect([...regions].sort()).toEqual(["ap-southeast-2", "eu-central-1", "us-east-1"]);
      const account = await accountOf(main);
      const one = await subject.cloud.open(account, { regions: ["us-east-1", "eu-north-1"] });
      expect(one.regions).toEqual(["us-east-1"]);
    });

    const types = Object.keys(expectedAssets(contractEstate, main, can)) as AssetType[];
    test("every asset type is collected", () => {
      expect([...subject.cloud.assetTypes].sort()).toEqual([...types].sort());
    });

    describe.each(types)("%s", (type) => {
      test("the listing gives what was planted and nothing else", async () => {
        const session = await open(main);
        const listed = (await everything(session, type)).map(({ asset }) => asset);
        expect(byId(listed.map(identity))).toEqual(byId(expected(main)[type].map(({ asset }) => sorted(asset))));
        expect(new Set(listed.map((asset) => `${asset.type} ${asset.cloud} ${asset.account}`))).toEqual(
          new Set([`${type} aws ${main}`]),
        );
        expect(listed.filter(({ tagsUnreadable }) => tagsUnreadable !== undefined)).toEqual([]);
      });

      test("every fact has the planted value", async () => {
        const session = await open(main);
        const read = await factsOf(session, await everything(session, type));
        for (const { asset, facts } of expected(main)[type]) {
          const found = read.get(asset.id);
          expect(found, asset.id).toBeDefined();
          for (const [fact, value] of Object.entries(facts))
            expect({ fact, of: asset.name, value: readable(fact, found?.[fact], can) }).toEqual({
              fact,
              of: asset.name,
              value,
            });
        }
      });

      test("one asset is read again alone", async () => {
        const first = await open(main);
        for (const { asset } of await everything(first, type)) {
          const session = await open(main);
          const again = await pagesOf(session, type, asset.region, asset);
          expect(again.map((one) => identity(one.asset))).toEqual([identity(asset)]);
          expect(again.map((one) => one.facts)).toEqual(
            (await pagesOf(first, type, asset.region))
              .filter((one) => one.asset.id === asset.id)
              .map((one) => one.facts),
          );
        }
      });

      test("an account without any lists none, or only itself", async () => {
        const session = await open(bare);
        const listed = (await everything(session, type)).map(({ asset }) => asset.id);
        expect(listed).toEqual(expected(bare)[type].map(({ asset }) => asset.id));
      });

      // Accounts and regions are there as long as they can be asked.
      if (type === "aws.account" || type === "aws.ec2.region") return;
      test("a gone asset is not listed", async () => {
        const session = await open(main);
        const [first] = await everything(session, type);
        if (!first) throw new Error(`nothing of type ${type} was planted`);
        const gone = { ...first.asset, ...lost(first.asset) };
        expect(await pagesOf(session, type, gone.region, gone)).toEqual([]);
      });
    });

    describe("what is not there", () => {
      test("is known to be undefined", async () => {
        const asset = bucket("main-bare");
        for (const fact of ["publicAccessBlock", "policy"])
          expect(await factOf(fact, asset), fact).toEqual({ state: "known", value: undefined });
        const session = await open(bare);
        const [account] = await everything(session, "aws.account");
        if (!account) throw new Error("an account lists itself");
        for (const fact of ["publicAccessBlock", "passwordPolicy"])
          expect((await session.fetch(fact, [account.asset])).get(account.asset.id)?.[fact]).toEqual({
            state: "known",
            value: undefined,
          });
      });

      test("is an empty list of trails in an account that nobody records", async () => {
        const session = await open(bare);
        const [account] = await everything(session, "aws.account");
        const trails = account && (await session.fetch("trails", [account.asset])).get(account.asset.id)?.trails;
        expect(trails).toEqual({ state: "known", value: expected(bare)["aws.account"][0]?.facts.trails });
        expect(trails?.state === "known" && (trails.value as unknown[]).length).toBe(can.organizationTrails ? 1 : 0);
      });
    });

    describe.skipIf(!can.denies)("what may not be read", () => {
      test("is unreadable, and names the permission", async () => {
        const asset = bucket("narrow-bucket");
        const acl = await factOf("acl", asset);
        expect(acl).toMatchObject({ state: "unreadable", permission: "s3:GetBucketAcl" });
        expect(acl).not.toHaveProperty("closed");
        expect(await factOf("publicAccessBlock", asset)).toEqual({ state: "known", value: allOn });
      });

      test("fails the listing of that region, and of no other", async () => {
        const session = await open(narrow);
        const denied = await pagesOf(session, "aws.ec2.volume", "us-east-1").catch((error: unknown) => error);
        expect(denied).toBeInstanceOf(CloudError);
        expect(denied).toMatchObject({
          kind: "denied",
          operation: "ec2:DescribeVolumes",
          permission: "ec2:DescribeVolumes",
        });
        expect(await pagesOf(session, "aws.ec2.volume", "eu-central-1")).toHaveLength(1);
      });

      test.skipIf(!can.closes)("a region that the organisation closed says so", async () => {
        const session = await open(narrow);
        expect(session.regions).toContain("ap-southeast-2");
        await expect(pagesOf(session, "aws.ec2.vpc", "ap-southeast-2")).rejects.toMatchObject({ kind: "closed" });
        const [region] = await pagesOf(session, "aws.ec2.region", "ap-southeast-2");
        if (!region) throw new Error("a region lists itself");
        const fact = (await session.fetch("encryptsVolumesByDefault", [region.asset])).get(region.asset.id);
        expect(fact?.encryptsVolumesByDefault).toMatchObject({ state: "unreadable", closed: true });
      });
    });

    describe("writing", () => {
      const put = (bucketName: string, block = partly) => ({
        operation: "s3:PutPublicAccessBlock",
        input: {
          Bucket: bucketName,
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: block.blockPublicAcls,
            IgnorePublicAcls: block.ignorePublicAcls,
            BlockPublicPolicy: block.blockPublicPolicy,
            RestrictPublicBuckets: block.restrictPublicBuckets,
          },
        },
      });
      const remove = (bucketName: string) => ({
        operation: "s3:DeletePublicAccessBlock",
        input: { Bucket: bucketName },
      });
      const writer = async (asset: Asset, operations = ["s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"]) =>
        subject.cloud.openForWriting(await accountOf(asset.account), {
          request: "R-12",
          remediation: "aws.s3.block-bucket-public-access",
          operations,
          asset,
        });

      test("puts and deletes a bucket's block; a new session sees it", async () => {
        const asset = bucket("main-bare");
        const session = await writer(asset);
        const { requestId } = await session.run(put(asset.name), asset.region);
        expect(requestId).toMatch(/\S/);
        expect(await factOf("publicAccessBlock", asset)).toEqual({ state: "known", value: partly });
        await (await writer(asset)).run(remove(asset.name), asset.region);
        expect(await factOf("publicAccessBlock", asset)).toEqual({ state: "known", value: undefined });
      });

      test.skipIf(!can.enforcesPermissions)("reaches no other bucket than the one granted", async () => {
        const other = bucket("main-partly");
        const session = await writer(bucket("main-bare"));
        const refused = await session.run(put(other.name, allOn), other.region).catch((error: unknown) => error);
        expect(refused).toMatchObject({ kind: "denied", permission: "s3:PutBucketPublicAccessBlock" });
        expect(await factOf("publicAccessBlock", other)).toEqual({ state: "known", value: partly });
      });

      test("does nothing that was not granted", async () => {
        const asset = bucket("main-all-on");
        const none = await writer(asset, []);
        await expect(none.run(remove(asset.name), asset.region)).rejects.toThrow(/./);
        const session = await writer(asset);
        await expect(
          session.run({ operation: "s3:DeleteBucket", input: { Bucket: asset.name } }, asset.region),
        ).rejects.toThrow(/./);
        expect(await factOf("publicAccessBlock", asset)).toEqual({ state: "known", value: allOn });
      });

      test("to a bucket that is gone says so", async () => {
        const gone = { ...bucket("main-bare"), id: "arn:aws:s3:::main-no-such-bucket", name: "main-no-such-bucket" };
        const session = await writer(gone);
        await expect(session.run(put(gone.name), gone.region)).rejects.toMatchObject({
          kind: "absent",
          code: "NoSuchBucket",
          operation: "s3:PutPublicAccessBlock",
        });
      });

      test.skipIf(!can.enforcesPermissions)("is denied to a session for reading", async () => {
        if (!subject.door) throw new Error("a cloud that enforces permissions gives the suite its door");
        const asset = bucket("main-all-on");
        const api = (await subject.door.enter(await accountOf(main))).at(asset.region);
        const attempt = api.send("s3", "DeletePublicAccessBlock", { Bucket: asset.name });
        await expect(attempt).rejects.toMatchObject({ kind: "denied", permission: "s3:PutBucketPublicAccessBlock" });
        expect(await factOf("publicAccessBlock", asset)).toEqual({ state: "known", value: allOn });
      });
    });
  });
}

const planted = /\b(?:vpc|subnet|sg|pl|i|vol|fl|eni)-[0-9a-f]{17}\b/g;
/** The same value with every planted id translated, in keys too. */
function translated<V>(value: V, real: (id: string) => string): V {
  const walk = (part: unknown): unknown => {
    if (typeof part === "string") return part.replaceAll(planted, real);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key.replaceAll(planted, real), walk(inner)]));
  };
  return walk(value) as V;
}

async function pagesOf(session: Session, type: AssetType, region: string, only?: Asset) {
  const collected = [];
  for await (const page of session.list(type, region, only)) collected.push(...page);
  return collected;
}

async function everything(session: Session, type: AssetType) {
  const scopes = session.scopeOf(type) === "account" ? ["global"] : session.regions;
  return (await Promise.all(scopes.map((region) => pagesOf(session, type, region)))).flat();
}

/** Listed facts and fetched ones, region by region as the engine asks for them. */
async function factsOf(
  session: Session,
  collected: readonly { readonly asset: Asset; readonly facts: FactMap }[],
): Promise<ReadonlyMap<string, FactMap>> {
  const facts = new Map(collected.map((one) => [one.asset.id, one.facts]));
  for (const region of new Set(collected.map(({ asset }) => asset.region))) {
    const assets = collected.map(({ asset }) => asset).filter((asset) => asset.region === region);
    for (const fact of fetchedFacts[assets[0]?.type ?? "aws.account"])
      for (const [id, read] of await session.fetch(fact, assets)) facts.set(id, { ...facts.get(id), ...read });
  }
  return facts;
}

const fetchedFacts: Readonly<Record<AssetType, readonly string[]>> = {
  "aws.account": ["publicAccessBlock", "rootAccessKeys", "passwordPolicy", "trails"],
  "aws.s3.bucket": ["accountBlock", "publicAccessBlock", "policy", "acl", "website"],
  "aws.iam.user": ["credentials"],
  "aws.ec2.security-group": ["ingress", "prefixLists", "attachments"],
  "aws.ec2.volume": [],
  "aws.ec2.vpc": ["flowLogs", "regionInUse"],
  "aws.ec2.region": ["encryptsVolumesByDefault", "regionInUse"],
  "aws.rds.instance": ["exposure"],
};

/** A fact's value in the form in which the suite expects it: without what clouds choose (ids of rules, interfaces, owners). */
function readable(fact: string, read: Fact | undefined, can: Capabilities): unknown {
  if (read?.state !== "known") return read ?? "never read";
  const value = read.value as never;
  switch (fact) {
    case "policy":
      return value === undefined ? undefined : JSON.parse(value);
    case "acl":
      return withoutOwner(value);
    case "ingress":
      return withoutIds(value);
    case "attachments":
      return attachmentsOf(value);
    case "credentials":
      return can.dates ? value : undated(value as Credentials);
    case "flowLogs":
      return flowLogsOf(value);
    default:
      return value;
  }
}

function withoutOwner(acl: readonly { readonly grantee: string; readonly permission: string }[]) {
  const owner = acl.filter(({ grantee, permission }) => !grantee.includes("/") && permission === "FULL_CONTROL");
  expect(owner).toHaveLength(1);
  return acl.filter((grant) => !owner.includes(grant));
}

function withoutIds(rules: Readonly<Record<string, { readonly id: string }>>) {
  const ids = Object.values(rules).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^sgr-\w+/);
  return Object.fromEntries(Object.entries(rules).map(([key, rule]) => [key, withoutKey(rule, "id")]));
}

interface Attached {
  readonly networkInterface: string;
  readonly to: string;
  readonly publicAddress: string | undefined;
  readonly reachable: boolean;
}
const attachmentsOf = (all: readonly Attached[]): readonly string[] =>
  all
    .map(({ networkInterface, to, publicAddress, reachable }) => {
      expect(networkInterface).toMatch(/^eni-\w+/);
      return `${to}, ${publicAddress === undefined ? "private" : "public"}, ${reachable ? "reachable" : "not"}`;
    })
    .sort();

function flowLogsOf(logs: readonly { readonly destination: string }[]) {
  for (const { destination } of logs) expect(destination).toMatch(/\S/);
  return logs.map((log) => withoutKey(log, "destination"));
}

/** Everything of an asset that the estate says; without the order of its relations. */
const identity = ({ id, name, region, tags, relations = [] }: Asset) => sorted({ id, name, region, tags, relations });
const sorted = (asset: Expected["asset"]): Expected["asset"] => ({
  ...asset,
  relations: [...asset.relations].sort((a, b) => (a.id < b.id ? -1 : 1)),
});
const byId = <T extends { readonly id: string }>(items: readonly T[]): readonly T[] =>
  [...items].sort((a, b) => (a.id < b.id ? -1 : 1));

/** An asset of the same kind that was never there. */
function lost({ id, name }: Asset): Pick<Asset, "id" | "name"> {
  const other = /-[0-9a-f]{8,17}$/.test(name) ? name.replace(/-[0-9a-f]{8,17}$/, "-0fffffffffffffff9") : `${name}-lost`;
  return { id: id.replace(name, other), name: other };
}
