/** Moments as Slack writes them, for a reader in a zone (IANA). */
export interface Reader {
  readonly zone: string;
  readonly now: number;
}

const locale = "en-GB";
const part = (at: number, zone: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }).format(at);

export const clock = (at: number, { zone }: Reader): string =>
  part(at, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** `2026-11-23`, to compare days. */
export const dayKey = (at: number, zone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(at);

/** Above the first message of a day. */
export const dayName = (at: number, reader: Reader): string =>
  capital(near(at, reader) ?? part(at, reader.zone, { weekday: "long", day: "numeric", month: "long" }));

/** For hovering: the whole moment. */
export const moment = (at: number, { zone }: Reader): string =>
  part(at, zone, { dateStyle: "full", timeStyle: "medium" });

const near = (at: number, { zone, now }: Reader): string | undefined => {
  const days = (Date.parse(dayKey(at, zone)) - Date.parse(dayKey(now, zone))) / 86_400_000;
  return { "-1": "yesterday", "0": "today", "1": "tomorrow" }[String(days)];
};
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const tokens: Readonly<Record<string, (at: number, reader: Reader) => string>> = {
  date_num: (at, { zone }) => dayKey(at, zone),
  date_slash: (at, { zone }) => part(at, zone, { day: "2-digit", month: "2-digit", year: "numeric" }),
  date: (at, { zone }) => part(at, zone, { day: "numeric", month: "long", year: "numeric" }),
  date_short: (at, { zone }) => part(at, zone, { day: "numeric", month: "short", year: "numeric" }),
  date_long: (at, { zone }) => part(at, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  time: clock,
  time_secs: (at, { zone }) => part(at, zone, { timeStyle: "medium" }),
  ago: (at, { now }) => ago(at - now),
};

/** `{date_short_pretty} {time}` with its tokens filled; unknown ones stay as they are. */
export function fillDate(format: string, at: number, reader: Reader): string {
  return format.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const [, plain, pretty] = /^(\w+?)(_pretty)?$/.exec(name) ?? [];
    const draw = plain !== undefined && Object.hasOwn(tokens, plain) ? tokens[plain] : undefined;
    return (pretty && draw ? near(at, reader) : undefined) ?? draw?.(at, reader) ?? whole;
  });
}

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;
function ago(ms: number): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [unit, size] = units.find(([, length]) => Math.abs(ms) >= length) ?? (["second", 1_000] as const);
  return words.format(Math.round(ms / size), unit);
}
