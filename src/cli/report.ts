import { exitCodes } from "#cli/exit";
import type { Out } from "#cli/io";
import type { Account } from "#cloud/cloud";
import type { Asset } from "#domain/asset";
import type { ScanSink } from "#flows/scan";
import { isClosed, type ScanSummary } from "#flows/scan-summary";
import type { Format, Reported, RowStatus } from "#formats/format";
import { rowOf } from "#formats/format";
import { terminalSafe } from "#formats/terminal-safe";
import type { Evaluated } from "#posture/evaluate";

export interface ReportOptions {
  readonly format: Format;
  /** Absent: all. */
  readonly statuses: readonly RowStatus[] | undefined;
  readonly write: (text: string) => Promise<void>;
  readonly ownerOf: (asset: Asset) => string | undefined;
  /** What sets a finding aside in the database, if the scan is kept in one. */
  readonly asideOf?: (result: Evaluated) => Reported["aside"];
  /** By check id. */
  readonly remediations: ReadonlyMap<string, string>;
}

/** Prints each page's verdicts as they come. */
export function reportTo(options: ReportOptions): {
  readonly sink: ScanSink;
  readonly end: (summary: ScanSummary) => Promise<void>;
} {
  const { format, statuses } = options;
  const accounts = new Map<string, Account>();
  let begun = false;
  // Nothing is printed before there is something: a scan that cannot start leaves the output empty.
  const write = (text: string): Promise<void> => {
    const start = begun ? "" : format.begin();
    begun = true;
    return options.write(start + text);
  };
  return {
    sink: {
      accountStarted: ({ account }) => void accounts.set(account.id, account),
      async page({ account: id }, { since, results }) {
        const account = accounts.get(id);
        if (!account) throw new Error(`results of ${id}, which was never started`);
        let text = "";
        for (const result of results) {
          // What the organisation's policy closes is said once per account and region, not once per asset.
          if (isClosed(result.decision) || !(statuses?.includes(result.decision.status) ?? true)) continue;
          const { check, asset } = result;
          const row = rowOf(result, {
            owner: options.ownerOf(asset),
            remediation: options.remediations.get(check.id),
          });
          const aside = options.asideOf?.(result);
          text += format.add({ row, check, account, at: since, ...(aside && { aside }) });
        }
        await write(text);
      },
      accountDone: ({ account }) => void accounts.delete(account.id),
    },
    end: (summary) => write(format.end(summary)),
  };
}

/** Said on standard error whatever is printed: nobody should take an incomplete scan for a clean one. */
export async function warnOfGaps({ accounts, gaps, counts, stopped }: ScanSummary, stderr: Out): Promise<void> {
  const [first] = accounts.unread;
  const parts = [
    ...(accounts.unread.length > 0 ? [`accounts not read: ${accounts.unread.length}`] : []),
    ...(gaps.length > 0 ? [`lists not read: ${gaps.length}`] : []),
    ...(counts.unknown > 0 ? [`results unknown: ${counts.unknown}`] : []),
  ];
  if (first) await stderr.write(`stance: ${terminalSafe(`${first.account.id} ${first.account.name}: ${first.why}`)}\n`);
  if (stopped) await stderr.write("stance: The scan was stopped before the end; no file was written.\n");
  else if (parts.length > 0) await stderr.write(`stance: The scan is incomplete: ${parts.join(", ")}.\n`);
}

/** Something known to be wrong weighs more than something not known. Without any account there is nothing to weigh. */
export function exitCodeOf(summary: ScanSummary, asked: boolean): number {
  if (summary.accounts.read.length === 0 && summary.accounts.unread.length > 0) return exitCodes.failed;
  if (!asked) return exitCodes.done;
  if (summary.counts.fail > 0) return exitCodes.findings;
  return summary.complete ? exitCodes.done : exitCodes.incomplete;
}
