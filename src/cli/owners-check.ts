import { resolve } from "node:path";
import { requiredConfig } from "#cli/config";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { ownersWithoutChat } from "#cli/ownership";
import { type JsonOption, printColumns, printJson, printLines } from "#cli/print";
import type { Finding, OwnerSource } from "#domain/finding";
import { type OwnersReport, ownersReport } from "#posture/owners";
import { openStore } from "#store/sqlite/sqlite";

export interface OwnersCheckOptions extends JsonOption {
  readonly config?: string;
  readonly database?: string;
}

/** `stance owners check`: whose the open findings are under the configuration as it stands now, and how that is known. */
export async function run({ config: given, database, json }: OwnersCheckOptions, io: Io): Promise<number> {
  const config = requiredConfig(given, io);
  const file = resolve(io.cwd, database ?? config.database);
  const store = await openStore({ file, readOnly: true, kind: "real", at: io.now() });
  try {
    const claims = new Map(store.claims().map(({ asset, owner }) => [asset, owner]));
    const owned = ownersWithoutChat(config, { claim: (asset) => claims.get(asset) });
    const open = store.findings({ status: ["open", "snoozed", "accepted"] });
    const report = ownersReport(open.map((finding) => ({ ownership: owned(subjectOf(finding)) })));
    if (json) await printJson(io.stdout, report);
    else await print(report, io);
  } finally {
    store.close();
  }
  return exitCodes.done;
}

const subjectOf = ({ asset, tags, account }: Finding) => ({ id: asset.id, tags, account });

const sources = [
  ["claim", "claimed by a person"],
  ["tag", "by a tag"],
  ["account", "by the account"],
  ["fallback", "by the fallback"],
  ["nobody", "nobody"],
] as const satisfies readonly (readonly [OwnerSource, string])[];

async function print({ findings, bySource, byOwner, unresolved }: OwnersReport, { stdout }: Io): Promise<void> {
  const known = findings - bySource.nobody;
  await printLines(stdout, [`Owner known for ${known} of ${findings} open findings.`, ""]);
  await printColumns(stdout, [
    ["FINDINGS", "HOW"],
    ...sources.filter(([source]) => bySource[source] > 0).map(([source, text]) => [String(bySource[source]), text]),
  ]);
  await printLines(stdout, [""]);
  await printColumns(stdout, [
    ["FINDINGS", "OWNER"],
    ...byOwner.map(({ owner, findings: count }) => [String(count), owner || "nobody"]),
  ]);
  if (unresolved.length === 0) return;
  await printLines(stdout, ["", "Tag values that name no owner and no person (addresses may be known to the chat):"]);
  await printColumns(stdout, [
    ["FINDINGS", "VALUE"],
    ...unresolved.map(({ value, findings: count }) => [String(count), value]),
  ]);
}
