import { asideText } from "#cards/lines";
import {
  bold,
  button,
  cardOf,
  clip,
  code,
  date,
  dots,
  form,
  heading,
  joined,
  line,
  listed,
  menu,
  minuteOf,
  note,
  para,
  rows,
  run,
} from "#cards/text";
import type { GroupNewsView, GroupRow, GroupView } from "#cards/views";
import {
  accountsPhrase,
  capital,
  causeWords,
  closingWords,
  count,
  idAndName,
  managedBy,
  mark,
  ownerPhrase,
  past,
  stateOf,
  statusWords,
  still,
  unique,
  worstOf,
} from "#cards/words";
import type { Action, Card, Part, Press, Text } from "#domain/card";
import type { Finding } from "#domain/finding";

const most = 5;

/** The card of a finding group: open, partly fixed, closed, came back, nobody's, without automatic fix. */
export function groupCard(view: GroupView): Card {
  if (view.open.length === 0) return closedCard(view);
  const severity = worstOf(view.open.map(({ finding }) => finding.severity));
  const what = headline(view);
  const environments = unique(view.open.flatMap(({ finding }) => finding.environment ?? []));
  const shown = view.open.slice(0, most);
  return cardOf(
    [
      heading(mark(severity), " · ", what),
      ownerLine(view, environments),
      view.owner === undefined && view.guess !== undefined ? para("Guess: ", view.guess) : undefined,
      view.closed.length === 0 ? para(view.topic.means) : undefined,
      rows(
        shown.map((row) => ({ text: rowText(row, severalAccounts(view)) })),
        view.open.length - shown.length,
      ),
      asideRows(view, most - shown.length),
      ...closedLines(view.closed),
      nextLine(view),
      greyLine(view),
    ],
    {
      severity,
      text: [`${severity.toUpperCase()}: ${what}`, view.owner ?? "no owner", ...environments].join(", "),
      actions: buttons(view),
    },
  );
}

/** What the admin channel sees of a card that a channel in preview would get: nobody is mentioned, nothing can be pressed. */
export function previewCard(channel: string, view: GroupView): Card {
  const { mention: _, ...unmentioned } = view;
  const { parts, severity } = groupCard(unmentioned);
  return cardOf([heading("Preview: ", channel, " would get this card"), ...parts], {
    ...(severity && { severity }),
    actions: [button("Set it to digest", run(`rollout ${channel} digest`)), button("Show all", run(`show ${view.id}`))],
  });
}

/** Takes the place of a card that has become too old to be edited. */
export const continuesCard = (id: string, link: string): Card =>
  cardOf([para(id, " continues here: ", { link, label: "open the card" })]);

/** Editing tells nobody, so news on a living card also stands in its thread. */
export function groupNewsCard({ topic, kind, rows: news, mention }: GroupNewsView): Card {
  const words = { new: "New", returned: "Came back", worse: "Got worse" }[kind];
  const shown = news.slice(0, most);
  return cardOf([
    para(`${words}: ${count(news.length, topic)} ${stateOf(topic, news.length)}`, mention && line(" ", mention)),
    rows(
      shown.map((row) => ({ text: rowText(row, new Set(news.map(({ account }) => account.id)).size > 1) })),
      news.length - shown.length,
    ),
  ]);
}

/** Below what is open, in the room that is left; at least one, so that nobody takes what is set aside for gone. */
function asideRows(view: GroupView, room: number): Part | undefined {
  const shown = view.aside.slice(0, Math.max(1, room));
  const rest = view.aside.length - shown.length;
  return rows([
    ...shown.map((row) => ({ text: rowText(row, severalAccounts(view)) })),
    ...(rest > 0 ? [{ text: `${rest} more set aside` }] : []),
  ]);
}

function headline({ open, closed, aside, topic }: GroupView): string {
  const n = open.length;
  if (open.every(({ cameBack }) => cameBack)) {
    const who = n === 1 ? (open[0]?.finding.asset.name ?? "") : count(n, topic);
    return `came back: ${who} ${stateOf(topic, n)}`;
  }
  const all = n + closed.length + aside.length;
  return all === n
    ? `${count(n, topic)} ${stateOf(topic, n)}`
    : `${n} of ${count(all, topic)} ${still(stateOf(topic, n))}`;
}

const severalAccounts = ({ open, aside }: GroupView): boolean =>
  new Set([...open, ...aside].map(({ account }) => account.id)).size > 1;

function ownerLine(view: GroupView, environments: readonly string[]): Part {
  const owner = ownerPhrase(
    view.owner,
    view.open.map(({ finding }) => finding.ownership),
  );
  const accounts = accountsPhrase(view.open.map(({ account }) => account));
  return para("Owner ", dots(line(owner, view.mention && line(" ", view.mention)), listed(environments), accounts));
}

function rowText({ finding, account, guided, aside, ...history }: GroupRow, withAccount: boolean): Text {
  const manager = managedBy(finding.tags);
  return line(
    idAndName(finding.id, finding.asset.name),
    dots(
      withAccount && account.name,
      finding.region !== "global" && finding.region,
      finding.row,
      aside ? asideText(aside) : sinceWhen(finding, history),
      manager !== undefined && `managed by ${clip(manager, 40)}`,
      aside ? undefined : guided,
    ),
  );
}

function sinceWhen(finding: Finding, { lastFine, cameBack }: Pick<GroupRow, "lastFine" | "cameBack">): Text {
  if (finding.uncheckedSince !== undefined) return line("could not check since ", minuteOf(finding.uncheckedSince));
  if (cameBack)
    return line(
      "fixed ",
      date(cameBack.fixedAt),
      cameBack.request !== undefined && ` by ${cameBack.request}`,
      ", came back ",
      lastFine === undefined ? date(finding.since) : line("after ", minuteOf(lastFine)),
    );
  if (finding.cause !== "change") return causeWords[finding.cause];
  return lastFine === undefined ? line("since ", minuteOf(finding.since)) : line("changed since ", minuteOf(lastFine));
}

/** "Fixed `F-1a2b` pay-receipts-eu, `F-1a2c` pay-exports · Mon 23 Nov 09:40 · R-12", one line for each way they were closed. */
function closedLines(closed: readonly Finding[]): readonly Part[] {
  const ways = unique(closed.map(wayOf));
  return ways.map((way) => {
    const same = closed.filter((finding) => wayOf(finding) === way);
    const names = same.slice(0, most).map(({ id, asset }) => line(code(id), " ", asset.name));
    const how = same[0]?.closed;
    return para(
      dots(
        line(
          `${capital(how ? closingWords[how.how] : "closed")} `,
          joined(names, ", "),
          same.length > most && ` and ${same.length - most} more`,
        ),
        how && minuteOf(Math.max(...same.map((finding) => finding.closed?.at ?? 0))),
        how?.request,
      ),
    );
  });
}

const wayOf = ({ closed }: Finding): string => `${closed?.how} ${closed?.request ?? ""}`;

function nextLine({ waiting, owner, open }: GroupView): Part {
  if (waiting) return para(`Next: ${waiting.id} waits for approval until `, minuteOf(waiting.until), ".");
  const it = open.length === 1 ? "it is" : "they are";
  if (owner === undefined) return para("Next: until somebody claims it, only this channel's daily digest repeats it.");
  return para(`Next: only the daily digest repeats it until ${it} fixed.`);
}

function greyLine({ id, checks, checkedAt }: GroupView): Part {
  const titles = checks.map(({ title }) => title);
  const shown = titles.length > 2 ? `${titles.slice(0, 2).join(", ")} and ${titles.length - 2} more` : listed(titles);
  return note(
    dots(
      id,
      titles.length > 0 && `${titles.length === 1 ? "check" : "checks"}: ${shown}`,
      line("checked ", minuteOf(checkedAt)),
    ),
  );
}

function buttons({ id, open, owner }: GroupView): readonly (Action | undefined)[] {
  const fixable = open.some(({ guided }) => guided === undefined);
  // What code manages is changed there first: its next run would turn a change in the cloud back.
  const inCode =
    fixable && open.every(({ guided, finding }) => guided !== undefined || managedBy(finding.tags) !== undefined);
  const fix = inCode
    ? button("Show code change", run(`fix ${id} --code`))
    : fixable
      ? button("Fix…", form(`fix ${id}`), "primary")
      : button("How to fix", run(`fix ${id}`));
  const hidden = open.length - most;
  const claim = owner === undefined ? button("Claim", run(`claim ${id}`)) : undefined;
  const snooze: Item = ["Snooze…", form(`snooze ${id}`)];
  const all: Item | undefined = hidden > 0 ? [`All ${open.length}`, run(`findings ${id}`)] : undefined;
  const second = claim ? fix : button(...(all ?? snooze));
  const items: readonly (Item | undefined)[] = [
    claim && all,
    claim || all ? snooze : undefined,
    inCode ? ["Fix in the cloud anyway…", form(`fix ${id}`)] : undefined,
    ["Accept risk…", form(`accept ${id}`)],
    claim ? undefined : ["Not ours…", form(`not-ours ${id}`)],
    ["Wrong finding…", form(`wrong ${id}`)],
    ["Why", run(`why ${id}`)],
    ["Open in AWS", run(`open ${id}`)],
  ];
  // A menu takes five. What is left out is one word away: `why`, `open`.
  return [claim ?? fix, second, menu(...items.filter((item) => item !== undefined).slice(0, mostItems))];
}

type Item = readonly [label: string, press: Press];
const mostItems = 5;

/** Nothing is open any more: one line, no buttons. */
function closedCard({ topic, closed, aside, owner, id }: GroupView): Card {
  const ways = unique(closed.map((finding) => (finding.closed ? closingWords[finding.closed.how] : "closed")));
  const sums = ways.map((way) => {
    const n = closed.filter((finding) => (finding.closed ? closingWords[finding.closed.how] : "closed") === way).length;
    return `${n} ${way}`;
  });
  const n = closed.length + aside.length;
  const what = `${count(n, topic)} ${past(topic, n)}`;
  return cardOf([
    para(
      bold(line("Closed: ", joined([...sums, ...asideSums(aside)], ", "), ` · ${what}`)),
      ` · ${owner ?? "no owner"} · ${id}`,
    ),
  ]);
}

/** "1 risk accepted until Fri 19 Feb 2027"; several say the first of their days. */
function asideSums(aside: readonly GroupRow[]): readonly Text[] {
  return (["snooze", "acceptance"] as const).flatMap((kind) => {
    const untils = aside.flatMap((row) => (row.aside?.kind === kind ? [row.aside.until] : []));
    if (untils.length === 0) return [];
    const word = statusWords[kind === "snooze" ? "snoozed" : "accepted"];
    const same = new Set(untils).size === 1;
    return [line(`${untils.length} ${word} until `, date(Math.min(...untils)), !same && " or later")];
  });
}
