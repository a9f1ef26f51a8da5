import type { Format, Row } from "#formats/format";

const columns: readonly (readonly [string, (row: Row) => string])[] = [
  ["check", (row) => row.check],
  ["title", (row) => row.title],
  ["severity", (row) => row.severity],
  ["status", (row) => row.status],
  ["message", (row) => row.message],
  ["cloud", (row) => row.cloud],
  ["account", (row) => row.account],
  ["region", (row) => row.region],
  ["asset_id", (row) => row.asset.id],
  ["asset_type", (row) => row.asset.type],
  ["asset_name", (row) => row.asset.name],
  ["asset_tags", ({ asset: { tags } }) => pairs(tags)],
  ["owner", (row) => row.owner ?? ""],
  ["controls", (row) => row.controls.join(" | ")],
  ["evidence", (row) => (row.evidence === null ? "" : JSON.stringify(row.evidence))],
  ["reason", (row) => row.reason ?? ""],
  ["fingerprint", (row) => row.fingerprint],
  ["remediation", (row) => row.remediation ?? ""],
];

const pairs = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(" | ");

/** RFC 4180 with a header; no cell can start a formula. */
export const csvFormat = (): Format => ({
  begin: () => csvLine(columns.map(([name]) => name)),
  add: ({ row }) => csvLine(columns.map(([, cell]) => cell(row))),
  end: () => "",
});

export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\r\n`;

/**
 * What spreadsheets take for a formula (OWASP, CSV injection): = + - @, also full-width, also behind blanks and marks
 * nobody sees; and a leading tab or line break. An apostrophe in front makes text of it.
 */
const formula = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]*[=+\-@＝＋－＠﹢﹣﹦﹫−])/u;

export function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
