import { awsConsoleUrl } from "#cards/console";
import { groupRow, isKnown, labelled, noScanPart, waitingText } from "#cards/lines";
import { bold, button, cardOf, dots, heading, line, menu, note, para, rows, run, sameAs } from "#cards/text";
import type { FindingsView, MineView, ShowView, WaitingLine } from "#cards/views";
import { idAndName, number, severityLine, statusWords, total } from "#cards/words";
import type { Card, Part, Row } from "#domain/card";

/** Findings on one page of a list. */
export const pageSize = 10;

/** A list, ten a page. Its header counts all pages. */
export function findingsCard(view: FindingsView): Card {
  const all = total(view.counts);
  const pages = Math.max(1, Math.ceil(all / pageSize));
  const filter = view.scope === "" ? "" : ` ${view.scope}`;
  const command = `findings${filter}${view.page > 1 ? ` page=${view.page}` : ""}`;
  const nothing = isKnown(view.noScan) ? `${view.name}: nothing ${view.what}` : `${view.name}: nothing known yet`;
  const title = all === 0 ? nothing : `${view.name}: ${number(all)} ${view.what}`;
  return cardOf(
    [
      noScanPart(view.noScan),
      para(dots(bold(title), severityLine(view.counts))),
      rows(
        view.lines.map((each) => groupRow(each, { now: view.now, account: true, owner: !/\bteam=/.test(view.scope) })),
      ),
      pages > 1 ? note(`page ${view.page} of ${pages}`) : undefined,
      sameAs(command),
    ],
    {
      actions: [
        view.page < pages ? button("Next page", run(`findings${filter} page=${view.page + 1}`)) : undefined,
        view.page > 1 ? button("Page before", run(`findings${filter} page=${view.page - 1}`)) : undefined,
      ],
    },
  );
}

/** What is open for the person's teams, what waits for them, and what they wait for. */
export function mineCard(view: MineView): Card {
  const all = total(view.counts);
  const [team, ...others] = view.teams;
  const hidden = all - view.lines.slice(0, 5).reduce((sum, each) => sum + each.count, 0);
  return cardOf(
    [
      noScanPart(view.noScan),
      para(
        dots(
          bold(
            all === 0
              ? `${view.name}: ${isKnown(view.noScan) ? "nothing open" : "nothing known yet"}`
              : `${view.name}: ${number(all)} open`,
          ),
          severityLine(view.counts),
        ),
      ),
      team === undefined
        ? para(
            "You are in no team of the configuration. An admin can add you to one; /posture claim takes what nobody owns.",
          )
        : undefined,
      rows(
        view.lines.slice(0, 5).map((each) => groupRow(each, { now: view.now, owner: view.teams.length > 1 })),
        hidden,
      ),
      asidePart(view),
      view.toApprove.length > 0 ? para(bold("Waiting for you")) : undefined,
      rows(view.toApprove.slice(0, 5).map(waitingRow), view.toApprove.length - 5),
      view.asked.length > 0 ? para(bold("You asked for")) : undefined,
      rows(view.asked.slice(0, 5).map(waitingRow), view.asked.length - 5),
      sameAs("mine"),
    ],
    {
      actions: [
        team !== undefined && others.length === 0 && all > 0
          ? button(`All ${number(all)}`, run(`findings team=${team}`))
          : undefined,
        menu(["Who am I?", run("whoami")], ["Scans", run("status")]),
      ],
    },
  );
}

/** Counted, so that nobody takes what is set aside for gone. */
export function asidePart({ snoozed, accepted }: Pick<MineView, "snoozed" | "accepted">): Part | undefined {
  const said = [
    snoozed > 0 && `${number(snoozed)} ${statusWords.snoozed}`,
    accepted > 0 && `${number(accepted)} ${statusWords.accepted}`,
  ].filter((each) => each !== false);
  return said.length === 0 ? undefined : para(labelled("Set aside", said.join(" · ")));
}

const waitingRow = (each: WaitingLine): Row => ({
  text: waitingText(each),
  action: button(`Show ${each.id}`, run(`show ${each.id}`)),
});

/** Where the findings' things are in the cloud's own console. */
export function openCard(id: string, views: readonly Pick<ShowView, "finding" | "account">[]): Card {
  const shown = views.slice(0, pageSize);
  return cardOf([
    heading(`${id} in AWS`),
    para("Sign in to the account named first."),
    rows(
      shown.map(({ finding, account }): Row => {
        const url = awsConsoleUrl(finding.asset.id);
        return {
          text: line(
            idAndName(finding.id, finding.asset.name),
            dots(`${account.name} ${account.id}`, finding.region !== "global" && finding.region),
          ),
          ...(url !== undefined && { action: { kind: "link", label: "Open in AWS", url } }),
        };
      }),
      views.length - shown.length,
    ),
  ]);
}
