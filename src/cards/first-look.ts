import { groupLine, labelled } from "#cards/lines";
import { bold, button, cardOf, dots, line, menu, minuteOf, note, para, rows, run } from "#cards/text";
import type { FirstLookView } from "#cards/views";
import { count, number, regular, severityLine, total } from "#cards/words";
import type { Card } from "#domain/card";

/** The one message of a fresh database, in the admin channel. */
export function firstLookCard(view: FirstLookView): Card {
  const { accounts, closedRegions, open, folded, good, look, nextScan } = view;
  const unread = accounts.of - accounts.read;
  const all = total(open);
  return cardOf(
    [
      para(bold("First scan finished. Nothing was posted to any team.")),
      rows([
        {
          text: labelled(
            "Read",
            `${number(accounts.read)} of ${count(accounts.of, regular("AWS account"))}, ${count(view.regions, regular("region"))}, ${view.minutes} min.`,
            unread > 0 && ` ${count(unread, regular("account"))} could not be read.`,
          ),
          ...(unread > 0 && { action: button("Why", run("status")) }),
        },
      ]),
      closedRegions > 0
        ? para(
            `${count(closedRegions, regular("region"))} ${closedRegions === 1 ? "is" : "are"} closed by your organisation's policy; not counted as a gap.`,
          )
        : undefined,
      para(labelled("Open", all === 0 ? "nothing" : `${number(all)}: ${severityLine(open)}`)),
      folded.findings > 0
        ? para(
            `${number(folded.findings)} of them in regions where nothing runs: folded into ${count(folded.lines, regular("line"))}`,
          )
        : undefined,
      rows(all === 0 ? [] : [ownerRow(view)]),
      look.length > 0 ? para(bold("Look today")) : undefined,
      rows(look.slice(0, 3).map((each) => ({ text: groupLine(each, { owner: true }) }))),
      all === 0 ? undefined : para(ifLive(view)),
      good === undefined
        ? undefined
        : para(`Good first: ${good.channel} (${number(good.open)} open, all owned, bot invited, no guests)`),
      note("Next scan ", minuteOf(nextScan), " · nothing is posted to teams until you change a channel"),
    ],
    {
      actions: [
        good && button(`Preview ${good.channel}`, run(`rollout ${good.channel} preview`)),
        good && button("Set it to digest", run(`rollout ${good.channel} digest`)),
        menu(["All channels", run("rollout")], ["Owners", run("findings owner=nobody")], ["Scans", run("status")]),
      ],
    },
  );
}

function ownerRow({ owned, nobody }: FirstLookView) {
  const known = owned.tag + owned.account + owned.claim;
  const ways = [
    owned.tag > 0 && `${number(owned.tag)} by tag`,
    owned.account > 0 && `${number(owned.account)} by account`,
    owned.claim > 0 && `${number(owned.claim)} claimed`,
  ].filter((each) => each !== false);
  return {
    text: labelled(
      "Owner",
      dots(
        `known for ${number(known)}${ways.length > 0 ? ` (${ways.join(", ")})` : ""}`,
        nobody > 0 && `nobody for ${number(nobody)}`,
      ),
    ),
    ...(nobody > 0 && { action: button("Show them", run("findings owner=nobody")) }),
  };
}

const ifLive = ({ ifLive: { channels, cards, people } }: FirstLookView) =>
  line(
    channels === 1 ? "If the one channel were live now: " : `If all ${number(channels)} channels were live now: `,
    `${count(cards, regular("card"))}, ${count(people, { one: "person", many: "people" })} mentioned. `,
    channels === 1 ? "It is off." : `All ${number(channels)} are off.`,
  );
