import type { ChatChannel, ChatPerson } from "#chat/chat";
import type { Account, Cloud, Collected, Session } from "#cloud/cloud";
import { CloudError } from "#cloud/cloud";
import type { ConfigInput } from "#config/schema";
import type { Asset, AssetType, Fact } from "#domain/asset";
import { channel, person } from "#test/support/harness";

/** What a kind of resource can have wrong with it: the fault's name, and the check that must see it. */
export const faults = {
  "aws.ec2.volume": ["volume-is-encrypted"],
  "aws.s3.bucket": ["bucket-blocks-public-access", "bucket-is-not-publicly-readable"],
  "aws.rds.instance": ["instance-storage-is-encrypted", "instance-is-private", "instance-is-unreachable-from-internet"],
  "aws.ec2.security-group": ["security-group-closes-admin-ports-ipv4"],
} as const satisfies Partial<Record<AssetType, readonly string[]>>;
export type Kind = keyof typeof faults;
export const kinds: readonly Kind[] = ["aws.ec2.volume", "aws.s3.bucket", "aws.rds.instance", "aws.ec2.security-group"];

/** One resource of the company, and what is wrong with it. */
export interface Thing {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  tags: Readonly<Record<string, string>>;
  wrong: ReadonlySet<string>;
  /** Nobody works on it: neither put right nor made worse. */
  readonly legacy?: true;
}

/** The same numbers for the same seed, so that a failure can be looked at again. */
export function dice(seed: number): { below(n: number): number; pick<T>(list: readonly T[]): T } {
  let state = seed;
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * n);
  };
  return {
    below,
    pick(list) {
      const item = list[below(list.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
  };
}

export const accountId = (n: number): string => String(100_000_000_000 + n);
export const teamKey = (n: number): string => `team-${String(n).padStart(2, "0")}`;
const regions = ["eu-west-1", "us-east-1"];
const zones = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"] as const;

/** Teams 1 to `teams`, a channel each; three of them mention the same person, every fifth a chat group, every seventh nobody. */
export function companyConfig(teams: number, accounts: number, exclude: readonly string[]): ConfigInput {
  const numbers = Array.from({ length: teams }, (_, i) => i + 1);
  const mentionOf = (n: number): { readonly mention?: string } => {
    if (n % 7 === 0) return {};
    if (n % 5 === 0) return { mention: `@${teamKey(n)}-oncall` };
    return { mention: n % 20 === 1 ? "chief" : `person-${n}` };
  };
  const people = numbers.map((n) => [`person-${n}`, { name: `Person ${n}`, slack: `UP${n}` }] as const);
  return {
    accounts: Array.from({ length: accounts }, (_, i) => ({
      id: accountId(i),
      name: `account-${i}`,
      environment: i % 3 === 0 ? "prod" : "dev",
      ...(i % 4 !== 3 && { owner: teamKey((i % teams) + 1) }),
    })),
    channels: {
      admin: "#sec-posture",
      approvals: "#sec-approvals",
      times: Object.fromEntries(numbers.map((n) => [`#${teamKey(n)}`, { zone: zones[n % zones.length] ?? "UTC" }])),
    },
    hours: { zone: "UTC", digest: "09:00" },
    scan: { every: 720, checks: { exclude: [...exclude] } },
    owners: Object.fromEntries(
      numbers.map((n) => [
        teamKey(n),
        { name: `Team ${n}`, channel: `#${teamKey(n)}`, people: [`person-${n}`], ...mentionOf(n) },
      ]),
    ),
    people: {
      ...Object.fromEntries(people),
      chief: { name: "Chief", slack: "UCHIEF" },
      admin: { name: "Ada Admin", slack: "UADMIN", roles: ["admin"] },
    },
  };
}

export const companyChannels = (teams: number): readonly ChatChannel[] => [
  channel("CADMIN", "sec-posture"),
  channel("CAPPROVE", "sec-approvals"),
  ...Array.from({ length: teams }, (_, i) => channel(`C${teamKey(i + 1)}`, teamKey(i + 1))),
];
export const companyPeople = (teams: number): readonly ChatPerson[] => [
  person("UADMIN", "Ada Admin"),
  person("UCHIEF", "Chief"),
  ...Array.from({ length: teams }, (_, i) => person(`UP${i + 1}`, `Person ${i + 1}`)),
];

export interface Company {
  readonly things: Map<string, Thing>;
  readonly cloud: Cloud;
  /** Accounts that are there; not every one of the configuration from the start. */
  readonly accounts: Account[];
  /** `account`, `account\nregion` or `account\nregion\ntype`: cannot be read now. */
  readonly dark: Set<string>;
  add(thing: Omit<Thing, "id" | "name" | "region"> & { readonly region?: string; readonly name?: string }): Thing;
  remove(thing: Thing): void;
  all(fits: (thing: Thing) => boolean): readonly Thing[];
}

export function company(random: ReturnType<typeof dice>): Company {
  const things = new Map<string, Thing>();
  const units = new Map<string, Set<Thing>>();
  const accounts: Account[] = [];
  const dark = new Set<string>();
  let serial = 0;
  const unitOf = ({ account, region, kind }: Thing): string =>
    [account, kind === "aws.s3.bucket" ? "global" : region, kind].join("\n");
  const isDark = (account: string, region: string, kind: string): boolean =>
    dark.has([account, region].join("\n")) || dark.has([account, region, kind].join("\n"));

  const session = (account: Account): Session => ({
    account,
    regions,
    scopeOf: (type) => (type === "aws.s3.bucket" ? "account" : "region"),
    listedFacts: () => [],
    async *list(type, region, only) {
      if (isDark(account.id, region, type))
        throw new CloudError({ kind: "denied", code: "AccessDenied", operation: `list ${type}`, message: "No." });
      const all = [...(units.get([account.id, region, type].join("\n")) ?? [])];
      const wanted = only ? all.filter(({ id }) => id === only.id) : all;
      for (let i = 0; i < wanted.length; i += 100) yield wanted.slice(i, i + 100).map(collected);
    },
    fetch: async () => new Map(),
  });
  return {
    things,
    accounts,
    dark,
    cloud: {
      name: "aws",
      assetTypes: kinds,
      accounts: async () => [...accounts],
      async open(account) {
        if (dark.has(account.id)) throw new Error("the role cannot be assumed");
        return session(account);
      },
      openForWriting: () => Promise.reject(new Error("nothing is written here")),
    },
    add(made) {
      const n = ++serial;
      const region = made.region ?? random.pick(regions);
      const name = made.name ?? `${made.kind.split(".").at(-1)}-${n}`;
      const thing: Thing = { ...made, name, region, id: `arn:aws:${made.kind}:${region}:${made.account}:${n}` };
      things.set(thing.id, thing);
      const unit = units.get(unitOf(thing)) ?? new Set<Thing>();
      units.set(unitOf(thing), unit.add(thing));
      return thing;
    },
    remove(thing) {
      things.delete(thing.id);
      units.get(unitOf(thing))?.delete(thing);
    },
    all: (fits) => [...things.values()].filter(fits),
  };
}

const collected = (thing: Thing): Collected => {
  const { kind: type, id, name, account, region, tags } = thing;
  const asset: Asset = { type, id, name, account, region, tags, cloud: "aws" };
  const known = Object.entries(factsOf(thing)).map(([fact, value]): [string, Fact] => [
    fact,
    { state: "known", value },
  ]);
  return { asset, facts: Object.fromEntries(known) };
};

const blocked = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
const opened = { ...blocked, blockPublicPolicy: false, restrictPublicBuckets: false };
const everyone = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::any/*" }],
});

function factsOf({ kind, wrong }: Thing): Readonly<Record<string, unknown>> {
  switch (kind) {
    case "aws.ec2.volume":
      return { encrypted: !wrong.has("volume-is-encrypted"), attachedTo: [], sizeGiB: 8 };
    case "aws.s3.bucket": {
      const readable = wrong.has("bucket-is-not-publicly-readable");
      return {
        accountBlock: undefined,
        publicAccessBlock: readable || wrong.has("bucket-blocks-public-access") ? opened : blocked,
        policy: readable ? everyone : undefined,
        acl: [],
      };
    }
    case "aws.rds.instance": {
      const reachable = wrong.has("instance-is-unreachable-from-internet");
      return {
        engine: "postgres",
        encrypted: !wrong.has("instance-storage-is-encrypted"),
        publiclyAccessible: reachable || wrong.has("instance-is-private"),
        exposure: { openRules: reachable ? ["sg-1 tcp 5432-5432 0.0.0.0/0"] : [], internetRoute: true },
      };
    }
    case "aws.ec2.security-group": {
      const rule = { id: "sgr-1", protocol: "tcp", from: 22, to: 22, source: "0.0.0.0/0" };
      const ingress = wrong.has("security-group-closes-admin-ports-ipv4") ? { "tcp 22-22 0.0.0.0/0": rule } : {};
      const attachment = { networkInterface: "eni-1", to: "instance i-1", publicAddress: "192.0.2.1", reachable: true };
      return { ingress, prefixLists: {}, attachments: [attachment] };
    }
  }
}
