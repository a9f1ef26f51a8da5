import { button, cardOf, form, heading, line, listed, minuteOf, para, rows } from "#cards/text";
import type { FreezeView } from "#cards/views";
import { count, regular } from "#cards/words";
import type { Card, Form } from "#domain/card";

/** Nothing is changed anywhere: who said so, what is still under way, and who can end it. */
export function freezeCard({ who, at, reason, underWay, waiting, ended }: FreezeView): Card {
  if (ended)
    return cardOf([
      heading("Changes are possible again"),
      para(line(`${ended.who} ended the freeze `, minuteOf(ended.at), `: "${ended.reason}"`)),
      para(line(`${who} had frozen all changes `, minuteOf(at), `: "${reason}"`)),
      waiting.length > 0
        ? para(`${listed(waiting)}: approved before, planned anew now, and run only if nothing is different.`)
        : undefined,
    ]);
  return cardOf(
    [
      heading("All changes are frozen"),
      para(line(`${who} froze them `, minuteOf(at), `: "${reason}"`)),
      underWay.length === 0
        ? para("No call is under way.")
        : para(`Under way, and ends by itself (${count(underWay.length, regular("call"))}); nothing follows it:`),
      rows(
        underWay.map(({ request, operation, name, region }) => ({
          text: `${request} · ${operation} on ${name} · ${region}`,
        })),
      ),
      waiting.length > 0
        ? para(`Approved and not begun: ${listed(waiting)}. They wait until their time is over.`)
        : undefined,
      para("Scans, messages and requests go on. Nobody can approve, and nothing runs, until an admin ends it."),
    ],
    { actions: [button("End the freeze…", form("unfreeze"))] },
  );
}

const why = (label: string, hint: string): Form["parts"][number] => ({
  kind: "input",
  name: "reason",
  label,
  hint,
  multiline: true,
  maxLength: 500,
  minLength: 3,
});

export const freezeForm = (): Form => ({
  title: "Freeze all changes",
  submit: "Freeze",
  state: "freeze",
  parts: [
    para("No cloud is changed from now on, whatever is approved, until an admin ends it. Scans and messages go on."),
    why("Reason", "Everybody who approves reads it"),
  ],
});

export const unfreezeForm = (view: Pick<FreezeView, "who" | "reason">): Form => ({
  title: "End the freeze",
  submit: "End it",
  state: "unfreeze",
  parts: [
    para(
      `${view.who} froze all changes: "${view.reason}". What is approved and still in time runs at once, planned anew.`,
    ),
    why("Why it may go on", "What was found, and what was done about it"),
  ],
});
