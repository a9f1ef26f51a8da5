import { describe, expect, test } from "vitest";
import { awsCloud } from "#cloud/aws/cloud";
import { collectors } from "#cloud/aws/collect/all";
import type { MemoryDoor, MemoryOptions } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { Estate } from "#cloud/aws/memory/estate";
import { readPolicy, signInOperations } from "#cloud/aws/permissions";
import type { Account } from "#cloud/cloud";
import type { Asset } from "#domain/asset";
import { hour } from "#domain/time";
import { bare, closed, contractEstate, main } from "#test/contracts/estate";

const start = (options: MemoryOptions = {}, estate: Estate = contractEstate): MemoryDoor =>
  memoryCloud(estate, options);
const account = (id: string): Account => ({ cloud: "aws", id, name: id, state: "active" });
const bucket = (name: string): Asset<"aws.s3.bucket"> => ({
  type: "aws.s3.bucket",
  id: `arn:aws:s3:::${name}`,
  cloud: "aws",
  account: main,
  region: "eu-central-1",
  name,
  tags: {},
});
const grant = (name: string, request = "R-1") => ({
  request,
  remediation: "aws.s3.block-bucket-public-access",
  operations: ["s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"],
  asset: bucket(name),
});
const remove = (Bucket: string) => ({ operation: "s3:DeletePublicAccessBlock", input: { Bucket } });
const blockOf = (door: MemoryDoor, name: string) =>
  door
    .snapshot()
    .accounts.flatMap(({ buckets = [] }) => buckets)
    .find((one) => one.name === name)?.publicAccessBlock;

describe("who is asked", () => {
  test("credentials of another account are found out before anything else is asked", async () => {
    const door = start({ mixedUp: { [main]: bare } });
    await expect(door.enter(account(main))).rejects.toMatchObject({ code: "cloud/identity" });
    await expect(door.enterForWriting(account(main), grant("main-bare"))).rejects.toMatchObject({
      code: "cloud/identity",
    });
    expect(door.calls.map(({ operation }) => operation)).toEqual(["sts:GetCallerIdentity", "sts:GetCallerIdentity"]);
  });

  test("a closed or unknown account cannot be entered", async () => {
    for (const id of [closed, "999999999999"])
      await expect(start().enter(account(id))).rejects.toMatchObject({ code: "cloud/credentials" });
  });

  test("a region that is not enabled does not answer", async () => {
    const api = await start().enter(account(main));
    await expect(api.at("eu-north-1").send("ec2", "DescribeVpcs", {})).rejects.toMatchObject({ code: "OptInRequired" });
  });
});

describe("what may be done", () => {
  test("the collectors call what they declare, and the policy made from it is enough", async () => {
    const declared = collectors.flatMap(({ operations, fetch }) => [
      ...operations,
      ...Object.values(fetch).flatMap((source) => source.operations),
    ]);
    const door = start({ readPolicy: readPolicy([...declared, ...signInOperations]) });
    const cloud = awsCloud(door);
    const session = await cloud.open(account(main));
    for (const { asset: type, fetch, scope } of collectors)
      for (const region of scope === "account" ? ["global"] : session.regions)
        for await (const page of session.list(type, region)) {
          for (const fact of Object.keys(fetch))
            await session.fetch(
              fact,
              page.map(({ asset }) => asset),
            );
          for (const { asset } of page) for await (const _ of session.list(type, asset.region, asset)) continue;
        }
    expect(door.calls.filter(({ failed }) => failed === "AccessDenied" || failed === "UnauthorizedOperation")).toEqual(
      [],
    );
    expect(door.calls.every(({ access }) => access === "read")).toBe(true);
    // AWS says where a bucket is when it lists it; only emulators need to be asked.
    const called = new Set([...door.calls.map(({ operation }) => operation), "s3:GetBucketLocation"]);
    expect([...called].sort()).toEqual([...new Set([...declared, ...signInOperations])].sort());
  });

  test("an operation that the read policy does not name is denied", async () => {
    const door = start({ readPolicy: readPolicy(["ec2:DescribeRegions", "ec2:DescribeVpcs"]) });
    const api = await door.enter(account(main));
    await expect(api.send("ec2", "DescribeVpcs", {})).resolves.toHaveProperty("Vpcs");
    await expect(api.send("ec2", "DescribeVolumes", {})).rejects.toMatchObject({
      kind: "denied",
      code: "UnauthorizedOperation",
      permission: "ec2:DescribeVolumes",
    });
  });

  test("writes are logged with the request they were made for", async () => {
    const door = start();
    const writer = await door.enterForWriting(account(main), grant("main-all-on", "R-7"));
    const { requestId } = await writer.run(remove("main-all-on"), "eu-central-1");
    expect(door.calls.filter(({ access }) => access === "write")).toEqual([
      {
        ...remove("main-all-on"),
        requestId,
        account: main,
        region: "eu-central-1",
        access: "write",
        request: "R-7",
      },
    ]);
    expect(new Set(door.calls.map((call) => call.requestId)).size).toBe(door.calls.length);
  });

  test("one asset alone can be closed by its own policy", async () => {
    const door = start();
    const denial = { operation: "s3:GetBucketAcl", resource: "arn:aws:s3:::main-bare" };
    door.byHand(main).edit((before) => ({ ...before, denials: [denial] }));
    const api = (await door.enter(account(main))).at("eu-central-1");
    await expect(api.send("s3", "GetBucketAcl", { Bucket: "main-bare" })).rejects.toMatchObject({ kind: "denied" });
    await expect(api.send("s3", "GetBucketAcl", { Bucket: "main-all-on" })).resolves.toHaveProperty("Grants");
  });
});

describe("how AWS answers", () => {
  test("a bucket answers in its own region, and to its own account", async () => {
    const door = start();
    const api = await door.enter(account(main));
    const asked = { Bucket: "main-partly" };
    await expect(api.send("s3", "GetBucketPolicy", asked)).rejects.toMatchObject({ code: "PermanentRedirect" });
    await expect(api.at("us-east-1").send("s3", "GetBucketPolicy", asked)).resolves.toHaveProperty("Policy");
    const stranger = (await door.enter(account(bare))).at("eu-central-1");
    await expect(stranger.send("s3", "GetBucketAcl", { Bucket: "main-bare" })).rejects.toMatchObject({
      kind: "denied",
      code: "AccessDenied",
    });
    await expect(stranger.send("s3", "GetBucketAcl", { Bucket: "nobodys" })).rejects.toMatchObject({
      kind: "absent",
      code: "NoSuchBucket",
    });
  });

  test("ListBuckets says where buckets are only to a request with a parameter", async () => {
    const api = await start().enter(account(main));
    const { Buckets: plain } = await api.send("s3", "ListBuckets", {});
    expect(plain?.map(({ Name }) => Name)).toEqual([
      "main-acl",
      "main-all-on",
      "main-bare",
      "main-bare-2",
      "main-partly",
    ]);
    expect(plain?.every(({ BucketRegion }) => BucketRegion === undefined)).toBe(true);
    const { Buckets: located } = await api.send("s3", "ListBuckets", { MaxBuckets: 1 });
    expect(located).toMatchObject([{ Name: "main-acl", BucketRegion: "ap-southeast-2" }]);
  });

  test("pages follow one another; a token of another list is refused", async () => {
    const api = await start({ pageSize: 4 }).enter(account(main));
    const { NextToken, Volumes } = await api.send("ec2", "DescribeVolumes", { MaxResults: 1000 });
    expect(Volumes).toHaveLength(4);
    const rest = await api.send("ec2", "DescribeVolumes", { MaxResults: 1000, NextToken });
    expect(rest.Volumes).toHaveLength(2);
    expect(rest.NextToken).toBeUndefined();
    await expect(api.send("ec2", "DescribeVpcs", { NextToken })).rejects.toMatchObject({ code: "InvalidNextToken" });
  });

  test("filters hold together, and an unknown one is an error", async () => {
    const api = await start({ pageSize: 9 }).enter(account(main));
    const filter = (Name: string, ...Values: string[]) => ({ Name, Values });
    const of = async (...Filters: ReturnType<typeof filter>[]) =>
      (await api.send("ec2", "DescribeVolumes", { Filters })).Volumes?.map(({ VolumeId }) => VolumeId?.slice(-1));
    expect(await of(filter("encrypted", "false"), filter("status", "available"))).toEqual(["5"]);
    expect(await of(filter("volume-id", "vol-*5", "vol-*6"))).toEqual(["5", "6"]);
    expect(await of(filter("encrypted"))).toEqual([]);
    await expect(of(filter("tag:x", "y"))).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });

  test("one missing id fails the whole call", async () => {
    const api = await start().enter(account(main));
    const VolumeIds = ["vol-0a200000000000001", "vol-0fffffffffffffff9"];
    await expect(api.send("ec2", "DescribeVolumes", { VolumeIds })).rejects.toMatchObject({
      kind: "absent",
      code: "InvalidVolume.NotFound",
    });
  });

  test("a credential report has to be asked for, is kept four hours, and begins with the root user", async () => {
    let now = 0;
    const api = await start({ now: () => now }).enter(account(main));
    const generate = async () => (await api.send("iam", "GenerateCredentialReport", {})).State;
    await expect(api.send("iam", "GetCredentialReport", {})).rejects.toMatchObject({ code: "ReportInProgress" });
    expect([await generate(), await generate(), await generate()]).toEqual(["STARTED", "COMPLETE", "COMPLETE"]);
    const { Content } = await api.send("iam", "GetCredentialReport", {});
    const [head = "", root = "", alice = ""] = new TextDecoder().decode(Content).split("\n");
    expect(head.split(",").slice(0, 3)).toEqual(["user", "arn", "user_creation_time"]);
    expect(root).toMatch(/^<root_account>,arn:aws:iam::111111111111:root,.*,not_supported,.*,true,true,/);
    expect(root.split(",")).toHaveLength(head.split(",").length);
    expect(alice.split(",")).toHaveLength(head.split(",").length);
    now += 4 * hour;
    expect(await generate()).toBe("STARTED");
    const quick = await start({ reportsReady: true }).enter(account(main));
    expect((await quick.send("iam", "GenerateCredentialReport", {})).State).toBe("COMPLETE");
    await expect(quick.send("iam", "GetCredentialReport", {})).resolves.toHaveProperty("Content");
  });

  test("an organisation's trail is seen by members, by its ARN only", async () => {
    const api = await start().enter(account(bare));
    const { trailList = [] } = await api.send("cloudtrail", "DescribeTrails", {});
    expect(trailList).toMatchObject([{ Name: "everything", IsOrganizationTrail: true }]);
    await expect(api.send("cloudtrail", "GetTrailStatus", { Name: "everything" })).rejects.toMatchObject({
      kind: "absent",
      code: "TrailNotFoundException",
    });
    const byArn = api.send("cloudtrail", "GetTrailStatus", { Name: trailList[0]?.TrailARN });
    await expect(byArn).resolves.toMatchObject({ IsLogging: true });
  });
});

describe("what goes wrong on purpose", () => {
  const vpcs = async (door: MemoryDoor) => (await door.enter(account(main))).send("ec2", "DescribeVpcs", {});

  test("the nth matching call fails, once or as often as asked", async () => {
    const door = start();
    door.fault({ operation: "ec2:DescribeVpcs", after: 1, times: 2, does: { kind: "fail", code: "Unavailable" } });
    const outcomes = await Promise.allSettled([vpcs(door), vpcs(door), vpcs(door), vpcs(door)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { kind: "failed", code: "Unavailable" } });
  });

  test("a fault reaches only its account and region, and can be taken away", async () => {
    const door = start();
    const undo = door.fault({ region: "us-east-1", account: main, times: 9, does: { kind: "throttle" } });
    const api = await door.enter(account(main));
    await expect(api.send("ec2", "DescribeVpcs", {})).resolves.toBeDefined();
    await expect(api.at("us-east-1").send("ec2", "DescribeVpcs", {})).rejects.toMatchObject({ kind: "throttled" });
    undo();
    await expect(api.at("us-east-1").send("ec2", "DescribeVpcs", {})).resolves.toBeDefined();
  });

  test("a list can stop between two pages", async () => {
    const door = start({ pageSize: 2 });
    door.fault({ operation: "ec2:DescribeVolumes", after: 1, does: { kind: "fail" } });
    const session = await awsCloud(door).open(account(main));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const page of session.list("aws.ec2.volume", "eu-central-1"))
        seen.push(...page.map(({ asset }) => asset.id));
    })();
    await expect(reading).rejects.toMatchObject({ kind: "failed" });
    expect(seen).toHaveLength(2);
  });

  test("an answer is lost after the write took effect", async () => {
    const door = start();
    door.fault({ operation: "s3:DeletePublicAccessBlock", does: { kind: "lose-answer" } });
    const writer = await door.enterForWriting(account(main), grant("main-all-on"));
    await expect(writer.run(remove("main-all-on"), "eu-central-1")).rejects.toMatchObject({
      kind: "failed",
      code: "TimeoutError",
    });
    expect(blockOf(door, "main-all-on")).toBeUndefined();
  });

  test.each(["before", "after"] as const)("a call is held %s its effect", async (kind) => {
    const door = start();
    let release = (): void => undefined;
    const held = new Promise<void>((done) => {
      release = done;
    });
    let reached = (): void => undefined;
    const there = new Promise<void>((done) => {
      reached = done;
    });
    const wait = () => {
      reached();
      return held;
    };
    door.fault({ operation: "s3:DeletePublicAccessBlock", does: { kind, wait } });
    const writer = await door.enterForWriting(account(main), grant("main-all-on"));
    const running = writer.run(remove("main-all-on"), "eu-central-1");
    await there;
    expect(blockOf(door, "main-all-on") === undefined).toBe(kind === "after");
    release();
    await running;
    expect(blockOf(door, "main-all-on")).toBeUndefined();
  });
});

describe("a restart", () => {
  test("goes on from the snapshot, as JSON, and repeats no id", async () => {
    let kept = "";
    const first = start({ changed: (estate) => (kept = JSON.stringify(estate)) });
    const writer = await first.enterForWriting(account(main), grant("main-all-on"));
    const { requestId } = await writer.run(remove("main-all-on"), "eu-central-1");
    expect(JSON.parse(kept)).toEqual(JSON.parse(JSON.stringify(first.snapshot())));

    const second = memoryCloud(JSON.parse(kept) as Estate);
    expect(second.snapshot()).toEqual(JSON.parse(kept));
    expect(blockOf(second, "main-all-on")).toBeUndefined();
    await second.enter(account(main));
    expect(second.calls.map((call) => call.requestId)).not.toContain(requestId);
  });

  test("the same estate gives the same cloud", () => {
    expect(start().snapshot()).toEqual(start().snapshot());
    const rules =
      start()
        .snapshot()
        .accounts[0]?.places?.[0]?.groups?.flatMap(({ ingress = [] }) => ingress) ?? [];
    expect(rules.length).toBeGreaterThan(5);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });
});
