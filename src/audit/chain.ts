import { createHash } from "node:crypto";
import type { AuditDraft, AuditEntry } from "#domain/audit";
import { canonical } from "#domain/plan";

/** What the first entry follows. */
export const genesis: string = createHash("sha256").update("stance-audit-v1").digest("hex");

/** A text that can be erased without breaking the chain, which holds only SHA-256(salt | text). */
export interface SaltedText {
  readonly salt: string;
  readonly text: string;
}
export interface SealedEntry extends AuditEntry {
  readonly salted: Readonly<Record<string, SaltedText>>;
}

export interface Head {
  readonly seq: number;
  readonly hash: string;
}
export const emptyHead: Head = { seq: 0, hash: genesis };

/** `hash = SHA-256(0x00 | prev | body)`; the body is canonical JSON (sorted keys, no blanks). `salt`: 128 random bits, hex. */
export function seal(head: Head, draft: AuditDraft, salt: () => string): SealedEntry {
  const seq = head.seq + 1;
  const salted = Object.fromEntries(
    Object.entries(draft.texts ?? {}).map(([name, text]): [string, SaltedText] => [name, { salt: salt(), text }]),
  );
  const { at, actor, action, subject, facts } = draft;
  const texts = Object.fromEntries(Object.entries(salted).map(([name, text]) => [name, textHash(text)]));
  const body = canonical({ v: 1, seq, at, actor, action, subject, facts, texts });
  return { ...draft, seq, prev: head.hash, body, hash: entryHash(head.hash, body), salted };
}

export const entryHash = (prev: string, body: string): string =>
  createHash("sha256")
    .update(Buffer.from([0]))
    .update(Buffer.from(prev, "hex"))
    .update(body)
    .digest("hex");

const textHash = ({ salt, text }: SaltedText): string => createHash("sha256").update(`${salt}|${text}`).digest("hex");

/** A row as it is stored and exported. */
export interface ChainRow {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly body: string;
  /** Texts that were not erased. */
  readonly salted?: Readonly<Record<string, SaltedText>>;
}

export type Verification =
  | {
      readonly ok: true;
      readonly head: Head;
      /** Entries at which the trail of a restored database goes on: what came after the one before them is lost. */
      readonly restores?: readonly number[];
    }
  | { readonly ok: false; readonly seq: number; readonly problem: string };

/** The first entry after a restore (`epoch.began`). */
const beginsEpoch = ({ body }: ChainRow): boolean => body.includes('"action":"epoch.began"');

/**
 * Walks every link, never only the ends. `anchors`: heads seen elsewhere (a chat message's `audit #12 9f3c21ab`): without
 * them a cut-off tail cannot be noticed.
 */
export function verifyChain(
  rows: Iterable<ChainRow>,
  anchors: readonly Head[] = [],
  /** Walked before: the rows are those after it. */
  from: Head = emptyHead,
): Verification {
  const wanted = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  let head = from;
  const restores: number[] = [];
  const lost = (): string =>
    restores.length === 0
      ? ""
      : `; a restore went on at #${restores.at(-1)}, and what had come after that before it is lost`;
  for (const row of rows) {
    const problem = brokenLink(head, row);
    if (problem !== undefined) return { ok: false, seq: row.seq, problem };
    if (beginsEpoch(row)) restores.push(row.seq);
    const anchor = wanted.get(row.seq);
    if (anchor !== undefined && !row.hash.startsWith(anchor))
      return { ok: false, seq: row.seq, problem: `entry #${row.seq} is not the one that was published${lost()}` };
    wanted.delete(row.seq);
    head = { seq: row.seq, hash: row.hash };
  }
  for (const seq of wanted.keys())
    if (seq > 0)
      return {
        ok: false,
        seq: head.seq,
        problem: `the trail ends at #${head.seq}, but #${seq} was published${lost()}`,
      };
  return { ok: true, head, ...(restores.length > 0 && { restores }) };
}

function brokenLink(head: Head, row: ChainRow): string | undefined {
  if (row.seq !== head.seq + 1) return `entry #${head.seq + 1} is missing: the next one is #${row.seq}`;
  if (row.prev !== head.hash) return `entry #${row.seq} does not follow the one before it`;
  if (entryHash(row.prev, row.body) !== row.hash) return `entry #${row.seq} was changed`;
  let body: { readonly seq?: unknown; readonly texts?: Readonly<Record<string, unknown>> };
  try {
    body = JSON.parse(row.body);
  } catch {
    return `entry #${row.seq} is not JSON`;
  }
  if (canonical(body) !== row.body) return `entry #${row.seq} is not in canonical form`;
  if (body.seq !== row.seq) return `entry #${row.seq} carries another number inside`;
  for (const [name, text] of Object.entries(row.salted ?? {}))
    if (body.texts?.[name] !== textHash(text)) return `the text "${name}" of entry #${row.seq} was changed`;
  return undefined;
}
