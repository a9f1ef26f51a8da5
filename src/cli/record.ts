import { resolve } from "node:path";
import type { Io } from "#cli/io";
import { ownersWithoutChat } from "#cli/ownership";
import type { Config } from "#config/schema";
import type { AnyCheck } from "#domain/check";
import { isWorse } from "#domain/exception";
import { fingerprintOf } from "#domain/finding";
import { recorder } from "#flows/record";
import type { ScanSink } from "#flows/scan";
import { factsOf, scanDone } from "#flows/scan-now";
import type { ScanSummary } from "#flows/scan-summary";
import type { Reported } from "#formats/format";
import type { Evaluated } from "#posture/evaluate";
import { environmentOf } from "#posture/owners";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";

export interface Recording {
  readonly sink: ScanSink;
  /** What sets its finding aside. Worse than then, and nothing does: the record of this scan ends it. */
  asideOf(result: Evaluated): Reported["aside"];
  /** With what the scan found; without: it was broken off, and closes nothing. */
  end(summary?: ScanSummary): Promise<void>;
}

const defaultLimits = { resolveShare: 0.3, resolveCount: 20 };

/**
 * Keeps a scan in a database, also in one that a bot works on: the bot tells what is news. Here nothing is posted and nobody
 * is asked: what the brake holds back stays open until the bot's own next scan, which asks.
 */
export async function recordInto(
  file: string,
  scanned: { readonly config: Config | undefined; readonly checks: readonly AnyCheck[]; readonly filtered: boolean },
  io: Io,
): Promise<Recording> {
  const { config, checks, filtered } = scanned;
  const store = await openStore({ file: resolve(io.cwd, file), kind: "real", at: io.now() });
  let run: number;
  try {
    const first = store.runs(50).every(({ state, filtered: part }) => state !== "done" || part);
    run = await store.beginRun({ at: io.now(), filtered, first });
  } catch (error) {
    store.close();
    throw error;
  }
  const owned = ownersIn(store, config);
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
      await store.dropClosings(run, account);
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
        const done = summary !== undefined && !summary.stopped;
        const facts = summary ? factsOf(summary) : {};
        await store.endRun(run, { at: io.now(), state: done ? "done" : "aborted", facts });
        if (done) await store.commit(scanDone(run, summary, io.now()));
      } finally {
        store.close();
      }
    },
  };
}

const ownersIn = (store: Store, config: Config | undefined): ReturnType<typeof ownersWithoutChat> =>
  ownersWithoutChat(config, {
    claim: (asset) => store.claim(asset)?.owner,
    before: (asset) =>
      store
        .findings({ asset, status: ["open", "snoozed", "accepted"] })
        .map(({ ownership }) => ownership)
        .find(({ source }) => source === "tag"),
  });
