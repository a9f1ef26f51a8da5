import { button, cardOf, code, line, listed, minuteOf, para, run } from "#cards/text";
import type { SeverityCounts } from "#cards/views";
import { count, number, possessive, regular, severityLine, total } from "#cards/words";
import type { Card, Text } from "#domain/card";
import type { Instant } from "#domain/time";

/** A sentence or two for the person who did something: refusals, problems, small confirmations. */
export const answerCard = (text: Text): Card => cardOf([para(text)]);

export const unknownWordCard = (word: string, meant?: string): Card =>
  cardOf(
    [
      para(
        line("There is no command ", code(word.slice(0, 40)), "."),
        meant !== undefined && line(" Did you mean ", code(meant), "?"),
      ),
    ],
    {
      actions: [
        meant === undefined ? undefined : button(`Run ${meant}`, run(meant)),
        button("Show all commands", run("help")),
      ],
    },
  );

/** An id that leads nowhere: mistyped, or long gone. */
export const noSuchIdCard = (id: string): Card =>
  cardOf([para(line("There is no ", code(id.slice(0, 40)), " here. Ids look like F-1a2b, G-7k or R-12."))], {
    actions: [button("Show findings", run("findings"))],
  });

export const usageCard = (usage: string, example: string): Card =>
  cardOf([para("Say it as ", code(`/posture ${usage}`), ", for example ", code(`/posture ${example}`), ".")]);

export const claimedCard = (id: string, team: string, n: number): Card =>
  answerCard(
    `${id} is ${possessive(team)} now: ${count(n, regular("finding"))}. From the next scan on they go to its channel; the claim is in the audit trail.`,
  );
/** In the thread, for everybody. */
export const claimedThreadCard = (who: string, id: string, team: string): Card =>
  answerCard(`${who} claimed ${id} for ${team}.`);
export const notClaimableCard = (id: string, owner: string): Card =>
  answerCard(`${id} has an owner already: ${owner}. If that is wrong, say so with [Not ours…].`);

export const quietCard = (channel: string, until: Instant): Card =>
  cardOf(
    [
      para(
        `${channel} is quiet until `,
        minuteOf(until),
        ". Findings are still counted; one digest follows, never the backlog.",
      ),
    ],
    { actions: [button("End it now", run(`quiet ${channel} off`))] },
  );
export const quietEndedCard = (channel: string): Card =>
  answerCard(`${channel} is not quiet any more. The next digest says what changed.`);
export const notQuietCard = (channel: string): Card =>
  answerCard(line(`${channel} is not quiet. To make it so: `, code(`/posture quiet ${channel} 24h`)));

export const scanStartedCard = (who: string, what: string): Card =>
  answerCard(`${who} started a scan of ${what}. You hear when it is done.`);
export const scanRunningCard = (since: Instant): Card =>
  cardOf([para("A scan is running since ", minuteOf(since), ". Its results count for yours too.")], {
    actions: [button("Show scans", run("status"))],
  });

export interface ScanDone {
  readonly what: string;
  readonly at: Instant;
  readonly open: SeverityCounts;
  readonly new: number;
  readonly fixed: number;
  readonly accounts: { readonly read: number; readonly of: number };
}
export function scanDoneCard({ what, at, open, accounts, ...moved }: ScanDone): Card {
  const changes = [
    moved.new > 0 && `${number(moved.new)} new`,
    moved.fixed > 0 && `${number(moved.fixed)} fixed`,
  ].filter((each) => each !== false);
  const all = total(open);
  const missing = accounts.of - accounts.read;
  return cardOf([
    para(
      `Scan of ${what} finished `,
      minuteOf(at),
      `: ${all === 0 ? "nothing" : number(all)} open`,
      changes.length > 0 && `, ${listed(changes)}`,
      ".",
    ),
    all === 0 ? undefined : para(severityLine(open)),
    missing === 0
      ? undefined
      : para(`${count(missing, regular("account"))} could not be read. `, code("/posture status"), " says why."),
  ]);
}

/** In the admin channel: somebody says that a finding is another team's, or wrong. */
export interface Report {
  readonly who: string;
  readonly kind: "not-ours" | "wrong";
  readonly ids: readonly string[];
  readonly what: string;
  readonly owner: string;
  readonly whose?: string;
  readonly reason: string;
  readonly evidence?: readonly string[];
}
export function reportCard({ who, kind, ids, what, owner, whose, reason, evidence = [] }: Report): Card {
  const be = ids.length === 1 ? "is" : "are";
  const says = `says that ${listed(ids)} ${be} ${kind === "wrong" ? "wrong" : `not ${possessive(owner)}`}`;
  return cardOf(
    [
      para(`${who} ${says}: ${what}`),
      reason === "" ? undefined : para(`"${reason}"`),
      whose === undefined || whose === "" ? undefined : para(`Whose, as they think: ${whose}`),
      ...evidence.slice(0, 5).map((each) => para(each)),
    ],
    {
      actions:
        ids[0] === undefined
          ? []
          : [button(`Show ${ids[0]}`, run(`show ${ids[0]}`)), button("Why", run(`why ${ids[0]}`))],
    },
  );
}
export const reportedCard = (ids: readonly string[]): Card =>
  answerCard(`The admins have it: ${listed(ids)}. Until they have looked, it stays where it is.`);
