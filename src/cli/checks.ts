import { checks } from "#checks";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { type JsonOption, pickById, printColumns, printJson } from "#cli/print";
import { type AnyCheck, severities } from "#domain/check";
import { remediations } from "#remediations";

/** `stance checks list` */
export async function list({ json }: JsonOption, { stdout }: Io): Promise<number> {
  const sorted = [...checks].sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.id.localeCompare(b.id),
  );
  if (json) await printJson(stdout, sorted.map(described));
  else
    await printColumns(stdout, [
      ["SEVERITY", "CHECK", "TITLE"],
      ...sorted.map(({ severity, id, title }) => [severity, id, title]),
    ]);
  return exitCodes.done;
}

/** `stance checks show ID` */
export async function show({ id, json }: JsonOption & { readonly id: string }, { stdout }: Io): Promise<number> {
  const check = pickById("check", checks, id);
  if (json) await printJson(stdout, described(check));
  else await stdout.write(`${pageOf(check).join("\n")}\n`);
  return exitCodes.done;
}

const fixesOf = (check: AnyCheck): readonly string[] =>
  remediations.filter(({ fixes }) => fixes.includes(check.id)).map(({ id }) => id);

const described = (check: AnyCheck): object => {
  const {
    id,
    title,
    severity,
    risk,
    controls,
    categories,
    guidance,
    guided,
    asset,
    facts,
    topic,
    aliases = [],
  } = check;
  return {
    id,
    title,
    severity,
    risk,
    asset,
    facts,
    topic,
    controls,
    categories,
    aliases,
    version: check.version ?? 1,
    guidance,
    remediations: fixesOf(check),
    guided: guided ?? null,
  };
};

function pageOf(check: AnyCheck): readonly string[] {
  const { guidance, guided } = check;
  const fixes = fixesOf(check);
  return [
    check.title,
    "",
    `id          ${check.id}`,
    `severity    ${check.severity}`,
    `looks at    ${check.asset}: ${check.facts.join(", ")}`,
    `categories  ${check.categories.join(", ")}`,
    `controls    ${check.controls.join(", ") || "none"}`,
    `fix         ${fixes.join(", ") || `by hand${guided === undefined ? "" : `: ${guided}`}`}`,
    "",
    `Risk: ${check.risk}`,
    "",
    "By hand, in the console:",
    ...guidance.console.map((step, index) => `  ${index + 1}. ${step}`),
    ...(guidance.cli === "" ? [] : ["", "On the command line:", indented(guidance.cli)]),
    ...(guidance.terraform === "" ? [] : ["", "In Terraform:", indented(guidance.terraform)]),
  ];
}

const indented = (text: string): string => text.replaceAll(/^/gm, "  ");
