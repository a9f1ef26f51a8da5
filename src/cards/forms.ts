import { itemText, partyNames, requestHeading, undoText } from "#cards/request-words";
import { bold, clip, code, facts, joined, line, para } from "#cards/text";
import type { FixFormView, RequestView, TickView, UndoFormView } from "#cards/views";
import { capital, count, idAndName, possessive } from "#cards/words";
import type { Field, Form, Part } from "#domain/card";
import { maxItems } from "#domain/request";

/** Names of fields. What only a person can say for a fix comes back as `given-<name>`. */
export const fields = {
  findings: "findings",
  reason: "reason",
  owner: "owner",
  given: "given-",
  until: "until",
  day: "day",
  because: "because",
  ticket: "ticket",
} as const;

const reason = (label: string, hint: string, optional = false): Field => ({
  kind: "input",
  name: fields.reason,
  label,
  hint,
  multiline: true,
  maxLength: 500,
  ...(optional ? { optional } : { minLength: 3 }),
});

/** What changes, who notices, how it is taken back, who must agree; the person ticks and says why. */
export function fixForm(view: FixFormView): Form {
  const { id, fix, undo, approvers, need, inputs = [], others = [] } = view;
  return {
    title: `Fix ${id}`,
    submit: "Ask for approval",
    state: `fix ${id} with=${fix.id}`,
    parts: present<Part | Field>(
      para(bold(capital(fix.verb))),
      others.length === 0
        ? undefined
        : para(
            "Other ways: ",
            joined(
              others.map((way) => line(way.verb, " ", code(`/posture fix ${id} with=${way.name}`))),
              "; ",
            ),
            ".",
          ),
      ...tickParts(view.ticks),
      facts(
        ["What", fix.title],
        ["Who notices", fix.danger],
        ["Cost", fix.cost],
        ["Undo", undoText(undo)],
        [
          "Approval",
          approvers.length === 0 ? "nobody may approve it: the policy names nobody" : approvalText(need, view),
        ],
      ),
      ...inputs.map(
        ({ name, label }): Field => ({ kind: "input", name: `${fields.given}${name}`, label: clip(label, 75) }),
      ),
      reason("Reason", "Whoever approves reads it: why now, and why nobody will miss it"),
    ),
  };
}

const approvalText = (need: number, { approvers }: Pick<FixFormView, "approvers">): string =>
  `${need === 1 ? "1 person" : `${need} people`} from ${partyNames(approvers)}, not you`;

/** At most ten at a time: one request holds no more. Those that cannot be fixed now are named, with why. */
function tickParts(ticks: readonly TickView[]): readonly (Part | Field)[] {
  const can = ticks.filter(({ not }) => not === undefined);
  const offered = can.slice(0, maxItems);
  const cannot = ticks.filter(({ not }) => not !== undefined).slice(0, 5);
  return present<Part | Field>(
    offered.length > 0 ? tickField("Which", offered, false) : undefined,
    can.length > offered.length
      ? para(`${can.length - offered.length} more: ask for them when these are done.`)
      : undefined,
    ...cannot.map(({ finding, not }) => para(idAndName(finding.id, finding.asset.name), `not now: ${not ?? ""}`)),
  );
}

/** What something else manages is not ticked: it would be turned back. */
export const tickField = (label: string, ticks: readonly TickView[], all: boolean): Field => ({
  kind: "choice",
  name: fields.findings,
  label,
  pick: "many",
  options: ticks.map(({ finding, account, managed }) => ({
    value: finding.id,
    label: clip(`${finding.id} ${finding.asset.name}`, 75),
    hint: clip(
      managed === undefined
        ? `${account.name}${finding.region === "global" ? "" : ` · ${finding.region}`}`
        : `managed by ${clip(managed, 20)}: its next run turns it back`,
      75,
    ),
  })),
  value: ticks.filter(({ managed }) => all || managed === undefined).map(({ finding }) => finding.id),
});

export const denyForm = (id: string, what: string): Form => ({
  title: `Deny ${id}`,
  submit: "Deny",
  state: `deny ${id}`,
  parts: [para(`${id} asks to ${what}. Nothing will be changed.`), reason("Reason", "Whoever asked reads it")],
});

/** It stopped half way, and a person says what is true. */
export const closeForm = (view: RequestView): Form => ({
  title: `Close ${view.request.id}`,
  submit: "Close by hand",
  state: `close ${view.request.id}`,
  parts: present<Part | Field>(
    para(requestHeading(view)),
    ...view.request.items.map((item) => para(idAndName(item.findingId, item.asset.name), itemText(item))),
    para("Nothing is changed by this. What the checks still see stays open; an undo is not offered any more."),
    reason("What is true now?", "What you found there, and what was done about it"),
  ),
});

/** What a request that stopped had left, as one more try. */
export const restForm = (view: RequestView): Form => ({
  title: `Rest of ${view.request.id}`,
  submit: "Ask for approval",
  state: `fix ${view.request.id}`,
  parts: present<Part | Field>(
    para(requestHeading(view)),
    ...view.request.items.map((item) => para(idAndName(item.findingId, item.asset.name), itemText(item))),
    para("What is left is planned anew from what is there now, and needs its approvals again."),
    facts(["Approval", approvalText(view.request.need, view)]),
    reason("Reason", "Whoever approves reads it: what stopped it, and why it will go through now"),
  ),
});

/** Takes back what one request changed, and only that. */
export function undoForm({ request, topic, approval }: UndoFormView): Form {
  const { id, items } = request;
  return {
    title: `Undo ${id}`,
    submit: approval ? "Ask for approval" : "Undo now",
    state: `undo ${id}`,
    parts: present<Part | Field>(
      para(`Takes back what ${id} changed on ${count(items.length, topic)}, and nothing else.`),
      ...items
        .slice(0, maxItems)
        .map(({ findingId, asset, summary }) => para(idAndName(findingId, asset.name), "takes back: ", summary)),
      facts(
        ["Who notices", line("it is as it was before: ", topic.means)],
        [
          "Approval",
          approval ? approvalText(approval.need, approval) : "none: within the first hour, and everybody is told",
        ],
      ),
      reason("Reason", "It is told with the undo"),
    ),
  };
}

/** For the admin channel: somebody says that a finding belongs to others. */
export const notOursForm = (id: string, owner: string, ticks: readonly TickView[]): Form => ({
  title: clip(`Not ours: ${id}`, 24),
  submit: "Tell the admins",
  state: `not-ours ${id}`,
  parts: present<Part | Field>(
    para(`The admins hear that this is not ${possessive(owner)}. Until they have looked, it stays where it is.`),
    ticks.length > 1 ? tickField("Which", ticks.slice(0, maxItems), true) : undefined,
    {
      kind: "input",
      name: fields.owner,
      label: "Whose is it?",
      hint: "A team or a person, if you know",
      maxLength: 100,
      optional: true,
    },
    reason("Why", "What shows that it is not yours", true),
  ),
});

/** Not an acceptance: the finding itself is said to be wrong, so the check gets repaired. */
export const wrongForm = (id: string, ticks: readonly TickView[]): Form => ({
  title: clip(`Wrong finding: ${id}`, 24),
  submit: "Tell the admins",
  state: `wrong ${id}`,
  parts: present<Part | Field>(
    para("The admins get it with the evidence, so the check can be repaired. Until then it stays open."),
    ticks.length > 1 ? tickField("Which", ticks.slice(0, maxItems), true) : undefined,
    reason("What is wrong?", "What is really the case, and how you know"),
  ),
});

/** Several teams: whose is it to be? */
export const claimForm = (id: string, teams: readonly { readonly key: string; readonly name: string }[]): Form => ({
  title: `Claim ${id}`,
  submit: "Claim",
  state: `claim ${id}`,
  parts: [
    para(`From now on ${id} goes to the team you choose.`),
    {
      kind: "choice",
      name: fields.owner,
      label: "For which team?",
      pick: "one",
      options: teams.slice(0, 100).map(({ key, name }) => ({ value: key, label: clip(name, 75) })),
    },
  ],
});

export const present = <T>(...parts: readonly (T | undefined)[]): readonly T[] =>
  parts.filter((part): part is T => part !== undefined);
