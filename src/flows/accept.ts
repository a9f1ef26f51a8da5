import { becauseFrom, isWorse, standingOf } from "#domain/exception";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { Acceptance, Item, Refused, Request } from "#domain/request";
import { requestHash } from "#domain/request";
import { afterRequest } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { apply, targetOf } from "#flows/execute";
import { refreshGroups } from "#flows/groups";
import { pingsFor } from "#flows/names";
import { actorById } from "#flows/people";
import { expiryOf } from "#flows/policy";
import { maxMembers } from "#flows/snooze";
import { acceptsAlone, untilOf } from "#posture/exceptions";
import { worst } from "#posture/notify";
import type { ApprovalItem, WhoApproves } from "#posture/policy";
import { approvalForAll, mayApprove } from "#posture/policy";
import { isOpen } from "#posture/reconcile";

const no = (refused: string): { readonly refused: string } => ({ refused });

/** A reason shorter than this says nothing to whoever reads it in a year. */
const minLetters = 20;
export const enoughSaid = (reason: string): boolean => (reason.match(/\p{L}/gu) ?? []).length >= minLetters;

const approvalItems = (findings: readonly Finding[]): readonly ApprovalItem[] =>
  findings.map(({ severity, account, tags, ownership: { owner } }) => ({
    severity,
    account,
    tags,
    ...(owner !== undefined && { owner }),
  }));

/** Who has to agree; `need` 0: the owner's own people bear it alone. */
export function whoAccepts(bot: Bot, actor: Actor, findings: readonly Finding[]): WhoApproves {
  const items = approvalItems(findings);
  return acceptsAlone(actor.human, items, bot.config) ? { approvers: [], need: 0 } : approvalForAll(items, bot.config);
}

interface AcceptAsk {
  readonly actor: Actor;
  readonly findings: readonly Finding[];
  /** `2027-02-19` */
  readonly day: string;
  readonly because: string;
  readonly reason: string;
  readonly ticket: string;
}
type Asked = { readonly request: Request } | { readonly refused: string };

/** Asks others to agree that the risk of these findings is borne until a day. Nothing changes in a cloud. */
export async function askToAccept(bot: Bot, ask: AcceptAsk): Promise<Asked> {
  const answer = await tryAccept(bot, ask);
  const subject = ask.findings.map(({ id }) => id).join(",");
  if ("refused" in answer) await bot.refusals.record(ask.actor, { verb: "accept", subject, why: answer.refused });
  return answer;
}

async function tryAccept(bot: Bot, ask: AcceptAsk): Promise<Asked> {
  const { actor, findings, reason } = ask;
  const [first] = findings;
  if (!first) return no("Choose at least one finding.");
  if (findings.length > maxMembers) return no(`One acceptance holds ${maxMembers} findings at most. Choose fewer.`);
  const not = findings.map((finding) => whyNotAccept(bot, finding)).find((why) => why !== undefined);
  if (not !== undefined) return no(not);
  const because = becauseFrom("acceptance", ask.because);
  if (!because) return no("Choose why the risk is accepted.");
  if (!enoughSaid(reason))
    return no(`Say why in ${minLetters} letters or more: whoever approves it has only your words.`);
  const at = bot.now();
  const { limits, hours: clock } = bot.config;
  const severities = findings.map(({ severity }) => severity);
  const found = untilOf(ask.day, { kind: "acceptance", severities, now: at, limits, clock });
  if ("refused" in found) return found;
  const policy = whoAccepts(bot, actor, findings);
  if ("nobody" in policy) return no(policy.nobody);
  const alone = policy.need === 0;
  const accept: Acceptance = {
    until: found.until,
    because,
    standings: findings.map(standingOf),
    ...(ask.ticket !== "" && { ticket: ask.ticket }),
  };
  const items = findings.map((finding) => itemOf(finding, alone));
  const group = bot.store.groups({ topic: first.topic, owner: first.ownership.owner ?? "" })[0];
  const request: Request = {
    id: await bot.store.nextRequestId(),
    kind: "acceptance",
    topic: first.topic,
    severity: worst(severities),
    given: {},
    state: alone ? "verified" : "requested",
    requester: actor.human.id,
    reason,
    approvers: policy.approvers,
    need: policy.need,
    requestedAt: at,
    expiresAt: expiryOf(bot, at),
    items,
    hash: hashOf(items, accept, reason),
    approvals: [],
    accept,
    ...(alone && { settledAt: at }),
    ...(group && { group: group.id }),
    ...(first.ownership.owner !== undefined && { owner: first.ownership.owner }),
    ...(first.environment !== undefined && { environment: first.environment }),
  };
  const { edge, request: next } = afterRequest(bot, undefined, request, {
    kind: "ask",
    at,
    pings: await pingsFor(bot, request.approvers),
  });
  const [asked, ...others] = edge.audit;
  const outcome = await bot.store.commit({
    ...edge,
    requests: [{ revision: 0, next }],
    settings: { [`name:${actor.human.id}`]: actor.human.name },
    audit: [
      ...(asked ? [{ ...asked, actor: actor.human.id, texts: { reason, requester: actor.human.name } }] : []),
      ...others,
    ],
  });
  if (outcome !== "done") return no("One of these findings changed at the same moment. Look at it again.");
  if (alone) await refreshGroups(bot, findings);
  bot.wake();
  return { request: next };
}

/** Everything that whoever approves agrees to. */
const hashOf = (items: readonly Item[], accept: Acceptance, reason: string): string =>
  requestHash({
    kind: "acceptance",
    items,
    accept: {
      until: accept.until,
      reason: [accept.because, reason, accept.ticket ?? ""].join("\n"),
      evidence: accept.standings,
    },
  });

const itemOf = (finding: Finding, accepted: boolean): Item => ({
  finding: finding.fingerprint,
  findingId: finding.id,
  check: finding.check,
  asset: { ...finding.asset, account: finding.account, region: finding.region },
  summary: finding.row,
  state: accepted ? "verified" : "waiting",
  applied: [],
});

/** Undefined: somebody may ask for it. */
export function whyNotAccept(bot: Bot, finding: Finding): string | undefined {
  if (!isOpen(finding)) return `${finding.id} is not open any more: there is no risk to accept.`;
  const waiting = bot.store
    .requests({ finding: finding.fingerprint, state: ["requested"] })
    .find(({ kind }) => kind === "acceptance");
  return waiting && `${waiting.id} already asks to accept the risk of ${finding.id}. Let it end, or withdraw it first.`;
}

type Stopped = { readonly refused: string } | { readonly not: Refused; readonly request: Request };

/**
 * Right before an approval of an acceptance counts: those who approved before still may, and everything is as it was asked
 * for, freshly read. Undefined: it may count. Nothing is waited for after the last look at the store.
 */
export async function beforeAccepting(
  bot: Bot,
  { id, kind, accept, approvals, ...request }: Request,
): Promise<Stopped | undefined> {
  if (kind !== "acceptance" || !accept) return undefined;
  for (const { human } of approvals) {
    const actor = await actorById(bot, human);
    const why = actor ? mayApprove(actor, { id, ...request }) : "The account could not be read.";
    if (why === undefined) continue;
    await apply(bot, id, { kind: "fall", human, at: bot.now(), why: `An approval fell: ${why}` });
    return no(`An earlier approval of ${id} does not count any more. Look at it again.`);
  }
  const verdicts = new Map<string, Awaited<ReturnType<typeof judge>>>();
  for (const item of request.items) verdicts.set(item.finding, await judge(bot, item));
  for (const { finding, asset } of request.items) {
    const verdict = verdicts.get(finding);
    if (verdict === undefined || (verdict !== "gone" && verdict.status === "unknown"))
      return no(`${asset.name} could not be read just now, so nothing was accepted. Try again in a few minutes.`);
  }
  const why = outdated(bot, { accept, items: request.items }, verdicts) ?? approversMoved(bot, request);
  if (why === undefined) return undefined;
  const superseded = await apply(bot, id, { kind: "supersede", at: bot.now(), why });
  return superseded
    ? { not: "wrong-state", request: superseded }
    : no(`${id} changed at the same moment. Look at it again.`);
}

async function judge(bot: Bot, item: Item) {
  const check = bot.checks.find(({ id }) => id === item.check);
  return check && bot.looks.judge(check, targetOf(item), bot.now());
}

function outdated(
  bot: Bot,
  { accept, items }: { readonly accept: Acceptance; readonly items: readonly Item[] },
  verdicts: ReadonlyMap<string, Awaited<ReturnType<typeof judge>>>,
): string | undefined {
  for (const [index, { finding: print, findingId, asset, check }] of items.entries()) {
    const finding = bot.store.finding(print);
    const asked = accept.standings[index];
    const verdict = verdicts.get(print);
    if (!finding || !asked || !isOpen(finding) || verdict === "gone" || verdict?.status !== "fail")
      return `There is no risk of ${findingId} to accept any more: ${asset.name} is fixed or gone.`;
    const severity = verdict.severity ?? bot.checks.find(({ id }) => id === check)?.severity ?? finding.severity;
    const live = { ...finding, evidence: verdict.evidence, severity };
    if (isWorse(asked, finding) || isWorse(asked, live)) return `Since it was asked for, ${asset.name} got worse.`;
  }
  return undefined;
}

/** Who may agree has changed since it was asked for: another owner, account rule or policy. */
function approversMoved(bot: Bot, request: Pick<Request, "items" | "need" | "approvers">): string | undefined {
  const findings = request.items.flatMap(({ finding }) => bot.store.finding(finding) ?? []);
  const policy = approvalForAll(approvalItems(findings), bot.config);
  if ("nobody" in policy) return policy.nobody;
  const same = policy.need <= request.need && request.approvers.every((group) => policy.approvers.includes(group));
  return same ? undefined : "Who may approve it has changed since it was asked for.";
}
