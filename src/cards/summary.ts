import { asidePart } from "#cards/findings";
import {
  checkedText,
  endingText,
  groupRow,
  isKnown,
  labelled,
  noScanPart,
  uncheckedText,
  waitingShort,
} from "#cards/lines";
import { bold, button, cardOf, code, date, dots, joined, line, menu, para, rows, run, sameAs } from "#cards/text";
import type { EstateView, SummaryView } from "#cards/views";
import { count, number, regular, severityLine, squares, total } from "#cards/words";
import type { Action, Card, Part } from "#domain/card";
import type { Severity } from "#domain/check";

const most = 3;

/** A team's state, for the person who asked. Its header is the sum of what [All …] lists. */
export function summaryCard(view: SummaryView): Card {
  const summary = `summary ${view.scope}`.trim();
  return cardOf([...headParts(view), ...bodyParts(view, false), ...footParts(view), sameAs(summary)], {
    actions: actionsOf(view, summary),
  });
}

/** The same for everything, with a line per team; only here the score, beside what it was counted from. */
export function estateCard(view: EstateView): Card {
  const { score, teams, accountsNotRead } = view;
  const listed = [...teams].sort((a, b) => urgent(b.open) - urgent(a.open) || total(b.open) - total(a.open));
  return cardOf(
    [
      ...headParts(view),
      ...bodyParts(view, true),
      listed.length > 0 ? para(bold("Teams")) : undefined,
      rows(
        listed.map(({ name, open }) => ({
          text: dots(
            line(bold(name ?? "nobody"), "  ", urgentText(open)),
            count(total(open), { one: "open", many: "open" }),
          ),
        })),
      ),
      accountsNotRead > 0
        ? para(
            `${count(accountsNotRead, regular("account"))} could not be read. `,
            code("/posture status"),
            " says why.",
          )
        : undefined,
      score.checked > 0
        ? para(
            `Score: passed ${number(score.passed)} of ${number(score.checked)} checked (${percent(score.passed, score.checked)} %), ` +
              `${number(score.unchecked)} could not be checked`,
          )
        : undefined,
      ...footParts(view),
      sameAs("summary all"),
    ],
    { actions: actionsOf(view, "summary all") },
  );
}

/** Rounded down: 100 % means all of them. */
const percent = (part: number, whole: number): number => Math.floor((100 * part) / whole);
const urgent = (open: SummaryView["open"]): number => open.critical + open.high;
const urgentText = (open: SummaryView["open"]): string => {
  const worst: readonly Severity[] = ["critical", "high"];
  const said = worst.filter((each) => open[each] > 0).map((each) => `${squares[each]} ${number(open[each])} ${each}`);
  return said.length === 0 ? "none critical or high" : said.join(" · ");
};

function headParts({ name, noScan, open, since, folded }: SummaryView): readonly (Part | undefined)[] {
  const all = total(open);
  const moved = since
    ? [
        since.new > 0 && `${number(since.new)} new`,
        since.fixed > 0 && `${number(since.fixed)} fixed`,
        since.cameBack > 0 && `${number(since.cameBack)} came back`,
      ].filter((each) => each !== false)
    : [];
  const nothing = isKnown(noScan) ? `${name}: nothing open` : `${name}: nothing known yet`;
  return [
    noScanPart(noScan),
    para(dots(bold(all === 0 ? nothing : `${name}: ${number(all)} open`), severityLine(open))),
    folded > 0 ? para(`${number(folded)} of them in regions where nothing runs`) : undefined,
    since && para("Since ", date(since.at), `: ${moved.length === 0 ? "nothing changed" : moved.join(" · ")}`),
  ];
}

function bodyParts(
  { first, now, waiting, ending, ...aside }: SummaryView,
  owner: boolean,
): readonly (Part | undefined)[] {
  const waits = [...waiting.map(waitingShort), ...ending.map(endingText)];
  return [
    first.length > 0 ? para(bold("Do these first")) : undefined,
    rows(first.slice(0, most).map((each, index) => groupRow(each, { now, owner }, index + 1))),
    waits.length > 0
      ? para(
          labelled(
            "Waiting",
            joined(waits.slice(0, most), " · "),
            waits.length > most && ` · and ${number(waits.length - most)} more`,
          ),
        )
      : undefined,
    asidePart(aside),
  ];
}

function footParts({ checked, unchecked }: SummaryView): readonly Part[] {
  const said = joined([checked && checkedText(checked), uncheckedText(unchecked)], " ");
  return said.length === 0 ? [] : [para(said)];
}

function actionsOf({ open, scope, snoozed, accepted }: SummaryView, summary: string): readonly (Action | undefined)[] {
  const all = total(open);
  const filter = scope === "" ? "" : ` ${scope}`;
  return [
    button("Share here", run(`${summary} --share`)),
    all > 0 ? button(`All ${number(all)}`, run(`findings${filter}`)) : undefined,
    menu(
      ["Mine", run("mine")],
      snoozed + accepted > 0 ? ["Set aside", run(`findings${filter} status=snoozed,accepted`)] : undefined,
      ["Scans", run("status")],
    ),
  ];
}
