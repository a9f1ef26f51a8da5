/** A range of addresses: its family and how many leading bits are fixed. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly bits: number;
}

/** `10.0.0.0/8`, `::/0`, or a single address. Undefined: it is none of these. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = "", length, ...rest] = text.trim().split("/");
  const family = isIpv4(address) ? 4 : isIpv6(address) ? 6 : undefined;
  if (family === undefined || rest.length > 0) return undefined;
  const longest = family === 4 ? 32 : 128;
  if (length === undefined) return { family, bits: longest };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : longest + 1;
  return bits <= longest ? { family, bits } : undefined;
}

/** The family a range opens to everyone (`0.0.0.0/0`, `::/0`, `0:0:0:0:0:0:0:0/0`); undefined: only to some. */
export function everyoneIn(text: string): 4 | 6 | undefined {
  const range = parseRange(text);
  return range?.bits === 0 ? range.family : undefined;
}

const isIpv4 = (text: string): boolean => {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
};

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const embedded = isIpv4(last);
  const hex = embedded ? groups.slice(0, -1) : groups;
  const count = hex.length + (embedded ? 2 : 0);
  return hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}
