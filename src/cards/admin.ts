import { groupRow } from "#cards/lines";
import { bold, button, cardOf, dots, heading, line, menu, minuteOf, note, para, rows, run, sameAs } from "#cards/text";
import type { BrakeView, GroupLine, ModeView, RolloutRow } from "#cards/views";
import { count, number, regular } from "#cards/words";
import type { Card, Row, Text } from "#domain/card";

const page = 10;
const cardsOf = (n: number): string => count(n, regular("card"));
const mentioned = (n: number): string => `${count(n, { one: "person", many: "people" })} mentioned`;

/** Where each channel stands, and what it would get. */
export function rolloutCard(list: readonly RolloutRow[], at = 1): Card {
  const pages = Math.max(1, Math.ceil(list.length / page));
  const shown = list.slice((at - 1) * page, at * page);
  return cardOf(
    [
      heading(
        list.length === 0 ? "No channels: the configuration names none" : `${count(list.length, regular("channel"))}`,
      ),
      rows(shown.map(rolloutRow)),
      pages > 1 ? note(`page ${at} of ${pages}`) : undefined,
      sameAs(at > 1 ? `rollout page=${at}` : "rollout"),
    ],
    { actions: [at < pages ? button("Next page", run(`rollout page=${at + 1}`)) : undefined] },
  );
}

/** "#team-payments · off · 14 open · 4 cards if live · all owned · bot invited · no guests" */
function rowText({ channel, mode, open, cards, owned, joined, guests, broken, quietUntil }: RolloutRow): Text {
  return line(
    bold(channel),
    "  ",
    dots(
      mode,
      `${number(open)} open`,
      cards > 0 && `${cardsOf(cards)} if live`,
      open > 0 && (owned === open ? "all owned" : `${number(owned)} owned`),
      broken ?? (joined ? "bot invited" : "bot not invited"),
      broken === undefined && guestWords(guests),
      quietUntil !== undefined && line("quiet until ", minuteOf(quietUntil)),
    ),
  );
}

const guestWords = (guests: boolean | undefined): string =>
  guests === undefined ? "guests: cannot tell" : guests ? "with guests: no names are posted" : "no guests";

const step = { off: "preview", preview: "digest", digest: "live" } as const;
function rolloutRow(row: RolloutRow): Row {
  const { channel, mode, broken } = row;
  return broken !== undefined || mode === "live"
    ? { text: rowText(row) }
    : { text: rowText(row), action: button(`Set to ${step[mode]}`, run(`rollout ${channel} ${step[mode]}`)) };
}

/** Asked privately: what a channel would get if it were live now. */
export const previewListCard = (row: RolloutRow, lines: readonly GroupLine[], now: number): Card =>
  cardOf(
    [
      heading(`What ${row.channel} would get: ${cardsOf(row.cards)}, ${number(row.open)} open`),
      para("All of it would be there before: counted and listed, never announced."),
      rows(
        lines.slice(0, 5).map((each) => groupRow(each, { now })),
        lines.length - 5,
      ),
      sameAs(`rollout ${row.channel}`),
    ],
    {
      actions: [
        row.mode === "preview" ? undefined : button("Set to preview", run(`rollout ${row.channel} preview`)),
        button("Set to digest", run(`rollout ${row.channel} digest`)),
      ],
    },
  );

/** Before a change of mode: what it would mean. */
export function modeAskCard({ row, to, mentioned: people }: ModeView): Card {
  const means = {
    off: "Nothing is posted there any more.",
    preview: `This channel sees what ${row.channel} would get; nothing is posted there.`,
    digest: `One post a day, nobody mentioned. ${number(row.open)} open are there before: counted, never announced.`,
    live: `Cards and mentions. ${number(row.open)} open are there before: counted, never announced. Live until now it would have been ${cardsOf(row.cards)}, ${mentioned(people)}.`,
  };
  return cardOf(
    [
      para(`Set ${row.channel} from ${row.mode} to ${to}?`),
      para(means[to]),
      row.guests === false || to === "off"
        ? undefined
        : para("Guests are in it, or it cannot be told: no names are posted there."),
    ],
    { actions: [button(`Set to ${to}`, run(`rollout ${row.channel} ${to} --yes`), "primary")] },
  );
}

/** For the admin channel: who moved what. */
export function modeDoneCard(who: string, { row, to, nextDigest }: ModeView): Card {
  const before = to === "digest" || to === "live" ? `${number(row.open)} open are there before.` : undefined;
  return cardOf([
    para(`${who} set ${row.channel} from ${row.mode} to ${to}.`),
    before === undefined
      ? undefined
      : para(before, nextDigest === undefined ? undefined : line(" First digest ", minuteOf(nextDigest), ".")),
  ]);
}

export const modeRefusedCard = (channel: string, because: string): Card =>
  cardOf([para(`${channel} stays as it is: ${because}. Findings are a list of targets, so nothing is posted there.`)], {
    actions: [button("All channels", run("rollout"))],
  });

/** Too much at once: the admin channel decides. Two hours of silence fold it into the digests. */
export const brakeCard = ({ run: id, at, cards, people, channels, until }: BrakeView): Card =>
  cardOf(
    [
      heading(
        `Held: the scan would post ${cardsOf(cards)} in ${count(channels, regular("channel"))}, ${mentioned(people)}`,
      ),
      para("Nothing of it was posted. So much at once is more often a change of rules than a bad day."),
      para("Next: without an answer it is folded into the digests ", minuteOf(until), "."),
      note(`scan ${id} · `, minuteOf(at)),
    ],
    {
      actions: [
        button("Fold into digests", run(`brake fold ${id}`), "primary"),
        button(`Post ${cardsOf(cards)}`, run(`brake post ${id}`)),
        menu(["Hold until I say so", run(`brake hold ${id}`)], ["All channels", run("rollout")]),
      ],
    },
  );

/** In its place afterwards. `who` is absent when nobody answered. */
export function brakeDoneCard({ run: id, cards }: BrakeView, how: "fold" | "post" | "hold", who?: string): Card {
  const done = { fold: "folded into the digests", post: "posted", hold: "held until an admin says otherwise" }[how];
  return cardOf([
    para(`${cardsOf(cards)} of scan ${id}: ${done}, ${who === undefined ? "nobody answered in time" : `by ${who}`}.`),
  ]);
}

/** A scan would close suspiciously much of one account. */
export const closingBrakeCard = (
  account: string,
  id: string,
  { closings, open }: { readonly closings: number; readonly open: number },
): Card =>
  cardOf(
    [
      heading(`Held: the scan would close ${number(closings)} of ${number(open)} open findings of ${account} ${id}`),
      para("That is more often a broken read than a good day, so nothing was closed. The next scan looks again."),
    ],
    { actions: [button(`Close ${number(closings)} findings`, run(`scan close=${id}`))] },
  );
