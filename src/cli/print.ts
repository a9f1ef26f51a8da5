import type { Out } from "#cli/io";
import { StanceError } from "#domain/errors";
import { nearest } from "#domain/nearest";
import { pad, terminalSafe, widthOf } from "#formats/terminal-safe";

export interface JsonOption {
  readonly json?: boolean;
}

export const printJson = (out: Out, value: unknown): Promise<void> => out.write(`${JSON.stringify(value, null, 2)}\n`);

/** Safe for a terminal. */
export const printLines = (out: Out, lines: readonly string[]): Promise<void> =>
  out.write(lines.map((line) => `${terminalSafe(line)}\n`).join(""));

/** Aligned columns; the last is not padded. Safe for a terminal. */
export async function printColumns(out: Out, rows: readonly (readonly string[])[]): Promise<void> {
  const safe = rows.map((row) => row.map(terminalSafe));
  const widths = (safe[0] ?? []).map((_, index) => Math.max(...safe.map((row) => widthOf(row[index] ?? ""))));
  const lines = safe.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : pad(cell, widths[index] ?? 0))),
  );
  await out.write(lines.map((cells) => `${cells.join("  ")}\n`).join(""));
}

/** The one with this id, or a former one; else an error that names the nearest. */
export function pickById<T extends { readonly id: string; readonly aliases?: readonly string[] }>(
  noun: string,
  all: readonly T[],
  id: string,
): T {
  const found = all.find((one) => one.id === id) ?? all.find(({ aliases = [] }) => aliases.includes(id));
  if (found) return found;
  const close = nearest(
    id,
    all.map((one) => one.id),
  );
  const hint = close === undefined ? "" : ` Did you mean ${close}?`;
  throw new StanceError("input/invalid", { detail: `There is no ${noun} "${id}".${hint}` });
}
