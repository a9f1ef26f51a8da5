import type { AccessKey, Credentials } from "#cloud/aws/iam";
import type { BucketSpec, IngressSpec, RegionSpec, UserSpec } from "#cloud/aws/memory/estate";
import type { PublicAccessBlock } from "#cloud/aws/s3";

export const demoAccounts = {
  security: "555566667777",
  paymentsProd: "111122223333",
  paymentsDev: "111122224444",
  webProd: "222233335555",
  billingLegacy: "999900001111",
  sandbox: "888800002222",
} as const;

/** An ISO date so many days before the first day. */
export type Ago = (days: number) => string;
export const [ireland, virginia, stockholm, sydney] = [
  "eu-west-1",
  "us-east-1",
  "eu-north-1",
  "ap-southeast-2",
] as const;

/** Ids that look like AWS's and are always the same: 17 digits made from what the thing is. */
export function idOf(kind: string, of: string): string {
  const digits = [1, 2].map((seed) => {
    let hash = 0x811c9dc5 ^ seed;
    for (const letter of `${kind} ${of}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, "0");
  });
  return `${kind}-0${digits.join("")}`;
}

export const allOn: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};
export const allOff: PublicAccessBlock = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
};
export const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";
export const letEveryone = (action: string, bucket: string): object => ({
  Version: "2012-10-17",
  Statement: [{ Sid: "Public", Effect: "Allow", Principal: "*", Action: action, Resource: `arn:aws:s3:::${bucket}/*` }],
});

/** A bucket that blocks public access, as new ones do, unless `more` says otherwise. */
export const bucket = (name: string, created: string, more: Partial<BucketSpec> = {}): BucketSpec => ({
  name,
  region: ireland,
  created,
  publicAccessBlock: allOn,
  ...more,
});
/** What buckets from before April 2023 look like: nothing was blocked by default. */
export const oldBucket = (
  name: string,
  created: string,
  more: Partial<Omit<BucketSpec, "publicAccessBlock">> = {},
): BucketSpec => ({
  name,
  region: ireland,
  created,
  ...more,
});

export const person = (
  mfaActive: boolean,
  lastSignIn: string | undefined,
  keys: readonly AccessKey[] = [],
): Credentials => ({
  passwordEnabled: true,
  passwordLastUsed: lastSignIn,
  mfaActive,
  keys,
});
export const machine = (...keys: readonly AccessKey[]): Credentials => ({
  passwordEnabled: false,
  passwordLastUsed: undefined,
  mfaActive: false,
  keys,
});
export const key = (lastRotated: string, lastUsed?: string, slot: 1 | 2 = 1): AccessKey => ({
  slot,
  active: true,
  lastUsed,
  lastRotated,
});
export const user = (name: string, created: string, credentials: Credentials, tags?: UserSpec["tags"]): UserSpec => ({
  name,
  created,
  credentials,
  ...(tags && { tags }),
});

export const strongPasswords = {
  minimumLength: 14,
  requireSymbols: true,
  requireNumbers: true,
  requireUppercase: true,
  requireLowercase: true,
  allowUsersToChange: true,
  maxAgeDays: undefined,
  reusePrevention: 24,
  hardExpiry: undefined,
};
export const goodTrail = {
  name: "account-trail",
  homeRegion: ireland,
  multiRegion: true,
  organization: false,
  logging: true,
  managementEvents: { read: true, write: true },
};
/** The organisation allows its members no work in Sydney, though the region is enabled. */
export const closedRegion = { operation: "*", region: sydney, closed: true } as const;
export const everywhere = [ireland, virginia, stockholm, sydney];

export const tcp = (from: number, source: string, to = from, description?: string): IngressSpec => ({
  protocol: "tcp",
  from,
  to,
  source,
  ...(description !== undefined && { description }),
});
export const anywhere = "0.0.0.0/0";
export const anywhereV6 = "::/0";
export const office = "203.0.113.0/24";

/** The ids of a VPC and its parts. */
export const net = (name: string) => ({
  vpc: idOf("vpc", name),
  open: idOf("subnet", `${name} public`),
  inner: idOf("subnet", `${name} private`),
  group: (group: string) => idOf("sg", `${name} ${group}`),
});
type Net = ReturnType<typeof net>;
export const subnets = ({ vpc, open, inner }: Net) => [
  { id: open, vpc, internetRoute: true },
  { id: inner, vpc },
];
/** Every VPC has one; it lets its members talk to one another. */
export const defaultGroup = ({ vpc, group }: Net) => {
  const id = group("default");
  return { id, name: "default", vpc, ingress: [{ protocol: "-1", from: -1, to: -1, source: id }] };
};
/** A region in which nobody works: AWS made its VPC. */
export function emptyRegion(account: string, region: string, encryptsVolumesByDefault = false): RegionSpec {
  const own = net(`${account} ${region} default`);
  return {
    region,
    encryptsVolumesByDefault,
    vpcs: [{ id: own.vpc, isDefault: true }],
    subnets: [{ id: own.open, vpc: own.vpc, internetRoute: true }],
    groups: [defaultGroup(own)],
  };
}
/** Somebody took the default VPC away and set the region up: nothing to find. */
export const tidyRegion = (region: string): RegionSpec => ({ region, encryptsVolumesByDefault: true });
