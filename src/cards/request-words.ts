import { untilWords } from "#cards/acceptance";
import { date, dots, joined, line, listed, minuteOf, timeOf } from "#cards/text";
import type { AccountName, Party, RequestView, UndoOffer } from "#cards/views";
import { count, firstName, requestWords, specialWords, stateOf, still, unique } from "#cards/words";
import type { Text } from "#domain/card";
import type { Item } from "#domain/request";
import { counted, restWaits } from "#domain/request";
import type { Instant } from "#domain/time";

/** "R-12 · Done and checked · public access blocked on 2 S3 buckets" */
export function requestHeading(view: RequestView): string {
  const [state, what] = headed(view);
  return `${view.request.id} · ${state} · ${what}`;
}

function headed(view: RequestView): readonly [state: string, what: string] {
  const { request } = view;
  switch (request.state) {
    case "requested":
      return [requestWords.requested, `${nameIn(view, request.requester)} asks to ${taskOf(view)}`];
    case "verified":
      return doneHeading(view);
    case "halted":
      return restWaits(request) ? restHeading(view) : haltedHeading(view);
    case "approved":
    case "executing":
    case "failed":
    case "denied":
    case "expired":
    case "superseded":
    case "cancelled":
    case "closed":
      return [requestWords[request.state], taskOf(view, targets(view))];
  }
}

function doneHeading(view: RequestView): readonly [string, string] {
  const { request, fix, topic } = view;
  const on = targets(view);
  if (request.kind === "acceptance") return [specialWords.accepted, `${on}${untilWords(view)}`];
  if (request.undoneBy !== undefined)
    return [specialWords.undone, `${fix.verb} on ${on} taken back by ${request.undoneBy}`];
  if (request.kind === "undo") return [specialWords.undone, `${request.parent ?? "the change"} taken back on ${on}`];
  if (request.regressedAt !== undefined)
    return [specialWords.regressed, `${on} ${stateOf(topic, request.items.length)}`];
  return [requestWords.verified, `${fix.done} on ${on}`];
}

/** The rest of what stopped, asked for anew. */
function restHeading(view: RequestView): readonly [string, string] {
  const { items, rest } = view.request;
  const left = items.filter(({ state }) => state === "waiting");
  const on = left[0] && left.length === 1 ? left[0].asset.name : `${left.length} of ${count(items.length, view.topic)}`;
  const who = nameIn(view, rest?.human ?? view.request.requester);
  return [requestWords.requested, `${who} asks for the rest: ${taskOf(view, on)}`];
}

/** Some are done; or the cloud took it and it is still open; or nobody knows before somebody has looked. */
function haltedHeading(view: RequestView): readonly [string, string] {
  const { items, kind } = view.request;
  const done = items.filter(({ state }) => state === "verified").length;
  const stopped = items.find(({ state }) => state === "halted" || state === "failed");
  const name = stopped?.asset.name ?? targets(view);
  if (done > 0)
    return [
      specialWords.stoppedAfter(done, items.length),
      stopped?.state === "halted" ? `look at ${name}` : `${name} was not changed`,
    ];
  if (stopped && reachedItsGoal(stopped) && kind === "fix")
    return [specialWords.stillOpen, `${name} ${still(view.topic.state.one)}`];
  return [specialWords.unconfirmed, taskOf(view, targets(view))];
}

/** All that was planned is live, and yet the check that looked again was not content. */
const reachedItsGoal = ({ plan, applied }: Item): boolean =>
  plan !== undefined && applied.length > 0 && applied.length >= plan.changes.length;

export const nameIn = ({ people }: Pick<RequestView, "people">, id: string): string => people[id] ?? id;

/** "pay-exports", "2 S3 buckets" */
export const targets = ({ request, topic }: Pick<RequestView, "request" | "topic">): string =>
  request.items[0] && request.items.length === 1 ? request.items[0].asset.name : count(request.items.length, topic);

/** "block public access on 2 S3 buckets", "undo R-12 on 2 S3 buckets" */
export function taskOf(view: RequestView, on = count(view.request.items.length, view.topic)): string {
  const { request, fix } = view;
  switch (request.kind) {
    case "fix":
      return `${fix.verb} on ${on}`;
    case "undo":
      return `undo ${request.parent ?? "a change"} on ${on}`;
    case "acceptance":
      return `accept the risk of ${on}${untilWords(view)}`;
  }
}

export const accountsOf = ({ request, accounts }: RequestView): readonly AccountName[] =>
  unique(request.items.map(({ asset }) => asset.account)).map(
    (id) => accounts.find((account) => account.id === id) ?? { id, name: id },
  );

/** "@payments-leads or @cloud-sec"; mentions only where the view says so. */
export const partiesText = (parties: readonly Party[]): Text =>
  line(
    ...parties.map((party, index) => {
      const between = index === 0 ? "" : index === parties.length - 1 ? " or " : ", ";
      return line(between, partyText(party));
    }),
  );
/** A chat group stands for itself; people stand behind their group's name. */
export function partyText({ name, mentions = [] }: Party): Text {
  const [first] = mentions;
  if (!first) return name;
  return "group" in first
    ? line(first)
    : line(
        `${name} (`,
        joined(
          mentions.map((each) => line(each)),
          ", ",
        ),
        ")",
      );
}
export const partyNames = (parties: readonly Party[]): string =>
  listed(
    parties.map(({ name }) => name),
    "or",
  );

/** "Needs 1 approval from @payments-leads or @cloud-sec, not Tom." */
export function neededText(view: RequestView, verb: "Needs" | "needs" = "Needs"): Text {
  const { request, approvers } = view;
  if (approvers.length === 0) return "Nobody may approve it: the policy names nobody who could.";
  const given = counted(request).length;
  const missing = Math.max(0, request.need - given);
  const approvals = `${missing}${given > 0 ? " more" : ""} ${missing === 1 ? "approval" : "approvals"}`;
  const askers = unique([request.requester, ...(request.rest ? [request.rest.human] : [])]);
  const not = listed(
    askers.map((id) => firstName(nameIn(view, id))),
    "or",
  );
  return line(`${verb} ${approvals} from `, partiesText(approvers), `, not ${not}.`);
}

/** What tags say of who looks after the changed things. */
export function managersText({ request, managed }: RequestView): string {
  const found = unique(request.items.flatMap(({ findingId }) => managed[findingId] ?? []));
  if (found.length === 0) return "nothing found in tags (no proof)";
  const which = request.items.filter(({ findingId }) => managed[findingId] !== undefined);
  const names = listed(which.slice(0, 3).map(({ asset }) => asset.name));
  const whose = which.length === request.items.length ? "" : `: ${names}`;
  return `${listed(found)} (from tags)${whose}; its next run may turn this back`;
}

export function undoText(undo: UndoOffer): Text {
  if ("none" in undo) return `no: ${undo.none}`;
  return line("yes, until ", date(undo.until), undo.partly !== undefined && `, partly: ${undo.partly}`);
}

/** "Tom Beck asked Mon 23 Nov 09:31 · Ana Lima approved 09:40 · changed 09:40 · checked again 09:40: fixed" */
export function historyText(view: RequestView): Text {
  const { request } = view;
  const { decided, settledAt, state } = request;
  const near = (at: Instant): Text => (sameDay(at, request.requestedAt) ? timeOf(at) : minuteOf(at));
  const decision = { denied: "denied", cancelled: "withdrew", closed: "closed" } as const;
  const word = state === "denied" || state === "cancelled" || state === "closed" ? decision[state] : undefined;
  return dots(
    line(`${nameIn(view, request.requester)} asked `, minuteOf(request.requestedAt)),
    ...counted(request).map(({ human, at }) => line(`${nameIn(view, human)} approved `, near(at))),
    state === "executing" && request.startedAt !== undefined && line("began ", near(request.startedAt)),
    word && decided && line(`${nameIn(view, decided.human)} ${word} it `, near(decided.at)),
    settledAt !== undefined && settledText(view, near(settledAt)),
    request.regressedAt !== undefined && line("came undone ", near(request.regressedAt)),
  );
}

function settledText({ request }: RequestView, at: Text): Text | undefined {
  switch (request.state) {
    case "verified": {
      const found = request.kind === "undo" ? "as it was before" : "fixed";
      return request.kind === "acceptance" ? undefined : line("changed ", at, " · checked again ", at, `: ${found}`);
    }
    case "failed":
    case "halted":
      return line("stopped ", at);
    case "expired":
      return line("ended ", at);
    case "superseded":
      return line("looked again ", at);
    case "requested":
    case "approved":
    case "executing":
    case "denied":
    case "cancelled":
    case "closed":
      return undefined;
  }
}

/** "checked again at 09:50 and Tue 24 Nov 09:40" */
export function recheckText({ request, rechecks }: RequestView): Text | undefined {
  const { state, settledAt, undoneBy } = request;
  if (state !== "verified" || settledAt === undefined || undoneBy !== undefined || !rechecks?.length) return undefined;
  const times = rechecks.map((at) => (sameDay(at, settledAt) ? timeOf(at) : minuteOf(at)));
  return line("checked again at ", joined(times, " and "));
}

/** The day of UTC stands for the reader's: near midnight a time is said without its day, never with a wrong one. */
const sameDay = (a: Instant, b: Instant): boolean =>
  new Date(a).toISOString().slice(0, 10) === new Date(b).toISOString().slice(0, 10);

export function itemText({ state }: Item): string {
  switch (state) {
    case "verified":
      return "done and checked";
    case "failed":
      return "not changed";
    case "halted":
      return "not confirmed";
    case "running":
      return "running";
    case "waiting":
    case "skipped":
      return "not started";
  }
}
