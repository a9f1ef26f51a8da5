/** One message or view while it is drawn: unique action ids, and an account of what the limits took away. */
export interface Draft {
  nextId(): string;
  lose(what: Lost, count?: number): void;
  /** A phrase each: "455 rows", "1 text shortened". */
  dropped(): readonly string[];
}

const phrases = {
  row: ["row", "rows"],
  part: ["part", "parts"],
  text: ["text shortened", "texts shortened"],
  button: ["button", "buttons"],
  item: ["menu item", "menu items"],
  option: ["option", "options"],
} as const;
export type Lost = keyof typeof phrases;

export function newDraft(): Draft {
  let ids = 0;
  const lost = new Map<Lost, number>();
  return {
    nextId: () => `a${++ids}`,
    lose(what, count = 1) {
      if (count > 0) lost.set(what, (lost.get(what) ?? 0) + count);
    },
    dropped: () => [...lost].map(([what, count]) => `${count} ${phrases[what][count === 1 ? 0 : 1]}`),
  };
}
