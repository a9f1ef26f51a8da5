import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { generate } from "./generate.ts";

/** Something the person at the keyboard can put right. */
export class Mistake extends Error {}

const nameRule = /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/;

/** Throws a Mistake with the rule and an example. */
export function requireName(name: string | undefined, what: string, example: string): string {
  if (name === undefined || !nameRule.test(name))
    throw new Mistake(`${what} is two or more lower-case words joined by hyphens, as in ${example}.`);
  return name;
}

/** Services of a cloud, with the types of what they hold, as `src/cloud/<cloud>/<service>.ts` declares them. */
export function assetTypesOf(cloud: string): readonly string[] {
  const folder = `src/cloud/${cloud}`;
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".ts")) : [];
  const declared = files.flatMap((file) => {
    const [, types = ""] = readFileSync(`${folder}/${file}`, "utf8").split("interface AssetTypes {");
    return [...types.matchAll(/^ {4}"([\w.-]+)": \{/gm)].map(([, type = ""]) => type);
  });
  return declared.sort();
}

/** The type a new plug-in of this service starts from. Throws a Mistake where cloud or service are unknown. */
export function assetTypeFor(cloud: string | undefined, service: string | undefined, folder: string): string {
  const clouds = readdirSync("src/cloud", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const known = clouds.map(({ name }) => name).filter((name) => assetTypesOf(name).length > 0);
  if (cloud === undefined || !known.includes(cloud))
    throw new Mistake(`There is no cloud "${cloud ?? ""}". Known: ${known.join(", ")}.`);
  const types = assetTypesOf(cloud);
  const own = types.find((type) => type.startsWith(`${cloud}.${service}.`));
  // A service without a type of its own, such as CloudTrail, is judged by the account.
  if (own === undefined && (service === undefined || !existsSync(`${folder}/${cloud}/${service}`))) {
    const services = new Set(types.filter((type) => type.split(".").length === 3).map((type) => type.split(".")[1]));
    if (existsSync(`${folder}/${cloud}`)) for (const name of readdirSync(`${folder}/${cloud}`)) services.add(name);
    throw new Mistake(
      `There is no service "${service ?? ""}" in ${cloud}. Known: ${[...services].map(String).sort().join(", ")}.\n` +
        `A new service starts with src/cloud/${cloud}/<service>.ts (its facts) and a collector.`,
    );
  }
  return own ?? `${cloud}.account`;
}

/** Writes the files, then the registries. Nothing is written where one of them is there already. */
export async function create(files: Readonly<Record<string, string>>, next: string): Promise<void> {
  const there = Object.keys(files).find((file) => existsSync(file));
  if (there !== undefined) throw new Mistake(`${there} is there already.`);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
  for (const file of await generate({ check: false })) console.log(`wrote ${file}`);
  console.log(`\n${next}`);
}

/** Runs a tool: a Mistake is told in a sentence, with the usage. */
export async function run(usage: string, tool: (words: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await tool(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    console.error(`${error.message}\n\nUsage: ${usage}`);
    process.exitCode = 2;
  }
}
