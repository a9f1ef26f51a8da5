import { bold, button, clip, date, dots, joined, line, listed, minuteOf, para, run } from "#cards/text";
import type { AsideView, GroupLine, NoScan, ReadAccounts, Unchecked, WaitingLine } from "#cards/views";
import { age, count, mark, number, regular, stateOf, statusWords } from "#cards/words";
import type { Part, Row, Text } from "#domain/card";
import type { Instant } from "#domain/time";

/** Lines that several cards share. */

/** "3 S3 buckets can be read by anyone on the internet", "database ledger-db is not encrypted" */
export const whatText = ({ topic, count: n, name }: Pick<GroupLine, "topic" | "count" | "name">): string =>
  `${n === 1 && name !== undefined ? `${topic.one} ${name}` : count(n, topic)} ${stateOf(topic, n)}`;

/** What a list shows of a line besides what and which: a team knows its own name. */
interface Shown {
  /** Says since when. */
  readonly now?: Instant;
  readonly owner?: boolean;
  readonly account?: boolean;
}

/** "🟧 HIGH · 3 S3 buckets can be read by anyone on the internet · prod · since Sun 22 Nov · G-7k" */
export const groupLine = (each: GroupLine, { now, owner = false, account = false }: Shown = {}): Text =>
  dots(
    `${mark(each.severity)} · ${whatText(each)}`,
    owner && (each.owner ?? "nobody"),
    each.environment,
    account && each.account?.name,
    now !== undefined && age(each.since, now),
    each.aside === undefined ? each.guided !== undefined && "no automatic fix" : asideText(each.aside),
    each.id,
  );

/** "snoozed until Mon 30 Nov 2026 (Jo Park)" */
export const asideText = ({ kind, until, by }: AsideView): Text =>
  line(`${statusWords[kind === "snooze" ? "snoozed" : "accepted"]} until `, date(until), ` (${clip(by, 40)})`);

/** "E-3 (risk accepted) ends Fri 27 Nov 2026" */
export const endingText = ({ id, until, what }: Pick<AsideView, "id" | "until"> & { readonly what?: string }): Text =>
  line(`${id} (${dotless(statusWords.accepted, what)}) ends `, date(until));
const dotless = (...words: readonly (string | undefined)[]): string =>
  words.filter((word) => word !== undefined).join(", ");

/** With [Open] at its end; `place`: its number in a short list. */
export const groupRow = (each: GroupLine, shown: Shown, place?: number): Row => ({
  text: line(place !== undefined && `${place}  `, groupLine(each, shown)),
  action: button("Open", run(`show ${each.id}`)),
});

/** "R-12 needs 1 approval until Tue 24 Nov 09:31" */
export const waitingShort = ({ id, missing, until }: WaitingLine): Text =>
  line(`${id} needs ${count(missing, regular("approval"))} until `, minuteOf(until));

/** "R-12 (block public access on 2 S3 buckets) needs 1 approval until Tue 24 Nov 09:31" */
export const waitingText = ({ id, what, missing, until }: WaitingLine): Text =>
  line(`${id} (${what}) needs ${count(missing, regular("approval"))} until `, minuteOf(until));

/** "Checked Mon 23 Nov 06:02, 6 of 6 accounts." */
export const checkedText = ({ at, read, of }: ReadAccounts): Text =>
  line("Checked ", minuteOf(at), `, ${number(read)} of ${count(of, regular("account"))}.`);

/** Said before anything else: what follows is not how things are now. */
export const noScanPart = (noScan: NoScan | undefined): Part | undefined => {
  if (!noScan) return undefined;
  return noScan.since === undefined
    ? para(bold("No scan of everything has finished yet."), " What is not listed may be open all the same.")
    : para(
        bold(line("No scan since ", minuteOf(noScan.since), ".")),
        " What follows is how it was then; what changed since is missing.",
      );
};

/** Before the first scan, nothing open means nothing. */
export const isKnown = (noScan: NoScan | undefined): boolean => noScan === undefined || noScan.since !== undefined;

/** "Could not check 3 S3 buckets in payments-dev (security is on it)" */
export const uncheckedText = (gaps: readonly Unchecked[]): string | undefined => {
  if (gaps.length === 0) return undefined;
  const named = gaps.slice(0, 3).map(({ count: n, noun, where }) => `${count(n, noun)} in ${where}`);
  const rest = gaps.slice(3).reduce((sum, gap) => sum + gap.count, 0);
  return `Could not check ${listed(rest > 0 ? [...named, `${number(rest)} more elsewhere`] : named)} (security is on it)`;
};

/** "Waiting  R-12 needs …": a bold word, and what it says. */
export const labelled = (label: string, ...pieces: readonly (Text | undefined | false)[]): Text =>
  joined([bold(label), line(...pieces)], "  ");
