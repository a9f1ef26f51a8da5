import { describe, expect, test } from "vitest";
import type { Session } from "#cloud/cloud";
import type { AssetType } from "#domain/asset";
import { type Asked, absent, account, all, denied, fakeSession } from "#test/cloud/aws/collect/fake-api";

/** Lists a type and fetches one fact of everything listed. */
async function factOf(session: Session, type: AssetType, region: string, fact: string) {
  const assets = (await all(session.list(type, region))).map(({ asset }) => asset);
  const read = await session.fetch(fact, assets);
  return new Map([...read].map(([id, facts]) => [id.split("/").at(-1)?.split(":").at(-1) ?? id, facts[fact]]));
}
const values = (input: unknown): readonly string[] =>
  (input as { Filters?: { Values: string[] }[] }).Filters?.flatMap(({ Values }) => Values) ?? [];

describe("an answer without what it must hold fails the listing: it would hide an asset", () => {
  test.each<[AssetType, string, string, object]>([
    ["aws.s3.bucket", "s3:ListBuckets", "a bucket's name", { Buckets: [{ BucketRegion: "us-east-1" }] }],
    ["aws.iam.user", "iam:GetAccountAuthorizationDetails", "a user's ARN", { UserDetailList: [{ UserName: "ada" }] }],
    [
      "aws.iam.user",
      "iam:GetAccountAuthorizationDetails",
      "the rest of a list",
      { UserDetailList: [], IsTruncated: true },
    ],
    ["aws.ec2.security-group", "ec2:DescribeSecurityGroups", "a group's id", { SecurityGroups: [{}] }],
    ["aws.ec2.volume", "ec2:DescribeVolumes", "whether a volume is encrypted", { Volumes: [{ VolumeId: "vol-1" }] }],
    ["aws.ec2.vpc", "ec2:DescribeVpcs", "a VPC's id", { Vpcs: [{ IsDefault: true }] }],
    [
      "aws.rds.instance",
      "rds:DescribeDBInstances",
      "whether a database is encrypted",
      {
        DBInstances: [
          { DBInstanceIdentifier: "d", DBInstanceArn: "arn:aws:rds:us-east-1:1:db:d", PubliclyAccessible: true },
        ],
      },
    ],
  ])("%s: %s", async (type, operation, what, answer) => {
    const { session } = fakeSession({ [operation]: answer, "tag:GetResources": {} });
    const region = session.scopeOf(type) === "account" ? "global" : "us-east-1";
    await expect(all(session.list(type, region))).rejects.toMatchObject({
      kind: "failed",
      operation,
      message: `the cloud answered without ${what}`,
    });
  });

  test("a page token that comes back ends the listing, not the patience", async () => {
    const { session } = fakeSession({ "ec2:DescribeVpcs": { Vpcs: [], NextToken: "again" } });
    await expect(all(session.list("aws.ec2.vpc", "us-east-1"))).rejects.toThrow("repeated a page token");
  });

  test.each(["aws.s3.bucket", "aws.ec2.security-group", "aws.ec2.volume", "aws.ec2.vpc", "aws.rds.instance"] as const)(
    "an empty answer is an empty list of %s",
    async (type) => {
      const empty = ["s3:ListBuckets", "tag:GetResources", "ec2:DescribeSecurityGroups", "ec2:DescribeVolumes"];
      const { session } = fakeSession(
        Object.fromEntries([...empty, "ec2:DescribeVpcs", "rds:DescribeDBInstances"].map((name) => [name, {}])),
      );
      const region = type === "aws.s3.bucket" ? "global" : "us-east-1";
      expect(await all(session.list(type, region))).toEqual([]);
    },
  );
});

describe("buckets", () => {
  const list = (...names: readonly string[]) => ({
    Buckets: names.map((Name) => ({ Name, BucketRegion: "eu-west-1" })),
  });

  test("without their tags are listed all the same, and say so", async () => {
    const { session } = fakeSession({ "s3:ListBuckets": list("shop"), "tag:GetResources": denied("tag:GetResources") });
    const [bucket] = await all(session.list("aws.s3.bucket", "global"));
    expect(bucket?.asset).toMatchObject({ name: "shop", tags: {}, tagsUnreadable: "tag:GetResources: no" });
  });

  test("tags are asked only where buckets are, and belong to the bucket of that very name", async () => {
    const { session, asked } = fakeSession(
      {
        "s3:ListBuckets": list("shop", "shop-logs"),
        "tag:GetResources": {
          ResourceTagMappingList: [
            {
              ResourceARN: "arn:aws:s3:::shop",
              Tags: [{ Key: "__proto__", Value: "x" }, { Key: "team" }, { Value: "y" }],
            },
            { ResourceARN: "arn:aws:s3:eu-west-1:1:accesspoint/shop-logs", Tags: [{ Key: "team", Value: "wrong" }] },
            {},
          ],
        },
      },
      ["us-east-1", "eu-west-1"],
    );
    const [shop, logs] = (await all(session.list("aws.s3.bucket", "global"))).map(({ asset }) => asset);
    expect(Object.entries(shop?.tags ?? {})).toEqual([
      ["__proto__", "x"],
      ["team", ""],
    ]);
    expect(logs?.tags).toEqual({});
    expect(asked.filter(({ operation }) => operation === "tag:GetResources").map(({ region }) => region)).toEqual([
      "eu-west-1",
    ]);
  });

  test("are located one by one where the list does not say; one deleted meanwhile is gone", async () => {
    const places: Readonly<Record<string, unknown>> = {
      old: { LocationConstraint: "EU" },
      first: {},
      far: { LocationConstraint: "ap-south-1" },
      gone: absent("s3:GetBucketLocation", "NoSuchBucket"),
      hidden: denied("s3:GetBucketLocation"),
    };
    const { session, asked } = fakeSession({
      "s3:ListBuckets": { Buckets: Object.keys(places).map((Name) => ({ Name })) },
      "s3:GetBucketLocation": ({ input }: Asked) => places[String(input.Bucket)],
      "tag:GetResources": {},
      "s3:GetBucketAcl": {},
    });
    const buckets = (await all(session.list("aws.s3.bucket", "global"))).map(({ asset }) => asset);
    expect(buckets.map(({ name, region }) => [name, region])).toEqual([
      ["old", "eu-west-1"],
      ["first", "us-east-1"],
      ["far", "ap-south-1"],
      ["hidden", "us-east-1"],
    ]);
    await session.fetch("acl", buckets);
    const where = asked.filter(({ operation }) => operation === "s3:GetBucketAcl").map(({ region }) => region);
    expect(where).toEqual(["eu-west-1", "us-east-1", "ap-south-1", "us-east-1"]);
  });

  test.each([
    ["acl", "s3:GetBucketAcl", { Grants: [{ Permission: "READ", Grantee: {} }] }],
    ["policy", "s3:GetBucketPolicy", {}],
    ["publicAccessBlock", "s3:GetPublicAccessBlock", {}],
    ["accountBlock", "s3control:GetPublicAccessBlock", {}],
  ])("an empty answer for %s is unreadable, not harmless", async (fact, operation, answer) => {
    const { session } = fakeSession({ "s3:ListBuckets": list("shop"), "tag:GetResources": {}, [operation]: answer });
    expect((await factOf(session, "aws.s3.bucket", "global", fact)).get("shop")).toMatchObject({ state: "unreadable" });
  });

  test("a setting that is left out of a block is off", async () => {
    const { session } = fakeSession({
      "s3:ListBuckets": list("shop"),
      "tag:GetResources": {},
      "s3:GetPublicAccessBlock": { PublicAccessBlockConfiguration: { BlockPublicAcls: true } },
    });
    expect((await factOf(session, "aws.s3.bucket", "global", "publicAccessBlock")).get("shop")).toEqual({
      state: "known",
      value: { blockPublicAcls: true, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false },
    });
  });
});

describe("security groups", () => {
  const groups = { SecurityGroups: ["sg-1", "sg-2", "sg-3"].map((GroupId) => ({ GroupId, VpcId: "vpc-1" })) };
  const rule = {
    SecurityGroupRuleId: "sgr-1",
    GroupId: "sg-1",
    IsEgress: false,
    IpProtocol: "tcp",
    FromPort: 22,
    ToPort: 22,
  };

  test.each([
    ["source", rule],
    ["protocol", { ...rule, IpProtocol: undefined, CidrIpv4: "0.0.0.0/0" }],
    ["direction", { ...rule, IsEgress: undefined, CidrIpv4: "0.0.0.0/0" }],
  ])("a rule without its %s makes its group unknown, and no other", async (_, broken) => {
    const { session, asked } = fakeSession({
      "ec2:DescribeSecurityGroups": groups,
      "ec2:DescribeSecurityGroupRules": {
        SecurityGroupRules: [
          broken,
          { ...rule, GroupId: "sg-2", CidrIpv6: "::/0" },
          { ...rule, GroupId: "sg-9", CidrIpv4: "0.0.0.0/0" },
        ],
      },
    });
    const ingress = await factOf(session, "aws.ec2.security-group", "us-east-1", "ingress");
    expect(ingress.get("sg-1")).toMatchObject({ state: "unreadable" });
    expect(ingress.get("sg-2")).toMatchObject({ state: "known", value: { "tcp 22-22 ::/0": { id: "sgr-1" } } });
    expect(ingress.get("sg-3")).toEqual({ state: "known", value: {} });
    expect(ingress.has("sg-9")).toBe(false);
    expect(asked.filter(({ operation }) => operation === "ec2:DescribeSecurityGroupRules")).toHaveLength(1);
  });

  test("protocol numbers get their names; rules of outgoing traffic do not count", async () => {
    const { session } = fakeSession({
      "ec2:DescribeSecurityGroups": groups,
      "ec2:DescribeSecurityGroupRules": {
        SecurityGroupRules: [
          { ...rule, IpProtocol: "6", CidrIpv4: "0.0.0.0/0" },
          { ...rule, IpProtocol: "-1", FromPort: undefined, ToPort: undefined, CidrIpv4: "10.0.0.0/8" },
          { ...rule, IpProtocol: "50", ReferencedGroupInfo: { GroupId: "sg-9" } },
          { ...rule, IsEgress: true },
        ],
      },
    });
    const ingress = (await factOf(session, "aws.ec2.security-group", "us-east-1", "ingress")).get("sg-1");
    expect(Object.keys(ingress?.state === "known" ? (ingress.value as object) : {})).toEqual([
      "tcp 22-22 0.0.0.0/0",
      "-1 -1--1 10.0.0.0/8",
      "50 22-22 sg-9",
    ]);
  });

  test("more groups than a filter holds are asked for in several calls, each once a look", async () => {
    const many = Array.from({ length: 450 }, (_, i) => `sg-${i}`);
    const { session, asked } = fakeSession({
      "ec2:DescribeSecurityGroups": { SecurityGroups: many.map((GroupId) => ({ GroupId })) },
      "ec2:DescribeSecurityGroupRules": ({ input }: Asked) => ({
        SecurityGroupRules: values(input).map((GroupId) => ({ ...rule, GroupId, CidrIpv4: "0.0.0.0/0" })),
      }),
      "ec2:DescribeNetworkInterfaces": {},
    });
    const ingress = await factOf(session, "aws.ec2.security-group", "us-east-1", "ingress");
    expect([...ingress.values()].every((fact) => fact?.state === "known")).toBe(true);
    await factOf(session, "aws.ec2.security-group", "us-east-1", "attachments");
    await factOf(session, "aws.ec2.security-group", "us-east-1", "prefixLists");
    const sizes = (operation: string) =>
      asked.filter((one) => one.operation === operation).map(({ input }) => values(input).length);
    expect(sizes("ec2:DescribeSecurityGroupRules")).toEqual([200, 200, 50]);
    expect(sizes("ec2:DescribeNetworkInterfaces")).toEqual([200, 200, 50]);
  });

  test("an interface with no more than an id and a group is still attached", async () => {
    const { session, asked } = fakeSession({
      "ec2:DescribeSecurityGroups": groups,
      "ec2:DescribeNetworkInterfaces": {
        NetworkInterfaces: [
          { NetworkInterfaceId: "eni-1", Groups: [{ GroupId: "sg-1" }, {}, { GroupId: "sg-9" }] },
          {},
        ],
      },
    });
    const attachments = await factOf(session, "aws.ec2.security-group", "us-east-1", "attachments");
    expect(attachments.get("sg-1")).toMatchObject({
      value: [{ networkInterface: "eni-1", to: "eni-1", publicAddress: undefined, reachable: false }],
    });
    expect(attachments.get("sg-2")).toMatchObject({ value: [] });
    // Nothing has a public address: whether a route leads out does not matter.
    expect(asked.map(({ operation }) => operation)).not.toContain("ec2:DescribeRouteTables");
  });

  test("who uses a group, and whether the internet reaches it", async () => {
    const at = (SubnetId: string, more: object) => ({
      SubnetId,
      VpcId: "vpc-1",
      Groups: [{ GroupId: "sg-1" }],
      ...more,
    });
    const { session } = fakeSession({
      "ec2:DescribeSecurityGroups": groups,
      "ec2:DescribeNetworkInterfaces": {
        NetworkInterfaces: [
          at("open", { Attachment: { InstanceId: "i-1" }, Association: { PublicIp: "203.0.113.1" } }),
          at("main", { Description: "ELB app/front/50dc6c495c0c9188", Association: { PublicIp: "203.0.113.2" } }),
          at("black", { Description: "ELB classic", Ipv6Addresses: [{ Ipv6Address: "2001:db8::1" }] }),
          at("closed", {
            Description: "RDSNetworkInterface",
            PrivateIpAddresses: [{}, { Association: { PublicIp: "203.0.113.3" } }],
          }),
          at("open", { Description: "AWS Lambda VPC ENI-<!channel>" }),
        ],
      },
      "ec2:DescribeRouteTables": {
        RouteTables: [
          {
            VpcId: "vpc-1",
            Associations: [{ Main: true }],
            Routes: [{ GatewayId: "igw-1", DestinationIpv6CidrBlock: "::/0" }],
          },
          {
            VpcId: "vpc-1",
            Associations: [{ SubnetId: "open" }],
            Routes: [{ GatewayId: "local" }, { GatewayId: "igw-1" }],
          },
          {
            VpcId: "vpc-1",
            Associations: [{ SubnetId: "black" }],
            Routes: [{ GatewayId: "igw-2", State: "blackhole" }],
          },
          { VpcId: "vpc-1", Associations: [{ SubnetId: "closed" }], Routes: [{ NatGatewayId: "nat-1" }] },
          {},
        ],
      },
    });
    const fact = (await factOf(session, "aws.ec2.security-group", "us-east-1", "attachments")).get("sg-1");
    const attachments = fact?.state === "known" ? (fact.value as { to: string; reachable: boolean }[]) : [];
    expect(attachments.map(({ to, reachable }) => [to, reachable])).toEqual([
      ["instance i-1", true],
      ["load balancer app/front", true],
      ["load balancer classic", false],
      ["database", false],
      ["AWS Lambda VPC ENI-<!channel>", false],
    ]);
  });
});

describe("databases", () => {
  const database = (name: string, group: string, more: object = {}) => ({
    DBInstanceIdentifier: name,
    DBInstanceArn: `arn:aws:rds:us-east-1:${account}:db:${name}`,
    StorageEncrypted: true,
    PubliclyAccessible: true,
    Endpoint: { Port: 5432 },
    VpcSecurityGroups: [{ VpcSecurityGroupId: group }],
    DBSubnetGroup: { VpcId: "vpc-1", Subnets: [{ SubnetIdentifier: "open" }] },
    ...more,
  });
  const rule = (GroupId: string, more: object) => ({
    SecurityGroupRuleId: `sgr-${GroupId}`,
    GroupId,
    IsEgress: false,
    IpProtocol: "tcp",
    FromPort: 5432,
    ToPort: 5432,
    ...more,
  });
  const routes = {
    RouteTables: [{ VpcId: "vpc-1", Associations: [{ SubnetId: "open" }], Routes: [{ GatewayId: "igw-1" }] }],
  };

  test("one whose prefix list may not be read is unknown, and names the permission; the others are judged", async () => {
    const { session, asked } = fakeSession({
      "rds:DescribeDBInstances": {
        DBInstances: [database("one", "sg-1"), database("two", "sg-2"), database("three", "sg-3")],
      },
      "ec2:DescribeSecurityGroupRules": {
        SecurityGroupRules: [
          rule("sg-1", { PrefixListId: "pl-1" }),
          rule("sg-2", { CidrIpv4: "0.0.0.0/0" }),
          // On another port: it need not be read.
          rule("sg-3", { PrefixListId: "pl-2", FromPort: 22, ToPort: 22 }),
        ],
      },
      "ec2:GetManagedPrefixListEntries": denied("ec2:GetManagedPrefixListEntries"),
      "ec2:DescribeRouteTables": routes,
    });
    const exposure = await factOf(session, "aws.rds.instance", "us-east-1", "exposure");
    expect(exposure.get("one")).toMatchObject({ state: "unreadable", permission: "ec2:GetManagedPrefixListEntries" });
    expect(exposure.get("two")).toEqual({
      state: "known",
      value: { openRules: ["sg-2 tcp 5432-5432 0.0.0.0/0"], internetRoute: true },
    });
    expect(exposure.get("three")).toEqual({ state: "known", value: { openRules: [], internetRoute: true } });
    expect(asked.filter(({ operation }) => operation === "ec2:GetManagedPrefixListEntries")).toHaveLength(1);
    expect(asked.filter(({ operation }) => operation === "rds:DescribeDBInstances")).toHaveLength(1);
  });

  test("one without a port yet is judged on all of them", async () => {
    const { session } = fakeSession({
      "rds:DescribeDBInstances": {
        DBInstances: [database("new", "sg-1", { Endpoint: undefined, DBInstanceStatus: "creating" })],
      },
      "ec2:DescribeSecurityGroupRules": {
        SecurityGroupRules: [rule("sg-1", { CidrIpv6: "::/0", FromPort: 1, ToPort: 2 })],
      },
      "ec2:DescribeRouteTables": {},
    });
    const [listed] = await all(session.list("aws.rds.instance", "us-east-1"));
    expect(listed?.facts.status).toEqual({ state: "known", value: "creating", settling: true });
    expect((await factOf(session, "aws.rds.instance", "us-east-1", "exposure")).get("new")).toMatchObject({
      value: { openRules: ["sg-1 tcp 1-2 ::/0"], internetRoute: false },
    });
  });
});

describe("whether a region is used", () => {
  const inUse = async (answers: Parameters<typeof fakeSession>[0]) => {
    const { session, asked } = fakeSession(answers);
    const fact = (await factOf(session, "aws.ec2.region", "us-east-1", "regionInUse")).get("region");
    return { fact, asked: asked.map(({ operation }) => operation) };
  };

  test("one sign proves it, whatever else may not be read", async () => {
    const { fact, asked } = await inUse({
      "ec2:DescribeVolumes": denied("ec2:DescribeVolumes"),
      "rds:DescribeDBInstances": { DBInstances: [{}] },
    });
    expect(fact).toEqual({ state: "known", value: true });
    expect(asked).toEqual(["ec2:DescribeVolumes", "rds:DescribeDBInstances"]);
  });

  test("nothing at all takes all three answers", async () => {
    const empty = { "ec2:DescribeVolumes": {}, "rds:DescribeDBInstances": {}, "ec2:DescribeNetworkInterfaces": {} };
    expect((await inUse(empty)).fact).toEqual({ state: "known", value: false });
    const { fact } = await inUse({ ...empty, "rds:DescribeDBInstances": denied("rds:DescribeDBInstances") });
    expect(fact).toMatchObject({ state: "unreadable", permission: "rds:DescribeDBInstances" });
  });
});

describe("trails", () => {
  const arn = "arn:aws:cloudtrail:eu-west-1:999999999999:trail/all";
  const trail = {
    TrailARN: arn,
    Name: "all",
    HomeRegion: "eu-west-1",
    IsMultiRegionTrail: true,
    IsOrganizationTrail: true,
  };

  test("an organisation's trail whose state a member may not read leaves the fact unreadable, not off", async () => {
    const { session, asked } = fakeSession({
      "cloudtrail:DescribeTrails": { trailList: [trail] },
      "cloudtrail:GetTrailStatus": denied("cloudtrail:GetTrailStatus"),
      "cloudtrail:GetEventSelectors": {},
    });
    expect((await factOf(session, "aws.account", "global", "trails")).get("root")).toMatchObject({
      state: "unreadable",
      permission: "cloudtrail:GetTrailStatus",
    });
    expect(asked.find(({ operation }) => operation === "cloudtrail:GetTrailStatus")).toMatchObject({
      region: "eu-west-1",
      input: { Name: arn },
    });
  });

  test.each([
    { ...trail, TrailARN: undefined },
    { ...trail, TrailARN: "trail", HomeRegion: undefined },
  ])("a trail without its place is unreadable", async (broken) => {
    const { session } = fakeSession({ "cloudtrail:DescribeTrails": { trailList: [broken] } });
    expect((await factOf(session, "aws.account", "global", "trails")).get("root")).toMatchObject({
      state: "unreadable",
    });
  });

  test("a status that does not say whether it logs is not taken for yes or no", async () => {
    const { session } = fakeSession({
      "cloudtrail:DescribeTrails": { trailList: [trail] },
      "cloudtrail:GetTrailStatus": {},
      "cloudtrail:GetEventSelectors": {},
    });
    expect((await factOf(session, "aws.account", "global", "trails")).get("root")).toMatchObject({
      state: "unreadable",
    });
  });
});

test("root keys and password policy that are not in the answer are unreadable", async () => {
  const { session } = fakeSession({
    "iam:GetAccountSummary": { SummaryMap: { Users: 3 } },
    "iam:GetAccountPasswordPolicy": {},
  });
  for (const fact of ["rootAccessKeys", "passwordPolicy"])
    expect((await factOf(session, "aws.account", "global", fact)).get("root"), fact).toMatchObject({
      state: "unreadable",
    });
});

test("the same name under another path is another user", async () => {
  const { session } = fakeSession({
    "iam:GetAccountAuthorizationDetails": {
      UserDetailList: [{ UserName: "ada", Arn: `arn:aws:iam::${account}:user/ada` }],
    },
    "iam:GetUser": { User: { UserName: "ada", Arn: `arn:aws:iam::${account}:user/ops/ada` } },
  });
  const [ada] = await all(session.list("aws.iam.user", "global"));
  expect(await all(session.list("aws.iam.user", "global", ada?.asset))).toEqual([]);
});
