import { existsSync, mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder in memory where there is room for one: these tests are about what is written, not about the disk. */
export function quickFolder(name: string): string {
  const memory = "/dev/shm";
  const room = existsSync(memory) ? statfsSync(memory) : undefined;
  const enough = room !== undefined && room.bavail * room.bsize > 512 * 1024 * 1024;
  return mkdtempSync(join(enough ? memory : tmpdir(), `stance-${name}-`));
}
