import { copyFileSync } from "node:fs";
import { openDatabase } from "#store/sqlite/database";
import { readEpoch } from "#store/sqlite/epoch";
import { markNow, writeMark } from "#store/sqlite/mark";

/**
 * A test goes on from a state that it kept: the copy is to be the bot's own file. Anywhere else a copy begins a new epoch,
 * and that is right.
 */
export function moveDatabase(from: string, to: string): void {
  copyFileSync(from, to);
  const db = openDatabase({ file: to });
  const epoch = readEpoch(db);
  if (epoch) writeMark(to, markNow(db, to, epoch.id));
  db.close();
}
