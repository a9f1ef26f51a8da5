import { clip, code, date, dots, facts, line, listed, minuteOf, para, rows, stamp } from "#cards/text";
import type { RequestView } from "#cards/views";
import { becauseWords, count, endingWords, regular } from "#cards/words";
import type { Inline, Part, Text } from "#domain/card";
import type { Item } from "#domain/request";
import { maxItems } from "#domain/request";

/** Parts of a request's card that only acceptances have. */

/** " until Fri 19 Feb 2027": part of a heading, which is words alone. The day is the configuration's, as everywhere. */
export const untilWords = ({ request: { accept }, zone }: Pick<RequestView, "request" | "zone">): string =>
  accept ? ` until ${stamp(accept.until, "date", zone)}` : "";

/** "19 Feb" */
export const shortDay = ({ request: { accept }, zone }: Pick<RequestView, "request" | "zone">): string =>
  accept ? (/ (\d+ \w+) \d+$/.exec(stamp(accept.until, "date", zone))?.[1] ?? "then") : "then";

export function acceptanceHead({ request: { items } }: RequestView): Part {
  const ids = items.map(({ findingId }) => findingId);
  const which = ids.length <= 3 ? listed(ids) : count(ids.length, regular("finding"));
  return (
    facts([
      "What changes",
      `nothing in the cloud. ${which} ${ids.length === 1 ? "leaves the open list and is" : "leave the open list and are"} reported as "risk accepted".`,
    ]) ?? para(which)
  );
}

export function acceptanceFacts({ request: { accept, reason }, earlier }: RequestView): Part | undefined {
  if (!accept) return undefined;
  const { because, ticket, until } = accept;
  return facts(
    ["Because", dots(`${becauseWords[because]}: "${reason}"`, ticket)],
    ["Ends", line(minuteOf(until), "; earlier, at once, if it gets worse than it is now")],
    [
      "Earlier acceptances",
      earlier && line(`${earlier.count}`, earlier.endedAt !== undefined && line(", ended ", date(earlier.endedAt))),
    ],
  );
}

/** What is borne, and who would change it anyway. */
export const acceptedRow = ({ managed }: RequestView, { findingId, summary }: Item): string => {
  const manager = managed[findingId];
  return manager === undefined ? summary : `${summary} · managed by ${clip(manager, 40)}`;
};

/** Up to fifty have to stand on one card, each with what is wrong with it: more than a few are said shortly. */
export const manyRows = ({ request: { items } }: RequestView): Part | undefined =>
  items.length <= maxItems
    ? undefined
    : rows(
        items.map(({ findingId, asset, summary }) => ({
          text: dots(line(code(findingId), " ", clip(asset.name, 45)), clip(summary, 40)),
        })),
      );

/** "E-5", "E-5 ended Fri 19 Feb 2027 (it got worse)" */
export function exceptionText({ request: { accept }, exception }: RequestView): Text | undefined {
  const id: Inline | undefined = accept?.exception;
  if (id === undefined || !exception) return id;
  return line(id, " ended ", date(exception.at), ` (${endingWords[exception.how]})`);
}
