import { checks } from "#checks";
import type { DatabaseOptions } from "#cli/database";
import { withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printColumns, printJson, printLines } from "#cli/print";
import { requireKnown } from "#flows/scan-filter";

export interface AssetsOptions extends DatabaseOptions {
  readonly type?: string;
  readonly account?: string;
  readonly region?: string;
  readonly search?: string;
}

/** `stance assets`: the inventory of the last scans, with tags and relations. */
export const run = (options: AssetsOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store) => {
    const { type, account, region, search } = options;
    const accounts = store.accounts();
    const nameOf = new Map(accounts.map(({ id, name }) => [id, name]));
    if (account !== undefined)
      requireKnown(
        "account",
        [account],
        accounts.flatMap(({ id, name }) => [id, name]),
      );
    if (type !== undefined)
      requireKnown(
        "type",
        [type],
        checks.map(({ asset }) => asset),
      );
    const id = nameOf.has(account ?? "") ? account : accounts.find(({ name }) => name === account)?.id;
    const found = store.assets({
      ...(type !== undefined && { type }),
      ...(id !== undefined && { account: id }),
      ...(region !== undefined && { region }),
      ...(search !== undefined && { text: search }),
    });
    if (options.json) await printJson(io.stdout, found);
    else if (found.length === 0) await printLines(io.stdout, ["No assets."]);
    else
      await printColumns(io.stdout, [
        ["TYPE", "ACCOUNT", "REGION", "NAME", "TAGS", "RELATIONS"],
        ...found.map((asset) => [
          asset.type,
          nameOf.get(asset.account) ?? asset.account,
          asset.region,
          asset.name,
          Object.entries(asset.tags)
            .map(([key, value]) => `${key}=${value}`)
            .join(" "),
          (asset.relations ?? []).map(({ kind, id }) => `${kind} ${id}`).join(", "),
        ]),
      ]);
    return exitCodes.done;
  });
