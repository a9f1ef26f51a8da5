import type { DatabaseOptions } from "#cli/database";
import { withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { noScanSentence } from "#cli/no-scan";
import { printColumns, printJson, printLines } from "#cli/print";
import { severities } from "#domain/check";

/** `stance summary`: open findings by severity and owner, and the score beside what it was counted from. */
export const run = (options: DatabaseOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store, config) => {
    const open = { status: ["open"] } as const;
    const bySeverity = store.countBy(open, "severity");
    const byOwner = [...store.countBy(open, "owner")].sort((a, b) => b[1] - a[1]);
    const byStatus = store.countBy({ status: ["snoozed", "accepted"] }, "status");
    const setAside = { snoozed: byStatus.get("snoozed") ?? 0, accepted: byStatus.get("accepted") ?? 0 };
    const sums = { passed: 0, failed: 0, unknown: 0 };
    for (const { pass, fail, unknown } of store.tallies()) {
      sums.passed += pass;
      sums.failed += fail;
      sums.unknown += unknown;
    }
    // A scan of a part says nothing of how old the rest is.
    const last = store.lastScan();
    const old = noScanSentence(store, config, io);
    const unread = store.accounts().filter(({ problem }) => problem !== undefined);
    const summary = {
      open: Object.fromEntries(severities.map((severity) => [severity, bySeverity.get(severity) ?? 0])),
      owners: Object.fromEntries(byOwner.map(([owner, n]) => [owner || "nobody", n])),
      setAside,
      checked: { passed: sums.passed, of: sums.passed + sums.failed, couldNotCheck: sums.unknown },
      accountsNotRead: unread.map(({ id, name, problem }) => ({ id, name, problem })),
      lastScan: last ? new Date(last.startedAt).toISOString() : null,
      noScan: old ?? null,
    };
    if (options.json) {
      await printJson(io.stdout, summary);
      return exitCodes.done;
    }
    const total = [...bySeverity.values()].reduce((sum, n) => sum + n, 0);
    const words = severities
      .filter((severity) => bySeverity.has(severity))
      .map((each) => `${bySeverity.get(each)} ${each}`);
    await printLines(io.stdout, [
      ...(old === undefined ? [] : [old]),
      ...(last ? [`Last scan ${summary.lastScan}`] : []),
      total === 0 ? (last ? "Nothing open." : "Nothing known yet.") : `${total} open: ${words.join(", ")}`,
      ...asideLine(setAside),
      `Passed ${sums.passed} of ${sums.passed + sums.failed} checked, ${sums.unknown} could not be checked`,
      ...unread.map(({ id, name, problem }) => `Account ${name} ${id} could not be read: ${problem}`),
      "",
    ]);
    if (byOwner.length > 0)
      await printColumns(io.stdout, [
        ["OPEN", "OWNER"],
        ...byOwner.map(([owner, n]) => [String(n), owner || "nobody"]),
      ]);
    return exitCodes.done;
  });

/** In no open count, and not lost. */
function asideLine({ snoozed, accepted }: { readonly snoozed: number; readonly accepted: number }): readonly string[] {
  const said = [snoozed > 0 && `${snoozed} snoozed`, accepted > 0 && `${accepted} risk accepted`];
  const words = said.filter((each) => each !== false);
  return words.length === 0 ? [] : [`Set aside: ${words.join(", ")}`];
}
