import { resolve } from "node:path";
import type { Io } from "#cli/io";
import { ownersWithoutChat } from "#cli/ownership";
import type { Config } from "#config/schema";
import type { AnyCheck } from "#domain/check";
import { isWorse } from "#domain/exception";
import { fingerprintOf } from "#domain/finding";
import { recorder } from "#flows/record";
import type { ScanSink } from "#flows/scan";
import type { ScanSummary } from "#flows/scan-summary";
import type { Reported } from "#formats/format";
import type { Evaluated } from "#posture/evaluate";
import { environmentOf } from "#posture/owners";
import { openStore } from "#store/sqlite/sqlite";

export interface Recording {
  readonly sink: ScanSink;
  /** What sets its finding aside. Worse than then, and nothing does: the record of this scan ends it. */
  asideOf(result: Evaluated): Reported["aside"];
  /** With what the scan found; without: it was broken off, and closes nothing. */
  end(summary?: ScanSummary): Promise<void>;
}

const defaultLimits = { resolveShare: 0.3, resolveCount: 20 };

/** Keeps a scan in a database. Nothing is posted and nobody is asked: what the brake holds back stays open. */
export async function recordInto(
  file: string,
  scanned: { readonly config: Config | undefined; readonly checks: readonly AnyCheck[]; readonly filtered: boolean },
  io: Io,
): Promise<Recording> {
  const { config, checks, filtered } = scanned;
  const store = await openStore({ file: resolve(io.cwd, file), kind: "real", exclusive: true, at: io.now() });
  const first = store.runs(50).every(({ state, filtered: part }) => state !== "done" || part);
  const run = await store.beginRun({ at: io.now(), filtered, first });
  const owned = ownersWithoutChat(config, new Map(store.claims().map(({ asset, owner }) => [asset, owner])));
  const sink = recorder({
    store,
    run,
    checks,
    filtered,
    now: io.now,
    owned: async (asset) => owned(asset),
    environmentOf: (asset) => config && environmentOf(asset.tags, asset.account, config),
    limits: config?.limits ?? defaultLimits,
    async held(account, closings, open) {
      await store.commit({
        audit: [
          { at: io.now(), actor: "stance", action: "closings.held", subject: account, facts: { run, closings, open } },
        ],
      });
      await io.stderr.write(
        `stance: This scan would close ${closings} of ${open} open findings of account ${account} at once. They stay open.\n`,
      );
    },
  });
  return {
    sink,
    asideOf({ check, asset, decision }) {
      const finding = store.finding(fingerprintOf(check.id, asset));
      const aside = finding?.aside;
      if (!finding || !aside) return undefined;
      const now =
        decision.status === "fail"
          ? { ...finding, ...decision, severity: decision.severity ?? check.severity }
          : finding;
      if (isWorse(aside.was, now)) return undefined;
      const status = finding.status === "snoozed" ? "snoozed" : "accepted";
      return { status, until: aside.until, exception: aside.exception };
    },
    async end(summary) {
      try {
        const facts = summary
          ? {
              counts: summary.counts,
              units: summary.units,
              read: summary.accounts.read.length,
              complete: summary.complete,
            }
          : {};
        const done = summary !== undefined && !summary.stopped;
        await store.endRun(run, { at: io.now(), state: done ? "done" : "aborted", facts });
      } finally {
        store.close();
      }
    },
  };
}
