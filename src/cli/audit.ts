import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { ChainRow, Head } from "#audit/chain";
import { verifyChain } from "#audit/chain";
import type { DatabaseOptions } from "#cli/database";
import { withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printJson, printLines } from "#cli/print";
import { StanceError } from "#domain/errors";

export interface VerifyOptions extends DatabaseOptions {
  /** An export; without it the database is walked. */
  readonly file?: string;
  /** `1234:9f3c21ab`, as a message showed it. */
  readonly anchor?: readonly string[];
}

/** `stance audit verify`: walks every link; with anchors also finds a tail that was cut off or rewritten. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  const anchors = (options.anchor ?? []).map(anchorOf);
  const rows = options.file === undefined ? undefined : await readExport(resolve(io.cwd, options.file));
  const result = rows
    ? verifyChain(rows, anchors)
    : await withDatabase(options, io, async (store) => verifyChain(store.auditRows(), anchors));
  if (result.ok) {
    await printLines(io.stdout, [
      `The trail adds up: ${result.head.seq} entries, last ${result.head.hash.slice(0, 16)}.`,
    ]);
    return exitCodes.done;
  }
  await printLines(io.stdout, [`The trail does not add up at #${result.seq}: ${result.problem}.`]);
  return exitCodes.failed;
}

function anchorOf(text: string): Head {
  const [, seq, hash] = /^#?(\d+):([0-9a-f]{8,64})$/i.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new StanceError("input/invalid", {
      detail: `"${text}" is no anchor. Write the entry and its hash: 1234:9f3c21ab.`,
    });
  return { seq: Number(seq), hash: hash.toLowerCase() };
}

async function readExport(file: string): Promise<readonly ChainRow[]> {
  const rows: ChainRow[] = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    try {
      rows.push(JSON.parse(line));
    } catch (error) {
      throw new StanceError("audit/broken", {
        detail: `Line ${rows.length + 1} of ${file} is not JSON.`,
        cause: error,
      });
    }
  }
  return rows;
}

/** `stance audit export`: one JSON object a line, everything needed to verify it elsewhere. */
export const exportAll = (options: DatabaseOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store) => {
    for (const row of store.auditRows()) await io.stdout.write(`${JSON.stringify(row)}\n`);
    return exitCodes.done;
  });

/** `stance audit show N`: one entry. */
export const show = (options: DatabaseOptions & { readonly entry: string }, io: Io): Promise<number> =>
  withDatabase(options, io, async (store) => {
    const seq = Number(options.entry.replace("#", ""));
    const [row] = store.auditRows(seq - 1);
    if (row?.seq !== seq)
      throw new StanceError("input/invalid", { detail: `There is no audit entry ${options.entry}.` });
    await printJson(io.stdout, { ...row, body: JSON.parse(row.body) });
    return exitCodes.done;
  });
