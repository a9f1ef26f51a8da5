import { StanceError } from "#domain/errors";
import type { Database } from "#store/sqlite/database";
import type { Lock } from "#store/sqlite/lock";
import { holdScan } from "#store/sqlite/lock";
import type { Store } from "#store/store";

type RunPort = Pick<Store, "beginRun" | "endRun" | "endDeadRuns" | "breakOff">;

/** Runs, and the lock that is held while one goes on: by it, a run that was broken off is told from one of another process. */
export function scanning(db: Database, file: string): { readonly port: RunPort; close(): void } {
  let own: { readonly run: number; readonly lock: Lock } | undefined;
  const free = (): void => {
    own?.lock.close();
    own = undefined;
  };
  async function begin(run: Parameters<RunPort["beginRun"]>[0]): Promise<number> {
    const lock = holdScan(file);
    try {
      const id = await db.transaction(() => insertRun(db, run));
      own = { run: id, lock };
      return id;
    } catch (error) {
      lock.close();
      throw error;
    }
  }
  const end: RunPort["endRun"] = async (run, { at, state, facts }) => {
    try {
      await db.transaction(() =>
        db.run(
          "UPDATE run SET state = ?, ended_at = ?, facts = json_patch(facts, ?) WHERE id = ?",
          state,
          at,
          JSON.stringify(facts),
          run,
        ),
      );
    } finally {
      if (own?.run === run) free();
    }
  };
  return {
    port: {
      beginRun: begin,
      endRun: end,
      async breakOff(at) {
        if (own) await end(own.run, { at, state: "aborted", facts: { stopped: true } });
      },
      async endDeadRuns(at) {
        if (own !== undefined || db.get("SELECT 1 FROM run WHERE state = 'running'") === undefined) return;
        const lock = holdIfFree(file);
        try {
          if (lock) await db.transaction(() => endRunning(db, at));
        } finally {
          lock?.close();
        }
      },
    },
    close: free,
  };
}

function holdIfFree(file: string): Lock | undefined {
  try {
    return holdScan(file);
  } catch (error) {
    if (error instanceof StanceError && error.code === "store/scanning") return undefined;
    throw error;
  }
}

const endRunning = (db: Database, at: number): unknown =>
  db.run("UPDATE run SET state = 'aborted', ended_at = ? WHERE state = 'running'", at);

function insertRun(db: Database, { at, filtered, first }: Parameters<RunPort["beginRun"]>[0]): number {
  // A run that a crash broke off closes nothing: what it staged is dropped, what it recorded stays.
  endRunning(db, at);
  db.run("DELETE FROM closing");
  db.run(
    "INSERT INTO run (started_at, state, filtered, facts) VALUES (?, 'running', ?, ?)",
    at,
    filtered ? 1 : 0,
    JSON.stringify({ first }),
  );
  return db.get<{ id: number }>("SELECT last_insert_rowid() AS id")?.id ?? 0;
}
