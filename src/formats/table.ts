import { type Severity, severities } from "#domain/check";
import type { ScanSummary } from "#flows/scan-summary";
import type { Format, Reported, Row } from "#formats/format";
import { summaryLines } from "#formats/summary";
import { cut, fit, pad, terminalSafe, widthOf, wrap } from "#formats/terminal-safe";

export interface TableOptions {
  /** Columns of the terminal; absent: no terminal, one line a row, nothing is cut. */
  readonly width?: number | undefined;
  readonly color: boolean;
}

/** Rows are held back to be sorted, worst first, and aligned; a longer scan is drawn in blocks of this many. */
const blockSize = 2_000;
/** A message with less room than this goes on a line of its own. */
const narrow = 40;
type Cells = readonly [string, string, string, string, string, string];
const headings: Cells = ["SEVERITY", "CHECK", "NAME", "REGION", "ACCOUNT", "MESSAGE"];

/** For people. Everything from the cloud is made safe for a terminal; the summary comes last, where it is read first. */
export function tableFormat({ width = Number.POSITIVE_INFINITY, color }: TableOptions): Format {
  let block: Reported[] = [];
  let headed = false;
  const failing = new Map<string, { title: string; severity: Severity; count: number }>();
  const draw = (): string => {
    const rows = block.sort(worstFirst).map(({ row, account }) => cellsOf(row, account.name));
    block = [];
    if (rows.length === 0) return "";
    const lines = drawRows(headed ? rows : [headings, ...rows], width, color);
    headed = true;
    return `${lines.join("\n")}\n`;
  };
  return {
    begin: () => "",
    add(reported) {
      const { check, title, severity, status } = reported.row;
      if (status === "fail") {
        const before = failing.get(check);
        const worst = before && rank(before.severity) < rank(severity) ? before.severity : severity;
        failing.set(check, { title, severity: worst, count: (before?.count ?? 0) + 1 });
      }
      block.push(reported);
      return block.length < blockSize ? "" : draw();
    },
    end: (summary) => draw() + footer(summary, [...failing.values()], { width, color }),
  };
}

const rank = (severity: Severity): number => severities.indexOf(severity);
const rankOf = (row: Row): number => (row.status === "fail" ? rank(row.severity) : severities.length);

const worstFirst = ({ row: a }: Reported, { row: b }: Reported): number =>
  rankOf(a) - rankOf(b) ||
  a.status.localeCompare(b.status) ||
  a.check.localeCompare(b.check) ||
  a.account.localeCompare(b.account) ||
  a.asset.name.localeCompare(b.asset.name);

const cellsOf = (row: Row, accountName: string): Cells => [
  row.status === "fail" ? row.severity.toUpperCase() : row.status,
  row.check,
  terminalSafe(row.asset.name),
  terminalSafe(row.region),
  terminalSafe(accountName === row.account || accountName === "" ? row.account : `${row.account} ${accountName}`),
  terminalSafe(row.message),
];

/** One line a row where there is room; else the message below; on a narrow terminal everything below. */
function drawRows(rows: readonly Cells[], width: number, color: boolean): readonly string[] {
  const terminal = Number.isFinite(width);
  const widths = [14, 48, 36, 16, 30].map((most, index) =>
    Math.min(most, Math.max(...rows.map((cells) => widthOf(cells[index] ?? "")))),
  );
  const before = widths.reduce((sum, one) => sum + one + 2, 0);
  const indent = (widths[0] ?? 0) + 2;
  const below = (text: string): readonly string[] =>
    wrap(text, Math.max(20, width - indent)).map((line) => " ".repeat(indent) + line);
  return rows.flatMap((cells) => {
    const [severity, check, name, region, account, message] = cells;
    const mark = paint(pad(severity, widths[0] ?? 0), severity, color);
    if (before > width) {
      if (cells === headings) return [];
      const [first = "", ...rest] = below(check);
      return [
        `${mark}  ${first.trimStart()}`,
        ...rest,
        ...below(`${name} · ${region} · ${account}`),
        ...below(message),
      ];
    }
    const middle = widths.slice(1).map((one, index) => (terminal ? fit : pad)(cells[index + 1] ?? "", one));
    const start = [mark, ...middle].join("  ");
    if (!terminal) return [`${start}  ${message}`];
    if (width - before < narrow) return [start.trimEnd(), ...(cells === headings ? [] : below(message))];
    const [first = "", ...rest] = wrap(message, width - before);
    return [`${start}  ${first}`, ...rest.map((line) => " ".repeat(before) + line)];
  });
}

const colors: Readonly<Record<string, string>> = {
  CRITICAL: "1;31",
  HIGH: "31",
  MEDIUM: "33",
  LOW: "36",
  unknown: "35",
  pass: "32",
};

function paint(text: string, word: string, color: boolean): string {
  const code = color ? colors[word] : undefined;
  return code === undefined ? text : `\u001B[${code}m${text}\u001B[0m`;
}

function footer(
  summary: ScanSummary,
  failing: readonly { readonly title: string; readonly severity: Severity; readonly count: number }[],
  { width, color }: { readonly width: number; readonly color: boolean },
): string {
  const groups = [...failing]
    .sort((a, b) => rank(a.severity) - rank(b.severity) || b.count - a.count)
    .map(({ title, severity, count }) => {
      const word = severity.toUpperCase();
      return `  ${String(count).padStart(6)}  ${paint(word.padEnd(8), word, color)}  ${cut(title, width - 20)}`;
    });
  const byCheck = groups.length === 0 ? [] : ["", "Should be so, and is not:", ...groups];
  return `${[...byCheck, "", ...summaryLines(summary).flatMap((line) => wrapIndented(line, width))].join("\n")}\n`;
}

function wrapIndented(line: string, width: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const [first = "", ...rest] = wrap(line.slice(indent.length), width - indent.length);
  return [indent + first, ...rest.map((more) => `${indent}  ${more}`)];
}
