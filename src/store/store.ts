import type { ChainRow, Head } from "#audit/chain";
import type { Account } from "#cloud/cloud";
import type { Asset, AssetType, CloudName } from "#domain/asset";
import type { AuditDraft } from "#domain/audit";
import type { Card, Inline } from "#domain/card";
import type { Severity } from "#domain/check";
import type { Exception } from "#domain/exception";
import type { Cause, Closing, EventKind, Finding, Status } from "#domain/finding";
import type { Request, RequestState } from "#domain/request";
import type { RetentionKey } from "#domain/retention";
import type { Instant } from "#domain/time";

/**
 * The door to what the bot remembers. Writes are edges, given as data: everything in one is kept or nothing is, and
 * nobody can wait for a network while holding the lock.
 */
export interface Store extends Reads {
  /**
   * "duplicate": its nonce was used by this person before. "lost": something it builds on has changed since it was read.
   * "frozen": it must not happen while changes are frozen.
   */
  commit(edge: Edge): Promise<"done" | "duplicate" | "lost" | "frozen">;
  /** Stores what a person did, before the platform is told. "duplicate": one of its keys was seen before. */
  accept(incoming: {
    readonly keys: readonly string[];
    readonly at: Instant;
    readonly body: unknown;
  }): Promise<{ readonly id: number } | "duplicate">;
  /** One scan of a database at a time, whichever process runs it; ends with `endRun` or the process (`store/scanning`). */
  beginRun(run: { readonly at: Instant; readonly filtered: boolean; readonly first: boolean }): Promise<number>;
  /** "lost": an edge has changed findings since; what was worked out has to be worked out again. */
  recordUnit(write: UnitWrite): Promise<"done" | "lost">;
  recordAccount(account: AccountState): Promise<void>;
  /** Applies what units of this account staged. The caller has looked at the brake. */
  applyClosings(run: number, account: string, at: Instant): Promise<number>;
  dropClosings(run: number, account: string): Promise<void>;
  endRun(
    run: number,
    end: { readonly at: Instant; readonly state: "done" | "aborted"; readonly facts: object },
  ): Promise<void>;
  /** Runs that a crash broke off are not running, whatever the database says. Nothing while somebody scans. */
  endDeadRuns(at: Instant): Promise<void>;
  /** Ends the run that this process has begun, if there is one, as broken off by a stop. */
  breakOff(at: Instant): Promise<void>;
  /** Deletes what is older than it is kept (`domain/retention.ts`), little by little; how many rows of each. */
  sweep(now: Instant, before: Readonly<Record<RetentionKey, Instant>>): Promise<Readonly<Record<RetentionKey, number>>>;
  /** Erases the free texts of an audit entry; the chain, which holds their hashes, stays whole. Their names. */
  eraseTexts(seq: number, at: Instant): Promise<readonly string[]>;
  /** Writes beside the file how far the trail has come: an older state in its place is told by that. Throws if it cannot. */
  rememberHead(): void;
  close(): void;
}

/** The setting that holds a freeze, as JSON; empty: none. */
export const freezeSetting = "freeze";

/** A new one begins where a file is not what the bot left: restored, copied, put back. Nothing of before is carried out. */
export interface Epoch {
  readonly id: string;
  /** From 1. */
  readonly number: number;
  readonly at: Instant;
  /** Absent: the first. `unmarked`: nothing beside the file says that it is the bot's own. */
  readonly why?: "backup" | "unmarked" | "older" | "copied";
  /** The last entry of the trail before. */
  readonly from?: Head;
  /** The bot had come further than this file has. */
  readonly published?: Head;
  /** Where the backup came from, and when it was taken. */
  readonly copy?: { readonly from: string; readonly at: Instant };
  /** How many of each ended with it. */
  readonly requests?: number;
  readonly messages?: number;
  readonly clicks?: number;
}

/** Two numbers that grow with each write to findings: by edges (what people did, fixes), and by scans. */
export interface FindingsVersion {
  readonly edges: number;
  readonly scans: number;
}

export interface Edge {
  /** Leads to a change of a cloud: refused in the same transaction when a freeze is in force. */
  readonly unlessFrozen?: true;
  /** Number of the stored incoming thing this edge finishes. */
  readonly handled?: number;
  /** Used up by this person. */
  readonly nonce?: { readonly id: string; readonly human: string; readonly at: Instant };
  /** Revision 0: new. */
  readonly requests?: readonly { readonly revision: number; readonly next: Request }[];
  /** Revision 0: new. */
  readonly exceptions?: readonly { readonly revision: number; readonly next: Exception }[];
  /** Findings as they were read: if one of them was written since, the edge is lost. */
  readonly unchanged?: readonly Finding[];
  readonly steps?: readonly Step[];
  readonly nonces?: readonly Nonce[];
  readonly channels?: readonly Channel[];
  readonly groups?: readonly FindingGroup[];
  /** Whole findings as they are now (owner claimed, group given, fixed by a request). */
  readonly findings?: readonly Finding[];
  /** As of when they were read: "lost" if anybody has written findings since. A scan may run in another process. */
  readonly findingsVersion?: FindingsVersion;
  readonly events?: readonly Omit<FindingEvent, "id">[];
  /** Ids of events somebody has been told of, and how. */
  readonly told?: readonly { readonly id: number; readonly how: "card" | "digest" | "count" }[];
  readonly claims?: readonly Claim[];
  readonly reports?: readonly {
    readonly at: Instant;
    readonly kind: string;
    readonly subject: string;
    readonly text: string;
  }[];
  readonly timers?: readonly Timer[];
  readonly timersDone?: readonly string[];
  readonly slots?: Readonly<Record<string, Instant>>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly mentions?: readonly { readonly person: string; readonly day: string; readonly group: string }[];
  readonly outbox?: readonly Outgoing[];
  readonly audit: readonly AuditDraft[];
}

/** One journalled call of a plan. The intent is durable before the call is sent. */
export interface Step {
  readonly request: string;
  readonly item: number;
  readonly step: number;
  readonly at: Instant;
  readonly state: "sending" | "done" | "failed";
  readonly operation: string;
  readonly requestId?: string;
  readonly problem?: string;
}

/** A stored press: what a random id on a button stands for. */
export interface Nonce {
  /** SHA-256 of the id on the button, hex. */
  readonly hash: string;
  readonly request: string;
  readonly verb: "approve" | "deny" | "undo" | "cancel" | "calls";
  readonly planHash: string;
  readonly expiresAt: Instant;
}

export type ChannelMode = "off" | "preview" | "digest" | "live";
export interface Channel {
  /** The platform's id. */
  readonly id: string;
  readonly name: string;
  readonly mode: ChannelMode;
  readonly since: Instant;
  /** When it went digest or live: what was open before is "there before". */
  readonly baselineAt?: Instant;
  readonly quietUntil?: Instant;
  /** `event`: the last one it counted, so that the next digest's arithmetic closes. */
  readonly lastDigest?: {
    readonly at: Instant;
    readonly open: number;
    readonly event: number;
    /** Counted when the channel was switched on: its first digest is still to come. */
    readonly baseline?: true;
  };
  /** Guests are in it: no names of things are posted. */
  readonly guests?: boolean;
  /** Why nothing can be posted there: archived, not in it, shared. */
  readonly broken?: string;
}

export interface FindingGroup {
  readonly id: string;
  readonly topic: string;
  /** Key of `owners`; "" for nobody. */
  readonly owner: string;
  readonly channel: string;
  readonly openedAt: Instant;
  /** Number of its present card: a card lives 7 days, then the next one continues. The message's key is `G-7k/1`. */
  readonly card: number;
  /** When the present card was queued. Absent: only counted so far. */
  readonly postedAt?: Instant;
  /** When nothing was open any more. */
  readonly closedAt?: Instant;
  /** The present card was queued for the channel's hours: until when, the events it tells of, and whom it mentions. */
  readonly waits?: {
    readonly until: Instant;
    readonly events: readonly number[];
    readonly mention?: Extract<Inline, { readonly mention: string } | { readonly group: string }>;
  };
}

export interface FindingEvent {
  readonly id: number;
  readonly at: Instant;
  readonly run: number;
  readonly fingerprint: string;
  readonly kind: EventKind;
  readonly cause: Cause;
  readonly owner: string;
  readonly topic: string;
  readonly severity: Severity;
  readonly folded: boolean;
  /** It was set aside, and so in no open count: none moved. */
  readonly aside?: boolean;
  readonly told?: "card" | "digest" | "count";
}

export interface Claim {
  readonly asset: string;
  readonly owner: string;
  readonly human: string;
  readonly at: Instant;
}

/** Durable: fires once after `due`, also after a restart. */
export interface Timer {
  readonly id: string;
  readonly due: Instant;
  readonly kind: "expire" | "remind" | "recheck" | "brake" | "exception-ends" | "exception-warns";
  readonly subject: string;
}

/** A message on its way. `key` names the message: R-12, G-7k, digest:C1:2026-11-23. */
export interface Outgoing {
  readonly key: string;
  readonly channel: string;
  /**
   * post and edit: what the key shows from now on; of each, the newest that was not sent takes the place of the others.
   * thread: below the key's message; nothing where there is none.
   */
  readonly kind: "post" | "edit" | "thread";
  readonly card: Card;
  readonly notBefore?: Instant;
}
export interface QueuedMessage extends Outgoing {
  readonly id: number;
  readonly tries: number;
}
export interface PostedMessage {
  readonly key: string;
  readonly channel: string;
  readonly message: string;
  readonly at: Instant;
  readonly content: string;
  readonly link?: string;
}

export interface UnitKey {
  readonly cloud: CloudName;
  readonly account: string;
  readonly region: string;
  readonly type: AssetType;
}
export const outcomes = ["complete", "denied", "closed", "throttled", "failed", "skipped"] as const;
export type Outcome = (typeof outcomes)[number];
export interface UnitState extends UnitKey {
  readonly run: number;
  readonly outcome: Outcome;
  readonly reason?: string;
  readonly permission?: string;
  readonly assets: number;
  readonly at: Instant;
}
export interface Tally {
  readonly check: string;
  readonly version: number;
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
  readonly notApplicable: number;
}
export interface UnknownResult {
  readonly check: string;
  readonly asset: Pick<Asset, "id" | "name">;
  readonly reason: string;
  readonly permission?: string;
  readonly owner: string;
}
export interface UnitWrite {
  /** As of when the findings were read that this builds on. */
  readonly findingsVersion?: FindingsVersion;
  readonly state: UnitState;
  readonly assets: readonly Asset[];
  /** Of assets that a complete listing no longer has and that a read of their own did not find either. */
  readonly gone: readonly string[];
  /** New or changed; an id is given to new ones. */
  readonly findings: readonly Omit<Finding, "id">[];
  readonly events: readonly Omit<FindingEvent, "id">[];
  readonly closings: readonly { readonly fingerprint: string; readonly how: Closing; readonly at: Instant }[];
  readonly tallies: readonly Tally[];
  readonly unknowns: readonly UnknownResult[];
}
export interface AccountState {
  readonly run: number;
  readonly account: Account;
  readonly at: Instant;
  /** Why it could not be read. */
  readonly problem?: string;
}
export interface StoredAccount extends Account {
  readonly firstSeen: Instant;
  readonly lastRead?: Instant;
  readonly problem?: string;
}
export interface Run {
  readonly id: number;
  readonly startedAt: Instant;
  readonly endedAt?: Instant;
  readonly state: "running" | "done" | "aborted";
  readonly filtered: boolean;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface FindingFilter {
  readonly status?: readonly Status[];
  readonly owner?: string;
  readonly topic?: string;
  readonly account?: string;
  readonly region?: string;
  readonly type?: AssetType;
  readonly check?: string;
  readonly severity?: readonly Severity[];
  readonly folded?: boolean;
  readonly asset?: string;
  readonly closedSince?: Instant;
  readonly limit?: number;
  readonly offset?: number;
}

export interface ExceptionFilter {
  /** A fingerprint. */
  readonly finding?: string;
  readonly request?: string;
  readonly open?: boolean;
}

/** Counts for whoever watches the bot. No names. */
export interface Vitals {
  /** Open ones. */
  readonly findings: Readonly<Record<Severity, number>>;
  readonly requests: ReadonlyMap<RequestState, number>;
  /** Of those requests of which a call was sent. */
  readonly executions: ReadonlyMap<RequestState, number>;
  /** Messages that are due or are tried again, by their number, oldest first; at most a thousand. */
  readonly outbox: readonly number[];
  /** Things people did that are not answered yet. */
  readonly inbox: number;
  readonly bytes: { readonly database: number; readonly wal: number };
}

interface Reads {
  readonly kind: "real" | "demo";
  setting(name: string): string | undefined;
  /** Undefined: no bot has worked on it yet. */
  epoch(): Epoch | undefined;
  slot(name: string): Instant | undefined;
  /** By fingerprint or F- id. */
  finding(id: string): Finding | undefined;
  /** Worst first: severity, exposure, production, age. */
  findings(filter: FindingFilter): readonly Finding[];
  findingsVersion(): FindingsVersion;
  countFindings(filter: FindingFilter): number;
  countBy(
    filter: FindingFilter,
    by: "owner" | "severity" | "account" | "topic" | "status",
  ): ReadonlyMap<string, number>;
  events(filter: {
    readonly untold?: boolean;
    readonly run?: number;
    readonly since?: Instant;
    readonly fingerprint?: string;
    readonly owner?: string;
    /** Later than this event. */
    readonly after?: number;
  }): readonly FindingEvent[];
  lastEvent(): number;
  group(id: string): FindingGroup | undefined;
  groups(filter: {
    readonly topic?: string;
    readonly owner?: string;
    readonly channel?: string;
    readonly open?: boolean;
  }): readonly FindingGroup[];
  nextGroupId(): Promise<string>;
  nextRequestId(): Promise<string>;
  channel(idOrName: string): Channel | undefined;
  channels(): readonly Channel[];
  claims(): readonly Claim[];
  claim(asset: string): Claim | undefined;
  request(id: string): { readonly request: Request; readonly revision: number } | undefined;
  requests(filter: {
    readonly state?: readonly RequestState[];
    readonly finding?: string;
    readonly asset?: string;
    readonly group?: string;
    readonly parent?: string;
    readonly since?: Instant;
  }): readonly Request[];
  nextExceptionId(): string;
  exception(id: string): { readonly exception: Exception; readonly revision: number } | undefined;
  /** Those that end first come first. */
  exceptions(filter: ExceptionFilter): readonly Exception[];
  steps(request: string): readonly Step[];
  /** Of all requests. */
  stepsSince(at: Instant): readonly Step[];
  nonce(hash: string): Nonce | undefined;
  /** Things people did that a crash left unhandled. */
  unhandled(): readonly { readonly id: number; readonly body: unknown }[];
  dueTimers(now: Instant): readonly Timer[];
  queued(now: Instant): readonly QueuedMessage[];
  posted(key: string): PostedMessage | undefined;
  delivered(
    queued: QueuedMessage,
    result:
      | { readonly message: string; readonly link?: string; readonly at: Instant; readonly content: string }
      | "dropped",
  ): Promise<void>;
  postpone(queued: QueuedMessage, until: Instant, problem: string): Promise<void>;
  mentioned(person: string, day: string): boolean;
  runs(limit: number): readonly Run[];
  /** The last scan of everything that ended and could read something. */
  lastScan(): Run | undefined;
  units(run: number): readonly UnitState[];
  /** The latest outcome of each unit, whichever run it was in. */
  latestUnits(account?: string): readonly UnitState[];
  accounts(): readonly StoredAccount[];
  assets(filter: {
    readonly type?: string;
    readonly account?: string;
    readonly region?: string;
    readonly text?: string;
    readonly limit?: number;
    readonly offset?: number;
  }): readonly Asset[];
  asset(id: string): Asset | undefined;
  /** Which checks (with version) were evaluated before in a unit. */
  tallies(unit?: UnitKey): readonly (Tally & UnitKey)[];
  unknowns(filter: { readonly owner?: string; readonly account?: string }): readonly (UnknownResult & UnitKey)[];
  /** Each from an index: a few milliseconds however much there is. */
  vitals(now: Instant): Vitals;
  auditHead(): Head;
  /** Number of the latest entry about a subject. */
  auditOf(subject: string): number | undefined;
  /** Latest first. */
  latestAudit(subject: string | undefined, limit: number): readonly ChainRow[];
  auditRows(after?: number): Iterable<ChainRow>;
  cached(key: string, now: Instant): string | undefined;
  cache(key: string, value: string, until: Instant): Promise<void>;
}
