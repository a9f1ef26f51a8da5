import { requiredConfig } from "#cli/config";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { type JsonOption, printJson, printLines } from "#cli/print";
import type { Config } from "#config/schema";
import type { Severity } from "#domain/check";
import { StanceError } from "#domain/errors";
import type { AnyRemediation } from "#domain/remediation";
import { requireKnown } from "#flows/scan-filter";
import type { ApprovalItem, WhoApproves } from "#posture/policy";
import { approvalFor, may } from "#posture/policy";
import { remediations } from "#remediations";

export interface PolicyTestOptions extends JsonOption {
  readonly config?: string;
  readonly account: string;
  readonly severity: Severity;
  readonly owner?: string;
  readonly tag?: readonly string[];
  readonly fix?: string;
  readonly askedBy?: string;
}

/** `stance policy test`: who could approve a change, from the configuration alone. Chat groups are named, not read. */
export async function run(options: PolicyTestOptions, io: Io): Promise<number> {
  const config = requiredConfig(options.config, io);
  const who = approvalFor(itemOf(options, config), config);
  const answer =
    "nobody" in who ? { approvers: [], need: null, people: [], why: who.nobody } : named(who, options, config);
  if (options.json) await printJson(io.stdout, answer);
  else await printLines(io.stdout, linesOf(answer));
  return exitCodes.done;
}

function itemOf({ account, severity, owner, tag = [], fix }: PolicyTestOptions, config: Config): ApprovalItem {
  if (owner !== undefined) requireKnown("owner", [owner], Object.keys(config.owners));
  const remediation = fix === undefined ? undefined : remediationOf(fix);
  return {
    severity,
    account: idOf(account, config),
    tags: Object.fromEntries(tag.map(pairOf)),
    ...(owner !== undefined && { owner }),
    ...(remediation && { remediation: remediation.id, tier: remediation.tier }),
  };
}

function remediationOf(id: string): AnyRemediation {
  const all: readonly AnyRemediation[] = remediations;
  requireKnown(
    "fix",
    [id],
    all.map((each) => each.id),
  );
  return all.find((each) => each.id === id) as AnyRemediation;
}

function idOf(word: string, { accounts }: Config): string {
  const known = Array.isArray(accounts) ? accounts : typeof accounts === "string" ? [] : accounts.known;
  const found = known.find(({ id, name }) => id === word || name === word);
  if (found) return found.id;
  if (!Array.isArray(accounts) && /^\d{12}$/.test(word)) return word;
  throw new StanceError("input/invalid", {
    detail: `The configuration has no account "${word}". Name it by id or name.`,
  });
}

function pairOf(text: string): readonly [string, string] {
  const [, key, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined)
    throw new StanceError("input/invalid", { detail: `"${text}" is no tag. Write --tag key=value.` });
  return [key, value];
}

interface Answer {
  readonly approvers: readonly { readonly group: string; readonly people: readonly string[]; readonly chat?: string }[];
  readonly need: number | null;
  /** Listed people who could approve: in a group, with a role that may, and not the one who asks. */
  readonly people: readonly string[];
  readonly why?: string;
}

function named(
  { approvers, need }: Exclude<WhoApproves, { readonly nobody: string }>,
  { askedBy }: PolicyTestOptions,
  { groups, people }: Config,
): Answer {
  if (askedBy !== undefined) requireKnown("person", [askedBy], Object.keys(people));
  const able = (id: string): boolean => id !== askedBy && may(people[id]?.roles ?? [], "approve");
  const listed = approvers.map((group) => {
    const { people: members = [], slack } = groups[group] ?? {};
    return { group, people: members.filter(able), ...(slack !== undefined && { chat: slack }) };
  });
  const all = [...new Set(listed.flatMap((group) => group.people))];
  const short = all.length < need && listed.every(({ chat }) => chat === undefined);
  return {
    approvers: listed,
    need,
    people: all,
    ...(short && { why: `It needs ${need} different people, and only ${all.length} could: so nobody can approve it.` }),
  };
}

function linesOf({ approvers, need, why }: Answer): readonly string[] {
  if (need === null) return ["Nobody.", why ?? ""];
  return [
    `${need === 1 ? "1 person" : `${need} different people`} of:`,
    ...approvers.map(({ group, people, chat }) => {
      const members = [...people, ...(chat === undefined ? [] : [`whoever is in ${chat} at that moment`])];
      return `  @${group}: ${members.length === 0 ? "nobody who could" : members.join(", ")}`;
    }),
    "The person who asks may not approve, whoever it is.",
    ...(why === undefined ? [] : [why]),
  ];
}
