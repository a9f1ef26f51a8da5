import type { NewFile } from "#cli/file";
import type { ScanSink } from "#flows/scan";
import type { ScanSummary, UnitEnd } from "#flows/scan-summary";

/** What was tried, unit by unit as it ends, and then the sums: one JSON document. */
export async function coverageInto(
  file: NewFile,
): Promise<{ readonly sink: ScanSink; readonly end: (summary: ScanSummary) => Promise<void> }> {
  await file.write('{"units":[');
  let first = true;
  return {
    sink: {
      async unit(end) {
        const comma = first ? "\n" : ",\n";
        first = false;
        await file.write(comma + JSON.stringify(unitRow(end)));
      },
    },
    async end({ startedAt, endedAt, gaps, ...sums }) {
      const summary = { startedAt: isoTime(startedAt), endedAt: isoTime(endedAt), ...sums, gaps: gaps.length };
      await file.write(`\n],\n${JSON.stringify({ summary }).slice(1)}\n`);
    },
  };
}

const unitRow = ({ unit, outcome, reason, permission, counts }: UnitEnd): object => ({
  cloud: unit.cloud,
  account: unit.account,
  region: unit.region,
  type: unit.type,
  outcome,
  reason: reason ?? null,
  permission: permission ?? null,
  ...counts,
});

const isoTime = (instant: number): string => new Date(instant).toISOString();
