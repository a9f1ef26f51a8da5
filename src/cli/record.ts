import { resolve } from "node:path";
import type { Io } from "#cli/io";
import { ownersWithoutChat } from "#cli/ownership";
import type { Config } from "#config/schema";
import type { AnyCheck } from "#domain/check";
import { recorder } from "#flows/record";
import type { ScanSink } from "#flows/scan";
import type { ScanSummary } from "#flows/scan-summary";
import { environmentOf } from "#posture/owners";
import { openStore } from "#store/sqlite/sqlite";

export interface Recording {
  readonly sink: ScanSink;
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
