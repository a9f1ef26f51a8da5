import { describe, expect, test } from "vitest";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { allUsers, anyAccount } from "#cloud/aws/public-access";
import type { PublicAccessBlock } from "#cloud/aws/s3";
import { allOn, publicRead } from "#test/contracts/estate";

const id = "111111111111";
const door = (own?: PublicAccessBlock, account?: PublicAccessBlock): MemoryDoor =>
  memoryCloud({
    accounts: [
      {
        id,
        name: "one",
        regions: ["eu-central-1"],
        ...(account && { publicAccessBlock: account }),
        buckets: [{ name: "box", region: "eu-central-1", ...(own && { publicAccessBlock: own }) }],
        users: [
          {
            name: "ada",
            tags: { team: "x" },
            credentials: { passwordEnabled: false, passwordLastUsed: undefined, mfaActive: false, keys: [] },
          },
        ],
        places: [
          {
            region: "eu-central-1",
            groups: [{ id: "sg-1", name: "one", vpc: "vpc-1" }],
            databases: [{ name: "db", encrypted: true, publiclyAccessible: false, groups: [], subnets: [] }],
          },
        ],
      },
    ],
  });
const accountOf = (from: MemoryDoor) => {
  const [account] = from.snapshot().accounts;
  if (!account) throw new Error("the estate has one account");
  return account;
};
const box = (from: MemoryDoor) => accountOf(from).buckets?.[0];
const only = (setting: keyof PublicAccessBlock): PublicAccessBlock => ({
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
  [setting]: true,
});

describe("a public policy", () => {
  test.each([
    ["the bucket's own block", only("blockPublicPolicy"), undefined],
    ["the account's block", undefined, only("blockPublicPolicy")],
  ])("is refused by %s", (_, own, account) => {
    const cloud = door(own, account);
    expect(() => cloud.byHand(id).putBucketPolicy("box", publicRead("box"))).toThrow(/BlockPublicPolicy/);
    expect(box(cloud)?.policy).toBeUndefined();
  });

  test.each([undefined, only("blockPublicAcls"), only("ignorePublicAcls"), only("restrictPublicBuckets")])(
    "is taken where no block refuses it (%j)",
    (own) => {
      const cloud = door(own);
      cloud.byHand(id).putBucketPolicy("box", publicRead("box"));
      expect(box(cloud)?.policy).toEqual(publicRead("box"));
      cloud.byHand(id).deleteBucketPolicy("box");
      expect(box(cloud)).not.toHaveProperty("policy");
    },
  );

  test("does not stand for a policy that lets in one account", () => {
    const cloud = door(allOn);
    const Principal = { AWS: "arn:aws:iam::222222222222:root" };
    const Statement = [{ Effect: "Allow", Principal, Action: "s3:GetObject", Resource: "arn:aws:s3:::box/*" }];
    cloud.byHand(id).putBucketPolicy("box", { Version: "2012-10-17", Statement });
    expect(box(cloud)?.policy).toBeDefined();
  });
});

describe("a public ACL", () => {
  test.each([allUsers, anyAccount])("is refused while BlockPublicAcls is on (%s)", (grantee) => {
    const acl = [{ grantee, permission: "READ" }];
    for (const blocked of [door(only("blockPublicAcls")), door(undefined, only("blockPublicAcls"))]) {
      expect(() => blocked.byHand(id).putBucketAcl("box", acl)).toThrow(/BlockPublicAcls/);
      expect(box(blocked)?.acl).toBeUndefined();
    }
    const open = door(only("ignorePublicAcls"));
    open.byHand(id).putBucketAcl("box", acl);
    expect(box(open)?.acl).toEqual(acl);
  });
});

describe("blocks, buckets, rules and tags", () => {
  test("the blocks of bucket and account are set and taken away", () => {
    const cloud = door();
    cloud.byHand(id).setPublicAccessBlock("box", allOn);
    cloud.byHand(id).setAccountPublicAccessBlock(allOn);
    expect([box(cloud)?.publicAccessBlock, accountOf(cloud).publicAccessBlock]).toEqual([allOn, allOn]);
    cloud.byHand(id).setPublicAccessBlock("box", undefined);
    cloud.byHand(id).setAccountPublicAccessBlock(undefined);
    expect(box(cloud)).not.toHaveProperty("publicAccessBlock");
    expect(accountOf(cloud)).not.toHaveProperty("publicAccessBlock");
  });

  test("a new bucket blocks public access unless it says otherwise; a name is taken once", () => {
    const cloud = door();
    cloud.byHand(id).addBucket({ name: "new", region: "eu-central-1" });
    expect(accountOf(cloud).buckets?.[1]).toMatchObject({
      publicAccessBlock: allOn,
      created: "2026-01-05T08:00:00.000Z",
    });
    expect(() => cloud.byHand(id).addBucket({ name: "box", region: "eu-central-1" })).toThrow(/not available/);
    cloud.byHand(id).deleteBucket("new");
    expect(accountOf(cloud).buckets?.map(({ name }) => name)).toEqual(["box"]);
    expect(() => cloud.byHand(id).deleteBucket("new")).toThrow(/does not exist/);
  });

  test("a rule is added once, under an id of its own, and removed", () => {
    const cloud = door();
    const rule = { protocol: "tcp", from: 22, to: 22, source: "0.0.0.0/0" };
    const ingress = () => accountOf(cloud).places?.[0]?.groups?.[0]?.ingress ?? [];
    cloud.byHand(id).addRule("sg-1", rule);
    const [{ id: first } = { id: undefined }] = ingress();
    expect(first).toMatch(/^sgr-[0-9a-f]{17}$/);
    expect(() => cloud.byHand(id).addRule("sg-1", rule)).toThrow(/already exists/);
    cloud.byHand(id).removeRule("sg-1", rule);
    expect(ingress()).toEqual([]);
    expect(() => cloud.byHand(id).removeRule("sg-1", rule)).toThrow(/does not exist/);
    cloud.byHand(id).addRule("sg-1", rule);
    expect(ingress()[0]?.id).not.toBe(first);
    expect(() => cloud.byHand(id).addRule("sg-2", rule)).toThrow(/sg-2/);
  });

  test("tags are set and taken away by ARN", () => {
    const cloud = door();
    cloud.byHand(id).tag("arn:aws:s3:::box", { team: "payments" });
    cloud.byHand(id).tag(`arn:aws:ec2:eu-central-1:${id}:security-group/sg-1`, { Name: "<b>" });
    cloud.byHand(id).tag(`arn:aws:rds:eu-central-1:${id}:db:db`, { team: "payments" });
    cloud.byHand(id).tag(`arn:aws:iam::${id}:user/ada`, { team: undefined, owner: "ada" });
    const { buckets, users, places } = accountOf(cloud);
    expect(buckets?.[0]?.tags).toEqual({ team: "payments" });
    expect(places?.[0]?.groups?.[0]?.tags).toEqual({ Name: "<b>" });
    expect(places?.[0]?.databases?.[0]?.tags).toEqual({ team: "payments" });
    expect(users?.[0]?.tags).toEqual({ owner: "ada" });
    expect(() => cloud.byHand(id).tag("arn:aws:s3:::nobody", { team: "x" })).toThrow(/nobody/);
  });
});
