import type { Inline } from "#domain/card";
import type { AnyCheck, Severity, Topic } from "#domain/check";
import type { Exception, ExceptionKind } from "#domain/exception";
import type { Finding } from "#domain/finding";
import type { Role } from "#domain/person";
import type { AnyRemediation } from "#domain/remediation";
import type { Refused, Request } from "#domain/request";
import type { Instant } from "#domain/time";

/** What each card needs to know. Flows and commands gather it; cards only word it. All lists come worst first. */

export type SeverityCounts = Readonly<Record<Severity, number>>;
export interface AccountName {
  readonly id: string;
  readonly name: string;
}
/** A resolved person or group of the platform. Nothing else ever becomes a mention. */
export type Mention = Extract<Inline, { readonly mention: string }> | Extract<Inline, { readonly group: string }>;
/** Approvers as people know them: "@payments-leads". `mentions` only where they should be told, and only once. */
export interface Party {
  readonly name: string;
  /** The chat group, or its people. */
  readonly mentions?: readonly Mention[];
}
/** One line about one finding, or about a group of them. */
export interface GroupLine {
  /** `F-2c9d` or `G-7k` */
  readonly id: string;
  readonly severity: Severity;
  readonly topic: Topic;
  readonly count: number;
  /** The asset's name, where it is one. */
  readonly name?: string;
  readonly environment?: string;
  readonly account?: AccountName;
  readonly owner?: string;
  readonly since: Instant;
  /** "encryption needs a new database" */
  readonly guided?: string;
  readonly aside?: AsideView;
}
/** What sets a finding aside: "snoozed until Mon 30 Nov (Jo Park)". */
export interface AsideView {
  /** `E-5` */
  readonly id: string;
  readonly kind: ExceptionKind;
  readonly until: Instant;
  /** The name of whoever asked for it. */
  readonly by: string;
}
/** "3 S3 buckets in payments-dev" */
export interface Unchecked {
  readonly count: number;
  readonly noun: { readonly one: string; readonly many: string };
  readonly where: string;
}
/** What is known is too old, or there is nothing yet (no `since`). */
export interface NoScan {
  readonly since?: Instant;
}
export interface ReadAccounts {
  readonly at: Instant;
  readonly read: number;
  readonly of: number;
}
export interface WaitingLine {
  /** `R-12` */
  readonly id: string;
  /** "block public access on 2 S3 buckets" */
  readonly what: string;
  readonly missing: number;
  readonly until: Instant;
}

// The grouped finding

export interface GroupRow {
  readonly finding: Finding;
  readonly account: AccountName;
  /** Why there is no automatic fix; absent: there is one. */
  readonly guided?: string;
  /** When it was last looked at and in order. */
  readonly lastFine?: Instant;
  readonly cameBack?: { readonly fixedAt: Instant; readonly request?: string };
  readonly aside?: AsideView;
}
export interface GroupView {
  readonly id: string;
  readonly topic: Topic;
  /** The owner's name; absent: nobody's, for the admin channel. */
  readonly owner?: string;
  /** Only on a new post. Never on an edit. */
  readonly mention?: Mention;
  /** "Payments, same VPC as 11 of theirs" */
  readonly guess?: string;
  readonly open: readonly GroupRow[];
  /** Snoozed, or their risk is accepted: in no open count, and not lost. */
  readonly aside: readonly GroupRow[];
  /** Closed since the present card was posted. */
  readonly closed: readonly Finding[];
  readonly checks: readonly Pick<AnyCheck, "title">[];
  readonly checkedAt: Instant;
  /** The request that waits for approval, if there is one. */
  readonly waiting?: { readonly id: string; readonly until: Instant };
}
/** A line in the thread of a card that is edited. */
export interface GroupNewsView {
  readonly topic: Topic;
  readonly kind: "new" | "returned" | "worse";
  readonly rows: readonly GroupRow[];
  readonly mention?: Mention;
}

// Requests

export interface RequestView {
  readonly request: Request;
  readonly topic: Topic;
  readonly fix: Pick<AnyRemediation, "title" | "verb" | "done" | "danger" | "cost">;
  readonly owner?: string;
  readonly accounts: readonly AccountName[];
  /** Names of the people in the request, by id. */
  readonly people: Readonly<Record<string, string>>;
  readonly approvers: readonly Party[];
  /** From asking to the end, for "(8 working hours)". */
  readonly workingHours: number;
  /** What tags say manages an item's asset, by `findingId`. */
  readonly managed: Readonly<Record<string, string>>;
  readonly undo: UndoOffer;
  /** The stored press behind the approve button. Absent: no button. */
  readonly approve?: string;
  /** Of the days in headings. */
  readonly zone: string;
  /** Of an acceptance: how its exception ended. */
  readonly exception?: NonNullable<Exception["ended"]>;
  /** Of an acceptance: how often the risk was accepted before, and when the last of these ended. */
  readonly earlier?: { readonly count: number; readonly endedAt?: Instant };
  /** When it is checked once more. */
  readonly rechecks?: readonly Instant[];
  /** `#1234` */
  readonly audit?: string;
}
export type UndoOffer =
  | { readonly until: Instant; readonly partly?: string }
  /** One sentence. */
  | { readonly none: string };

export interface FreezeView {
  readonly who: string;
  readonly at: Instant;
  readonly reason: string;
  /** Calls that were sent and are not answered. */
  readonly underWay: readonly {
    readonly request: string;
    readonly operation: string;
    readonly name: string;
    readonly region: string;
  }[];
  /** Ids of requests that are approved and wait. */
  readonly waiting: readonly string[];
  readonly ended?: { readonly who: string; readonly at: Instant; readonly reason: string };
}

/** Who may approve is the policy's to say, and its sentence; this is what the request itself refuses. */
export interface RefusalView {
  readonly why: Refused;
  readonly view: RequestView;
}

// Snoozes and accepted risks

export interface ExceptionView {
  readonly exception: Exception;
  /** One line for each of its findings, as they are now. */
  readonly lines: readonly GroupLine[];
  /** Names by id. */
  readonly people: Readonly<Record<string, string>>;
  /** How often its findings may be snoozed after this. */
  readonly snoozesLeft: number;
}
/** A finding that an exception does not set aside any more, and that is open. */
export interface WokeView {
  readonly id: string;
  readonly exception: string;
  readonly kind: ExceptionKind;
  readonly what: string;
  readonly name: string;
  readonly worse: boolean;
}
export interface ExceptionsView {
  /** "Payments" */
  readonly name: string;
  /** "team=payments", "mine", "all" */
  readonly scope: string;
  readonly now: Instant;
  /** Those that end first come first. */
  readonly exceptions: readonly ExceptionView[];
  /** Findings that are set aside, by how. */
  readonly snoozed: number;
  readonly accepted: number;
}

// Forms

export interface AcceptFormView {
  readonly id: string;
  readonly ticks: readonly TickView[];
  readonly lines: readonly GroupLine[];
  /** The row of the only one: what holds now, and may not become more. */
  readonly row?: string;
  readonly severity: Severity;
  readonly last: { readonly day: string; readonly at: Instant };
  readonly longest: number;
  readonly approvers: readonly Party[];
  /** 0: nobody else has to agree. */
  readonly need: number;
}
export interface SnoozeFormView {
  readonly id: string;
  readonly ticks: readonly TickView[];
  readonly lines: readonly GroupLine[];
  readonly severity: Severity;
  /** Days until then, as the calendar of the configuration has them. */
  readonly options: readonly { readonly day: string; readonly at: Instant; readonly tomorrow: boolean }[];
  readonly zone: string;
  readonly longest: number;
  readonly most: number;
  /** It is the last time that they may be snoozed. */
  readonly last: boolean;
}

export interface TickView {
  readonly finding: Pick<Finding, "id" | "asset" | "region">;
  readonly account: AccountName;
  readonly managed?: string;
  /** Why it is left out of the ticks: another request works on it, no automatic fix. */
  readonly not?: string;
}
export interface FixFormView {
  /** `G-7k` or `F-1a2b`, as the person said it. */
  readonly id: string;
  readonly topic: Topic;
  readonly fix: Pick<AnyRemediation, "id" | "title" | "verb" | "danger" | "cost">;
  /** Other fixes of the same: "remove public statements", `with=…`. */
  readonly others?: readonly { readonly verb: string; readonly name: string }[];
  readonly ticks: readonly TickView[];
  readonly undo: UndoOffer;
  readonly approvers: readonly Party[];
  readonly need: number;
  /** What only a person can say: field name and label. */
  readonly inputs?: readonly { readonly name: string; readonly label: string }[];
}
export interface UndoFormView {
  readonly request: Request;
  readonly topic: Topic;
  /** Undefined: within the first hour, no second approval. */
  readonly approval?: { readonly approvers: readonly Party[]; readonly need: number };
}

// Summary, digest, lists

export interface SummaryView {
  readonly noScan?: NoScan;
  /** "Payments" */
  readonly name: string;
  /** What follows `findings` and `summary` to say the same: "team=payments". */
  readonly scope: string;
  readonly now: Instant;
  readonly open: SeverityCounts;
  readonly since?: { readonly at: Instant; readonly new: number; readonly fixed: number; readonly cameBack: number };
  readonly first: readonly GroupLine[];
  readonly waiting: readonly WaitingLine[];
  /** Acceptances that end within two weeks. */
  readonly ending: readonly AsideView[];
  readonly snoozed: number;
  readonly accepted: number;
  /** Of the open ones, those in regions where the account runs nothing. */
  readonly folded: number;
  /** Absent: no scan has finished yet. */
  readonly checked?: ReadAccounts;
  readonly unchecked: readonly Unchecked[];
}
export interface EstateView extends SummaryView {
  /** With what nobody owns as the one without a name. */
  readonly teams: readonly { readonly name?: string; readonly open: SeverityCounts }[];
  readonly accountsNotRead: number;
  readonly score: { readonly passed: number; readonly checked: number; readonly unchecked: number };
}

/** How the open count came about since the digest before. */
export interface Moves {
  readonly new: number;
  readonly cameBack: number;
  /** Woke from a snooze, an acceptance ended. */
  readonly woke: number;
  /** Owner or route changed, to here and away from here. */
  readonly arrived: number;
  readonly left: number;
  readonly fixed: number;
  readonly gone: number;
  /** Closed by a changed rule, no longer concerned, taken off by hand. */
  readonly otherwise: number;
  readonly setAside: number;
}
export interface DigestView {
  readonly noScan?: NoScan;
  readonly name: string;
  readonly scope: string;
  readonly at: Instant;
  /** Of the channel. */
  readonly zone: string;
  readonly open: SeverityCounts;
  /** Absent: the first digest of this channel; all of it was there before. */
  readonly previous?: { readonly at: Instant; readonly open: number };
  readonly moves: Moves;
  /** New and came back, with the card that told it already. */
  readonly news: readonly (GroupLine & { readonly posted?: Instant; readonly note?: string })[];
  readonly closed: readonly { readonly topic: Topic; readonly count: number; readonly name?: string }[];
  readonly waiting: readonly WaitingLine[];
  /** Acceptances of which it is time to say that they end. */
  readonly ending: readonly (AsideView & { readonly what: string })[];
  /** What was set aside and is open again, by why. */
  readonly woke: readonly WokeView[];
  /** Closed while they were set aside: in no open count before or after. */
  readonly closedAside: number;
  readonly oldest?: GroupLine;
  /** In the first digest: at most three, critical or exposed to the internet in production. */
  readonly startHere: readonly GroupLine[];
  readonly unchecked: readonly Unchecked[];
  /** Absent: no scan has finished yet. */
  readonly checked?: ReadAccounts;
  /** A digest that came too late and was left out. */
  readonly skipped?: Instant;
}

export interface FindingsView {
  readonly noScan?: NoScan;
  /** "Payments: 14 open" without the count: "Payments". */
  readonly name: string;
  /** The arguments that give the same list: "team=payments severity=high". */
  readonly scope: string;
  readonly now: Instant;
  readonly counts: SeverityCounts;
  /** "open", or what else was asked for: "risk accepted". */
  readonly what: string;
  /** Counts from 1. */
  readonly page: number;
  readonly lines: readonly GroupLine[];
}
export interface MineView {
  readonly noScan?: NoScan;
  readonly name: string;
  /** Keys of `owners`. */
  readonly teams: readonly string[];
  readonly now: Instant;
  readonly counts: SeverityCounts;
  readonly lines: readonly GroupLine[];
  readonly snoozed: number;
  readonly accepted: number;
  /** Requests this person may approve, and those they asked for. */
  readonly toApprove: readonly WaitingLine[];
  readonly asked: readonly WaitingLine[];
}
export interface ShowView {
  readonly finding: Finding;
  /** `G-7k`, where it stands on a card. */
  readonly group?: string;
  readonly topic: Topic;
  readonly account: AccountName;
  readonly owner?: string;
  readonly check: Pick<AnyCheck, "id" | "title" | "risk" | "controls" | "guidance" | "guided">;
  readonly now: Instant;
  readonly history: readonly { readonly at: Instant; readonly what: string }[];
  /** The fix's verb phrase, where one exists. */
  readonly fix?: string;
  readonly request?: WaitingLine;
  /** What sets it aside now. */
  readonly aside?: { readonly line: AsideView; readonly because: string };
}
export interface CodeView {
  readonly id: string;
  /** "block public access" */
  readonly verb: string;
  readonly items: readonly ({ readonly finding: Finding; readonly manager?: string } & (
    | { readonly code: string }
    | { readonly refused: string }
  ))[];
}
export interface WhyView {
  readonly finding: Finding;
  readonly topic: Topic;
  readonly account: AccountName;
  readonly owner?: string;
  readonly check: Pick<AnyCheck, "id" | "title">;
  /** "#team-payments", its mode and why it goes there: "Payments' channel". */
  readonly route: { readonly channel: string; readonly mode: string; readonly because: string };
  /** How people were told: a card, a digest line, or counted only. */
  readonly told?: "card" | "digest" | "count";
  readonly aside?: { readonly line: AsideView; readonly because: string };
}

// The admin's

export interface FirstLookView {
  readonly accounts: { readonly read: number; readonly of: number };
  readonly regions: number;
  readonly minutes: number;
  /** Regions that the organisation's own policy closes. */
  readonly closedRegions: number;
  readonly open: SeverityCounts;
  readonly folded: { readonly findings: number; readonly lines: number };
  readonly owned: { readonly tag: number; readonly account: number; readonly claim: number };
  readonly nobody: number;
  readonly look: readonly GroupLine[];
  readonly now: Instant;
  readonly ifLive: { readonly channels: number; readonly cards: number; readonly people: number };
  readonly good?: RolloutRow;
  readonly nextScan: Instant;
}
export interface RolloutRow {
  /** "#team-payments" */
  readonly channel: string;
  readonly mode: "off" | "preview" | "digest" | "live";
  readonly open: number;
  readonly cards: number;
  /** Findings that reach this channel by owner, and not as the fallback. */
  readonly owned: number;
  readonly joined: boolean;
  readonly guests: boolean | undefined;
  /** Why nothing can be posted there. */
  readonly broken?: string;
  readonly quietUntil?: Instant;
}
export interface ModeView {
  readonly row: RolloutRow;
  readonly to: RolloutRow["mode"];
  readonly mentioned: number;
  readonly nextDigest?: Instant;
}
export interface BrakeView {
  /** Number of the scan's run. */
  readonly run: number;
  readonly at: Instant;
  readonly cards: number;
  readonly people: number;
  readonly channels: number;
  readonly until: Instant;
}
export interface EpochView {
  readonly at: Instant;
  readonly why: "backup" | "unmarked" | "older" | "copied";
  /** When the backup was taken. */
  readonly taken?: Instant;
  /** Numbers of audit entries: the last one here, and the last one there was. */
  readonly from: number;
  readonly published?: number;
  readonly requests: number;
  readonly messages: number;
  readonly clicks: number;
}
export interface StatusView {
  readonly now: Instant;
  /** Finished and running scans, latest first. */
  readonly scans: readonly {
    readonly startedAt: Instant;
    readonly endedAt?: Instant;
    readonly state: "running" | "done" | "aborted";
    readonly filtered: boolean;
    readonly open?: number;
  }[];
  readonly accounts: { readonly read: number; readonly of: number };
  readonly noScan?: NoScan;
  readonly unread: readonly { readonly account: AccountName; readonly why: string }[];
  readonly gaps: readonly { readonly permission: string; readonly count: number; readonly where: string }[];
  readonly closedRegions: number;
  readonly next?: Instant;
}
export interface WhoamiView {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  readonly teams: readonly string[];
  /** "HIGH in prod", "because you are in @cloud-sec". */
  readonly approves: readonly { readonly what: string; readonly because: string }[];
}
export interface HelpEntry {
  readonly word: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  readonly daily: boolean;
}
export interface AuditView {
  readonly seq: number;
  readonly at: Instant;
  /** A person's name, or "Stance". */
  readonly who: string;
  readonly action: string;
  readonly subject: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Erased ones are absent. */
  readonly texts: Readonly<Record<string, string>>;
  readonly hash: string;
  /** Undefined: the chain was not checked now. */
  readonly intact?: boolean;
}
