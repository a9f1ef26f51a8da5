import { noScanPart } from "#cards/lines";
import {
  bold,
  button,
  cardOf,
  code,
  dots,
  facts,
  heading,
  line,
  listed,
  menu,
  minuteOf,
  para,
  rows,
  run,
  sameAs,
} from "#cards/text";
import type { StatusView, WhoamiView } from "#cards/views";
import { accountPhrase, count, number, regular } from "#cards/words";
import type { Card, Part, Text } from "#domain/card";

const most = 5;

/** What was scanned when, what could not be read and which permission is missing, and what comes next. */
export function statusCard(view: StatusView): Card {
  const { accounts, noScan, unread, gaps, closedRegions, next } = view;
  return cardOf(
    [
      noScanPart(noScan),
      view.scans.length === 0 ? undefined : heading("Scans"),
      rows(view.scans.slice(0, most).map((scan) => ({ text: scanText(scan) }))),
      para(`Read ${number(accounts.read)} of ${count(accounts.of, regular("account"))}`),
      rows(
        unread
          .slice(0, most)
          .map(({ account, why }) => ({ text: line(bold(accountPhrase(account)), `  could not be read: ${why}`) })),
        unread.length - most,
      ),
      ...gapParts(gaps),
      closedRegions > 0
        ? para(`${count(closedRegions, regular("region"))} closed by your organisation's policy; not counted as a gap.`)
        : undefined,
      next === undefined ? undefined : para("Next scan ", minuteOf(next)),
      sameAs("status"),
    ],
    { actions: [button("Scan now", run("scan")), menu(["Summary", run("summary")], ["Doctor", run("doctor")])] },
  );
}

function scanText({ startedAt, endedAt, state, filtered, open }: StatusView["scans"][number]): Text {
  const words = { running: "running", done: "done", aborted: "broke off" } as const;
  const took = endedAt === undefined ? undefined : Math.max(1, Math.round((endedAt - startedAt) / 60_000));
  return dots(
    line(minuteOf(startedAt)),
    words[state],
    took !== undefined && `${took} min`,
    filtered && "a part only",
    open !== undefined && `${number(open)} open`,
  );
}

function gapParts(gaps: StatusView["gaps"]): readonly (Part | undefined)[] {
  if (gaps.length === 0) return [];
  return [
    para(bold("Missing permissions")),
    rows(
      gaps.slice(0, most).map(({ permission, count: n, where }) => ({
        text: line(
          code(permission),
          `  ${count(n, { one: "result", many: "results" })} in ${where} could not be checked`,
        ),
      })),
      gaps.length - most,
    ),
  ];
}

/** Who the bot takes somebody for, and what that lets them do. */
export function whoamiCard({ name, roles, groups, teams, approves }: WhoamiView): Card {
  return cardOf(
    [
      heading(name),
      facts(
        ["Roles", roles.length === 0 ? "none" : listed(roles)],
        ["Teams", teams.length === 0 ? "none" : listed(teams)],
        ["Groups", groups.length === 0 ? "none" : listed(groups)],
      ),
      approves.length === 0
        ? para("You may approve nothing: no policy names you or a group of yours.")
        : para(bold("You may approve")),
      rows(
        approves.slice(0, most).map(({ what, because }) => ({ text: `${what}, because ${because}` })),
        approves.length - most,
      ),
      approves.length > 0 ? para("Never what you asked for yourself.") : undefined,
      sameAs("whoami"),
    ],
    { actions: [button("Mine", run("mine"))] },
  );
}

/** Problems, a sentence each with what to do; or that there are none. */
export const doctorCard = (problems: readonly string[]): Card =>
  cardOf([
    heading(
      problems.length === 0
        ? "Nothing found: all that was looked at works"
        : count(problems.length, regular("problem")),
    ),
    rows(
      problems.slice(0, 10).map((problem, index) => ({ text: `${index + 1}. ${problem}` })),
      problems.length - 10,
    ),
    sameAs("doctor"),
  ]);
