import { severities } from "#domain/check";
import type { ScanFilter } from "#flows/scan-filter";
import type { ScanSummary, Unchecked, UnitEnd } from "#flows/scan-summary";
import { terminalSafe } from "#formats/terminal-safe";

/** Longer lists end in "and n more": the coverage file has them all. */
const most = 12;

/** What a scan found and, as plainly, what it could not see. Safe for a terminal. */
export function summaryLines(summary: ScanSummary): readonly string[] {
  const { counts, failed, accounts, checks } = summary;
  const worst = severities
    .filter((severity) => failed[severity] > 0)
    .map((severity) => `${failed[severity]} ${severity}`);
  const unchecked = summary.unchecked.map(uncheckedLine);
  const gaps = gapLines(summary.gaps);
  const closed = closedLines(summary);
  return [
    `Failed ${counts.fail}${worst.length > 0 ? `: ${worst.join(" · ")}` : ""}`,
    `Passed ${counts.pass} of ${counts.pass + counts.fail} checked${
      counts.notApplicable > 0 ? `; ${counts.notApplicable} not applicable` : ""
    }`,
    ...list(`Could not be checked: ${counts.unknown}`, unchecked),
    ...list(`Lists that could not be read, so nothing in them was checked: ${summary.gaps.length}`, gaps),
    ...list(
      "Tags that could not be read, so that owners are missing:",
      summary.untagged.map(({ type, reason, count }) => `${count} × ${type}: ${reason}`),
    ),
    ...list(
      `Accounts that could not be read: ${accounts.unread.length}`,
      accounts.unread.map(({ account, why }) => `${account.id} ${account.name}: ${why}`),
    ),
    ...list(
      `Suspended accounts, not read: ${accounts.suspended.length}`,
      accounts.suspended.map(({ id, name }) => `${id} ${name}`),
    ),
    ...list(`Closed by the organisation's policy, not counted as a gap: ${closed.length}`, closed),
    `Read ${plural(accounts.read.length, "account")}, ${plural(counts.assets, "asset")}, ${plural(checks, "check")}, ${seconds(summary)}.`,
    ...(summary.filtered
      ? [`Filtered by ${filterText(summary.filter)}: everything else was left out of these numbers.`]
      : []),
    ...(summary.stopped ? ["Stopped before the end: the numbers cover what was read until then."] : []),
  ].map(terminalSafe);
}

const list = (heading: string, items: readonly string[]): readonly string[] => {
  if (items.length === 0) return [];
  const rest = items.length - most;
  return [heading, ...items.slice(0, most).map((item) => `  ${item}`), ...(rest > 0 ? [`  and ${rest} more`] : [])];
};

const uncheckedLine = ({ permission, type, count, example }: Unchecked): string =>
  permission === undefined ? `${count} × ${type}: ${example}` : `${count} × ${type}: missing permission ${permission}`;

/** The same gap in many regions is one line. */
function gapLines(gaps: readonly UnitEnd[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { unit, outcome, permission, reason = "" } of gaps) {
    const why = permission === undefined ? reason : `missing permission ${permission}`;
    const key = `${unit.type} in ${unit.account}: ${outcome}, ${why}`;
    groups.set(key, [...(groups.get(key) ?? []), unit.region]);
  }
  return [...groups].map(([what, regions]) => `${what} (${regions.sort().join(", ")})`);
}

function closedLines({ closed }: ScanSummary): readonly string[] {
  const byAccount = new Map<string, string[]>();
  for (const { account, region } of closed) byAccount.set(account, [...(byAccount.get(account) ?? []), region]);
  return [...byAccount].map(([account, regions]) => `${account}: ${regions.sort().join(", ")}`);
}

const filterNames: readonly (readonly [keyof ScanFilter, string])[] = [
  ["clouds", "cloud"],
  ["accounts", "account"],
  ["regions", "region"],
  ["services", "service"],
  ["checks", "check"],
  ["categories", "category"],
  ["severities", "severity"],
  ["frameworks", "framework"],
];
const filterText = (filter: ScanFilter): string =>
  filterNames.flatMap(([key, name]) => (filter[key] ? [`${name} ${filter[key].join(" or ")}`] : [])).join(" and ");

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
const seconds = ({ startedAt, endedAt }: ScanSummary): string => `${((endedAt - startedAt) / 1000).toFixed(1)} s`;
