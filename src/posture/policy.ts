import type { Severity } from "#domain/check";
import type { Actor, Role } from "#domain/person";
import type { Tier } from "#domain/remediation";
import type { AccountRules } from "#posture/owners";
import { accountRule, environmentTag, fold, isProduction, tagsOf } from "#posture/owners";

const everybody: readonly Role[] = ["reader", "member", "approver", "auditor", "admin"];
const members: readonly Role[] = ["member", "approver", "admin"];

/**
 * Which role may do what. Guests have no role, so they may do nothing, not even read: findings are a list of targets.
 * `approve` and `deny` only let somebody try: whether this person may decide this request is `mayApprove`'s to say.
 */
const matrix = {
  read: everybody,
  scan: members,
  /** The own channel; `quiet-all`: any channel. */
  quiet: members,
  "quiet-all": ["admin"],
  claim: members,
  /** "Not ours…", "Wrong finding…" */
  report: members,
  /** Asking for a fix, an undo. */
  fix: members,
  undo: members,
  /** Also ends a snooze early. */
  snooze: members,
  /** Asking for an acceptance; who may agree is the policy's to say. */
  accept: members,
  /** Those who asked for it or approved it; `revoke-all`: anybody's. */
  revoke: members,
  "revoke-all": ["admin"],
  retire: ["admin"],
  /** The own request; `cancel-all`: anybody's. */
  cancel: members,
  "cancel-all": ["admin"],
  /** The own request, or one that they may approve; `close-all`: anybody's. */
  close: members,
  "close-all": ["admin"],
  /** Anybody who may ask for changes may stop them all; only an admin lets them go on. */
  freeze: members,
  unfreeze: ["admin"],
  approve: ["member", "approver"],
  deny: ["member", "approver"],
  audit: ["auditor", "admin"],
  rollout: ["admin"],
  doctor: ["admin"],
} as const satisfies Record<string, readonly Role[]>;

export type Verb = keyof typeof matrix;
export const verbs: readonly Verb[] = Object.keys(matrix).filter((verb): verb is Verb => verb in matrix);

export const may = (roles: readonly Role[], verb: Verb): boolean => {
  const allowed: readonly Role[] = matrix[verb];
  return roles.some((role) => allowed.includes(role));
};

const deeds: Readonly<Record<Verb, string>> = {
  read: "read findings",
  scan: "start a scan",
  quiet: "quiet a channel",
  "quiet-all": "quiet a channel that is not your team's",
  claim: "claim findings",
  report: "report findings",
  fix: "ask for a fix",
  undo: "ask for an undo",
  snooze: "snooze findings",
  accept: "ask to accept a risk",
  revoke: "end an acceptance",
  "revoke-all": "end somebody else's acceptance",
  retire: "take findings off the list",
  cancel: "withdraw a request",
  "cancel-all": "withdraw somebody else's request",
  close: "close requests by hand",
  "close-all": "close somebody else's request",
  freeze: "freeze all changes",
  unfreeze: "end a freeze",
  approve: "approve requests",
  deny: "deny requests",
  audit: "read the audit trail",
  rollout: "change what channels get",
  doctor: "run the doctor",
};

/** The sentence for somebody whose role does not reach. */
export const refusalOf = (roles: readonly Role[], verb: Verb): string =>
  `You may not ${deeds[verb]}. It takes the role ${either(matrix[verb])}; ${
    roles.length === 0 ? "you have none" : `your ${roles.length === 1 ? "role" : "roles"}: ${roles.join(", ")}`
  }.`;

const either = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** The part of the configuration that says who approves. */
export interface PolicyRules extends AccountRules {
  readonly policies: readonly {
    readonly severity?: readonly Severity[] | undefined;
    readonly environment?: readonly string[] | undefined;
    readonly account?: readonly string[] | undefined;
    readonly remediation?: readonly string[] | undefined;
    readonly approvers: readonly string[];
    readonly need: number;
  }[];
  readonly groups: Readonly<
    Record<string, { readonly people: readonly string[]; readonly slack?: string | undefined }>
  >;
  readonly owners: Readonly<Record<string, { readonly approvers: readonly string[] }>>;
  readonly tags: AccountRules["tags"] & { readonly owner: readonly string[] };
}

/** One resource somebody wants changed. */
export interface ApprovalItem {
  readonly severity: Severity;
  readonly account: string;
  /** All of the asset's tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** Key of `owners`, however it was found. */
  readonly owner?: string;
  /** Absent: an acceptance. */
  readonly remediation?: string;
  readonly tier?: Tier;
}

export type WhoApproves =
  /** Any `need` different people of these groups, the requester left out. */
  | { readonly approvers: readonly string[]; readonly need: number }
  /** Nobody may, and why. */
  | { readonly nobody: string };

/**
 * Who may approve a change of one resource. The account, which only the configuration describes, decides; anybody who
 * may tag could otherwise choose their own approver. A tag can make it stricter: a production tag takes the groups away
 * that production does not allow, and more people are needed when its policy says so.
 */
export function approvalFor(item: ApprovalItem, rules: PolicyRules): WhoApproves {
  const { environment } = accountRule(rules, item.account);
  const byAccount = ruleFor(item, environment, rules);
  const tagged = environmentTag(item.tags, rules);
  if ("nobody" in byAccount || tagged === undefined) return byAccount;
  const stricter = isProduction(tagged, rules) && !isProduction(environment, rules);
  const byTag = ruleFor(item, tagged, rules);
  if ("nobody" in byTag) return stricter ? byTag : byAccount;
  const both = byAccount.approvers.filter((group) => byTag.approvers.includes(group));
  const approvers = stricter && both.length > 0 ? both : byAccount.approvers;
  return enough({ approvers, need: Math.max(byAccount.need, byTag.need) }, rules);
}

/** Several resources in one request: groups that may approve each of them, as many people as the strictest needs. */
export function approvalForAll(items: readonly ApprovalItem[], rules: PolicyRules): WhoApproves {
  const all = items.map((item) => approvalFor(item, rules));
  const [first, ...rest] = all;
  if (!first) return { nobody: "There is nothing to approve." };
  return rest.reduce<WhoApproves>((sum, each) => {
    if ("nobody" in sum) return sum;
    if ("nobody" in each) return each;
    const approvers = sum.approvers.filter((group) => each.approvers.includes(group));
    return approvers.length === 0
      ? { nobody: "No group may approve all of these together. Ask for them one by one." }
      : enough({ approvers, need: Math.max(sum.need, each.need) }, rules);
  }, first);
}

function ruleFor(item: ApprovalItem, environment: string | undefined, rules: PolicyRules): WhoApproves {
  const { id, name } = accountRule(rules, item.account);
  const policy = rules.policies.find(
    (each) =>
      (each.severity?.includes(item.severity) ?? true) &&
      (each.environment?.some((wanted) => sameEnvironment(wanted, environment, rules)) ?? true) &&
      (each.account?.some((wanted) => wanted === id || wanted === name) ?? true) &&
      (each.remediation?.some((wanted) => wanted === item.remediation) ?? true),
  );
  const place = `account ${name ?? id}${environment === undefined ? ", which has no environment" : ` (${environment})`}`;
  if (!policy) return { nobody: `No policy of the configuration says who approves this in ${place}, so nobody may.` };
  const groups = policy.approvers.flatMap((key) => (key === "owner" ? ownerGroups(item, rules) : [key]));
  if (groups.length === 0)
    return {
      nobody: `Only the owner's approvers may approve this, and ${whyNoOwner(item, rules)}, so nobody may.`,
    };
  const broken = groups.find((key) => !isGroup(key, rules));
  // One misspelt group makes the whole rule suspect: what was meant is not known, so nobody may.
  if (broken !== undefined)
    return { nobody: `The approver group ${broken} is empty or not in the configuration, so nobody may approve this.` };
  return enough({ approvers: [...new Set(groups)], need: Math.max(policy.need, item.tier === 3 ? 2 : 1) }, rules);
}

const sameEnvironment = (wanted: string, given: string | undefined, rules: PolicyRules): boolean =>
  given !== undefined && (fold(wanted) === fold(given) || (isProduction(wanted, rules) && isProduction(given, rules)));

/** An owner approves only where the configuration puts them: a tag or a claim chooses among those of the account. */
function ownerGroups({ owner, account }: ApprovalItem, rules: PolicyRules): readonly string[] {
  return owner !== undefined && ownersHere(account, rules).includes(owner) && Object.hasOwn(rules.owners, owner)
    ? (rules.owners[owner]?.approvers ?? [])
    : [];
}

/** Owners that the configuration itself puts into an account. */
export function ownersHere(account: string, rules: PolicyRules): readonly string[] {
  const { owner, owners = [] } = accountRule(rules, account);
  return owner === undefined ? owners : [owner, ...owners];
}

function whyNoOwner({ owner, account }: ApprovalItem, rules: PolicyRules): string {
  if (owner === undefined) return "it has no owner";
  return ownersHere(account, rules).includes(owner)
    ? `${owner} has none`
    : `the configuration does not list ${owner} as an owner of account ${account}`;
}

const isGroup = (key: string, { groups }: PolicyRules): boolean => {
  const group = Object.hasOwn(groups, key) ? groups[key] : undefined;
  return group !== undefined && (group.people.length > 0 || group.slack !== undefined);
};

/** Where all groups are lists, it is known whether there are enough people. */
function enough(
  rule: { readonly approvers: readonly string[]; readonly need: number },
  rules: PolicyRules,
): WhoApproves {
  const people = peopleOf(rule.approvers, rules);
  return people === undefined || people.length >= rule.need
    ? rule
    : {
        nobody: `This needs ${rule.need} different approvers, and ${names(rule.approvers)} has only ${people.length}.`,
      };
}

/** Everybody in these groups; undefined when one of them is a chat group, whose members are known to the chat alone. */
export function peopleOf(groups: readonly string[], rules: Pick<PolicyRules, "groups">): readonly string[] | undefined {
  const found = groups.flatMap((key) => (Object.hasOwn(rules.groups, key) ? [rules.groups[key]] : []));
  return found.some((group) => group?.slack !== undefined)
    ? undefined
    : [...new Set(found.flatMap((group) => group?.people ?? []))];
}

/** The tags that decided who approves: an approval dies when one of them changes. */
export const policyTags = (
  tags: Readonly<Record<string, string>>,
  { tags: { owner, environment } }: Pick<PolicyRules, "tags">,
): Readonly<Record<string, string>> => Object.fromEntries(tagsOf(tags, [...owner, ...environment]));

/** What it takes to say whether somebody may decide a request. */
export interface Decidable {
  /** R-12 */
  readonly id: string;
  /** Id of the human who asked. */
  readonly requester: string;
  /** Keys of `groups`; empty: nobody may. */
  readonly approvers: readonly string[];
  /** Whoever asked for the rest of it may not approve that either. */
  readonly rest?: { readonly human: string };
}

/** Undefined: they may. Else the sentence they read. */
export function mayApprove(actor: Actor, request: Decidable, verb: "approve" | "deny" = "approve"): string | undefined {
  const { id, requester, approvers, rest } = request;
  if (approvers.length === 0)
    return `Nobody may ${verb} ${id}: no approver group of the configuration covers it. Tell an admin.`;
  if (actor.human.id === requester || actor.human.id === rest?.human)
    return verb === "approve"
      ? `You asked for ${id}, so someone else must approve it: ${names(approvers)}.`
      : `You asked for ${id}: withdraw it instead.`;
  if (!may(actor.human.roles, verb)) return refusalOf(actor.human.roles, verb);
  if (actor.groups.some((group) => approvers.includes(group))) return undefined;
  const yours = actor.groups.length === 0 ? "you are in no approver group" : `your groups: ${list(actor.groups)}`;
  return `You may not ${verb} ${id}. It needs ${names(approvers)}; ${yours}.`;
}

const list = (groups: readonly string[]): string => groups.map((group) => `@${group}`).join(", ");
const names = (groups: readonly string[]): string => either(groups.map((group) => `@${group}`));
