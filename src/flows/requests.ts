import { undoneThreadCard } from "#cards/request";
import type { Party } from "#cards/views";
import type { Finding } from "#domain/finding";
import type { Actor } from "#domain/person";
import type { AnyRemediation } from "#domain/remediation";
import { isRefusal } from "#domain/remediation";
import type { Item, Refused, Request } from "#domain/request";
import { maxItems, requestHash } from "#domain/request";
import { afterRequest } from "#flows/after-request";
import type { Bot } from "#flows/bot";
import { fixAim, makePlan, type Planned } from "#flows/change";
import { givenOf, readPort, targetOf } from "#flows/execute";
import { frozenSentence } from "#flows/freeze";
import { pingsFor } from "#flows/names";
import { noticesOf } from "#flows/notices";
import { busyWith } from "#flows/open-requests";
import { approvalPolicy, expiryOf, remediationFor } from "#flows/policy";
import { requestView } from "#flows/show-request";
import { worst } from "#posture/notify";
import type { Outgoing } from "#store/store";

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
  { given = {}, named }: Pick<FixAsk, "given" | "named"> = {},
): Promise<
  | (Planned & { readonly remediation: AnyRemediation; readonly target: ReturnType<typeof targetOf> })
  | { readonly refused: string }
> {
  const remediation = remediationFor(bot, finding, named);
  if (!remediation) return { refused: `There is no automatic fix for ${finding.id}.` };
  const item = { asset: { ...finding.asset, account: finding.account, region: finding.region } };
  const target = targetOf({ ...emptyItem, ...item });
  const made = await makePlan(remediation, fixAim(remediation, givenOf(remediation, given)), {
    read: readPort(bot, target),
  });
  if (made === "nothing to do")
    return { refused: `${finding.asset.name} is already as the fix would make it. The next scan will see it.` };
  if (isRefusal(made)) return made;
  return { remediation, target, ...made };
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
  /** Which fix, where there are several. Absent: the one offered first. */
  readonly named?: string | undefined;
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
    const planned = await planFinding(bot, finding, ask);
    if ("refused" in planned) return no(planned.refused);
    if (remediation && remediation.id !== planned.remediation.id)
      return no("These findings need different fixes. Ask for one kind at a time.");
    remediation = planned.remediation;
    items.push({ ...itemOf(finding, planned), notices: await noticesOf(bot, remediation, planned.target) });
  }
  if (!remediation) return no("There is no automatic fix for this.");
  return open(bot, { actor, findings, reason, given, items, remediation, kind: "fix" });
}

export const itemOf = (finding: Finding, { plan, summary }: Pick<Planned, "plan" | "summary">): Item => ({
  finding: finding.fingerprint,
  findingId: finding.id,
  check: finding.check,
  asset: { ...finding.asset, account: finding.account, region: finding.region },
  summary,
  plan,
  state: "waiting",
  applied: [],
});

/** Files a request. Its message tells the first of the groups that may approve it. */
export async function open(
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
  const pings = await pingsFor(bot, parent && ask.covered ? parent.approvers : request.approvers);
  const { edge } = afterRequest(bot, undefined, request, { kind: "ask", at, pings });
  const outcome = await bot.store.commit({
    ...edge,
    ...(ask.covered &&
      parent && { unlessFrozen: true, outbox: [...(edge.outbox ?? []), ...takenBack(bot, request, pings)] }),
    requests: [{ revision: 0, next: request }],
    settings: { [`name:${actor.human.id}`]: actor.human.name },
    audit: edge.audit.map((draft) => ({
      ...draft,
      actor: actor.human.id,
      texts: { reason: ask.reason, requester: actor.human.name },
    })),
  });
  if (outcome === "frozen") return no(frozenSentence(bot) ?? "All changes are frozen.");
  if (outcome !== "done") {
    const busy = items.flatMap(({ asset }) => busyWith(bot, asset.id) ?? [])[0];
    return no(
      `${busy?.id ?? "Another request"} already waits for the same resource. Let it end, or withdraw it first.`,
    );
  }
  bot.wake();
  return { request };
}

/** An undo that needs no second approval is told below what it takes back, and to those who approved that. */
function takenBack(bot: Bot, request: Request, told: readonly Party[]): readonly Outgoing[] {
  const { parent } = request;
  const posted = parent === undefined ? undefined : bot.store.posted(parent);
  if (parent === undefined || !posted) return [];
  return [
    { key: parent, channel: posted.channel, kind: "thread", card: undoneThreadCard(requestView(bot, request), told) },
  ];
}
