import { asideText, groupRow, whatText } from "#cards/lines";
import { nameIn } from "#cards/request-words";
import {
  bold,
  button,
  cardOf,
  clip,
  date,
  dots,
  facts,
  form,
  heading,
  joined,
  line,
  listed,
  minuteOf,
  note,
  para,
  rows,
  run,
  sameAs,
} from "#cards/text";
import type { ExceptionsView, ExceptionView } from "#cards/views";
import { becauseWords, count, endingWords, mark, number, regular, statusWords, unique, worstOf } from "#cards/words";
import type { Action, Card, Row, Text } from "#domain/card";

const most = 10;

/** "F-2c9d", "F-1a2b, F-1a2c and 3 more" */
function idsText({ exception: { members } }: ExceptionView): string {
  const ids = members.map(({ findingId }) => findingId);
  return ids.length <= 3 ? listed(ids) : `${ids.slice(0, 3).join(", ")} and ${ids.length - 3} more`;
}

/** "S3 bucket pay-static-old can be read …", "3 S3 buckets can be read …", "3 findings" */
export function subjectText({ lines }: Pick<ExceptionView, "lines">): string {
  const [first] = lines;
  if (!first) return "nothing that is still known";
  const { name: _, ...unnamed } = first;
  if (lines.length === 1) return whatText(first);
  return lines.every(({ topic }) => topic.one === first.topic.one)
    ? whatText({ ...unnamed, count: lines.length })
    : count(lines.length, regular("finding"));
}

/** "fix planned: bastion goes away in sprint 48, PAY-812" */
export function becauseText({ because, note: said, ticket }: ExceptionView["exception"]): string {
  const why = said === "" ? becauseWords[because] : `${becauseWords[because]}: "${clip(said, 500)}"`;
  return ticket === undefined ? why : `${why}, ${clip(ticket, 60)}`;
}

/** In the thread of the card that the findings stand on. */
export const snoozedThreadCard = (view: ExceptionView): Card =>
  cardOf(
    [
      para(
        dots(
          line(`${byName(view)} snoozed ${idsText(view)} until `, minuteOf(view.exception.until)),
          becauseText(view.exception),
        ),
      ),
    ],
    { actions: [button("Wake", run(`unsnooze ${view.exception.id}`))] },
  );

export const endedEarlyThreadCard = (view: ExceptionView, who: string): Card =>
  cardOf([
    para(
      `${who} ended ${view.exception.id}: ${idsText(view)} ${view.exception.members.length === 1 ? "is" : "are"} open again.`,
    ),
  ]);

/** To the person who snoozed, privately. */
export const snoozedCard = (view: ExceptionView): Card =>
  cardOf(
    [
      para(
        `${idsText(view)} ${view.exception.members.length === 1 ? "is" : "are"} snoozed until `,
        minuteOf(view.exception.until),
        ". No post tells of it until then; it is counted as snoozed, and wakes at once if it gets worse.",
      ),
      note(view.exception.id),
    ],
    { actions: [button("Wake", run(`unsnooze ${view.exception.id}`))] },
  );

/** To the person who accepted alone, privately. */
export const acceptedCard = ({ exception }: ExceptionView): Card =>
  cardOf(
    [
      para(
        `${exception.id}: the risk of ${count(exception.members.length, regular("finding"))} is accepted until `,
        minuteOf(exception.until),
        ", and written down with your name. It ends at once if it gets worse.",
      ),
    ],
    { actions: [button("End now…", form(`revoke ${exception.id}`))] },
  );

const byName = (view: ExceptionView): string => nameIn(view, view.exception.by);

/** Privately, when its day has come and it is open again. */
export function endedCard(view: ExceptionView): Card {
  const { exception } = view;
  const { id, kind, from, members } = exception;
  const target = members.length === 1 ? (members[0]?.findingId ?? id) : undefined;
  const still = members.length === 1 ? "is" : "are";
  const fix = target === undefined ? button(`Show ${id}`, run(`show ${id}`)) : button("Fix…", form(`fix ${target}`));
  if (kind === "acceptance")
    return cardOf(
      [
        para(`${id} ended: ${idsText(view)} ${still} open again: ${subjectText(view)}.`),
        para("The risk was accepted ", date(from), `: ${becauseText(exception)}.`),
      ],
      { actions: [fix, target === undefined ? undefined : button("Accept risk…", form(`accept ${target}`))] },
    );
  const last = view.snoozesLeft === 1 ? " (last time)" : "";
  return cardOf(
    [
      para(`${idsText(view)} woke up and ${still} still open: ${subjectText(view)}.`),
      para("You snoozed it ", date(from), `: ${becauseText(exception)}.`),
    ],
    {
      actions: [
        fix,
        target !== undefined && view.snoozesLeft > 0 ? menuOrButton(`Snooze${last}…`, `snooze ${target}`) : undefined,
      ],
    },
  );
}

const menuOrButton = (label: string, command: string): Action => button(label, form(command));

/** Privately, 14 and 3 days before an acceptance ends. */
export function acceptanceEndsCard(view: ExceptionView): Card {
  const { id, until, members } = view.exception;
  const target = members.length === 1 ? (members[0]?.findingId ?? id) : id;
  return cardOf(
    [
      para(
        `${id} ends `,
        minuteOf(until),
        `: then ${idsText(view)} ${members.length === 1 ? "is" : "are"} open again.`,
      ),
      para(`Accepted: ${subjectText(view)} · ${becauseText(view.exception)}`),
    ],
    { actions: [button("Accept risk again…", form(`accept ${target}`)), button("End now…", form(`revoke ${id}`))] },
  );
}

/** One exception, for the person who asked. */
export function exceptionCard(view: ExceptionView): Card {
  const { exception, lines } = view;
  const { id, kind, ended, from, until, approvedBy, request } = exception;
  const state = kind === "snooze" ? statusWords.snoozed : statusWords.accepted;
  const severity = worstOf(lines.map((each) => each.severity));
  return cardOf(
    [
      heading(
        dots(
          id,
          ended ? `ended, ${endingWords[ended.how]}` : line(`${state} until `, date(until)),
          lines.length > 0 && `${mark(severity)} · ${subjectText(view)}`,
        ),
      ),
      rows(
        lines
          .slice(0, most)
          .map((each) => ({ text: line(groupRow(each, { account: true }).text, leftText(view, each.id)) })),
        lines.length - most,
      ),
      facts(
        ["Because", becauseText(exception)],
        ["Asked", line(`${byName(view)} `, minuteOf(from))],
        [
          "Approved",
          approvedBy.length === 0 ? "by nobody else" : listed(approvedBy.map((human) => nameIn(view, human))),
        ],
        ["Ended", ended && line(minuteOf(ended.at), ended.by !== undefined && ` by ${nameIn(view, ended.by)}`)],
      ),
      note(dots(id, request)),
      sameAs(`show ${id}`),
    ],
    { severity, actions: ended ? [] : [endButton(view)] },
  );
}

/** Where it does not hold for a finding any more, why. */
function leftText({ exception: { members } }: ExceptionView, id: string): string | undefined {
  const left = members.find(({ findingId }) => findingId === id)?.left;
  return left && ` · left: ${endingWords[left.how]}`;
}

const endButton = ({ exception: { id, kind } }: ExceptionView): Action =>
  kind === "snooze" ? button("Wake", run(`unsnooze ${id}`)) : button("End now…", form(`revoke ${id}`));

/** What is set aside, what ends first at the top. */
export function exceptionsCard(view: ExceptionsView): Card {
  const { exceptions, snoozed, accepted } = view;
  const counts = [
    snoozed > 0 && `${number(snoozed)} ${statusWords.snoozed}`,
    accepted > 0 && `${number(accepted)} ${statusWords.accepted}`,
  ].filter((each) => each !== false);
  return cardOf(
    [
      para(bold(`${view.name}: ${counts.length === 0 ? "nothing set aside" : counts.join(" · ")}`)),
      rows(exceptions.slice(0, most).map(exceptionRow), exceptions.length - most),
      sameAs(`exceptions ${view.scope}`.trim()),
    ],
    {
      actions:
        snoozed + accepted > 0 && view.scope !== "mine"
          ? [button("List the findings", run(`findings ${view.scope} status=snoozed,accepted`))]
          : [],
    },
  );
}

function exceptionRow(view: ExceptionView): Row {
  const { id, kind, until, members } = view.exception;
  const still = members.filter(({ left }) => left === undefined).length;
  const text: Text = dots(
    line(bold(id), "  ", asideText({ id, kind, until, by: byName(view) })),
    subjectText(view),
    still < members.length && `holds for ${still} of ${members.length}`,
    joined(unique(view.lines.flatMap(({ owner }) => owner ?? [])), ", "),
  );
  return { text, action: endButton(view) };
}
