/**
 * What is kept how long. The one table: the configuration's `retention`, the daily sweep and docs/backup.md follow it. Every
 * table of the database stands here or in `alwaysKept`.
 */
interface Kept {
  /** Plural, as the docs say it. */
  readonly what: string;
  readonly tables: readonly string[];
  readonly days: number;
  /** The configuration may choose, from this on. */
  readonly least?: number;
  /** What stays although it is older. */
  readonly but?: string;
}

export const retention = {
  findings: {
    what: "Closed findings",
    tables: ["finding"],
    days: 400,
    least: 35,
    but: "those that an open request, an undo or a card still names",
  },
  events: {
    what: "What happened to findings",
    tables: ["event"],
    days: 400,
    least: 35,
    but: "that of open findings, what nobody was told yet, what a digest will count",
  },
  assets: {
    what: "Resources that are gone",
    tables: ["asset"],
    days: 90,
    least: 7,
    but: "those with an open finding, an open request or an undo",
  },
  units: {
    what: "How reading each place ended, and the scans",
    tables: ["unit", "run"],
    days: 90,
    least: 7,
    but: "the latest of each place, the newest 1,000 scans",
  },
  vanished: {
    what: "Counts and gaps of accounts that were not read since",
    tables: ["tally", "unknown"],
    days: 90,
    least: 30,
    but: "those of accounts with open findings",
  },
  messages: { what: "Messages that were sent", tables: ["outbox"], days: 7, least: 1 },
  clicks: { what: "What people clicked and typed", tables: ["inbox", "inbox_key"], days: 7, least: 2 },
  posts: {
    what: "Where messages are that change no more: digests, shared answers, former cards",
    tables: ["posted"],
    days: 90,
  },
  buttons: { what: "What a button stood for, after it ended", tables: ["nonce", "nonce_use"], days: 30 },
  calls: {
    what: "Calls of requests that ended (the audit trail keeps them)",
    tables: ["step"],
    days: 400,
    but: "those of open requests",
  },
  reports: { what: 'What was sent by "Not ours…" and "Wrong finding…"', tables: ["report"], days: 400 },
  mentions: { what: "Whom a card mentioned, and how many cards a channel got on a day", tables: ["mention"], days: 14 },
  answers: { what: "Answers of the directory, after they ended", tables: ["cache"], days: 0 },
} as const satisfies Record<string, Kept>;

export type RetentionKey = keyof typeof retention;

/** As long as the database, or until something else ends it. */
export const alwaysKept: Readonly<Record<string, string>> = {
  audit: "never deleted",
  audit_text: "until somebody erases it",
  exception: "always",
  exception_finding: "with its exception",
  request: "always",
  request_item: "with its request",
  approval: "with its request",
  asset_busy: "until its request ends",
  account: "always",
  channel: "always",
  claim: "always",
  finding_group: "always",
  closing: "until the next scan",
  timer: "until it was due",
  slot: "always",
  setting: "always",
  counter: "always",
};
