import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { ChainRow, Head } from "#audit/chain";
import { verifyChain } from "#audit/chain";
import type { DatabaseOptions } from "#cli/database";
import { databasePath, withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printJson, printLines } from "#cli/print";
import { messageOf, StanceError } from "#domain/errors";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";

export interface VerifyOptions extends DatabaseOptions {
  /** An export; without it the database is walked. */
  readonly file?: string;
  /** `1234:9f3c21ab`, as a message showed it. */
  readonly anchor?: readonly string[];
}

/** `stance audit verify`: walks every link; with anchors also finds a tail that was cut off or rewritten. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  const anchors = anchorsOf(options.anchor ?? []);
  const result =
    options.file === undefined
      ? await withDatabase(options, io, async (store) => verifyChain(store.auditRows(), anchors))
      : verifyChain(await readExport(resolve(io.cwd, options.file)), anchors);
  if (options.json) await printJson(io.stdout, result);
  else if (result.ok)
    await printLines(io.stdout, [
      `The trail adds up: ${result.head.seq} entries, last ${result.head.hash.slice(0, 16)}.`,
      ...(result.restores ?? []).map((seq) => `A restored database goes on at #${seq}.`),
    ]);
  else await printLines(io.stdout, [`The trail does not add up at #${result.seq}: ${result.problem}.`]);
  return result.ok ? exitCodes.done : exitCodes.failed;
}

/** Two hashes of one entry cannot both be right; as many digits as the longest are compared. */
function anchorsOf(words: readonly string[]): readonly Head[] {
  const anchors = new Map<number, Head>();
  for (const anchor of words.map(anchorOf)) {
    const known = anchors.get(anchor.seq) ?? anchor;
    const [short, long] = [known, anchor].sort((a, b) => a.hash.length - b.hash.length);
    if (!short || !long?.hash.startsWith(short.hash))
      throw new StanceError("input/invalid", {
        detail: `The anchors of #${anchor.seq} contradict each other: ${known.hash} and ${anchor.hash}.`,
      });
    anchors.set(anchor.seq, long);
  }
  return [...anchors.values()];
}

function anchorOf(text: string): Head {
  const [, seq, hash] = /^#?([1-9]\d{0,14}):([0-9a-f]{8,64})$/i.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new StanceError("input/invalid", {
      detail: `"${text}" is no anchor. Write the entry and its hash: 1234:9f3c21ab.`,
    });
  return { seq: Number(seq), hash: hash.toLowerCase() };
}

const rowSchema = z.object({
  seq: z.int(),
  prev: z.string(),
  hash: z.string(),
  body: z.string(),
  salted: z.record(z.string(), z.object({ salt: z.string(), text: z.string() })).optional(),
});

async function readExport(file: string): Promise<readonly ChainRow[]> {
  const rows: ChainRow[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() !== "") rows.push(rowOf(line, `Line ${number} of ${file}`));
    }
  } catch (error) {
    if (error instanceof StanceError) throw error;
    const detail = `${file} could not be read: ${messageOf(error)}. Name the file that \`stance audit export\` wrote.`;
    throw new StanceError("input/invalid", { detail, cause: error });
  }
  return rows;
}

function rowOf(line: string, where: string): ChainRow {
  try {
    const { salted, ...row } = rowSchema.parse(JSON.parse(line));
    return { ...row, ...(salted && { salted }) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new StanceError("input/invalid", { detail: `${where} is no entry of an export.`, cause: error });
  }
}

/** `stance audit export`: one JSON object a line, everything needed to verify it elsewhere. */
export const exportAll = (options: DatabaseOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store) => {
    for (const row of store.auditRows()) await io.stdout.write(`${JSON.stringify(row)}\n`);
    return exitCodes.done;
  });

/** `stance audit erase N`: the free texts of an entry; the chain stays whole. */
export async function erase(options: DatabaseOptions & { readonly entry: string }, io: Io): Promise<number> {
  const file = databasePath(options, io);
  const seq = await withDatabase(options, io, async (store) => entryOf(store, options.entry).seq);
  const store = await openStore({ file, kind: "real", at: io.now() });
  try {
    const names = await store.eraseTexts(seq, io.now());
    if (options.json) await printJson(io.stdout, { entry: seq, erased: names });
    else
      await printLines(io.stdout, [
        names.length === 0 ? `Entry #${seq} has no texts.` : `Erased of entry #${seq}: ${names.join(", ")}.`,
      ]);
    return exitCodes.done;
  } finally {
    store.close();
  }
}

function entryOf(store: Store, text: string): ChainRow {
  const seq = Number(/^#?(\d{1,15})$/.exec(text)?.[1] ?? Number.NaN);
  const [row] = Number.isNaN(seq) ? [] : store.auditRows(seq - 1);
  if (row?.seq !== seq)
    throw new StanceError("input/invalid", {
      detail: `There is no audit entry "${text}": they go from #1 to #${store.auditHead().seq}.`,
    });
  return row;
}

/** `stance audit show N`: one entry, as JSON. */
export const show = (options: DatabaseOptions & { readonly entry: string }, io: Io): Promise<number> =>
  withDatabase(options, io, async (store) => {
    const row = entryOf(store, options.entry);
    await printJson(io.stdout, { ...row, body: JSON.parse(row.body) });
    return exitCodes.done;
  });
