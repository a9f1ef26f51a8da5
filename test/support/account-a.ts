import type { AccountSpec, BucketSpec, Estate, RegionSpec, UserSpec } from "#cloud/aws/memory/estate";
import type { PublicAccessBlock } from "#cloud/aws/s3";

/**
 * The account that tools are measured on: 101 buckets, 50 users, 100 roles, 100 security groups, 40 instances, 60 volumes
 * and 10 databases in two regions. Faults of every kind are planted, and named in `planted`; nothing else is wrong.
 */
export const accountA = "111122223333";
const regions = ["us-east-1", "eu-west-1"] as const;
const [first, second] = regions;

const on: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};
const off: PublicAccessBlock = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
};
const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";
const anyAccount = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

const number = (n: number): string => String(n).padStart(3, "0");
const id = (kind: string, n: number): string => `${kind}-0a${String(n).padStart(15, "0")}`;
const times = <V>(count: number, make: (n: number) => V): V[] => Array.from({ length: count }, (_, i) => make(i + 1));
const allow = (bucket: string, action: string): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: action, Resource: `arn:aws:s3:::${bucket}/*` }],
});

/** By number; all others block everything. */
const openBuckets: Readonly<Record<number, (name: string) => Partial<BucketSpec>>> = {
  1: (name) => ({ policy: allow(name, "s3:GetObject") }),
  2: (name) => ({ policy: allow(name, "s3:GetObject"), publicAccessBlock: off }),
  3: () => ({ acl: [{ grantee: everyone, permission: "READ" }] }),
  4: () => ({ acl: [{ grantee: anyAccount, permission: "WRITE" }], publicAccessBlock: off }),
  5: (name) => ({ policy: allow(name, "s3:PutObject"), publicAccessBlock: { ...on, restrictPublicBuckets: false } }),
  // What could be public is taken back: not public, but not all four settings are on.
  6: (name) => ({ policy: allow(name, "s3:GetObject"), publicAccessBlock: { ...on, blockPublicPolicy: false } }),
  7: () => ({ publicAccessBlock: off }),
  8: () => ({}),
};
const buckets = times(101, (n): BucketSpec => {
  const name = `account-a-${number(n)}`;
  const open = openBuckets[n];
  const base = { name, region: n % 2 === 1 ? first : second, tags: { team: n % 3 === 0 ? "web" : "payments" } };
  return open ? { ...base, ...open(name) } : { ...base, publicAccessBlock: on };
});

const never = { passwordEnabled: false, passwordLastUsed: undefined, mfaActive: false, keys: [] };
const longAgo = "2024-01-01T00:00:00.000Z";
/** `now`: the day of the test; keys in use were used yesterday. */
const users = (now: number): UserSpec[] =>
  times(50, (n) => {
    const name = `user.${number(n)}`;
    const yesterday = new Date(now - 24 * 60 * 60 * 1000).toISOString();
    const used = { slot: 1, active: true, lastUsed: yesterday, lastRotated: longAgo } as const;
    if (n <= 4) return { name, credentials: { ...never, passwordEnabled: true, passwordLastUsed: yesterday } };
    if (n <= 7) return { name, credentials: { ...never, keys: [used, { ...used, slot: 2, lastUsed: undefined }] } };
    if (n <= 30) return { name, credentials: { ...never, passwordEnabled: true, mfaActive: true } };
    return { name, credentials: { ...never, keys: [used, { ...used, slot: 2, active: false, lastUsed: undefined }] } };
  });

interface Numbers {
  readonly region: string;
  /** Added to every number, so that ids differ between regions. */
  readonly base: number;
}
const inner = { protocol: "tcp", from: 443, to: 443, source: "10.0.0.0/8" };
/** By number within the first region. */
const openGroups: Readonly<Record<number, readonly (typeof inner)[]>> = {
  1: [{ ...inner, from: 22, to: 22, source: "0.0.0.0/0" }],
  2: [{ ...inner, from: 3389, to: 3389, source: "::/0" }],
  3: [{ ...inner, from: 5900, to: 5910, source: "0.0.0.0/0" }],
  4: [{ protocol: "-1", from: -1, to: -1, source: "0.0.0.0/0" }],
  5: [{ ...inner, from: 20, to: 30, source: id("pl", 1) }],
  // Open to everyone, but not on a port to run a machine from.
  6: [{ ...inner, source: "0.0.0.0/0" }],
  7: [{ ...inner, from: 5432, to: 5432, source: "0.0.0.0/0" }],
};

function place({ region, base }: Numbers): RegionSpec {
  const isFirst = region === first;
  const vpc = id("vpc", base + 1);
  const open = id("subnet", base + 1);
  const closed = id("subnet", base + 2);
  const group = (n: number): string => id("sg", base + n);
  const instances = times(20, (n) => ({
    id: id("i", base + n),
    subnet: n <= 2 ? open : closed,
    groups: [group(n)],
    ...(n <= 2 && { publicAddress: `203.0.113.${base / 100 + n}` }),
  }));
  return {
    region,
    encryptsVolumesByDefault: isFirst,
    vpcs: [{ id: vpc, flowLogs: isFirst ? [{ id: id("fl", 1), traffic: "ALL" }] : [] }],
    subnets: [
      { id: open, vpc, internetRoute: true },
      { id: closed, vpc },
    ],
    prefixLists: isFirst ? [{ id: id("pl", 1), entries: ["198.51.100.0/24", "0.0.0.0/0"] }] : [],
    groups: times(50, (n) => ({
      id: group(n),
      name: `group-${number(n)}`,
      vpc,
      tags: { team: "web" },
      ingress: (isFirst && openGroups[n]) || [inner],
    })),
    instances,
    volumes: times(30, (n) => ({
      id: id("vol", base + n),
      encrypted: n !== 3 && n !== 25,
      ...(n <= 20 && { attachedTo: id("i", base + n) }),
    })),
    databases: times(5, (n) => ({
      name: `database-${base + n}`,
      encrypted: n !== 2,
      publiclyAccessible: n <= 2,
      groups: [n === 1 ? group(7) : group(50)],
      subnets: [open, closed],
      port: 5432,
    })),
  };
}

export const estateA = (now: number): Estate => ({ accounts: [specA(now)] });
const specA = (now: number): AccountSpec => ({
  id: accountA,
  name: "account-a",
  regions,
  rootAccessKeys: 1,
  passwordPolicy: {
    minimumLength: 8,
    requireSymbols: false,
    requireNumbers: true,
    requireUppercase: true,
    requireLowercase: true,
    allowUsersToChange: true,
    maxAgeDays: undefined,
    reusePrevention: undefined,
    hardExpiry: undefined,
  },
  trails: [
    {
      name: "one-region",
      homeRegion: first,
      multiRegion: false,
      organization: false,
      logging: true,
      managementEvents: { read: true, write: true },
    },
  ],
  users: users(now),
  roles: times(100, (n) => `role-${number(n)}`),
  buckets,
  places: [place({ region: first, base: 0 }), place({ region: second, base: 1000 })],
});

const bucket = (n: number): string => `account-a-${number(n)}`;
/** Names of the assets each check must find, and no others. */
export const planted: Readonly<Record<string, readonly string[]>> = {
  "aws.cloudtrail.account-records-all-regions": [accountA],
  "aws.ec2.region-encrypts-volumes-by-default": [second],
  "aws.ec2.security-group-closes-admin-ports-ipv4": [1, 4, 5].map((n) => id("sg", n)),
  "aws.ec2.security-group-closes-admin-ports-ipv6": [id("sg", 2)],
  "aws.ec2.security-group-closes-other-admin-ports": [3, 4, 5].map((n) => id("sg", n)),
  "aws.ec2.volume-is-encrypted": [3, 25, 1003, 1025].map((n) => id("vol", n)),
  "aws.ec2.vpc-records-flow-logs": [id("vpc", 1001)],
  "aws.iam.access-keys-are-in-use": ["user.005", "user.006", "user.007"],
  "aws.iam.console-user-has-mfa": ["user.001", "user.002", "user.003", "user.004"],
  "aws.iam.password-policy-is-strong": [accountA],
  "aws.iam.password-policy-length": [accountA],
  "aws.iam.password-policy-reuse": [accountA],
  "aws.iam.root-has-no-access-keys": [accountA],
  "aws.rds.instance-is-private": ["database-1", "database-2", "database-1001", "database-1002"],
  "aws.rds.instance-is-unreachable-from-internet": ["database-1"],
  "aws.rds.instance-storage-is-encrypted": ["database-2", "database-1002"],
  "aws.s3.account-blocks-public-access": [accountA],
  "aws.s3.bucket-blocks-public-access": times(8, bucket),
  "aws.s3.bucket-is-not-publicly-readable": [1, 2, 3].map(bucket),
  "aws.s3.bucket-is-not-publicly-writable": [4, 5].map(bucket),
};
