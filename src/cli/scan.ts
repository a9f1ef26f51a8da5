import { checks } from "#checks";
import { configIfAny } from "#cli/config";
import { coverageInto } from "#cli/coverage";
import { exitCodes } from "#cli/exit";
import { type NewFile, newFile } from "#cli/file";
import { type Io, readerGone } from "#cli/io";
import { ownersWithoutChat } from "#cli/ownership";
import { progressOn } from "#cli/progress";
import type { Recording } from "#cli/record";
import { exitCodeOf, reportTo, warnOfGaps } from "#cli/report";
import { version } from "#cli/version";
import type { Cloud } from "#cloud/cloud";
import { cloudsFrom } from "#clouds";
import type { Config } from "#config/schema";
import type { AnyCheck } from "#domain/check";
import type { AnyRemediation } from "#domain/remediation";
import { everySink, scan } from "#flows/scan";
import { isFiltered, type ScanFilter, selectChecks, withoutAllClouds, withoutChecks } from "#flows/scan-filter";
import type { ScanSummary } from "#flows/scan-summary";
import { csvFormat } from "#formats/csv";
import type { Format, FormatName, RowStatus } from "#formats/format";
import { jsonFormat } from "#formats/json";
import { ocsfFormat } from "#formats/json-ocsf";
import { tableFormat } from "#formats/table";
import { remediations } from "#remediations";

export interface ScanCliOptions {
  readonly cloud?: readonly string[];
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly service?: readonly string[];
  readonly check?: readonly string[];
  readonly category?: readonly string[];
  readonly severity?: readonly string[];
  readonly framework?: readonly string[];
  readonly status?: readonly RowStatus[];
  readonly format: FormatName;
  readonly output?: string;
  readonly coverage?: string;
  readonly database?: string;
  readonly config?: string;
  readonly exitCode?: boolean;
}

/** What is scanned, and by what. */
export interface Parts {
  readonly cloudsFrom: (config: Config | undefined, io: Pick<Io, "env" | "now">) => readonly Cloud[];
  readonly checks: readonly AnyCheck[];
  readonly remediations: readonly AnyRemediation[];
}

/** `stance scan` */
export const run = (options: ScanCliOptions, io: Io): Promise<number> =>
  runScan(options, io, { cloudsFrom, checks, remediations });

export async function runScan(options: ScanCliOptions, io: Io, parts: Parts): Promise<number> {
  const config = configIfAny(options.config, io);
  if (!config && !options.cloud) {
    await io.stderr.write("stance: Say what to scan: --cloud aws for the credentials at hand, or --config FILE.\n");
    return exitCodes.usage;
  }
  const clouds = parts.cloudsFrom(config, io);
  const filter = withoutAllClouds(filterOf(options), clouds);
  const checks = withoutChecks(parts.checks, config?.scan.checks.exclude ?? []);
  // A misspelt filter is told before a file or a run is begun.
  selectChecks(checks, filter);
  const files: NewFile[] = [];
  const fileAt = async (path: string | undefined): Promise<NewFile | undefined> => {
    const file = path === undefined ? undefined : await newFile(path, io.cwd);
    if (file) files.push(file);
    return file;
  };
  try {
    const output = await fileAt(options.output);
    const coverage = await fileAt(options.coverage);
    const { remediations } = parts;
    const summary = await scanInto({ options, config, clouds, filter, checks, remediations, output, coverage }, io);
    if (io.stopped().reason === readerGone) return exitCodes.done;
    await warnOfGaps(summary, io.stderr);
    if (summary.stopped) return exitCodes.stopped;
    for (const file of files) await file.commit();
    return exitCodeOf(summary, options.exitCode ?? false);
  } finally {
    for (const file of files) await file.discard();
  }
}

interface Work {
  readonly options: ScanCliOptions;
  readonly config: Config | undefined;
  readonly clouds: readonly Cloud[];
  readonly filter: ScanFilter;
  readonly checks: readonly AnyCheck[];
  readonly remediations: readonly AnyRemediation[];
  readonly output: NewFile | undefined;
  readonly coverage: NewFile | undefined;
}

async function scanInto(work: Work, io: Io): Promise<ScanSummary> {
  const { options, config, clouds, filter, checks } = work;
  const owned = ownersWithoutChat(config);
  const progress = progressOn(io.stderr, io.now);
  let recording: Recording | undefined;
  const report = reportTo({
    format: formatFor(options, io),
    statuses: options.status ?? (options.format === "table" ? ["fail", "unknown"] : undefined),
    write: (text) => (work.output ?? io.stdout).write(text),
    ownerOf: (asset) => owned(asset).owner,
    asideOf: (result) => recording?.asideOf(result),
    remediations: new Map(work.remediations.flatMap(({ id, fixes }) => fixes.map((check) => [check, id]))),
  });
  const coverage = work.coverage && (await coverageInto(work.coverage));
  recording = await recordingOf(work, io);
  let summary: ScanSummary | undefined;
  try {
    summary = await scan({
      clouds,
      checks,
      filter,
      now: io.now,
      sink: everySink(report.sink, coverage?.sink ?? {}, recording?.sink ?? {}, progress.sink),
      signal: io.stopped(),
    });
  } finally {
    await progress.end();
    await recording?.end(summary);
  }
  await report.end(summary);
  await coverage?.end(summary);
  return summary;
}

async function recordingOf({ options, config, checks, filter }: Work, io: Io): Promise<Recording | undefined> {
  if (options.database === undefined) return undefined;
  const { recordInto } = await import("#cli/record");
  return recordInto(options.database, { config, checks, filtered: isFiltered(filter) }, io);
}

function formatFor({ format, output }: ScanCliOptions, { stdout, env }: Io): Format {
  switch (format) {
    case "json":
      return jsonFormat();
    case "json-ocsf":
      return ocsfFormat({ version: version() });
    case "csv":
      return csvFormat();
    case "table": {
      const terminal = output === undefined && stdout.isTerminal;
      return tableFormat({
        width: terminal ? (stdout.columns ?? 100) : undefined,
        color: terminal && !env["NO_COLOR"],
      });
    }
  }
}

const filterOf = (options: ScanCliOptions): ScanFilter => ({
  ...(options.cloud && { clouds: options.cloud }),
  ...(options.account && { accounts: options.account }),
  ...(options.region && { regions: options.region }),
  ...(options.service && { services: options.service }),
  ...(options.check && { checks: options.check }),
  ...(options.category && { categories: options.category }),
  ...(options.severity && { severities: options.severity }),
  ...(options.framework && { frameworks: options.framework }),
});
