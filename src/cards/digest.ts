import { endingText, groupLine, labelled, noScanPart, uncheckedText, waitingText } from "#cards/lines";
import {
  bold,
  button,
  cardOf,
  clip,
  dots,
  joined,
  line,
  menu,
  minuteOf,
  note,
  para,
  rows,
  run,
  timeOf,
} from "#cards/text";
import type { DigestView, Moves } from "#cards/views";
import { age, count, number, past, regular, severityLine, total } from "#cards/words";
import type { Card, Part, Text } from "#domain/card";
import type { Instant } from "#domain/time";
import { day } from "#domain/time";

const most = 5;

/** How many are open after these moves. A digest whose numbers do not add up is a defect; flows and tests ask here. */
export const openAfter = (before: number, moves: Moves): number =>
  before +
  moves.new +
  moves.cameBack +
  moves.woke +
  moves.arrived -
  moves.fixed -
  moves.gone -
  moves.left -
  moves.otherwise -
  moves.setAside;

/** Nothing moved, nothing waits: no post from Tuesday to Friday, one line on Monday. */
export const isQuiet = ({ moves, closedAside, waiting, ending, startHere, skipped }: DigestView): boolean =>
  Object.values(moves).every((n) => n === 0) &&
  closedAside + waiting.length + ending.length + startHere.length === 0 &&
  skipped === undefined;

/** One post a day for a channel. It mentions nobody. */
export function digestCard(view: DigestView): Card {
  const { name, at, zone, open, previous, checked } = view;
  const all = total(open);
  const waits = [...view.waiting.map(waitingText), ...view.ending.map(endingText)];
  return cardOf(
    [
      noScanPart(view.noScan),
      para(
        dots(
          bold(`${name}, ${weekday(at, zone)}: ${openText(all)}${comparison(all, at, { previous, zone })}`),
          severityLine(open),
        ),
      ),
      ...newsParts(view),
      closedPart(view),
      ...otherMoves(view),
      view.woke.length > 0 ? para(labelled("Open again", shortList(view.woke.map(wokeText)))) : undefined,
      waits.length > 0 ? para(labelled("Waiting", shortList(waits))) : undefined,
      view.oldest ? para(labelled("Oldest", groupLine(view.oldest), " · ", age(view.oldest.since, at))) : undefined,
      gapsPart(view),
      view.skipped === undefined
        ? undefined
        : para(
            "The digest of ",
            minuteOf(view.skipped),
            " came too late and was left out; its numbers are in this one.",
          ),
      checked &&
        note("checked ", minuteOf(checked.at), `, ${number(checked.read)} of ${count(checked.of, regular("account"))}`),
    ],
    {
      actions: [
        all > 0 ? button(`All ${number(all)}`, run(`findings ${view.scope}`.trim())) : undefined,
        menu(["Quiet for 24 h", run("quiet 24h")], ["Summary", run(`summary ${view.scope}`.trim())]),
      ],
    },
  );
}

/** Monday's one line when there is nothing to say, and every day's when nobody has looked. */
export function quietDigestCard({ name, noScan, open, checked }: DigestView): Card {
  const now = `${name}: nothing new, nothing due. ${number(total(open))} open.`;
  const then = `${name}: ${openText(total(open))} when it was last looked at.`;
  return cardOf([
    noScanPart(noScan),
    para(noScan ? then : now, checked && line(" Checked ", minuteOf(checked.at), ".")),
  ]);
}

const openText = (n: number): string => (n === 0 ? "nothing open" : `${number(n)} open`);

function comparison(
  open: number,
  at: Instant,
  { previous, zone }: { readonly previous: DigestView["previous"]; readonly zone: string },
): string {
  if (!previous) return open === 0 ? "" : ", all there before";
  const than = at - previous.at < 6 * day ? weekday(previous.at, zone) : "the digest before";
  const difference = open - previous.open;
  if (difference === 0) return `, as many as ${than}`;
  return `, ${number(Math.abs(difference))} ${difference < 0 ? "fewer" : "more"} than ${than}`;
}

const weekday = (at: Instant, zone: string): string =>
  new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: zone }).format(at);

/** New and came back, then where a new channel should start. */
function newsParts({ moves, news, startHere }: DigestView): readonly (Part | undefined)[] {
  const appeared = moves.new + moves.cameBack;
  const label = [moves.new > 0 && `New ${moves.new}`, moves.cameBack > 0 && `Came back ${moves.cameBack}`];
  const lines = news.slice(0, most).map((each) => ({
    text: line(
      groupLine(each),
      each.note !== undefined && ` (${each.note})`,
      each.posted !== undefined && line(" (posted ", timeOf(each.posted), ")"),
    ),
  }));
  return [
    appeared > 0 ? para(bold(label.filter((each) => each !== false).join(" · "))) : undefined,
    rows(lines, news.length - lines.length),
    startHere.length > 0 ? para(bold("Start here")) : undefined,
    rows(startHere.slice(0, 3).map((each) => ({ text: groupLine(each) }))),
  ];
}

function closedPart({ moves, closed }: DigestView): Part | undefined {
  const label = [moves.fixed > 0 && `Fixed ${moves.fixed}`, moves.gone > 0 && `Gone ${moves.gone}`].filter(
    (each) => each !== false,
  );
  if (label.length === 0) return undefined;
  const what = closed.map(({ topic, count: n, name }) =>
    n === 1 && name !== undefined ? `${topic.one} ${name} ${past(topic, 1)}` : `${count(n, topic)} ${past(topic, n)}`,
  );
  return para(labelled(label.join(" · "), shortList(what)));
}

const shortList = (texts: readonly Text[]): Text =>
  line(joined(texts.slice(0, most), " · "), texts.length > most && ` · and ${number(texts.length - most)} more`);

/** What moved without being fixed or found: said, so that the numbers add up. */
function otherMoves({ moves, closedAside }: DigestView): readonly Part[] {
  const { arrived, left, woke, setAside, otherwise } = moves;
  const said = [
    arrived > 0 && `${number(arrived)} came from other owners`,
    left > 0 && `${number(left)} went to other owners`,
    woke > 0 && `${number(woke)} woke up`,
    setAside > 0 && `${number(setAside)} set aside`,
    otherwise > 0 && `${number(otherwise)} closed by a changed rule or by hand`,
    closedAside > 0 && `${number(closedAside)} closed while set aside`,
  ].filter((each) => each !== false);
  return said.length === 0 ? [] : [para(labelled("Also", said.join(" · ")))];
}

/** "E-5 ended: pay-static-old is open again (F-1a2d)", "F-2c9d woke up and is still open: security group …" */
const wokeText = ({ id, exception, kind, name, what, worse }: DigestView["woke"][number]): Text => {
  if (worse) return `${exception} ended, it got worse: ${clip(name, 80)} is open again (${id})`;
  return kind === "acceptance"
    ? `${exception} ended: ${clip(name, 80)} is open again (${id})`
    : `${id} woke up and is still open: ${clip(what, 200)}`;
};

function gapsPart({ unchecked }: DigestView): Part | undefined {
  const gaps = uncheckedText(unchecked);
  return gaps === undefined ? undefined : para(gaps);
}
