import {
  brakeCard,
  brakeDoneCard,
  closingBrakeCard,
  modeAskCard,
  modeDoneCard,
  modeRefusedCard,
  previewListCard,
  rolloutCard,
} from "#cards/admin";
import {
  answerCard,
  claimedCard,
  claimedThreadCard,
  noSuchIdCard,
  notClaimableCard,
  notQuietCard,
  quietCard,
  quietEndedCard,
  reportCard,
  reportedCard,
  scanDoneCard,
  scanRunningCard,
  scanStartedCard,
  unknownWordCard,
  usageCard,
} from "#cards/answers";
import { auditCard, auditListCard } from "#cards/audit";
import { callsCard } from "#cards/calls";
import { codeCard } from "#cards/code";
import { epochCard } from "#cards/database";
import { digestCard, quietDigestCard } from "#cards/digest";
import { acceptForm, retireForm, revokeForm, snoozeForm } from "#cards/exception-forms";
import {
  acceptanceEndsCard,
  acceptedCard,
  endedCard,
  endedEarlyThreadCard,
  exceptionCard,
  exceptionsCard,
  snoozedCard,
  snoozedThreadCard,
} from "#cards/exceptions";
import { findingsCard, mineCard, openCard } from "#cards/findings";
import { firstLookCard } from "#cards/first-look";
import { claimForm, closeForm, denyForm, fixForm, notOursForm, restForm, undoForm, wrongForm } from "#cards/forms";
import { freezeCard, freezeForm, unfreezeForm } from "#cards/freeze";
import { continuesCard, groupCard, groupNewsCard, previewCard } from "#cards/group";
import { helpCard, helpWordCard } from "#cards/help";
import { refusalCard } from "#cards/refusals";
import {
  askedCard,
  reminderCard,
  requestCard,
  requestThreadCard,
  restAskedCard,
  undoneThreadCard,
} from "#cards/request";
import { howToFixCard, showCard, whyCard } from "#cards/show";
import { doctorCard, statusCard, whoamiCard } from "#cards/status";
import { estateCard, summaryCard } from "#cards/summary";
import type {
  AcceptFormView,
  DigestView,
  EstateView,
  FixFormView,
  FreezeView,
  GroupRow,
  RolloutRow,
  ShowView,
  SnoozeFormView,
  StatusView,
  SummaryView,
} from "#cards/views";
import type { Card, Form } from "#domain/card";
import { leave } from "#domain/exception";
import { day, hour, minute } from "#domain/time";
import * as s from "#test/cards/samples";

const { group, receipts, exported, statics, now, later } = s;
const { owner: _, ...unowned } = group;
const nobody = { source: "nobody", via: "no tag, no account owner" } as const;
const noOwner = (row: GroupRow): GroupRow => ({ ...row, finding: { ...row.finding, ownership: nobody } });
const many = Array.from(
  { length: 12 },
  (_each, n): GroupRow => ({ ...receipts, finding: s.finding(`F-2a${n + 10}`, `pay-logs-${n}`) }),
);

const acceptedRequest: typeof s.request = {
  ...s.acceptRequest,
  state: "verified",
  approvals: [{ human: "kofi", hash: s.hash, at: s.approvedAt }],
  settledAt: s.approvedAt,
  ...(s.acceptRequest.accept && { accept: { ...s.acceptRequest.accept, exception: "E-6" } }),
};

const groups: Readonly<Record<string, Card>> = {
  "group open": groupCard({ ...group, mention: { group: "S0PAY", name: "@payments-oncall" } }),
  "group part fixed": groupCard({ ...group, open: [statics], closed: [s.closed(receipts), s.closed(exported)] }),
  "group closed": groupCard({
    ...group,
    open: [],
    closed: [s.closed(receipts), s.closed(exported), s.closed(statics, { how: "gone" })],
  }),
  "group came back": groupCard({
    ...group,
    open: [{ ...receipts, cameBack: { fixedAt: s.fixedAt, request: "R-12" }, lastFine: now + day }],
    checkedAt: now + 2 * day,
  }),
  "group nobody's": groupCard({
    ...unowned,
    open: [receipts, exported].map(noOwner),
    guess: "Payments, same VPC as 11 of theirs",
  }),
  "group tag that fits no one": groupCard({
    ...unowned,
    open: [
      {
        ...receipts,
        finding: s.finding("F-1a2b", "pay-receipts-eu", { ownership: { ...nobody, unresolved: "j.smith" } }),
      },
    ],
  }),
  "group without automatic fix": groupCard({
    ...group,
    topic: s.databases,
    open: [
      {
        finding: s.finding("F-8k41", "ledger-db", {
          severity: "medium",
          row: "storage not encrypted",
          cause: "new-check",
        }),
        account: s.prod,
        guided: "encryption needs a new database",
      },
    ],
    checks: [{ title: "RDS storage is encrypted" }],
  }),
  "group in several accounts": groupCard({
    ...group,
    open: [
      receipts,
      { ...exported, account: s.dev, finding: { ...exported.finding, environment: "dev", uncheckedSince: now } },
    ],
  }),
  "group of twelve": groupCard({
    ...group,
    open: many,
    checks: [
      { title: "S3 bucket is not public" },
      { title: "S3 bucket ACL is not public" },
      { title: "S3 bucket policy names no stranger" },
    ],
  }),
  "group with a request waiting": groupCard({ ...group, waiting: { id: "R-12", until: s.asked + day } }),
  "group preview": previewCard("#team-payments", { ...group, mention: { group: "S0PAY", name: "@payments-oncall" } }),
  "group continues": continuesCard("G-7k", "https://acme.slack.com/archives/C1/p1"),
  "group news": groupNewsCard({
    topic: s.buckets,
    kind: "new",
    rows: [receipts, exported],
    mention: { mention: "U1", name: "Maria Roth" },
  }),
  "group news returned": groupNewsCard({
    topic: s.buckets,
    kind: "returned",
    rows: [{ ...receipts, cameBack: { fixedAt: s.fixedAt } }],
  }),
};

const asides: Readonly<Record<string, Card>> = {
  "group part snoozed": groupCard({ ...group, open: [receipts], aside: [{ ...exported, aside: s.aside }] }),
  "group closed, one accepted": groupCard({
    ...group,
    open: [],
    closed: [s.closed(receipts), s.closed(exported)],
    aside: [{ ...statics, aside: { ...s.aside, kind: "acceptance", until: s.acceptedUntil } }],
  }),
  "group of twelve, eight set aside": groupCard({
    ...group,
    open: many.slice(0, 4),
    aside: many.slice(4).map((row) => ({ ...row, aside: s.aside })),
  }),
  "snoozed, told": snoozedThreadCard(s.snoozeView),
  "snoozed, ended early": endedEarlyThreadCard(s.snoozeView, "Ana Lima"),
  snoozed: snoozedCard(s.snoozeView),
  woke: endedCard(s.snoozeView),
  "woke for the last time": endedCard({ ...s.snoozeView, snoozesLeft: 0 }),
  "acceptance of my own": acceptedCard(s.acceptanceView),
  "acceptance ended": endedCard(s.acceptanceView),
  "acceptance ends soon": acceptanceEndsCard(s.acceptanceView),
  "exception of one": exceptionCard(s.snoozeView),
  "exception of three, two left": exceptionCard({
    ...s.acceptanceView,
    exception: leave(s.acceptance, ["F-1a2b", "F-1a2c"], { at: now, how: "fixed" }),
  }),
  "exception that ended": exceptionCard({
    ...s.snoozeView,
    exception: leave(s.snooze, ["F-2c9d"], { at: now, how: "woken", by: "jo" }),
  }),
  exceptions: exceptionsCard({
    name: "Payments",
    scope: "team=payments",
    now,
    exceptions: [s.snoozeView, s.acceptanceView],
    snoozed: 1,
    accepted: 3,
  }),
  "exceptions, none": exceptionsCard({ name: "Tom Beck", scope: "mine", now, exceptions: [], snoozed: 0, accepted: 0 }),
  "acceptance waiting": requestCard(s.acceptView),
  "acceptance approved": requestCard({
    ...later({}, s.acceptRequest),
    people: s.acceptView.people,
    request: acceptedRequest,
  }),
  "acceptance that ended": requestCard({
    ...later({}, s.acceptRequest),
    people: s.acceptView.people,
    request: acceptedRequest,
    exception: { at: s.acceptedUntil, how: "expired" },
  }),
  "acceptance out of date": requestCard({
    ...later({}, s.acceptRequest),
    people: s.acceptView.people,
    request: {
      ...s.acceptRequest,
      state: "superseded",
      settledAt: s.approvedAt,
      why: "Since it was asked for, pay-static-old got worse.",
    },
  }),
};

const halted = (first: "verified" | "halted", why: string, full = false): typeof s.request => ({
  ...s.verified,
  state: "halted",
  why,
  items: s.verified.items.map((item, index) => {
    const state = index === 0 ? first : "halted";
    return { ...item, state, why, applied: full ? item.applied : item.applied.slice(0, 1) };
  }),
});
const failedSecond: typeof s.request = {
  ...halted("verified", "The role may not call s3:PutPublicAccessBlock there."),
  items: s.verified.items.map((item, index) =>
    index === 0
      ? item
      : { ...item, state: "failed", applied: [], why: "The role may not call s3:PutPublicAccessBlock there." },
  ),
};
const rest: typeof s.request = {
  ...failedSecond,
  approvals: [],
  rest: { human: "kofi", at: s.approvedAt + hour, reason: "the role has the permission now" },
  expiresAt: s.approvedAt + hour + day,
  items: failedSecond.items.map((item, index) => (index === 0 ? item : { ...item, state: "waiting" })),
};
const frozen: FreezeView = {
  who: "Kofi Mensah",
  at: s.approvedAt,
  reason: "payments is down, find out first",
  underWay: [{ request: "R-12", operation: "s3:PutPublicAccessBlock", name: "pay-exports", region: "eu-west-1" }],
  waiting: ["R-15"],
};
const undo: typeof s.request = {
  ...s.request,
  id: "R-14",
  kind: "undo",
  parent: "R-12",
  reason: "the shop still needs it",
  items: [s.itemOf(receipts, "block public access: 4 of 4 settings on → 0 of 4")],
};
const rechecks = [s.approvedAt + 10 * minute, s.approvedAt + day];

const requests: Readonly<Record<string, Card>> = {
  "request waiting": requestCard(s.requestView),
  "request waiting, two needed": requestCard({
    ...s.requestView,
    request: { ...s.approved, need: 2 },
    managed: { "F-1a2c": "Terraform" },
    undo: { none: "deleted keys do not come back." },
  }),
  "request nobody may approve": requestCard({ ...later({}, s.request), approvers: [] }),
  "request pings approvers": requestCard({
    ...s.requestView,
    approvers: [
      { name: "@payments-leads", mentions: [{ group: "S0LEADS", name: "@payments-leads" }] },
      { name: "@cloud-sec" },
    ],
  }),
  "request running": requestCard(later({ state: "executing", startedAt: s.approvedAt })),
  "request done": requestCard({ ...later({}, s.verified), rechecks }),
  "request failed": requestCard(
    later({ state: "failed", settledAt: s.approvedAt, why: "the role may not call s3:PutPublicAccessBlock" }),
  ),
  "request stopped": requestCard(later({}, failedSecond)),
  "request rest waiting": requestCard({ ...s.requestView, request: rest, audit: "#1234" }),
  "request rest told": restAskedCard({
    ...s.requestView,
    request: rest,
    approvers: [{ name: "@payments-leads", mentions: [{ mention: "U2", name: "Ana Lima" }] }, { name: "@cloud-sec" }],
  }),
  "request held": requestCard(
    later({
      state: "approved",
      held: { until: s.approvedAt + hour, why: "20 changes an hour are allowed in account 111122223333" },
    }),
  ),
  freeze: freezeCard(frozen),
  "freeze, nothing under way": freezeCard({ ...frozen, underWay: [], waiting: [] }),
  "freeze ended": freezeCard({
    ...frozen,
    underWay: [],
    ended: { who: "Ana Lima", at: s.approvedAt + hour, reason: "it was the network" },
  }),
  "request not confirmed": requestCard(
    later(
      { items: halted("halted", "The new state did not show in time.").items.slice(0, 1) },
      halted("halted", "The new state did not show in time."),
    ),
  ),
  "request changed, still open": requestCard(
    later(
      { items: halted("halted", "The ACL still lets everyone read.", true).items.slice(0, 1) },
      halted("halted", "The ACL still lets everyone read.", true),
    ),
  ),
  "request denied": requestCard(
    later({
      state: "denied",
      settledAt: s.approvedAt,
      decided: { human: "ana", at: s.approvedAt, reason: "wait for the release" },
      approvals: [],
    }),
  ),
  "request expired": requestCard(later({ state: "expired", settledAt: s.asked + day, approvals: [] })),
  "request out of date": requestCard(
    later({ state: "superseded", settledAt: s.approvedAt, why: "It is not as it was when this was planned." }),
  ),
  "request undone": requestCard(later({ undoneBy: "R-14" }, s.verified)),
  "request withdrawn": requestCard(
    later({
      state: "cancelled",
      settledAt: s.approvedAt,
      decided: { human: "tom", at: s.approvedAt, reason: "" },
      approvals: [],
    }),
  ),
  "request came undone": requestCard(later({ regressedAt: s.approvedAt + day }, s.verified)),
  "request closed by hand": requestCard(
    later(
      { state: "closed", decided: { human: "kofi", at: s.approvedAt + hour, reason: "set in the console" } },
      failedSecond,
    ),
  ),
  "undo waiting": requestCard({ ...s.requestView, request: undo }),
  "undo done": requestCard(later({}, { ...undo, state: "verified", startedAt: s.approvedAt, settledAt: s.approvedAt })),
  "request thread": requestThreadCard(s.requestView, "https://acme.slack.com/archives/C2/p2"),
  "request asked": askedCard(s.requestView, "#sec-approvals"),
  "request reminder": reminderCard(s.requestView),
  "undo told": undoneThreadCard({ ...s.requestView, request: undo }, [{ name: "@cloud-sec" }]),
  "code change": codeCard({
    id: "G-7k",
    verb: "block public access",
    items: [
      { finding: statics.finding, manager: "Terraform", code: 'resource "aws_s3_bucket_public_access_block" "x" {\n}' },
      { finding: receipts.finding, refused: "Could not read publicAccessBlock: access denied" },
    ],
  }),
  "exact calls": callsCard(s.requestView),
  "refusal own": refusalCard({ why: "own-request", view: s.requestView }),
  "refusal approved already": refusalCard({
    why: "approved-already",
    view: { ...s.requestView, request: { ...s.approved, need: 2 } },
  }),
  "refusal expired": refusalCard({ why: "expired", view: s.requestView }),
  "refusal other plan": refusalCard({ why: "other-plan", view: s.requestView }),
  "refusal not enough": refusalCard({ why: "not-enough", view: s.requestView }),
  "refusal sent": refusalCard({ why: "sent", view: s.requestView }),
  "refusal not waiting": refusalCard({ why: "wrong-state", view: later({}, s.verified) }),
};

export const summaryView: SummaryView = {
  name: "Payments",
  scope: "team=payments",
  now,
  open: { critical: 0, high: 4, medium: 7, low: 3 },
  since: { at: now - 7 * day, new: 2, fixed: 5, cameBack: 1 },
  first: s.threeLines,
  waiting: [{ id: "R-12", what: "block public access on 2 S3 buckets", missing: 1, until: s.asked + day }],
  ending: [{ ...s.aside, id: "E-3", kind: "acceptance", until: Date.UTC(2026, 10, 27, 8) }],
  snoozed: 4,
  accepted: 2,
  folded: 0,
  checked: { at: s.scanned, read: 6, of: 6 },
  unchecked: [{ count: 3, noun: s.buckets, where: "payments-dev" }],
};
const none = { critical: 0, high: 0, medium: 0, low: 0 };
const { checked: _checked, since: _since, ...unscanned } = summaryView;
export const estateView: EstateView = {
  ...summaryView,
  name: "Everything",
  scope: "",
  open: { critical: 4, high: 311, medium: 2540, low: 5157 },
  folded: 4080,
  teams: [
    { name: "Payments", open: summaryView.open },
    { name: "Web", open: { critical: 2, high: 40, medium: 500, low: 900 } },
    { open: { critical: 2, high: 10, medium: 160, low: 300 } },
    { name: "Data", open: { critical: 0, high: 257, medium: 1873, low: 3954 } },
  ],
  accountsNotRead: 2,
  score: { passed: 61_204, checked: 69_216, unchecked: 1_310 },
};
export const digestView: DigestView = {
  name: "Payments",
  scope: "team=payments",
  at: now + hour,
  zone: "Europe/Berlin",
  open: summaryView.open,
  previous: { at: now - 3 * day + hour, open: 17 },
  moves: { new: 2, cameBack: 0, woke: 0, arrived: 0, left: 0, fixed: 5, gone: 0, otherwise: 0, setAside: 0 },
  news: [{ ...s.line("G-7k", s.buckets, { count: 2 }), posted: now }],
  closed: [
    { topic: s.ssh, count: 1, name: "web-old" },
    { topic: s.databases, count: 4 },
  ],
  waiting: [{ id: "R-11", what: "turn on flow logs for 1 VPC", missing: 1, until: now + 7 * hour }],
  ending: [],
  woke: [],
  closedAside: 0,
  oldest: s.threeLines[2] ?? s.line("F-8k41", s.databases),
  startHere: [],
  unchecked: summaryView.unchecked,
  checked: { at: s.scanned, read: 6, of: 6 },
};
const { previous: _previous, ...first } = digestView;
const still = { new: 0, cameBack: 0, woke: 0, arrived: 0, left: 0, fixed: 0, gone: 0, otherwise: 0, setAside: 0 };

export const showView: ShowView = {
  finding: receipts.finding,
  group: "G-7k",
  topic: s.buckets,
  account: s.prod,
  owner: "Payments",
  check: {
    id: "aws.s3.bucket-is-not-public",
    title: "S3 bucket is not public",
    risk: "Anyone on the internet can download what is in the bucket",
    controls: ["aws-fsbp:S3.2"],
    guidance: {
      console: ["Open the bucket {name}.", "Under Permissions, edit Block public access and turn on all four."],
      cli: "aws s3api put-public-access-block --bucket {name} --region {region} --public-access-block-configuration …",
      terraform: 'resource "aws_s3_bucket_public_access_block" "this" {\n  bucket = "{name}"\n}',
    },
  },
  now,
  history: [{ at: s.scanned, what: "found" }],
  fix: "block public access",
};
const { fix: _fix, ...guided } = showView;

const lists: Readonly<Record<string, Card>> = {
  summary: summaryCard(summaryView),
  "summary with nothing open": summaryCard({
    ...summaryView,
    open: none,
    first: [],
    waiting: [],
    snoozed: 0,
    accepted: 0,
    unchecked: [],
  }),
  "summary and no scan since yesterday": summaryCard({ ...summaryView, noScan: { since: now - day } }),
  "summary before the first scan": summaryCard({
    ...unscanned,
    noScan: {},
    open: none,
    first: [],
    waiting: [],
    snoozed: 0,
    accepted: 0,
    unchecked: [],
  }),
  "summary all": estateCard(estateView),
  digest: digestCard(digestView),
  "digest first": digestCard({
    ...first,
    moves: still,
    news: [],
    closed: [],
    waiting: [],
    startHere: s.threeLines.slice(0, 2),
  }),
  "digest late": digestCard({
    ...digestView,
    skipped: now - 2 * day,
    previous: { at: now - 9 * day, open: 15 },
    moves: { ...still, cameBack: 1, arrived: 2, left: 1, otherwise: 3, gone: 1, woke: 1 },
    news: [{ ...s.line("F-1a2b", s.buckets, { name: "pay-receipts-eu" }), note: "came back" }],
    closed: [{ topic: s.ssh, count: 1, name: "web-old" }],
  }),
  "digest with what is set aside": digestCard({
    ...digestView,
    previous: { at: now - 3 * day + hour, open: 15 },
    moves: { ...still, setAside: 4, woke: 3 },
    news: [],
    closed: [],
    ending: [{ ...s.aside, id: "E-3", kind: "acceptance", what: "security group legacy-vpn allows SSH" }],
    woke: [
      { id: "F-1a2d", exception: "E-5", kind: "acceptance", what: "", name: "pay-static-old", worse: false },
      {
        id: "F-2c9d",
        exception: "E-7",
        kind: "snooze",
        what: "SSH open, bastion-old",
        name: "bastion-old",
        worse: false,
      },
      { id: "F-2c9e", exception: "E-8", kind: "snooze", what: "", name: "web-old", worse: true },
    ],
    closedAside: 1,
  }),
  "digest and no scan since yesterday": digestCard({ ...digestView, noScan: { since: now - day } }),
  "digest quiet day and no scan since yesterday": quietDigestCard({
    ...digestView,
    moves: still,
    checked: { at: now - day, read: 6, of: 6 },
    noScan: { since: now - day },
  }),
  "digest quiet day": quietDigestCard({ ...digestView, moves: still }),
  findings: findingsCard({
    name: "Payments",
    scope: "team=payments",
    now,
    counts: summaryView.open,
    what: "open",
    page: 1,
    lines: s.threeLines,
  }),
  "findings and no scan yet": findingsCard({
    noScan: {},
    name: "Payments",
    scope: "",
    now,
    counts: none,
    what: "open",
    page: 1,
    lines: [],
  }),
  "findings last page": findingsCard({
    name: "Payments",
    scope: "team=payments",
    now,
    counts: summaryView.open,
    what: "open",
    page: 2,
    lines: s.threeLines,
  }),
  "findings set aside": findingsCard({
    name: "Payments",
    scope: "team=payments status=snoozed,accepted",
    now,
    counts: { critical: 0, high: 1, medium: 0, low: 0 },
    what: "snoozed or risk accepted",
    page: 1,
    lines: [s.line("F-2c9d", s.ssh, { name: "bastion-old", aside: s.aside })],
  }),
  "findings none": findingsCard({ name: "Payments", scope: "", now, counts: none, what: "open", page: 1, lines: [] }),
  mine: mineCard({
    name: "Tom Beck",
    teams: ["payments"],
    now,
    counts: summaryView.open,
    lines: s.threeLines,
    snoozed: 0,
    accepted: 0,
    toApprove: [],
    asked: summaryView.waiting,
  }),
  "mine of nobody": mineCard({
    name: "Lee",
    teams: [],
    now,
    counts: none,
    lines: [],
    snoozed: 0,
    accepted: 0,
    toApprove: summaryView.waiting,
    asked: [],
  }),
  "open in AWS": openCard("G-7k", [showView, { ...showView, account: s.dev }]),
  show: showCard(showView),
  "show without automatic fix": showCard({
    ...guided,
    check: { ...showView.check, guided: "encryption needs a new database" },
  }),
  "show snoozed": showCard({
    ...showView,
    finding: { ...receipts.finding, status: "snoozed" },
    aside: { line: s.aside, because: 'fix planned: "goes away in sprint 48", PAY-812' },
    history: [...showView.history, { at: now, what: "snoozed" }],
  }),
  "show closed": showCard({
    ...showView,
    finding: s.closed(receipts),
    history: [
      { at: s.scanned, what: "found" },
      { at: s.fixedAt, what: "fixed by R-12" },
    ],
  }),
  "show with a request": showCard({
    ...showView,
    request: { id: "R-12", what: "block public access on 2 S3 buckets", missing: 1, until: s.asked + day },
  }),
  "how to fix": howToFixCard({ ...guided, check: { ...showView.check, guided: "encryption needs a new database" } }),
  why: whyCard({
    finding: receipts.finding,
    topic: s.buckets,
    account: s.prod,
    owner: "Payments",
    check: showView.check,
    route: { channel: "#team-payments", mode: "live", because: "the channel of Payments" },
    told: "card",
  }),
};

const row: RolloutRow = {
  channel: "#team-payments",
  mode: "off",
  open: 14,
  cards: 4,
  owned: 14,
  joined: true,
  guests: false,
};
const status: StatusView = {
  now,
  scans: [
    { startedAt: now, state: "running", filtered: true },
    { startedAt: s.scanned - 41 * minute, endedAt: s.scanned, state: "done", filtered: false, open: 8012 },
  ],
  accounts: { read: 118, of: 120 },
  unread: [{ account: s.dev, why: "the role stance-read may not be assumed" }],
  gaps: [{ permission: "s3:GetBucketAcl", count: 3, where: "payments-dev" }],
  closedRegions: 12,
  next: now + 4 * hour,
};

const admin: Readonly<Record<string, Card>> = {
  "first look": firstLookCard({
    accounts: { read: 118, of: 120 },
    regions: 17,
    minutes: 41,
    closedRegions: 12,
    open: estateView.open,
    folded: { findings: 4080, lines: 120 },
    owned: { tag: 2310, account: 5230, claim: 0 },
    nobody: 472,
    look: [s.line("G-1c", s.ssh, { count: 5, owner: "Web" }), ...s.threeLines],
    now,
    ifLive: { channels: 60, cards: 312, people: 190 },
    good: row,
    nextScan: now + day,
  }),
  "first look with nothing open": firstLookCard({
    accounts: { read: 1, of: 1 },
    regions: 17,
    minutes: 1,
    closedRegions: 0,
    open: none,
    folded: { findings: 0, lines: 0 },
    owned: { tag: 0, account: 0, claim: 0 },
    nobody: 0,
    look: [],
    now,
    ifLive: { channels: 1, cards: 0, people: 0 },
    nextScan: now + day,
  }),
  rollout: rolloutCard([
    row,
    { ...row, channel: "#team-web", mode: "digest", owned: 9, guests: true, quietUntil: now + day },
    { ...row, channel: "#partners", joined: false, broken: "shared with another organisation" },
    ...Array.from(
      { length: 9 },
      (_each, n): RolloutRow => ({ ...row, channel: `#team-${n}`, open: 0, cards: 0, owned: 0, joined: false }),
    ),
  ]),
  "rollout preview": previewListCard(row, s.threeLines, now),
  "mode ask": modeAskCard({ row: { ...row, guests: true }, to: "live", mentioned: 2 }),
  "mode done": modeDoneCard("Ana Lima", { row, to: "digest", mentioned: 0, nextDigest: now + day + hour }),
  "mode off": modeDoneCard("Ana Lima", { row: { ...row, mode: "live" }, to: "off", mentioned: 0 }),
  "mode refused": modeRefusedCard("#partners", "it is shared with another organisation"),
  brake: brakeCard({ run: 17, at: now, cards: 34, people: 14, channels: 9, until: now + 2 * hour }),
  "brake folded": brakeDoneCard({ run: 17, at: now, cards: 34, people: 14, channels: 9, until: now }, "fold"),
  "closing brake": closingBrakeCard("payments-prod", s.prod.id, { closings: 42, open: 51 }),
  "epoch restored": epochCard({
    at: now,
    why: "backup",
    taken: now - day,
    from: 120,
    published: 134,
    requests: 3,
    messages: 5,
    clicks: 1,
  }),
  "epoch copied": epochCard({ at: now, why: "copied", from: 120, requests: 0, messages: 0, clicks: 0 }),
  status: statusCard(status),
  "status and no scan since yesterday": statusCard({ ...status, noScan: { since: now - day } }),
  "status without scans": statusCard({
    now,
    scans: [],
    accounts: { read: 0, of: 1 },
    unread: [],
    gaps: [],
    closedRegions: 0,
    noScan: {},
  }),
  whoami: whoamiCard({
    name: "Ana Lima",
    roles: ["approver"],
    groups: ["@payments-leads"],
    teams: ["Payments"],
    approves: [{ what: "HIGH in prod", because: "you are in @payments-leads" }],
  }),
  "whoami guest": whoamiCard({ name: "Lee", roles: [], groups: [], teams: [], approves: [] }),
  doctor: doctorCard(["The bot is not in #team-web: invite it with /invite @stance."]),
  "doctor finds nothing": doctorCard([]),
  audit: auditCard({
    seq: 1234,
    at: s.approvedAt,
    who: "Ana Lima",
    action: "request.approved",
    subject: "R-12",
    facts: { plan: "9f3c21ab" },
    texts: { reason: "receipts moved" },
    hash: s.hash,
    intact: true,
  }),
  "audit list": auditListCard("R-12", [
    { seq: 1234, at: s.approvedAt, who: "Ana Lima", action: "request.approved", subject: "R-12" },
  ]),
};

const help = [
  {
    word: "summary",
    usage: "summary [all]",
    summary: "what is open, and what to do first",
    example: "summary all",
    daily: true,
  },
  { word: "fix", usage: "fix F-id | G-id", summary: "ask for a fix", example: "fix G-7k", daily: true },
  { word: "doctor", usage: "doctor", summary: "what does not work", example: "doctor", daily: false },
];
const answers: Readonly<Record<string, Card>> = {
  help: helpCard(help),
  "help fix": helpWordCard(help[1] ?? { word: "", usage: "", summary: "", example: "", daily: true }),
  "help summary": helpWordCard(help[0] ?? { word: "", usage: "", summary: "", example: "", daily: true }),
  answer: answerCard("You may not start a scan. It takes the role member; your role: reader."),
  "other word": unknownWordCard("sumary", "summary"),
  "other word, nothing near": unknownWordCard("xyzzy"),
  "no such id": noSuchIdCard("F-zzzz"),
  usage: usageCard("quiet [#channel] 24h", "quiet #team-payments 24h"),
  claimed: claimedCard("G-7k", "Payments", 3),
  "claimed told": claimedThreadCard("Tom Beck", "G-7k", "Payments"),
  "not claimable": notClaimableCard("G-7k", "Web"),
  quiet: quietCard("#team-payments", now + day),
  "quiet ended": quietEndedCard("#team-payments"),
  "not quiet": notQuietCard("#team-payments"),
  "scan started": scanStartedCard("Tom Beck", "6 accounts"),
  "scan running": scanRunningCard(now),
  "scan done": scanDoneCard({
    what: "6 accounts",
    at: now,
    open: summaryView.open,
    new: 2,
    fixed: 5,
    accounts: { read: 5, of: 6 },
  }),
  "scan done, nothing open": scanDoneCard({
    what: "1 account",
    at: now,
    open: none,
    new: 0,
    fixed: 0,
    accounts: { read: 1, of: 1 },
  }),
  "report not ours": reportCard({
    who: "Tom Beck",
    kind: "not-ours",
    ids: ["F-1a2b"],
    what: "1 S3 bucket can be read by anyone on the internet",
    owner: "Payments",
    whose: "Web",
    reason: "it holds their images",
  }),
  "report wrong": reportCard({
    who: "Tom Beck",
    kind: "wrong",
    ids: ["F-1a2b", "F-1a2c"],
    what: "2 S3 buckets can be read by anyone on the internet",
    owner: "Payments",
    reason: "a VPC endpoint policy stops it",
    evidence: ["policy · principal: *"],
  }),
  reported: reportedCard(["F-1a2b"]),
};

/** Every message, by what it is. */
export const cards: Readonly<Record<string, Card>> = {
  ...groups,
  ...asides,
  ...requests,
  ...lists,
  ...admin,
  ...answers,
};

const ticks = [receipts, exported, statics].map(({ finding, account }) => ({ finding, account }));
export const fixView: FixFormView = {
  id: "G-7k",
  topic: s.buckets,
  fix: s.fix,
  ticks: [ticks[0], ticks[1], ticks[2] && { ...ticks[2], managed: "Terraform" }].filter((tick) => tick !== undefined),
  undo: { until: s.asked + 30 * day },
  approvers: s.requestView.approvers,
  need: 1,
};
const snoozeFormView: SnoozeFormView = {
  id: "F-2c9d",
  ticks: ticks.slice(0, 1),
  lines: s.snoozeView.lines,
  severity: "high",
  options: [
    { day: "2026-11-24", at: now + day + 2 * hour, tomorrow: true },
    { day: "2026-11-30", at: now + 7 * day + 2 * hour, tomorrow: false },
  ],
  zone: "Europe/Berlin",
  longest: 14,
  most: 2,
  last: false,
};
const acceptFormView: AcceptFormView = {
  id: "F-1a2d",
  ticks: ticks.slice(2),
  lines: s.acceptanceView.lines.slice(2),
  row: "policy lets everyone read",
  severity: "high",
  last: { day: "2027-02-21", at: s.acceptedUntil },
  longest: 90,
  approvers: [{ name: "@cloud-sec" }],
  need: 1,
};
export const forms: Readonly<Record<string, Form>> = {
  "form fix": fixForm(fixView),
  "form fix, twelve": fixForm({
    ...fixView,
    need: 2,
    ticks: [
      ...many.map(({ finding, account }) => ({ finding, account })),
      { finding: statics.finding, account: s.dev, not: "R-11 works on it" },
    ],
    inputs: [{ name: "bucket", label: "Bucket for the logs" }],
    undo: { until: s.asked + 30 * day, partly: "the logs written meanwhile stay" },
  }),
  "form fix nobody may approve": fixForm({
    ...fixView,
    approvers: [],
    undo: { none: "deleted keys do not come back." },
  }),
  "form deny": denyForm("R-12", "block public access on 2 S3 buckets"),
  "form undo": undoForm({ request: s.verified, topic: s.buckets }),
  "form undo later": undoForm({
    request: s.verified,
    topic: s.buckets,
    approval: { approvers: s.requestView.approvers, need: 1 },
  }),
  "form rest": restForm({ ...s.requestView, request: failedSecond }),
  "form close": closeForm({ ...s.requestView, request: failedSecond }),
  "form freeze": freezeForm(),
  "form unfreeze": unfreezeForm(frozen),
  "form fix, several ways": fixForm({
    ...fixView,
    others: [
      { verb: "remove public grants", name: "remove-public-acl-grants" },
      { verb: "remove public statements", name: "remove-public-policy-statements" },
    ],
  }),
  "form not ours": notOursForm("G-7k", "Payments", ticks),
  "form wrong": wrongForm("F-1a2b", ticks.slice(0, 1)),
  "form snooze": snoozeForm(snoozeFormView),
  "form snooze, three, the last time": snoozeForm({
    ...snoozeFormView,
    id: "G-7k",
    ticks,
    lines: s.threeLines,
    last: true,
    options: snoozeFormView.options.slice(0, 1),
  }),
  "form accept": acceptForm(acceptFormView),
  "form accept alone": acceptForm({ ...acceptFormView, severity: "low", need: 0, approvers: [] }),
  "form accept three": acceptForm({ ...acceptFormView, id: "G-7k", ticks, lines: s.acceptanceView.lines }),
  "form accept nobody may approve": acceptForm({ ...acceptFormView, approvers: [] }),
  "form revoke": revokeForm("E-6", "3 S3 buckets can be read by anyone on the internet"),
  "form retire": retireForm({
    id: "account=111122223333",
    count: 12,
    lines: s.acceptanceView.lines,
    since: now - 9 * day,
  }),
  "form claim": claimForm("G-7k", [
    { key: "payments", name: "Payments" },
    { key: "web", name: "Web" },
  ]),
};
