import { date, line, listed } from "#cards/text";
import type { AccountName, SeverityCounts } from "#cards/views";
import type { Inline, Text } from "#domain/card";
import type { Severity, Topic } from "#domain/check";
import { severities } from "#domain/check";
import type { Because, Ending } from "#domain/exception";
import type { Cause, Closing, Finding, Ownership, Status } from "#domain/finding";
import type { RequestState } from "#domain/request";
import type { Instant } from "#domain/time";
import { day } from "#domain/time";

/** The one table of what machine words are called in chat. The left column stays in the database, JSON and audit. */
export const statusWords: Readonly<Record<Status, string>> = {
  open: "open",
  snoozed: "snoozed",
  accepted: "risk accepted",
  resolved: "fixed",
  retired: "taken off the list by hand",
};

export const closingWords: Readonly<Record<Closing, string>> = {
  passed: "fixed",
  gone: "gone (deleted)",
  "rule-changed": "closed by a changed rule",
  "not-applicable": "no longer concerned",
  retired: "taken off the list by hand",
};

/** Why something is set aside, as it stands in a sentence. */
export const becauseWords: Readonly<Record<Because, string>> = {
  "fix-planned": "fix planned",
  "being-replaced": "being replaced",
  waiting: "waiting for someone",
  "meant-to-be": "meant to be so",
  "other-protection": "other protection in place",
  "shutting-down": "will be shut down",
  "not-worth-fixing": "not worth fixing",
};

export const endingWords: Readonly<Record<Ending, string>> = {
  expired: "its day came",
  woken: "woken",
  revoked: "ended early",
  worse: "it got worse",
  replaced: "replaced by another one",
  fixed: closingWords.passed,
  gone: closingWords.gone,
  closed: "no longer concerned",
  retired: closingWords.retired,
};

/** Why it was found now, as the end of a row. `change` is worded with its time. */
export const causeWords: Readonly<Record<Cause, string>> = {
  change: "changed",
  baseline: "there before",
  "new-check": "found by a new check",
  "new-account": "in a new account",
  regained: "could not be read before",
  "new-owner": "new owner",
  imported: "imported",
  replaced: "in place of another one",
};

/** The headings of requests; there are no others. `halted` and marks on a done request have their own, below. */
export const requestWords: Readonly<Record<Exclude<RequestState, "halted">, string>> = {
  requested: "Waiting for approval",
  approved: "Approved, running",
  executing: "Approved, running",
  verified: "Done and checked",
  failed: "Failed, nothing changed",
  denied: "Denied",
  expired: "Expired, nothing happened",
  superseded: "Out of date, nothing happened",
  cancelled: "Withdrawn",
  closed: "Closed by hand",
};
export const specialWords = {
  accepted: "Approved (risk accepted)",
  undone: "Undone and checked",
  regressed: "Came undone",
  unconfirmed: "Not confirmed, look at it",
  stillOpen: "Changed, still open",
  stoppedAfter: (done: number, all: number): string => `Stopped after ${done} of ${all}`,
} as const;

/** Never in a card. Commands (`/posture …`) and the heading "Failed, nothing changed" are the exceptions. */
export const forbiddenWords: readonly string[] = [
  ..."asset,assets,entity,entities,resource,resources".split(","),
  ..."non-compliant,compliant,violation,violations,failed,misconfiguration,misconfigurations,posture".split(","),
  ..."unresolved,suppressed,suppress,muted,unknown".split(","),
  ..."requested,remediated,remediate,executed,verified,superseded,halted,rolled back,rollback".split(","),
  ..."responsible,assignee,contact,ignore,false positive,safe,recommended,please,hello,welcome".split(","),
];

export const squares: Readonly<Record<Severity, string>> = { critical: "🟥", high: "🟧", medium: "🟨", low: "⬜" };
/** "🟧 HIGH" */
export const mark = (severity: Severity): string => `${squares[severity]} ${severity.toUpperCase()}`;

/** "8,012" */
export const number = (n: number): string => new Intl.NumberFormat("en-US").format(n);
export interface Noun {
  readonly one: string;
  readonly many: string;
}
/** "1 S3 bucket", "3 S3 buckets" */
export const count = (n: number, noun: Noun): string => `${number(n)} ${n === 1 ? noun.one : noun.many}`;
export const regular = (one: string): Noun => ({ one, many: `${one}s` });

export const severityCounts = (findings: readonly Pick<Finding, "severity">[]): SeverityCounts => {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
};
export const total = (counts: SeverityCounts): number => severities.reduce((sum, each) => sum + counts[each], 0);
/** "🟧 4 high · 🟨 7 medium"; nothing is said of none. */
export const severityLine = (counts: SeverityCounts): string =>
  severities
    .filter((each) => counts[each] > 0)
    .map((each) => `${squares[each]} ${number(counts[each])} ${each}`)
    .join(" · ");
export const worstOf = (list: readonly Severity[]): Severity =>
  severities.find((severity) => list.includes(severity)) ?? "low";

/** "payments-prod 111122223333" */
export const accountPhrase = ({ id, name }: AccountName): string => (name === id ? id : `${name} ${id}`);
/** One account with its id, or "3 accounts": then each row names its own. */
export function accountsPhrase(accounts: readonly AccountName[]): string | undefined {
  const distinct = [...new Map(accounts.map((account) => [account.id, account])).values()];
  return distinct[0] && distinct.length === 1 ? accountPhrase(distinct[0]) : count(distinct.length, regular("account"));
}

/** "Payments (tag team=payments)", "nobody (no tag, no account owner)" */
export function ownerPhrase(name: string | undefined, ownerships: readonly Ownership[]): string {
  if (name === undefined) {
    const values = unique(ownerships.flatMap(({ unresolved }) => unresolved ?? []));
    return values.length === 0
      ? "nobody (no tag, no account owner)"
      : `nobody (${firstFew(values)} fits no one, no account owner)`;
  }
  const ways = unique(ownerships.map(({ via }) => via).filter((via) => via !== ""));
  return ways.length === 0 ? name : `${name} (${firstFew(ways)})`;
}

const firstFew = (words: readonly string[]): string =>
  words.length <= 2 ? listed(words) : `${words.slice(0, 2).join(", ")} and ${words.length - 2} more`;

export const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** "since Sun 22 Nov" for a week, then "41 days". */
export const age = (since: Instant, now: Instant): readonly Inline[] =>
  now - since < 7 * day ? line("since ", date(since)) : [`${number(Math.floor((now - since) / day))} days`];

/** "can be read" → "can still be read"; "allow SSH" → "still allow SSH" */
export const still = (state: string): string =>
  /^(can|is|are) /.test(state) ? state.replace(" ", " still ") : `still ${state}`;

const pasts: Readonly<Record<string, string>> = { is: "was", has: "had", does: "did", can: "could", lets: "let" };
/** "1 database had a public address", "4 databases had public addresses" */
export function past({ state }: Pick<Topic, "state">, n: number): string {
  const [verb = "", ...rest] = state.one.split(" ");
  const turned = Object.hasOwn(pasts, verb) ? pasts[verb] : undefined;
  return n === 1 && turned !== undefined ? [turned, ...rest].join(" ") : state.past;
}

export const stateOf = ({ state }: Pick<Topic, "state">, n: number): string => (n === 1 ? state.one : state.many);

/** "block public access" → "Blocks public access" */
export function thirdPerson(verb: string): string {
  const [word = "", ...rest] = verb.split(" ");
  const ending = /(s|x|ch|sh|o)$/.test(word) ? "es" : "s";
  const turned = /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}${ending}`;
  return capital([turned, ...rest].join(" "));
}
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** "Payments'", "Web's" */
export const possessive = (name: string): string => (/s$/i.test(name) ? `${name}'` : `${name}'s`);
/** Ends with exactly one full stop. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
/** "Tom Beck" → "Tom" */
export const firstName = (name: string): string => name.trim().split(/\s+/)[0] ?? name;

/** Tag keys that say what looks after a thing; the value is in the second group where the key alone does not say it. */
const managers: readonly (readonly [key: RegExp, named: string | undefined])[] = [
  [/^aws:cloudformation:stack-name$/, "CloudFormation"],
  [/^(terraform|tf)([-_:.]?(managed|workspace|module|stack))?$/i, "Terraform"],
  [/^pulumi([-_:.].*)?$/i, "Pulumi"],
  [/^managed[-_: ]?by$/i, undefined],
];

/** What tags say about who would turn a change back. Tags prove nothing: absent means only that none was found. */
export function managedBy(tags: Readonly<Record<string, string>>): string | undefined {
  for (const [pattern, named] of managers) {
    const found = Object.entries(tags).find(([key]) => pattern.test(key));
    if (found && !/^(false|no|0)?$/i.test(found[1])) return named ?? capital(found[1]);
  }
  return undefined;
}

/** `F-1a2b`  *pay-receipts-eu* */
export const idAndName = (id: string, name: string): Text => [{ code: id }, "  ", { bold: name }, "  "];
