/** 32 letters and digits that people do not mistake for one another when they read them out. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** `F-1a2b` finding, `G-7k` group, `R-12` request, `E-5` exception, `#1234` audit entry: counters, never truncated hashes. */
export type IdKind = "F" | "G" | "R" | "E" | "#";

export function shortId(kind: IdKind, counter: number): string {
  if (kind === "#") return `#${counter}`;
  if (kind === "R" || kind === "E") return `${kind}-${counter}`;
  let text = "";
  for (let rest = counter; rest > 0; rest = Math.floor(rest / 32)) text = alphabet[rest % 32] + text;
  return `${kind}-${text.padStart(kind === "F" ? 4 : 2, "0")}`;
}

/** Reads what a person typed (`f-1A2B`, `g-7k`, `#12`, `r-12`); undefined when it is not an id. */
export function parseId(text: string): { readonly kind: IdKind; readonly id: string } | undefined {
  const trimmed = text.trim();
  if (/^#\d{1,15}$/.test(trimmed)) return { kind: "#", id: `#${Number(trimmed.slice(1))}` };
  const found = /^([fgre])-([0-9a-z]{1,12})$/i.exec(trimmed);
  if (!found) return undefined;
  const kind = (found[1] ?? "").toUpperCase() as IdKind;
  const rest = (found[2] ?? "").toLowerCase();
  if (kind === "R" || kind === "E") return /^\d+$/.test(rest) ? { kind, id: `${kind}-${Number(rest)}` } : undefined;
  // The letters left out of the alphabet are read as what they look like.
  const read = rest.replaceAll("o", "0").replaceAll(/[il]/g, "1");
  return { kind, id: `${kind}-${read.replace(/^0+(?=.)/, "").padStart(kind === "F" ? 4 : 2, "0")}` };
}
