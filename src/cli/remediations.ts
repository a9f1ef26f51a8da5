import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { type JsonOption, pickById, printColumns, printJson } from "#cli/print";
import type { AnyRemediation } from "#domain/remediation";
import { remediations } from "#remediations";

/** `stance remediations list` */
export async function list({ json }: JsonOption, { stdout }: Io): Promise<number> {
  const sorted = [...remediations].sort((a, b) => a.id.localeCompare(b.id));
  const rows = sorted.map(({ id, tier, title }) => [String(tier), id, title]);
  if (json) await printJson(stdout, sorted.map(described));
  else await printColumns(stdout, [["TIER", "REMEDIATION", "TITLE"], ...rows]);
  return exitCodes.done;
}

/** `stance remediations show ID` */
export async function show({ id, json }: JsonOption & { readonly id: string }, { stdout }: Io): Promise<number> {
  const remediation = pickById("remediation", remediations, id);
  if (json) await printJson(stdout, described(remediation));
  else await stdout.write(`${pageOf(remediation).join("\n")}\n`);
  return exitCodes.done;
}

const described = (remediation: AnyRemediation): object => ({
  id: remediation.id,
  title: remediation.title,
  version: remediation.version ?? 1,
  tier: remediation.tier,
  asset: remediation.asset,
  fixes: remediation.fixes,
  sets: remediation.sets,
  reads: remediation.reads ?? [],
  operations: remediation.operations,
  alsoNeeds: remediation.alsoNeeds ?? [],
  danger: remediation.danger,
  cost: remediation.cost,
  undo: undoOf(remediation),
});

const undoOf = ({ undo }: AnyRemediation): string => {
  if (!undo) return "whole";
  return "none" in undo ? `none: ${undo.none}` : `partly: ${undo.partly}`;
};

const tiers = {
  1: "one approver",
  2: "one approver, who has been shown who may notice",
  3: "two approvers",
} as const;

const pageOf = (remediation: AnyRemediation): readonly string[] => [
  remediation.title,
  "",
  `id          ${remediation.id}`,
  `changes     ${remediation.asset}: ${remediation.sets.join(", ")}`,
  `fixes       ${remediation.fixes.join(", ")}`,
  `approval    ${tiers[remediation.tier]}`,
  `calls       ${remediation.operations.join(", ")}`,
  `undo        ${undoOf(remediation)}`,
  `cost        ${remediation.cost}`,
  "",
  `Who may notice: ${remediation.danger}`,
];
