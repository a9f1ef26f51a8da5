import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { configPath, knownIds } from "#cli/config";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printColumns } from "#cli/print";
import type { Cloud } from "#cloud/cloud";
import { cloudsFrom } from "#clouds";
import { readConfig } from "#config/load";
import { configReport } from "#config/report";
import type { Config } from "#config/schema";
import { messageOf } from "#domain/errors";
import { openStore } from "#store/sqlite/sqlite";

export interface DoctorOptions {
  readonly config?: string;
}

/** One thing looked at. `bad`: what stands in the way; a note is worth knowing and stops nothing. */
interface Diagnosis {
  readonly state: "good" | "bad" | "note";
  readonly about: string;
  readonly text: string;
}

/** `stance doctor`: what of the set-up works from here, and what does not. Changes nothing. */
export async function run(options: DoctorOptions, io: Io): Promise<number> {
  const path = configPath(options.config, io);
  const given = options.config !== undefined || existsSync(path);
  const config = given ? configAt(path, io) : undefined;
  const found = [
    node(),
    ...(given
      ? configuration(path, io)
      : [note("configuration", `${path} is not there: only the credentials at hand`)]),
    ...(config ? [await database(config, io)] : []),
    // Nothing can be said of clouds while the file that names them is wrong.
    ...(given && !config ? [] : await clouds(config, io)),
  ];
  await printColumns(
    io.stdout,
    found.map(({ state, about, text }) => [state, about, text]),
  );
  return found.some(({ state }) => state === "bad") ? exitCodes.failed : exitCodes.done;
}

const good = (about: string, text: string): Diagnosis => ({ state: "good", about, text });
const bad = (about: string, text: string): Diagnosis => ({ state: "bad", about, text });
const note = (about: string, text: string): Diagnosis => ({ state: "note", about, text });

function node(): Diagnosis {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > 20 || (major === 20 && minor >= 19);
  return isNew
    ? good("node", process.versions.node)
    : bad("node", `${process.versions.node} is too old: 20.19 or later is needed.`);
}

function configAt(path: string, io: Io): Config | undefined {
  if (!existsSync(path)) return undefined;
  const reading = readConfig(path, io.env, knownIds);
  return "config" in reading ? reading.config : undefined;
}

function configuration(path: string, io: Io): readonly Diagnosis[] {
  try {
    const report = configReport(path, io.env, knownIds);
    const [first = "", ...notes] = report.sentences;
    if (!report.good) return report.sentences.map((sentence) => bad("configuration", sentence));
    return [good("configuration", first), ...notes.map((sentence) => note("configuration", sentence))];
  } catch (error) {
    return [bad("configuration", messageOf(error))];
  }
}

async function database(config: Config, io: Io): Promise<Diagnosis> {
  const file = resolve(io.cwd, config.database);
  if (!existsSync(file)) return note("database", `${file} is not there yet: the first scan makes it`);
  try {
    const store = await openStore({ file, readOnly: true, kind: "real", at: io.now() });
    const [last] = store.runs(1);
    store.close();
    return good(
      "database",
      last ? `${file}, last scan ${new Date(last.startedAt).toISOString()}` : `${file}, no scan yet`,
    );
  } catch (error) {
    return bad("database", messageOf(error));
  }
}

async function clouds(config: Config | undefined, io: Io): Promise<readonly Diagnosis[]> {
  try {
    return (await Promise.all(cloudsFrom(config, io).map(accountsOf))).flat();
  } catch (error) {
    return [bad("cloud", messageOf(error))];
  }
}

async function accountsOf(cloud: Cloud): Promise<readonly Diagnosis[]> {
  const accounts = await cloud.accounts();
  const active = accounts.filter(({ state }) => state === "active");
  const suspended = accounts.length - active.length;
  const found: Diagnosis[] = [];
  for (const account of active) {
    const about = `${cloud.name} ${account.id}`;
    try {
      const { regions } = await cloud.open(account);
      found.push(good(about, `${account.name}: can be read, ${regions.length} regions`));
    } catch (error) {
      found.push(bad(about, `${account.name}: ${messageOf(error)}`));
    }
  }
  if (suspended > 0) found.push(note(cloud.name, `${suspended} suspended accounts, not read`));
  return found;
}
