import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { Plan } from "#domain/plan";
import { canonical, sha256 } from "#domain/plan";
import type { AnyRemediation } from "#domain/remediation";
import { isRefusal } from "#domain/remediation";
import type { Item, Refused, Request } from "#domain/request";
import { maxItems, requestHash, transition } from "#domain/request";
import { minute } from "#domain/time";
import { afterRequest } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { fixAim, makePlan, undoAim } from "#flows/change";
import { apply, givenOf, readPort, targetOf } from "#flows/execute";
import { approvalPolicy, expiryOf, remediationFor } from "#flows/policy";
import { worst } from "#posture/notify";
import { mayApprove } from "#posture/policy";

/** Every answer is a request to show, or one sentence that says what to do. */
export type Answer =
  | { readonly request: Request }
  | { readonly refused: string }
  | { readonly not: Refused; readonly request: Request };
const no = (refused: string): { readonly refused: string } => ({ refused });

/** A plan for one finding, as it would be asked for. Changes nothing. */
export async function planFinding(
  bot: Bot,
  finding: Finding,
  given: Readonly<Record<string, string>> = {},
): Promise<
  { readonly remediation: AnyRemediation; readonly plan: Plan; readonly summary: string } | { readonly refused: string }
> {
  const remediation = remediationFor(bot, finding);
  if (!remediation) return { refused: `There is no automatic fix for ${finding.id}.` };
  const item = { asset: { ...finding.asset, account: finding.account, region: finding.region } };
  const target = targetOf({ ...emptyItem, ...item });
  const made = await makePlan(remediation, fixAim(remediation, givenOf(remediation, given)), {
    read: readPort(bot, target),
  });
  if (made === "nothing to do")
    return { refused: `${finding.asset.name} is already as the fix would make it. The next scan will see it.` };
  return isRefusal(made) ? made : { remediation, ...made };
}

const emptyItem: Item = {
  finding: "",
  findingId: "",
  check: "",
  asset: { id: "", type: "aws.s3.bucket", account: "", region: "", name: "" },
  summary: "",
  state: "waiting",
  applied: [],
};

interface FixAsk {
  readonly actor: Actor;
  readonly findings: readonly Finding[];
  readonly reason: string;
  readonly given?: Readonly<Record<string, string>>;
}

/** Asks for a fix of 1 to 10 findings. Nothing runs before somebody else has approved exactly these plans. */
export async function askForFix(bot: Bot, ask: FixAsk): Promise<Answer> {
  const answer = await planFix(bot, ask);
  const subject = ask.findings.map(({ id }) => id).join(",");
  if ("refused" in answer) await bot.refusals.record(ask.actor, { verb: "fix", subject, why: answer.refused });
  return answer;
}

async function planFix(bot: Bot, ask: FixAsk): Promise<Answer> {
  const { actor, findings, reason, given = {} } = ask;
  if (findings.length === 0) return no("Choose at least one finding to fix.");
  if (findings.length > maxItems) return no(`One request holds ${maxItems} changes at most. Choose fewer.`);
  const items: Item[] = [];
  let remediation: AnyRemediation | undefined;
  for (const finding of findings) {
    const planned = await planFinding(bot, finding, given);
    if ("refused" in planned) return no(planned.refused);
    if (remediation && remediation.id !== planned.remediation.id)
      return no("These findings need different fixes. Ask for one kind at a time.");
    remediation = planned.remediation;
    items.push(itemOf(finding, planned));
  }
  if (!remediation) return no("There is no automatic fix for this.");
  return open(bot, { actor, findings, reason, given, items, remediation, kind: "fix" });
}

const itemOf = (finding: Finding, { plan, summary }: { readonly plan: Plan; readonly summary: string }): Item => ({
  finding: finding.fingerprint,
  findingId: finding.id,
  check: finding.check,
  asset: { ...finding.asset, account: finding.account, region: finding.region },
  summary,
  plan,
  state: "waiting",
  applied: [],
});

async function open(
  bot: Bot,
  ask: {
    readonly actor: Actor;
    readonly findings: readonly Finding[];
    readonly reason: string;
    readonly given: Readonly<Record<string, string>>;
    readonly items: readonly Item[];
    readonly remediation: AnyRemediation;
    readonly kind: "fix" | "undo";
    readonly parent?: Request;
    /** Covered by the first approval: an undo that is exactly the one previewed, within the hour. */
    readonly covered?: boolean;
  },
): Promise<Answer> {
  const { actor, findings, remediation, kind, items, parent } = ask;
  const first = findings[0];
  if (!first) return no("Choose at least one finding.");
  const severity = worst(findings.map((finding) => finding.severity));
  const policy = approvalPolicy(
    bot,
    findings,
    remediation,
    items.map(({ plan }) => plan),
  );
  if ("nobody" in policy && !ask.covered) return no(policy.nobody);
  const at = bot.now();
  const group = bot.store.groups({ topic: first.topic, owner: first.ownership.owner ?? "" })[0];
  const request: Request = {
    id: await bot.store.nextRequestId(),
    kind,
    topic: first.topic,
    severity,
    remediation: remediation.id,
    given: ask.given,
    state: ask.covered ? "approved" : "requested",
    requester: actor.human.id,
    reason: ask.reason,
    approvers: "nobody" in policy || ask.covered ? [] : policy.approvers,
    need: "nobody" in policy || ask.covered ? 0 : policy.need,
    requestedAt: at,
    expiresAt: expiryOf(bot, at),
    items,
    hash: requestHash({ kind, items }),
    approvals: [],
    ...(group && { group: group.id }),
    ...(first.ownership.owner !== undefined && { owner: first.ownership.owner }),
    ...(first.environment !== undefined && { environment: first.environment }),
    ...(parent && { parent: parent.id }),
  };
  const { edge } = afterRequest(bot, undefined, request, { kind: "ask", at });
  const outcome = await bot.store.commit({
    ...edge,
    requests: [{ revision: 0, next: request }],
    settings: { [`name:${actor.human.id}`]: actor.human.name },
    audit: edge.audit.map((draft) => ({
      ...draft,
      actor: actor.human.id,
      texts: { reason: ask.reason, requester: actor.human.name },
    })),
  });
  if (outcome !== "done") {
    const busy = items.flatMap(({ asset }) =>
      bot.store.requests({ asset: asset.id, state: ["requested", "approved", "executing"] }),
    );
    return no(
      `${busy[0]?.id ?? "Another request"} already waits for the same resource. Let it end, or withdraw it first.`,
    );
  }
  bot.wake();
  return { request };
}

/** By button (`nonce`) or as text with the plan's hash (`approve R-12 9f3c21ab`). */
export async function approve(
  bot: Bot,
  by: { readonly actor: Actor } & ({ readonly nonce: string } | { readonly id: string; readonly hash: string }),
): Promise<Answer> {
  const { actor } = by;
  const found = "nonce" in by ? fromNonce(bot, by.nonce) : fromText(bot, by.id, by.hash);
  const refuse = async (why: string, subject: string): Promise<Answer> => {
    await bot.refusals.record(actor, { verb: "approve", subject, why });
    return no(why);
  };
  if ("refused" in found) return refuse(found.refused, found.subject);
  const { stored, hash } = found;
  const { request } = stored;
  const not = mayApprove(actor, request);
  if (not !== undefined) return refuse(not, request.id);
  const event = { kind: "approve", human: actor.human.id, hash, at: bot.now() } as const;
  const result = transition(request, event);
  if ("refused" in result) {
    await refuse(result.refused, request.id);
    return { not: result.refused, request };
  }
  const { edge, request: next } = afterRequest(bot, request, result.next, event);
  const outcome = await bot.store.commit({
    ...edge,
    requests: [{ revision: stored.revision, next }],
    settings: { [`name:${actor.human.id}`]: actor.human.name },
    ...("nonce" in by && { nonce: { id: sha256(by.nonce), human: actor.human.id, at: bot.now() } }),
  });
  if (outcome !== "done") return no(`${request.id} changed at the same moment. Look at it again.`);
  bot.wake();
  return { request: next };
}

type Found =
  | { readonly stored: { readonly request: Request; readonly revision: number }; readonly hash: string }
  | { readonly refused: string; readonly subject: string };

function fromNonce(bot: Bot, nonce: string): Found {
  const known = bot.store.nonce(sha256(nonce));
  const stored = known && bot.store.request(known.request);
  if (!known || known.verb !== "approve" || !stored)
    return { refused: "This button is not one of ours, or too old. Nothing happened.", subject: "nonce" };
  return { stored, hash: known.planHash };
}

function fromText(bot: Bot, id: string, typed: string): Found {
  const stored = bot.store.request(id);
  if (!stored) return { refused: `There is no request ${id}.`, subject: id };
  const { hash } = stored.request;
  if (!/^[0-9a-f]{8,64}$/i.test(typed) || !hash.startsWith(typed.toLowerCase()))
    return { refused: `${typed} is not the plan of ${id}. Look at it again: the plan may have changed.`, subject: id };
  return { stored, hash };
}

/** Denying takes an approver; withdrawing the person who asked. */
export async function decide(
  bot: Bot,
  by: { readonly actor: Actor; readonly id: string; readonly kind: "deny" | "cancel"; readonly reason: string },
): Promise<Answer> {
  const { actor, id, kind, reason } = by;
  const stored = bot.store.request(id);
  if (!stored) return no(`There is no request ${id}.`);
  const { request } = stored;
  const admin = actor.human.roles.includes("admin");
  const not =
    kind === "cancel"
      ? request.requester === actor.human.id || admin
        ? undefined
        : `Only the person who asked for ${id}, or an admin, can withdraw it.`
      : mayApprove(actor, request, "deny");
  if (not !== undefined) {
    await bot.refusals.record(actor, { verb: kind, subject: id, why: not });
    return no(not);
  }
  const next = await apply(bot, id, { kind, human: actor.human.id, at: bot.now(), reason });
  if (next) return { request: next };
  await bot.refusals.record(actor, { verb: kind, subject: id, why: "wrong-state" });
  return { not: "wrong-state", request };
}

interface UndoAsk {
  readonly actor: Actor;
  readonly id: string;
  readonly reason: string;
}

/** Takes back what a request changed, and only that, planned from what is live now. */
export async function askForUndo(bot: Bot, ask: UndoAsk): Promise<Answer> {
  const answer = await planUndo(bot, ask);
  if ("refused" in answer) await bot.refusals.record(ask.actor, { verb: "undo", subject: ask.id, why: answer.refused });
  return answer;
}

async function planUndo(bot: Bot, ask: UndoAsk): Promise<Answer> {
  const { actor, id, reason } = ask;
  const parent = bot.store.request(id)?.request;
  const remediation = parent && bot.remediations.find((each) => each.id === parent.remediation);
  if (!parent || !remediation) return no(`There is no change ${id} to undo.`);
  const impossible = whyNoUndo(bot, parent, remediation);
  if (impossible !== undefined) return no(impossible);
  const items: Item[] = [];
  const findings: Finding[] = [];
  let asPreviewed = true;
  for (const item of parent.items.filter(({ applied }) => applied.length > 0)) {
    const finding = bot.store.finding(item.finding);
    if (!finding) continue;
    const made = await makePlan(remediation, undoAim(remediation, item.applied), {
      read: readPort(bot, targetOf(item)),
    });
    if (made === "nothing to do") continue;
    if (isRefusal(made)) return no(`${id} cannot be undone: ${made.refused}`);
    asPreviewed &&= canonical(made.plan.calls) === canonical(item.plan?.undo ?? "");
    items.push(itemOf(finding, made));
    findings.push(finding);
  }
  if (items.length === 0) return no(`Nothing of ${id} is left to take back.`);
  const settled = parent.settledAt ?? 0;
  // An approval from before a restore covers nothing.
  const known = settled >= (bot.store.epoch()?.at ?? 0);
  const quick = known && bot.now() - settled <= bot.config.limits.fastUndoMinutes * minute;
  const involved = parent.requester === actor.human.id || mayApprove(actor, { ...parent, requester: "" }) === undefined;
  return open(bot, {
    actor,
    findings,
    reason,
    given: {},
    items,
    remediation,
    kind: "undo",
    parent,
    covered: quick && involved && asPreviewed,
  });
}

export function whyNoUndo(bot: Bot, parent: Request, remediation: AnyRemediation): string | undefined {
  if (parent.kind !== "fix" || (parent.state !== "verified" && parent.state !== "halted"))
    return `${parent.id} changed nothing that could be undone.`;
  if (parent.undoneBy !== undefined) return `${parent.id} was undone already, by ${parent.undoneBy}.`;
  if (remediation.undo && "none" in remediation.undo) return remediation.undo.none;
  if (parent.undoUntil !== undefined && bot.now() > parent.undoUntil)
    return `${parent.id} can no longer be undone here: the time for it is over.`;
  const open = bot.store.requests({ parent: parent.id, state: ["requested", "approved", "executing"] })[0];
  return open && `${open.id} already asks to undo ${parent.id}.`;
}
