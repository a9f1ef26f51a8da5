import { taskOf } from "#cards/request-words";
import { bold, cardOf, code, heading, note, para, sameAs } from "#cards/text";
import type { RequestView } from "#cards/views";
import type { Call } from "#domain/call";
import { Hole } from "#domain/call";
import type { Card, Part } from "#domain/card";
import type { Change } from "#domain/plan";
import type { Item } from "#domain/request";

/** Private: the exact calls that an approval stands for, and what is before and after them. */
export function callsCard(view: RequestView): Card {
  const { request } = view;
  return cardOf([
    heading(`${request.id} · exact calls · ${taskOf(view)}`),
    ...request.items.flatMap(itemParts),
    note(`plan ${request.hash}`),
    sameAs(`show ${request.id} --calls`),
  ]);
}

function itemParts({ findingId, asset, plan }: Item): readonly Part[] {
  if (!plan) return [];
  const places = [asset.account, ...(asset.region === "global" ? [] : [asset.region])];
  return [
    para(code(findingId), "  ", bold(asset.name), `  ${places.join(" · ")}`),
    { kind: "code", code: plan.changes.map(changeText).join("\n") },
    { kind: "code", code: callsText(plan.calls) },
    typeof plan.undo === "string" ? para(`Undo: no. ${plan.undo}`) : para("Undo"),
    ...(typeof plan.undo === "string" ? [] : [{ kind: "code", code: callsText(plan.undo) } as const]),
  ];
}

/** "publicAccessBlock.blockPublicAcls: false → true" */
export const changeText = ({ path, from, to }: Change): string => `${path.join(".")}: ${short(from)} → ${short(to)}`;

const short = (value: unknown): string =>
  value === undefined ? "not there" : value instanceof Hole ? holeText(value) : JSON.stringify(readable(value, []));

/** One call after the other, each with its input as JSON. */
export const callsText = (calls: readonly Call[]): string =>
  calls
    .map(
      ({ operation, input }, index) => `${index + 1}. ${operation}\n${JSON.stringify(readable(input, calls), null, 2)}`,
    )
    .join("\n");

function readable(value: unknown, calls: readonly Call[]): unknown {
  if (value instanceof Hole) return holeText(value, calls);
  if (Array.isArray(value)) return value.map((each) => readable(each, calls));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, readable(each, calls)]));
}

/** What stands where a value is known only while the plan runs. */
function holeText({ recipe }: Hole, calls: readonly Call[] = []): string {
  if ("output" in recipe) return `(${recipe.path.join(".")} as answered by call ${calls.indexOf(recipe.output) + 1})`;
  if ("version" in recipe) return `(version of ${recipe.version}, read just before)`;
  return "token" in recipe ? "(one token for all tries)" : "(chosen by the cloud)";
}
