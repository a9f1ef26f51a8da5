import type { Format, Reported } from "#formats/format";

/** One array, one row a line. */
export const jsonFormat = (): Format => arrayOf(({ row }) => row);

/** A JSON array that grows as the rows come, one element a line. */
export function arrayOf(element: (reported: Reported) => unknown): Format {
  let first = true;
  return {
    begin: () => "[",
    add(reported) {
      const comma = first ? "\n" : ",\n";
      first = false;
      return comma + JSON.stringify(element(reported));
    },
    end: () => "\n]\n",
  };
}
