import type { Ending, Exception } from "#domain/exception";
import { leave } from "#domain/exception";
import type { Finding } from "#domain/finding";
import { appendAudit } from "#store/sqlite/audit";
import type { Database } from "#store/sqlite/database";
import type { ExceptionFilter } from "#store/store";

interface Row {
  readonly body: string;
  readonly revision: number;
}
interface StoredException {
  readonly exception: Exception;
  readonly revision: number;
}

const toStored = ({ body, revision }: Row): StoredException => ({ exception: JSON.parse(body), revision });

export function readException(db: Database, id: string): StoredException | undefined {
  const row = db.get<Row>("SELECT body, revision FROM exception WHERE id = ?", id);
  return row && toStored(row);
}

/** Those that end first come first. */
export const readExceptions = (db: Database, { finding, request, open }: ExceptionFilter): readonly Exception[] =>
  db
    .all<{ body: string }>(
      `SELECT body FROM exception
         WHERE (?1 IS NULL OR id IN (SELECT exception FROM exception_finding WHERE finding = ?1))
         AND (?2 IS NULL OR request = ?2) AND (?3 IS NULL OR (ended_at IS NULL) = ?3) ORDER BY until, id`,
      finding ?? null,
      request ?? null,
      open === undefined ? null : Number(open),
    )
    .map(({ body }): Exception => JSON.parse(body));

/** Compare and set, as with requests. False: it is not the one that was read any more. */
export function saveException(db: Database, revision: number, exception: Exception): boolean {
  const { id, kind, until, ended, request, members } = exception;
  const body = JSON.stringify(exception);
  if (revision === 0) {
    db.run(
      "INSERT INTO exception VALUES (?, ?, 1, ?, ?, ?, ?)",
      id,
      kind,
      until,
      ended?.at ?? null,
      request ?? null,
      body,
    );
    for (const { finding } of members) db.run("INSERT INTO exception_finding VALUES (?, ?)", id, finding);
    return true;
  }
  // What has ended has nothing to wait for.
  if (ended) db.run("DELETE FROM timer WHERE subject = ?", id);
  return (
    db.run(
      "UPDATE exception SET revision = revision + 1, ended_at = ?, body = ? WHERE id = ? AND revision = ?",
      ended?.at ?? null,
      body,
      id,
      revision,
    ) > 0
  );
}

/**
 * Whoever writes a finding that nothing sets aside any more ends its place in the exception with it, in the same
 * transaction: no exception holds what it does not set aside. Where a person or the clock ended it, that is written already.
 */
export function leaveException(db: Database, before: Finding, next: Omit<Finding, "id">): void {
  if (before.aside === undefined || next.aside !== undefined) return;
  const stored = readException(db, before.aside.exception);
  if (!stored) return;
  const at = next.closed?.at ?? next.lastSeen;
  const how = endingOf(next);
  const left = leave(stored.exception, [next.fingerprint], { at, how });
  if (left === stored.exception) return;
  saveException(db, stored.revision, left);
  appendAudit(db, [
    {
      at,
      actor: "stance",
      action: "exception.left",
      subject: left.id,
      facts: { finding: before.id, how, ended: left.ended !== undefined },
    },
  ]);
}

/** A finding that a look opened again had got worse: nothing else lets one out. */
function endingOf({ status, closed }: Pick<Finding, "status" | "closed">): Ending {
  if (status === "retired") return "retired";
  if (closed?.how === "passed") return "fixed";
  if (closed?.how === "gone") return "gone";
  return closed ? "closed" : "worse";
}
