const most = 12;

/**
 * What decided a finding, leaf by leaf, in words: "public access block · block public acls: no". Names of fields are
 * taken apart, values are shown as they are.
 */
export function evidenceLines(evidence: Readonly<Record<string, unknown>>): readonly string[] {
  const lines = leaves(evidence, []).map(([path, value]) => `${path.map(spaced).join(" · ")}: ${value}`);
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `and ${more} more`] : lines;
}

function leaves(value: unknown, path: readonly string[]): readonly (readonly [readonly string[], string])[] {
  if (Array.isArray(value) && value.every((each) => typeof each !== "object" || each === null))
    return [[path, value.length === 0 ? "none" : value.map(plainValue).join(", ")]];
  if (Array.isArray(value)) return value.flatMap((each, index) => leaves(each, [...path, `${index + 1}`]));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
  return [[path, plainValue(value)]];
}

function plainValue(value: unknown): string {
  if (value === undefined || value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** "blockPublicAcls" → "block public acls"; what is no field name (an address, an id) stays. */
const spaced = (name: string): string =>
  /^[a-z][A-Za-z]*$/.test(name) ? name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase() : name;
