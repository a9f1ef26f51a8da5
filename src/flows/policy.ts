import type { Asset } from "#domain/asset";
import type { Finding } from "#domain/finding";
import type { Plan } from "#domain/plan";
import type { AnyRemediation } from "#domain/remediation";
import type { Request } from "#domain/request";
import type { Instant } from "#domain/time";
import type { Bot } from "#flows/bot";
import type { ApprovalItem, WhoApproves } from "#posture/policy";
import { approvalForAll, policyTags as tagsForPolicy } from "#posture/policy";
import { addWorkingHours, timesOf } from "#posture/worktime";

/** Every remediation that can close a finding. The first is offered first. */
export const remediationsFor = (bot: Bot, finding: Pick<Finding, "check">): readonly AnyRemediation[] =>
  bot.remediations.filter(({ fixes }) => fixes.includes(finding.check));

/** The one offered first, or the one somebody named (`with=block-bucket-public-access`). */
export const remediationFor = (bot: Bot, finding: Pick<Finding, "check">, named?: string): AnyRemediation | undefined =>
  remediationsFor(bot, finding).find(({ id }) => named === undefined || id === named || wayOf({ id }) === named);

/** What people write for it: "block-bucket-public-access". */
export const wayOf = ({ id }: Pick<AnyRemediation, "id">): string => id.slice(id.lastIndexOf(".") + 1);

export const remediationOf = (bot: Bot, request: Pick<Request, "remediation">): AnyRemediation | undefined =>
  bot.remediations.find(({ id }) => id === request.remediation);

/** Why nobody can press Fix for it: the check's own words. */
export const guidedOf = (bot: Bot, finding: Pick<Finding, "check">): string | undefined =>
  remediationFor(bot, finding)
    ? undefined
    : (bot.checks.find(({ id }) => id === finding.check)?.guided ?? "there is no automatic fix yet");

/** The strictest item decides for all. `plans`: with the tags as they were read for them, later than the last scan. */
export const approvalPolicy = (
  bot: Bot,
  findings: readonly Finding[],
  remediation: AnyRemediation,
  plans: readonly (Pick<Plan, "tags"> | undefined)[] = [],
): WhoApproves =>
  approvalForAll(
    findings.map(
      (finding, index): ApprovalItem => ({
        severity: finding.severity,
        account: finding.account,
        tags: plans[index]?.tags ?? finding.tags,
        remediation: remediation.id,
        tier: remediation.tier,
        ...(finding.ownership.owner !== undefined && { owner: finding.ownership.owner }),
      }),
    ),
    bot.config,
  );

/** Why those who could approve it when it was asked for may not be the right ones any more. */
export function policyMoved(bot: Bot, request: Request): string | undefined {
  const remediation = remediationOf(bot, request);
  const items = request.items.flatMap((item) => {
    const finding = bot.store.finding(item.finding);
    return finding ? [{ finding, plan: item.plan }] : [];
  });
  if (!remediation || items.length === 0) return undefined;
  const policy = approvalPolicy(
    bot,
    items.map(({ finding }) => finding),
    remediation,
    items.map(({ plan }) => plan),
  );
  if ("nobody" in policy) return policy.nobody;
  const same = policy.need <= request.need && request.approvers.every((group) => policy.approvers.includes(group));
  return same ? undefined : "Who may approve it has changed since it was asked for.";
}

export const policyTags = (bot: Bot, asset: Pick<Asset, "tags">): Readonly<Record<string, string>> =>
  tagsForPolicy(asset.tags, bot.config);

/** Requests end in working hours of the approvals channel; then nothing happens. */
export function expiryOf(bot: Bot, at: Instant): Instant {
  const { config } = bot;
  const name = config.channels?.approvals ?? config.channels?.admin;
  return addWorkingHours(
    at,
    config.limits.approvalHours,
    timesOf(name === undefined ? {} : { name, id: name }, config),
  );
}
