import { randomBytes } from "node:crypto";
import type { ChainRow, Head, SaltedText } from "#audit/chain";
import { emptyHead, seal } from "#audit/chain";
import type { AuditDraft } from "#domain/audit";
import type { Database } from "#store/sqlite/database";

const salt = (): string => randomBytes(16).toString("hex");

/** Inside a transaction: the head is read under the same lock that writes. */
export function appendAudit(db: Database, drafts: readonly AuditDraft[]): void {
  let head = readHead(db);
  for (const draft of drafts) {
    const entry = seal(head, draft, salt);
    db.run("INSERT INTO audit VALUES (?, ?, ?, ?)", entry.seq, entry.prev, entry.hash, entry.body);
    for (const [name, text] of Object.entries(entry.salted))
      db.run("INSERT INTO audit_text VALUES (?, ?, ?, ?)", entry.seq, name, text.salt, text.text);
    head = entry;
  }
}

export const readHead = (db: Database): Head =>
  db.get<Head>("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1") ?? emptyHead;

export function* auditRows(db: Database, after: number): IterableIterator<ChainRow> {
  const rows = db.each<ChainRow & { readonly texts: string | null }>(
    `SELECT audit.*, (SELECT json_group_object(name, json_object('salt', salt, 'text', text)) FROM audit_text
       WHERE audit_text.seq = audit.seq) AS texts FROM audit WHERE seq > ? ORDER BY seq`,
    after,
  );
  for (const { texts, ...row } of rows) {
    const salted: Readonly<Record<string, SaltedText>> = JSON.parse(texts ?? "{}");
    yield { ...row, ...(Object.keys(salted).length > 0 && { salted }) };
  }
}

/** Overwritten, not only forgotten: also in the pages that become free, and in the log. */
export async function eraseTexts(db: Database, seq: number, at: number): Promise<readonly string[]> {
  db.get("PRAGMA secure_delete = ON");
  const names = await db.transaction(() => {
    const found = db.all<{ name: string }>("SELECT name FROM audit_text WHERE seq = ?", seq).map(({ name }) => name);
    if (found.length === 0) return found;
    db.run("DELETE FROM audit_text WHERE seq = ?", seq);
    appendAudit(db, [
      { at, actor: "stance", action: "text.erased", subject: `#${seq}`, facts: { entry: seq, names: found } },
    ]);
    return found;
  });
  db.get("PRAGMA wal_checkpoint(TRUNCATE)");
  return names;
}
