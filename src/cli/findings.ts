import { checks } from "#checks";
import type { DatabaseOptions } from "#cli/database";
import { withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { noScanSentence } from "#cli/no-scan";
import { printColumns, printJson, printLines } from "#cli/print";
import type { Config } from "#config/schema";
import type { Severity } from "#domain/check";
import type { Finding, Status } from "#domain/finding";
import { isGlob, requireKnown, unknownWord } from "#flows/scan-filter";
import type { Store } from "#store/store";

export interface FindingsOptions extends DatabaseOptions {
  readonly status?: readonly Status[];
  readonly severity?: readonly Severity[];
  readonly account?: readonly string[];
  readonly check?: readonly string[];
  readonly owner?: readonly string[];
}

/** `stance findings`: what the last scans found, worst first. */
export const run = (options: FindingsOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store, config) => {
    const { status = ["open"], severity } = options;
    const accounts = new Map(store.accounts().map(({ id, name }) => [id, name]));
    requireKnownWords(options, { store, config, accounts });
    const found = store
      .findings({ status, ...(severity && { severity }) })
      .filter((finding) => isWanted(finding, options, accounts.get(finding.account)));
    const old = noScanSentence(store, config, io);
    // Standard output is data: a sentence would break it.
    if (old !== undefined) await (options.json ? io.stderr.write(`stance: ${old}\n`) : printLines(io.stdout, [old]));
    if (options.json) await printJson(io.stdout, found);
    else await print(found, accounts, io);
    return exitCodes.done;
  });

/** A misspelt word would find nothing, which reads as if nothing were wrong. */
function requireKnownWords(
  { account, check, owner }: FindingsOptions,
  known: {
    readonly store: Store;
    readonly config: Config | undefined;
    readonly accounts: ReadonlyMap<string, string>;
  },
): void {
  requireKnown("account", account, [...known.accounts.keys(), ...known.accounts.values()]);
  const kept = known.store.countBy({}, "owner").keys();
  requireKnown("owner", owner, ["nobody", ...kept, ...Object.keys(known.config?.owners ?? {})]);
  // Checks that are no more have left findings behind.
  const ids = [...checks.map(({ id }) => id), ...known.store.findings({}).map((finding) => finding.check)];
  const stray = check?.find((word) => !ids.some((id) => isGlob(word, id)));
  if (stray !== undefined) throw unknownWord("check", stray, ids);
}

function isWanted(
  finding: Finding,
  { account, check, owner }: FindingsOptions,
  accountName: string | undefined,
): boolean {
  const { account: id, ownership } = finding;
  return (
    (account?.some((word) => word === id || word === accountName) ?? true) &&
    (check?.some((word) => isGlob(word, finding.check)) ?? true) &&
    (owner?.includes(ownership.owner ?? "nobody") ?? true)
  );
}

async function print(found: readonly Finding[], accounts: ReadonlyMap<string, string>, { stdout }: Io): Promise<void> {
  if (found.length === 0) return printLines(stdout, ["No findings."]);
  await printColumns(stdout, [
    ["ID", "SEVERITY", "STATUS", "ACCOUNT", "REGION", "NAME", "OWNER", "WHAT"],
    ...found.map(({ id, severity, status, aside, account, region, asset, ownership, message }) => [
      id,
      severity,
      aside ? `${status} until ${new Date(aside.until).toISOString().slice(0, 10)}` : status,
      accounts.get(account) ?? account,
      region,
      asset.name,
      ownership.owner ?? "nobody",
      message,
    ]),
  ]);
}
