import type { AccountSpec, Estate, RegionSpec } from "#cloud/aws/memory/estate";
import type { PublicAccessBlock } from "#cloud/aws/s3";

/**
 * What the contract suite plants. An emulator that makes its own ids gives the suite a translation. An account holds
 * nothing else: default VPCs go first, the default group of a VPC is the one named "default" here, and an instance's
 * first volume is the one attached to it.
 */
export const main = "111111111111";
export const bare = "222222222222";
export const narrow = "333333333333";
export const closed = "444444444444";

export const allOn: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};
export const partly: PublicAccessBlock = { ...allOn, blockPublicPolicy: false, restrictPublicBuckets: false };
const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";

export const publicRead = (bucket: string): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` }],
});

const shop = "vpc-0a000000000000001";
const lab = "vpc-0a000000000000002";
const far = "vpc-0a000000000000003";
const open = "subnet-0b000000000000001";
const inner = "subnet-0b000000000000002";
const labs = "subnet-0b000000000000003";
const list = "pl-0c000000000000001";
export const groups = {
  shopDefault: "sg-0d000000000000001",
  labDefault: "sg-0d000000000000002",
  web: "sg-0d000000000000003",
  admin: "sg-0d000000000000004",
  inside: "sg-0d000000000000005",
  database: "sg-0d000000000000006",
  unused: "sg-0d000000000000007",
  farDefault: "sg-0d000000000000008",
} as const;
const instances = {
  shop: "i-0e000000000000001",
  worker: "i-0e000000000000002",
  lab: "i-0e000000000000003",
  hidden: "i-0e000000000000004",
} as const;

/** The rule AWS gives a VPC's default group: all traffic from its members. */
const fromItself = (group: string) => [{ protocol: "-1", from: -1, to: -1, source: group }];

const home: RegionSpec = {
  region: "eu-central-1",
  vpcs: [
    {
      id: shop,
      tags: { Name: "shop", team: "web" },
      flowLogs: [
        { id: "fl-0f000000000000001", traffic: "ALL" },
        { id: "fl-0f000000000000002", traffic: "REJECT" },
      ],
    },
    { id: lab, isDefault: true },
  ],
  subnets: [
    { id: open, vpc: shop, internetRoute: true },
    { id: inner, vpc: shop },
    { id: labs, vpc: lab, internetRoute: true },
  ],
  prefixLists: [{ id: list, entries: ["10.1.0.0/16", "10.2.0.0/16", "0.0.0.0/0"] }],
  groups: [
    { id: groups.shopDefault, name: "default", vpc: shop, ingress: fromItself(groups.shopDefault) },
    { id: groups.labDefault, name: "default", vpc: lab, ingress: fromItself(groups.labDefault) },
    {
      id: groups.web,
      name: "web",
      vpc: shop,
      tags: { Team: "web", Name: "front door" },
      ingress: [
        { protocol: "tcp", from: 443, to: 443, source: "0.0.0.0/0", description: "shop" },
        { protocol: "tcp", from: 443, to: 443, source: "::/0" },
        { protocol: "tcp", from: 80, to: 80, source: "0.0.0.0/0" },
      ],
    },
    {
      id: groups.admin,
      name: "admin",
      vpc: shop,
      ingress: [
        { protocol: "tcp", from: 22, to: 22, source: list },
        { protocol: "tcp", from: 3000, to: 4000, source: "198.51.100.0/24", description: 'office, "old" <b>' },
        { protocol: "udp", from: 161, to: 161, source: groups.web },
        { protocol: "icmp", from: -1, to: -1, source: "0.0.0.0/0" },
      ],
    },
    {
      id: groups.inside,
      name: "inside",
      vpc: shop,
      ingress: [{ protocol: "-1", from: -1, to: -1, source: "10.0.0.0/8" }],
    },
    {
      id: groups.database,
      name: "database",
      vpc: shop,
      ingress: [
        { protocol: "tcp", from: 5432, to: 5432, source: "0.0.0.0/0" },
        { protocol: "tcp", from: 5000, to: 6000, source: list },
        { protocol: "tcp", from: 22, to: 22, source: "::/0" },
        { protocol: "tcp", from: 5432, to: 5432, source: "10.0.0.0/8" },
      ],
    },
    { id: groups.unused, name: "unused", vpc: shop, tags: { "owner-email": "ada@example.com" } },
  ],
  instances: [
    { id: instances.shop, subnet: open, groups: [groups.web, groups.admin], publicAddress: "203.0.113.1" },
    { id: instances.worker, subnet: inner, groups: [groups.admin] },
    { id: instances.lab, subnet: labs, groups: [groups.labDefault], publicAddress: "203.0.113.2" },
    // It has an address and no way out: nobody reaches it.
    { id: instances.hidden, subnet: inner, groups: [groups.inside], publicAddress: "203.0.113.3" },
  ],
  interfaces: [
    {
      id: "eni-0a100000000000001",
      subnet: open,
      groups: [groups.web],
      description: "ELB app/front/50dc6c495c0c9188",
      publicAddress: "203.0.113.4",
    },
    { id: "eni-0a100000000000002", subnet: inner, groups: [groups.inside], description: "AWS Lambda VPC ENI-sync" },
  ],
  volumes: [
    { id: "vol-0a200000000000001", encrypted: false, sizeGiB: 8, attachedTo: instances.shop },
    { id: "vol-0a200000000000002", encrypted: true, sizeGiB: 20, attachedTo: instances.worker },
    { id: "vol-0a200000000000003", encrypted: false, sizeGiB: 8, attachedTo: instances.lab },
    { id: "vol-0a200000000000004", encrypted: false, sizeGiB: 9, attachedTo: instances.hidden },
    {
      id: "vol-0a200000000000005",
      encrypted: false,
      sizeGiB: 100,
      tags: { owner: "<!channel> 💥", Name: "=cmd()|'x'!A1" },
    },
    { id: "vol-0a200000000000006", encrypted: true, sizeGiB: 1, tags: { Name: "\u202Egnp.exe", team: "" } },
  ],
  databases: [
    {
      name: "orders",
      engine: "postgres",
      port: 5432,
      encrypted: false,
      publiclyAccessible: true,
      groups: [groups.database],
      subnets: [open, inner],
      tags: { team: "web" },
    },
    {
      name: "ledger",
      engine: "mysql",
      port: 3306,
      encrypted: true,
      publiclyAccessible: false,
      groups: [groups.inside, groups.web],
      subnets: [inner],
    },
    // No rule admits the world to this port.
    {
      name: "archive",
      engine: "postgres",
      port: 6543,
      encrypted: true,
      publiclyAccessible: true,
      groups: [groups.database],
      subnets: [labs],
    },
  ],
};

const mainAccount: AccountSpec = {
  id: main,
  name: "main",
  regions: ["eu-central-1", "us-east-1", "ap-southeast-2"],
  rootAccessKeys: 1,
  publicAccessBlock: {
    blockPublicAcls: true,
    ignorePublicAcls: false,
    blockPublicPolicy: false,
    restrictPublicBuckets: false,
  },
  passwordPolicy: {
    minimumLength: 14,
    requireSymbols: true,
    requireNumbers: true,
    requireUppercase: true,
    requireLowercase: false,
    allowUsersToChange: true,
    maxAgeDays: 90,
    reusePrevention: 24,
    hardExpiry: false,
  },
  trails: [
    {
      name: "everything",
      homeRegion: "eu-central-1",
      multiRegion: true,
      organization: true,
      logging: true,
      managementEvents: { read: true, write: true },
      advancedSelectors: true,
    },
    {
      name: "writes",
      homeRegion: "eu-central-1",
      multiRegion: false,
      organization: false,
      logging: false,
      managementEvents: { read: false, write: true },
    },
    {
      name: "faraway",
      homeRegion: "us-east-1",
      multiRegion: true,
      organization: false,
      logging: true,
      managementEvents: { read: false, write: false },
    },
  ],
  users: [
    {
      name: "alice",
      created: "2024-03-01T10:00:00.000Z",
      tags: { team: "web", "owner-email": "alice@example.com" },
      credentials: {
        passwordEnabled: true,
        passwordLastUsed: "2026-01-02T10:00:00.000Z",
        mfaActive: false,
        keys: [
          { slot: 1, active: true, lastUsed: "2026-01-03T10:00:00.000Z", lastRotated: "2024-03-01T10:00:00.000Z" },
        ],
      },
    },
    {
      name: "backup.bot",
      created: "2022-01-01T00:00:00.000Z",
      credentials: {
        passwordEnabled: false,
        passwordLastUsed: undefined,
        mfaActive: false,
        keys: [
          { slot: 1, active: false, lastUsed: undefined, lastRotated: "2022-01-01T00:00:00.000Z" },
          { slot: 2, active: true, lastUsed: undefined, lastRotated: "2023-01-01T00:00:00.000Z" },
        ],
      },
    },
    {
      name: "carol",
      created: "2025-05-05T05:05:05.000Z",
      credentials: { passwordEnabled: true, passwordLastUsed: undefined, mfaActive: true, keys: [] },
    },
    {
      name: "dave=ops@example.com",
      created: "2025-06-06T06:06:06.000Z",
      credentials: { passwordEnabled: false, passwordLastUsed: undefined, mfaActive: false, keys: [] },
    },
  ],
  buckets: [
    { name: "main-all-on", region: "eu-central-1", tags: { team: "web" }, publicAccessBlock: allOn },
    { name: "main-bare", region: "eu-central-1" },
    {
      name: "main-partly",
      region: "us-east-1",
      created: "2024-07-01T00:00:00.000Z",
      tags: { Team: "Web Shop", Name: "größe 東京" },
      publicAccessBlock: partly,
      policy: publicRead("main-partly"),
      website: "index.html",
    },
    {
      name: "main-acl",
      region: "ap-southeast-2",
      acl: [
        { grantee: everyone, permission: "READ" },
        { grantee: everyone, permission: "READ_ACP" },
      ],
    },
    // A prefix of it is the name of another: a listing by prefix finds both.
    { name: "main-bare-2", region: "eu-central-1", publicAccessBlock: allOn },
  ],
  places: [
    home,
    {
      region: "us-east-1",
      encryptsVolumesByDefault: true,
      vpcs: [{ id: far, flowLogs: [] }],
      groups: [{ id: groups.farDefault, name: "default", vpc: far, ingress: fromItself(groups.farDefault) }],
      volumes: [{ id: "vol-0a200000000000007", encrypted: true, sizeGiB: 3 }],
    },
  ],
};

export const contractEstate: Estate = {
  accounts: [
    mainAccount,
    { id: bare, name: "bare", regions: ["eu-central-1"] },
    {
      id: narrow,
      name: "narrow",
      regions: ["eu-central-1", "us-east-1", "ap-southeast-2"],
      buckets: [{ name: "narrow-bucket", region: "eu-central-1", publicAccessBlock: allOn }],
      places: [
        { region: "eu-central-1", volumes: [{ id: "vol-0a200000000000008", encrypted: true }] },
        { region: "us-east-1", volumes: [{ id: "vol-0a200000000000009", encrypted: true }] },
      ],
      denials: [
        { operation: "s3:GetBucketAcl" },
        { operation: "ec2:DescribeVolumes", region: "us-east-1" },
        { operation: "*", region: "ap-southeast-2", closed: true },
      ],
    },
    { id: closed, name: "closed", state: "suspended", regions: ["eu-central-1"] },
  ],
};

/** Who uses a group: what the interface belongs to, whether it has a public address, whether the internet reaches it. */
export const attached: Readonly<Record<string, readonly (readonly [to: string, address: boolean, reach: boolean])[]>> =
  {
    [groups.web]: [
      [`instance ${instances.shop}`, true, true],
      ["load balancer app/front", true, true],
      ["database", false, false],
    ],
    [groups.admin]: [
      [`instance ${instances.shop}`, true, true],
      [`instance ${instances.worker}`, false, false],
    ],
    [groups.labDefault]: [[`instance ${instances.lab}`, true, true]],
    [groups.inside]: [
      [`instance ${instances.hidden}`, true, false],
      ["AWS Lambda VPC ENI-sync", false, false],
      ["database", false, false],
    ],
    [groups.database]: [
      ["database", true, true],
      ["database", true, true],
    ],
  };

export const exposures: Readonly<
  Record<string, { readonly openRules: readonly string[]; readonly internetRoute: boolean }>
> = {
  orders: {
    openRules: [`${groups.database} tcp 5432-5432 0.0.0.0/0`, `${groups.database} tcp 5000-6000 ${list}`],
    internetRoute: true,
  },
  ledger: { openRules: [], internetRoute: false },
  archive: { openRules: [], internetRoute: true },
};
