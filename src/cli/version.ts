import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** From package.json, which lies further up in dist/ than in the source. */
export function version(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (!existsSync(path)) continue;
    const { version: found }: { version?: unknown } = JSON.parse(readFileSync(path, "utf8"));
    if (typeof found === "string") return found;
  }
  return "unknown";
}
