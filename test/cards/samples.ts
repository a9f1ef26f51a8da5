import type { ExceptionView, GroupLine, GroupRow, GroupView, RequestView } from "#cards/views";
import type { Topic } from "#domain/check";
import type { Exception } from "#domain/exception";
import type { Finding } from "#domain/finding";
import type { Plan } from "#domain/plan";
import type { Item, Request } from "#domain/request";
import { day, hour, minute } from "#domain/time";

/** The data of `design/messages.md`. Times are Berlin's: Mon 23 Nov 2026 08:00 is `now`. */
export const now = Date.UTC(2026, 10, 23, 7, 0);
export const scanned = now - 2 * hour + 2 * minute;

export const buckets: Topic = {
  one: "S3 bucket",
  many: "S3 buckets",
  state: {
    one: "can be read by anyone on the internet",
    many: "can be read by anyone on the internet",
    past: "could be read by anyone on the internet",
  },
  means: "Anyone who has or guesses an address can download the files.",
};
export const databases: Topic = {
  one: "database",
  many: "databases",
  state: { one: "is not encrypted", many: "are not encrypted", past: "were not encrypted" },
  means: "Whoever gets hold of the storage can read the data.",
};
export const ssh: Topic = {
  one: "security group",
  many: "security groups",
  state: {
    one: "allows SSH from anyone on the internet",
    many: "allow SSH from anyone on the internet",
    past: "allowed SSH from anyone on the internet",
  },
  means: "Anyone on the internet can try to log in.",
};

export const prod = { id: "111122223333", name: "payments-prod" };
export const dev = { id: "444455556666", name: "payments-dev" };

export function finding(id: string, name: string, more: Partial<Finding> = {}): Finding {
  return {
    fingerprint: id,
    id,
    check: "aws.s3.bucket-is-not-public",
    checkVersion: 1,
    topic: "bucket-readable",
    source: "stance",
    cloud: "aws",
    account: prod.id,
    region: "eu-west-1",
    asset: { id: `arn:aws:s3:::${name}`, type: "aws.s3.bucket", name },
    tags: { team: "payments" },
    status: "open",
    severity: "high",
    row: "policy lets everyone read",
    message: `Bucket ${name} can be read by anyone on the internet through its policy.`,
    evidence: { policy: { statement: "Statement 1", principal: "*" }, publicAccessBlock: { blockPublicPolicy: false } },
    exposed: true,
    environment: "prod",
    ownership: { owner: "payments", source: "tag", via: "tag team=payments" },
    cause: "change",
    firstSeen: scanned,
    lastSeen: scanned,
    since: scanned,
    returns: 0,
    folded: false,
    ...more,
  };
}

const sunday6 = scanned - day;
export const receipts: GroupRow = { finding: finding("F-1a2b", "pay-receipts-eu"), account: prod, lastFine: sunday6 };
export const exported: GroupRow = {
  finding: finding("F-1a2c", "pay-exports", { row: "ACL lets everyone read" }),
  account: prod,
  lastFine: sunday6,
};
export const statics: GroupRow = {
  finding: finding("F-1a2d", "pay-static-old", {
    region: "us-east-1",
    cause: "baseline",
    tags: { team: "payments", "managed-by": "terraform" },
  }),
  account: prod,
};

export const group: GroupView = {
  id: "G-7k",
  topic: buckets,
  owner: "Payments",
  open: [receipts, exported, statics],
  aside: [],
  closed: [],
  checks: [{ title: "S3 bucket is not public" }],
  checkedAt: scanned,
};
export const fixedAt = now + 100 * minute;
export const closed = (row: GroupRow, more: Partial<NonNullable<Finding["closed"]>> = {}): Finding => ({
  ...row.finding,
  status: "resolved",
  closed: { at: fixedAt, how: "passed", request: "R-12", ...more },
});

export const line = (id: string, topic: Topic, more: Partial<GroupLine> = {}): GroupLine => ({
  id,
  severity: "high",
  topic,
  count: 1,
  environment: "prod",
  owner: "Payments",
  since: now - day,
  ...more,
});
export const threeLines: readonly GroupLine[] = [
  line("G-7k", buckets, { count: 3 }),
  line("F-2c9d", ssh, { name: "bastion-old", since: now - 41 * day }),
  line("F-8k41", databases, {
    severity: "medium",
    name: "ledger-db",
    since: now - 203 * day,
    guided: "encryption needs a new database",
  }),
];

// Snoozes and accepted risks

export const aside = { id: "E-5", kind: "snooze", until: now + 7 * day, by: "Jo Park" } as const;
export const acceptedUntil = Date.UTC(2027, 1, 19, 8, 0);
const wasOf = ({ finding: { severity, exposed, row, evidence } }: GroupRow) => ({ severity, exposed, row, evidence });
export const snooze: Exception = {
  id: "E-5",
  kind: "snooze",
  members: [{ finding: "F-2c9d", findingId: "F-2c9d", was: wasOf(receipts) }],
  because: "fix-planned",
  note: "bastion goes away in sprint 48",
  ticket: "PAY-812",
  by: "jo",
  approvedBy: [],
  from: now,
  until: now + 7 * day + 2 * hour,
};
export const snoozeView: ExceptionView = {
  exception: snooze,
  lines: [{ ...(threeLines[1] ?? line("F-2c9d", ssh)), account: prod }],
  people: { jo: "Jo Park", kofi: "Kofi Mensah" },
  snoozesLeft: 1,
};
export const acceptance: Exception = {
  ...snooze,
  id: "E-6",
  kind: "acceptance",
  members: [receipts, exported, statics].map((row) => ({
    finding: row.finding.id,
    findingId: row.finding.id,
    was: wasOf(row),
  })),
  because: "meant-to-be",
  note: "public product images, no customer data, approved in DPIA 31",
  ticket: "PAY-640",
  approvedBy: ["kofi"],
  until: acceptedUntil,
  request: "R-13",
};
export const acceptanceView: ExceptionView = {
  ...snoozeView,
  exception: acceptance,
  lines: [receipts, exported, statics].map(({ finding: { id, asset } }) => ({
    ...line(id, buckets, { name: asset.name }),
    account: prod,
  })),
};

// Requests

const settings = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const planOf = (bucket: string): Plan => ({
  remediation: "aws.s3.block-bucket-public-access@1",
  asset: `arn:aws:s3:::${bucket}`,
  account: prod.id,
  region: "eu-west-1",
  changes: settings.map((key) => ({ path: ["publicAccessBlock", key], from: false, to: true })),
  calls: [
    {
      operation: "s3:PutPublicAccessBlock",
      input: { Bucket: bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } },
    },
  ],
  undo: [{ operation: "s3:DeletePublicAccessBlock", input: { Bucket: bucket } }],
  tags: { team: "payments" },
  hash: "9f3c21ab".padEnd(64, "0"),
});
export const itemOf = (
  { finding: { id, asset, region } }: GroupRow,
  summary: string,
  more: Partial<Item> = {},
): Item => ({
  finding: id,
  findingId: id,
  check: "aws.s3.bucket-is-not-public",
  asset: { ...asset, account: prod.id, region },
  summary,
  plan: planOf(asset.name),
  state: "waiting",
  applied: [],
  ...more,
});
export const asked = Date.UTC(2026, 10, 23, 8, 31);
export const hash = "9f3c21ab".padEnd(64, "0");

export const request: Request = {
  id: "R-12",
  kind: "fix",
  group: "G-7k",
  topic: "bucket-readable",
  severity: "high",
  owner: "payments",
  environment: "prod",
  remediation: "aws.s3.block-bucket-public-access",
  given: {},
  state: "requested",
  requester: "tom",
  reason: "receipts moved to signed links on Friday",
  approvers: ["payments-leads", "cloud-sec"],
  need: 1,
  requestedAt: asked,
  expiresAt: asked + day,
  items: [
    itemOf(receipts, "block public access: 0 of 4 settings on → 4 of 4", {
      notices: ["website configuration: configured as a website (index.html): its address stops answering"],
    }),
    itemOf(exported, "block public access: 2 of 4 settings on → 4 of 4", {
      notices: ["website configuration: no data (access denied)"],
    }),
  ],
  hash,
  approvals: [],
};
export const fix = {
  id: "aws.s3.block-bucket-public-access",
  title: "Turn on all four public access settings",
  verb: "block public access",
  done: "public access blocked",
  danger: "anonymous readers lose access at once",
  cost: "none",
} as const;
export const requestView: RequestView = {
  request,
  topic: buckets,
  fix,
  owner: "Payments",
  accounts: [prod],
  people: { tom: "Tom Beck", ana: "Ana Lima", kofi: "Kofi Mensah" },
  approvers: [{ name: "@payments-leads" }, { name: "@cloud-sec" }],
  workingHours: 8,
  zone: "Europe/Berlin",
  managed: {},
  undo: { until: asked + 30 * day },
  approve: "a1b2c3",
};
export const approvedAt = asked + 9 * minute;
export const approved: Request = { ...request, approvals: [{ human: "ana", hash, at: approvedAt }] };
const done = request.items.map((item): Item => ({ ...item, state: "verified", applied: item.plan?.changes ?? [] }));
export const verified: Request = {
  ...approved,
  state: "verified",
  items: done,
  startedAt: approvedAt,
  settledAt: approvedAt,
  undoUntil: asked + 30 * day,
};
/** Jo asks that the risk of one bucket is borne. */
export const acceptRequest: Request = {
  ...request,
  id: "R-13",
  kind: "acceptance",
  requester: "jo",
  reason: acceptance.note,
  approvers: ["cloud-sec"],
  items: [statics].map(({ finding: { id, asset, region, row, check } }) => ({
    finding: id,
    findingId: id,
    check,
    asset: { ...asset, account: prod.id, region },
    summary: row,
    state: "waiting",
    applied: [],
  })),
  accept: { until: acceptedUntil, because: "meant-to-be", ticket: "PAY-640", standings: [wasOf(statics)] },
};
export const acceptView: RequestView = {
  ...requestView,
  request: acceptRequest,
  people: { jo: "Jo Park", kofi: "Kofi Mensah" },
  approvers: [{ name: "@cloud-sec" }],
  managed: { "F-1a2d": "Terraform" },
  earlier: { count: 1, endedAt: Date.UTC(2026, 7, 12, 7) },
};
/** The view after the request went on: no button to approve, and what came of it. */
export const later = (change: Partial<Request>, base: Request = approved): RequestView => {
  const { approve: _, ...view } = requestView;
  return { ...view, request: { ...base, ...change }, audit: "#1234" };
};
