import { awsConsoleUrl } from "#cards/console";
import { evidenceLines } from "#cards/evidence";
import { asideText, waitingText, whatText } from "#cards/lines";
import {
  bold,
  button,
  cardOf,
  date,
  dots,
  facts,
  form,
  heading,
  line,
  menu,
  minuteOf,
  note,
  para,
  rows,
  run,
  sameAs,
} from "#cards/text";
import type { AsideView, ShowView, WhyView } from "#cards/views";
import {
  accountPhrase,
  age,
  capital,
  causeWords,
  closingWords,
  mark,
  ownerPhrase,
  sentence,
  statusWords,
} from "#cards/words";
import type { Action, Card, Part, Press } from "#domain/card";
import type { Finding } from "#domain/finding";

/** One finding, for the person who asked: what it is, what decided it, what it risks, what to do. */
export function showCard(view: ShowView): Card {
  const { finding, topic, check, now, aside } = view;
  const { id, severity } = finding;
  return cardOf(
    [
      heading(mark(severity), " · ", whatText({ topic, count: 1, name: finding.asset.name })),
      para(placeLine(view)),
      para(statusLine(view), finding.status === "open" ? line(" · ", age(finding.since, now)) : undefined),
      aside && para(`${aside.line.id} · because: ${aside.because}`),
      para(sentence(check.risk)),
      para(bold("What was seen")),
      para(sentence(finding.message)),
      rows(evidenceLines(finding.evidence).map((text) => ({ text }))),
      view.history.length > 0 ? para(bold("What happened")) : undefined,
      rows(
        view.history.slice(-5).map(({ at, what }) => ({ text: line(minuteOf(at), "  ", what) })),
        view.history.length - 5,
      ),
      ...whatToDo(view),
      facts(["Check", `${check.title} (${check.id})`], ["Controls", check.controls.join(", ")]),
      note(dots(id, view.group, line("checked ", minuteOf(finding.lastSeen)))),
      sameAs(`show ${id}`),
    ],
    { severity, actions: actionsOf(view) },
  );
}

function placeLine({ finding, owner, account }: Pick<ShowView, "finding" | "owner" | "account">) {
  return line(
    "Owner ",
    dots(
      ownerPhrase(owner, [finding.ownership]),
      finding.environment,
      accountPhrase(account),
      finding.region !== "global" && finding.region,
    ),
  );
}

function statusLine({ finding, aside }: Pick<ShowView, "finding" | "aside">) {
  const { status, closed, cause, uncheckedSince, returns } = finding;
  if (closed)
    return line(
      `${capital(closingWords[closed.how])} `,
      minuteOf(closed.at),
      closed.request !== undefined && ` by ${closed.request}`,
    );
  return line(
    dots(
      aside
        ? line(capital(statusWords[status]), " until ", date(aside.line.until), ` (${aside.line.by})`)
        : capital(statusWords[status]),
      returns > 0
        ? `came back ${returns === 1 ? "once" : `${returns} times`}`
        : cause !== "change" && causeWords[cause],
      uncheckedSince !== undefined && line("could not check since ", minuteOf(uncheckedSince)),
    ),
  );
}

function whatToDo({ finding, fix, request }: ShowView): readonly (Part | undefined)[] {
  if (finding.closed) return [];
  if (request) return [para(bold("What to do")), para(waitingText(request))];
  return fix === undefined
    ? []
    : [para(bold("What to do")), para(`${capital(fix)}: ask for it with [Fix…]; somebody else approves it.`)];
}

function actionsOf({ finding, fix, aside }: ShowView): readonly (Action | undefined)[] {
  const { id } = finding;
  const link = linkTo(finding);
  if (finding.closed) return [link];
  return [
    fix === undefined ? button("How to fix", run(`fix ${id}`)) : button("Fix…", form(`fix ${id}`), "primary"),
    link,
    menu(
      asideItem(id, aside?.line),
      ["Accept risk…", form(`accept ${id}`)],
      finding.ownership.owner === undefined ? ["Claim", run(`claim ${id}`)] : ["Not ours…", form(`not-ours ${id}`)],
      ["Wrong finding…", form(`wrong ${id}`)],
      ["Why", run(`why ${id}`)],
    ),
  ];
}

const asideItem = (id: string, aside: AsideView | undefined): readonly [string, Press] => {
  if (aside === undefined) return ["Snooze…", form(`snooze ${id}`)];
  return aside.kind === "snooze" ? ["Wake", run(`unsnooze ${aside.id}`)] : ["End now…", form(`revoke ${aside.id}`)];
};

/** No automatic fix: the steps for a person, by console, command line and Terraform. */
export function howToFixCard({ finding, check, topic }: ShowView): Card {
  const { console: steps, cli, terraform } = check.guidance;
  return cardOf(
    [
      heading(`How to fix ${finding.id}: ${whatText({ topic, count: 1, name: finding.asset.name })}`),
      check.guided === undefined ? undefined : para(`No automatic fix: ${sentence(check.guided)}`),
      para(bold("In the console")),
      rows(steps.map((step, index) => ({ text: `${index + 1}. ${filled(step, finding)}` }))),
      para(bold("On the command line")),
      { kind: "code", code: filled(cli, finding) },
      para(bold("In Terraform")),
      { kind: "code", code: filled(terraform, finding) },
      sameAs(`fix ${finding.id}`),
    ],
    { actions: [linkTo(finding)] },
  );
}

/** A name that a shell or a Terraform string would read as more than a name stays `{name}`: the line is there to be pasted. */
function filled(text: string, { asset, region, account }: Finding): string {
  const values = { name: asset.name, region, account };
  return text.replaceAll(/\{(name|region|account)\}/g, (placeholder, key: keyof typeof values) =>
    /^[\w.@/:+=-]+$/.test(values[key]) ? values[key] : placeholder,
  );
}

function linkTo({ asset }: Finding): Action | undefined {
  const url = awsConsoleUrl(asset.id);
  return url === undefined ? undefined : { kind: "link", label: "Open in AWS", url };
}

/** Why it is a finding, why it is theirs, why they heard of it, or did not. */
export function whyCard(view: WhyView): Card {
  const { finding, check, owner, route, told, aside } = view;
  return cardOf([
    heading(`Why ${finding.id}: ${whatText({ topic: view.topic, count: 1, name: finding.asset.name })}`),
    para(sentence(finding.message)),
    rows(evidenceLines(finding.evidence).map((text) => ({ text }))),
    facts(
      ["Check", `${check.title} (${check.id})`],
      ["Owner", ownerPhrase(owner, [finding.ownership])],
      ["Goes to", `${route.channel} (${route.mode}), ${route.because}`],
      ["Set aside", aside && line(asideText(aside.line), ` · ${aside.line.id} · because: ${aside.because}`)],
      ["First seen", line(date(finding.firstSeen), ` · ${newsWords(finding)}`)],
      ["Told", told && toldWords[told]],
    ),
    sameAs(`why ${finding.id}`),
  ]);
}

const toldWords = { card: "in a card", digest: "in the digest", count: "in the count alone" } as const;

/** Only a change of the thing itself is news. */
const newsWords = ({ cause, folded }: Finding): string => {
  if (folded) return "in a region where nothing runs: counted in one line, no card";
  return cause === "change"
    ? "it was changed: news, so it may get a card"
    : `${causeWords[cause]}: nothing was changed, so it is counted and not announced`;
};
