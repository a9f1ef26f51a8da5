import {
  acceptanceFacts,
  acceptanceHead,
  acceptedRow,
  exceptionText,
  manyRows,
  shortDay,
  untilWords,
} from "#cards/acceptance";
import {
  accountsOf,
  historyText,
  itemText,
  managersText,
  nameIn,
  neededText,
  partyText,
  recheckText,
  requestHeading,
  targets,
  taskOf,
  undoText,
} from "#cards/request-words";
import {
  button,
  cardOf,
  clip,
  dots,
  facts,
  form,
  heading,
  line,
  listed,
  menu,
  minuteOf,
  note,
  para,
  rows,
  run,
  timeOf,
} from "#cards/text";
import type { Party, RequestView } from "#cards/views";
import {
  accountPhrase,
  accountsPhrase,
  capital,
  count,
  firstName,
  idAndName,
  mark,
  regular,
  sentence,
  stateOf,
  thirdPerson,
} from "#cards/words";
import type { Action, Card, Part, Text } from "#domain/card";
import type { Item } from "#domain/request";
import { counted, isUndecided, restWaits } from "#domain/request";

/** The card of a request: first with buttons; afterwards, in the same message, who did what and when. */
export function requestCard(view: RequestView): Card {
  const { request } = view;
  const parts = isUndecided(request) ? waitingParts(view) : laterParts(view);
  return cardOf([heading(requestHeading(view)), ...parts, greyLine(view)], {
    severity: request.severity,
    actions: buttons(view),
  });
}

/** In the thread of the group's card: the heading, and where to look. */
export const requestThreadCard = (view: RequestView, link?: string): Card =>
  cardOf([para(dots(requestHeading(view), link !== undefined && { link, label: "open" }))]);

/** To the person who asked, privately. */
export function askedCard(view: RequestView, where: string): Card {
  const { id, expiresAt } = view.request;
  return cardOf(
    [
      para(`${id} asks in ${where} to ${taskOf(view)}.`),
      para(neededText(view), " Ends ", minuteOf(expiresAt), "; then nothing happens."),
    ],
    { actions: [button("Withdraw", run(`cancel ${id}`)), button(`Show ${id}`, run(`show ${id}`))] },
  );
}

/** Half of the time is over: said once, in the thread of the request. */
export const reminderCard = (view: RequestView): Card =>
  cardOf([
    para(`${view.request.id} still `, neededText(view, "needs"), " Ends ", minuteOf(view.request.expiresAt), "."),
  ]);

/** Whoever takes a change back within the first hour tells the others. */
export function undoneThreadCard(view: RequestView, told: readonly Party[]): Card {
  const { request } = view;
  const what = `${nameIn(view, request.requester)} takes back ${request.parent ?? "a change"} on ${targets(view)}`;
  return cardOf([para(`${what}: "${request.reason}"`, ...told.map((party) => line(" ", partyText(party))))]);
}

/** Below the message of a request that stopped: somebody wants the rest of it. */
export const restAskedCard = (view: RequestView, pings: readonly Party[] = view.approvers): Card =>
  cardOf([para(requestHeading(view), ". ", neededText({ ...view, approvers: pings }))]);

function waitingParts(view: RequestView): readonly (Part | undefined)[] {
  const { request, topic } = view;
  const left = leftOf(request);
  const given = counted(request).map(({ human, at }) => line(`${nameIn(view, human)} approved `, timeOf(at)));
  return [
    para("For ", dots(`${mark(request.severity)} · ${stateOf(topic, request.items.length)}`, ...placeOf(view))),
    request.why === undefined ? undefined : para(restWaits(request) ? "It had stopped: " : "", sentence(request.why)),
    ...(request.kind === "acceptance"
      ? [
          acceptanceHead(view),
          manyRows(view) ?? itemRows(view, (item) => acceptedRow(view, item)),
          acceptanceFacts(view),
        ]
      : changeParts(view)),
    given.length > 0 ? para(dots(...given)) : undefined,
    para(
      neededText(view),
      " Ends ",
      minuteOf(request.expiresAt),
      ` (${count(view.workingHours, regular("working hour"))}); then nothing happens.`,
    ),
    request.kind === "acceptance"
      ? undefined
      : para(left.length === 1 ? "Runs at once." : "Runs at once, one after the other, stops at the first problem."),
  ];
}

/** What an approval is about: where a request stopped, only the rest of it. */
const leftOf = ({ items }: Pick<RequestView["request"], "items">): readonly Item[] =>
  items.filter((item) => item.state === "waiting");

function changeParts(view: RequestView): readonly (Part | undefined)[] {
  const { request, fix } = view;
  const isFix = request.kind === "fix";
  const { human, reason } = request.rest ?? { human: request.requester, reason: request.reason };
  const left = leftOf(request);
  const done = request.items.filter((item) => !left.includes(item));
  return [
    restWaits(request) ? itemRows({ ...view, request: { ...request, items: done } }, itemText) : undefined,
    para("What changes"),
    itemRows({ ...view, request: { ...request, items: left } }, ({ summary }) => summary),
    facts(
      ["Who may notice", isFix ? fix.danger : "it will be as it was before"],
      ...(isFix ? noticeFacts(left) : []),
      ["Managed by", managersText(view)],
      ["Cost", isFix && fix.cost],
      ["Undo", isFix && undoText(view.undo)],
      [`${firstName(nameIn(view, human))}'s reason`, `"${reason}"`],
    ),
  ];
}

/** What was seen on each thing: the name stands before it where there are several. */
const noticeFacts = (items: readonly Item[]): readonly (readonly [string, Text])[] =>
  items.map(({ asset, notices = [] }) => [
    items.length === 1 ? "Seen there" : clip(asset.name, 40),
    notices.length === 0 ? "no data" : dots(...notices.map((notice) => clip(notice, 200))),
  ]);

function laterParts(view: RequestView): readonly (Part | undefined)[] {
  const { request } = view;
  const { decided, state, why } = request;
  return [
    para(historyText(view)),
    request.held
      ? para(line(`Waits until `, minuteOf(request.held.until), `: ${sentence(request.held.why)}`))
      : undefined,
    decided && decided.reason !== ""
      ? para(`${firstName(nameIn(view, decided.human))}'s reason "${decided.reason}"`)
      : undefined,
    why === undefined || state === "verified" || state === "approved" || state === "executing"
      ? undefined
      : para(sentence(capital(why))),
    state === "halted" && request.items.length > 1 ? itemRows(view, itemText) : undefined,
    state === "verified" ? acceptanceFacts(view) : undefined,
    para("For ", dots(...placeOf(view), recheckText(view), exceptionText(view))),
  ];
}

/** G-7k · Owner Payments · prod · payments-prod 111122223333 */
const placeOf = (view: RequestView): readonly (Text | undefined)[] => [
  view.request.group,
  `Owner ${view.owner ?? "nobody"}`,
  view.request.environment,
  accountsPhrase(accountsOf(view)),
];

/** All of them: at most ten, and whoever approves has to see each. */
function itemRows(view: RequestView, say: (item: Item) => string): Part | undefined {
  const accounts = accountsOf(view);
  return rows(
    view.request.items.map((item) => ({
      text: line(
        idAndName(item.findingId, item.asset.name),
        dots(
          accounts.length > 1 && accounts.find(({ id }) => id === item.asset.account)?.name,
          item.asset.region !== "global" && item.asset.region,
          say(item),
        ),
      ),
    })),
  );
}

const greyLine = ({ request, audit }: RequestView): Part =>
  note(
    dots(
      request.id,
      request.kind !== "acceptance" && `plan ${request.hash.slice(0, 8)}`,
      request.state === "requested" && line("state read ", minuteOf(request.requestedAt)),
      audit !== undefined && `audit ${audit}`,
    ),
  );

function buttons(view: RequestView): readonly (Action | undefined)[] {
  const { request, approve, undo } = view;
  const { id, kind, state, group, accept } = request;
  const target = group ?? request.items[0]?.findingId ?? id;
  const takeBack = kind === "fix" && "until" in undo ? button("Undo…", form(`undo ${id}`)) : undefined;
  const verb = kind === "acceptance" ? "accept" : "fix";
  const again = kind === "undo" && request.parent !== undefined ? `undo ${request.parent}` : `${verb} ${target}`;
  if (isUndecided(request))
    return [
      approve === undefined ? undefined : approveButton(view, approve),
      button("Deny…", form(`deny ${id}`)),
      menu(
        kind === "acceptance" ? undefined : ["Exact calls", run(`show ${id} --calls`)],
        group === undefined ? undefined : [`Open ${group}`, run(`show ${group}`)],
      ),
    ];
  switch (state) {
    case "requested":
      return [];
    case "verified":
      if (accept?.exception !== undefined)
        return view.exception ? [] : [button("End now…", form(`revoke ${accept.exception}`))];
      return request.undoneBy === undefined ? [takeBack] : [];
    case "halted":
      return [button("Try the rest…", form(`fix ${id}`)), takeBack, menu(["Close by hand…", form(`close ${id}`)])];
    case "superseded":
    case "expired":
    case "failed":
      return [button("Ask again…", form(again))];
    case "approved":
    case "executing":
    case "denied":
    case "cancelled":
    case "closed":
      return [];
  }
}

/** Verb plus object on the button; the confirmation names exactly what changes, and where. */
function approveButton(view: RequestView, nonce: string): Action {
  const { request, fix } = view;
  const left = leftOf(request);
  const label = request.accept ? `Approve until ${shortDay(view)}` : `Approve ${count(left.length, regular("change"))}`;
  const names = left.map(({ asset }) => clip(asset.name, 40));
  const shown = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : listed(names);
  const [account, ...others] = accountsOf(view);
  const where = account && others.length === 0 ? accountPhrase(account) : `${others.length + 1} accounts`;
  const environment = request.environment === undefined ? "" : ` (${request.environment})`;
  const isFix = request.kind === "fix";
  const what = isFix
    ? thirdPerson(fix.verb)
    : request.accept
      ? `Accepts the risk${untilWords(view)}`
      : `Takes back ${request.parent ?? "the change"}`;
  const notice = isFix ? ` ${sentence(capital(fix.danger))}` : "";
  return {
    kind: "button",
    label,
    style: "primary",
    press: { nonce },
    confirm: {
      title: `Approve ${request.id}?`,
      text: clip(`${what} on ${shown} in ${where}${environment}.${notice}`, 300),
      ok: label,
      cancel: "Back",
    },
  };
}
