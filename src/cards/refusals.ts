import { nameIn, partyNames, requestHeading } from "#cards/request-words";
import { button, cardOf, line, minuteOf, para, run } from "#cards/text";
import type { RefusalView } from "#cards/views";
import type { Card, Text } from "#domain/card";
import { counted } from "#domain/request";

/** Private: why a press or a command about a request did nothing, and what to do instead. */
export function refusalCard(refusal: RefusalView): Card {
  const { request } = refusal.view;
  const shows = refusal.why === "other-plan" || refusal.why === "wrong-state" || refusal.why === "sent";
  return cardOf([para(sentenceOf(refusal))], {
    actions: [shows ? button(`Show ${request.id}`, run(`show ${request.id}`)) : undefined],
  });
}

function sentenceOf({ why, view }: RefusalView): Text {
  const { request } = view;
  const { id } = request;
  const who = partyNames(view.approvers);
  switch (why) {
    case "own-request":
      return `You asked for ${id}, so someone else must approve it: ${who === "" ? "the policy names nobody" : who}.`;
    case "approved-already": {
      const missing = request.need - counted(request).length;
      return missing > 0
        ? `You approved ${id} already. It needs ${missing} more from ${who}.`
        : `You approved ${id} already.`;
    }
    case "expired":
      return line(`${id} ended `, minuteOf(request.expiresAt), "; nothing happened. Ask again if it is still wanted.");
    case "other-plan":
      return `${id} has changed since you saw it, so nothing was done. Look at it again before you approve.`;
    case "not-enough":
      return `${id} does not have its approvals yet: ${counted(request).length} of ${request.need}.`;
    case "sent":
      return `${id} has begun; the call under way cannot be taken back from here. Undo it when it is done.`;
    case "wrong-state": {
      const last = counted(request).at(-1);
      const by = last ? ` It was approved by ${nameIn(view, last.human)}.` : "";
      return `Nothing was done. ${requestHeading(view)}.${by}`;
    }
  }
}
