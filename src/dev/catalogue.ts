import type { AnyCheck } from "#domain/check";
import type { AnyRemediation } from "#domain/remediation";
import type { Cases } from "#test/checks/cases";

/** docs/checks.md: what every check asks, why, and what it does with the cases it is tested by. */
export function catalogue(
  entries: readonly { readonly check: AnyCheck; readonly cases: Cases }[],
  remediations: readonly AnyRemediation[],
): string {
  const services = [...new Set(entries.map(({ check }) => serviceOf(check)))];
  return [
    "# Checks",
    "",
    "<!-- Written by `npm run generate` from the checks and their cases. Do not edit. -->",
    "",
    `${entries.length} checks. A check names a control only if its verdict is the control's on everything it looks at.`,
    "",
    "| Check | Severity | Controls |",
    "| --- | --- | --- |",
    ...entries.map(
      ({ check }) => `| [${check.title}](#${anchor(check)}) | ${check.severity} | ${listed(check.controls)} |`,
    ),
    "",
    ...services.flatMap((service) => [
      `## ${service}`,
      "",
      ...entries.filter(({ check }) => serviceOf(check) === service).flatMap((entry) => section(entry, remediations)),
    ]),
  ].join("\n");
}

const serviceOf = ({ id }: AnyCheck): string => id.split(".").slice(0, 2).join(" ");
/** As GitHub makes anchors of headings. */
const anchor = ({ title }: AnyCheck): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(/\s/g, "-");
const listed = (words: readonly string[]): string => (words.length === 0 ? "none" : words.map(code).join(", "));
const code = (text: string): string => `\`${text}\``;

function section(
  { check, cases }: { readonly check: AnyCheck; readonly cases: Cases },
  remediations: readonly AnyRemediation[],
): readonly string[] {
  const fix = remediations.find(({ fixes }) => fixes.includes(check.id));
  return [
    `### ${check.title}`,
    "",
    `${check.risk} ${code(check.id)}, ${check.severity}.`,
    "",
    `- Looks at: ${code(check.asset)}, ${listed(check.facts)}`,
    `- Controls: ${listed(check.controls)}`,
    `- Categories: ${check.categories.join(", ")}`,
    `- Fix: ${fix ? `${fix.title.toLowerCase()} (${code(fix.id)})` : `by hand, because: ${check.guided ?? ""}`}`,
    "",
    ...check.guidance.console.map((step, i) => `${i + 1}. ${step}`),
    "",
    "```sh",
    check.guidance.cli,
    "```",
    "",
    "```hcl",
    check.guidance.terraform,
    "```",
    "",
    "| Case | Verdict | Row |",
    "| --- | --- | --- |",
    ...Object.entries(cases).map(
      ([name, one]) => `| ${cell(name)} | ${verdict(one, check)} | ${cell(one.row ?? "")} |`,
    ),
    "",
  ];
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
const verdict = (one: Cases[string], check: AnyCheck): string =>
  one.expect === "fail" ? `fail, ${one.severity ?? check.severity}${one.idle ? ", folded" : ""}` : one.expect;
