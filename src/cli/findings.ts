import type { DatabaseOptions } from "#cli/database";
import { withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printColumns, printJson, printLines } from "#cli/print";
import type { Severity } from "#domain/check";
import type { Finding, Status } from "#domain/finding";

export interface FindingsOptions extends DatabaseOptions {
  readonly status?: readonly Status[];
  readonly severity?: readonly Severity[];
  readonly account?: readonly string[];
  readonly check?: readonly string[];
  readonly owner?: readonly string[];
}

/** `stance findings`: what the last scans found, worst first. */
export const run = (options: FindingsOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store) => {
    const { status = ["open"], severity, account, check, owner } = options;
    const accounts = new Map(store.accounts().map(({ id, name }) => [id, name]));
    const among = (list: readonly string[] | undefined, ...values: readonly (string | undefined)[]): boolean =>
      list === undefined || values.some((value) => value !== undefined && list.includes(value));
    const found = store
      .findings({ status, ...(severity && { severity }) })
      .filter(
        (finding) =>
          among(account, finding.account, accounts.get(finding.account)) &&
          among(check, finding.check) &&
          among(owner, finding.ownership.owner ?? "nobody"),
      );
    if (options.json) await printJson(io.stdout, found);
    else await print(found, accounts, io);
    return exitCodes.done;
  });

async function print(found: readonly Finding[], accounts: ReadonlyMap<string, string>, { stdout }: Io): Promise<void> {
  if (found.length === 0) return printLines(stdout, ["No findings."]);
  await printColumns(stdout, [
    ["ID", "SEVERITY", "STATUS", "ACCOUNT", "REGION", "NAME", "OWNER", "WHAT"],
    ...found.map(({ id, severity, status, account, region, asset, ownership, message }) => [
      id,
      severity,
      status,
      accounts.get(account) ?? account,
      region,
      asset.name,
      ownership.owner ?? "nobody",
      message,
    ]),
  ]);
}
