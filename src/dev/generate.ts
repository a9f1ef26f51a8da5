import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyCheck } from "#domain/check";
import type { AnyRemediation } from "#domain/remediation";
import type { Cases } from "#test/checks/cases";
import { catalogue } from "./catalogue.ts";

/** A kind of plug-in: where its files are, what they export, and how the list of them is typed. */
interface Kind {
  readonly folder: string;
  readonly exported: string;
  readonly list: string;
  readonly idType: string;
  readonly type: { readonly name: string; readonly from: string };
  /** Files of the folder that are plug-ins, by their path in it. */
  readonly files: RegExp;
  /** Files of the pattern that do not export one: helpers, or a mistake. */
  readonly helpers: boolean;
}

const kinds: readonly Kind[] = [
  {
    folder: "checks",
    exported: "check",
    list: "checks",
    idType: "CheckId",
    type: { name: "AnyCheck", from: "#domain/check" },
    files: /^[a-z]+\/[a-z0-9-]+\/[a-z0-9-]+\.ts$/,
    helpers: false,
  },
  {
    folder: "remediations",
    exported: "remediation",
    list: "remediations",
    idType: "RemediationId",
    type: { name: "AnyRemediation", from: "#domain/remediation" },
    files: /^[a-z]+\/[a-z0-9-]+\/[a-z0-9-]+\.ts$/,
    helpers: false,
  },
  {
    folder: "commands",
    exported: "command",
    list: "commands",
    idType: "CommandId",
    type: { name: "Command", from: "#flows/command" },
    files: /^[a-z0-9-]+\.ts$/,
    helpers: true,
  },
];

function filesOf({ folder, files, exported, helpers }: Kind): readonly string[] {
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => files.test(file));
  const plain = found.filter(
    (file) => !readFileSync(`${folder}/${file}`, "utf8").includes(`export const ${exported} =`),
  );
  if (plain[0] !== undefined && !helpers) throw new Error(`${folder}/${plain[0]} does not export \`${exported}\`.`);
  return found
    .filter((file) => !plain.includes(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

function registryOf(kind: Kind): string {
  const paths = filesOf(kind);
  const nameOf = (path: string): string => path.replaceAll(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());
  const entries = paths.map((path) => ({ path, name: nameOf(path) }));
  const names = entries.length === 0 ? "[]" : `[\n${entries.map(({ name }) => `  ${name},\n`).join("")}]`;
  return [
    "// Written by `npm run generate`. Do not edit.",
    ...entries.map(({ path, name }) => `import { ${kind.exported} as ${name} } from "#${kind.folder}/${path}";`),
    `import type { ${kind.type.name} } from "${kind.type.from}";`,
    "",
    `export const ${kind.list} = ${names} as const satisfies readonly ${kind.type.name}[];`,
    `export type ${kind.idType} = (typeof ${kind.list})[number]["id"];`,
    "",
  ].join("\n");
}

const load = <T>(file: string): Promise<T> => import(pathToFileURL(resolve(file)).href);

async function plugIns<T>(folder: "checks" | "remediations", exported: string): Promise<readonly T[]> {
  const kind = kinds.find((one) => one.folder === folder);
  const modules = (kind ? filesOf(kind) : []).map((path) => load<Record<string, T>>(`${folder}/${path}.ts`));
  return (await Promise.all(modules)).flatMap((module) => module[exported] ?? []);
}

async function casesOf({ id }: AnyCheck): Promise<Cases> {
  const file = `test/checks/${id.replaceAll(".", "/")}.cases.ts`;
  return existsSync(file) ? (await load<{ readonly cases: Cases }>(file)).cases : {};
}

/** Writes what is made from the folders of plug-ins; with `check`, writes nothing. Answers the files that differ. */
export async function generate({ check }: { readonly check: boolean }): Promise<readonly string[]> {
  const changed: string[] = [];
  const put = (file: string, text: string): void => {
    if (existsSync(file) && readFileSync(file, "utf8") === text) return;
    changed.push(file);
    if (!check) writeFileSync(file, text);
  };
  for (const kind of kinds) put(`${kind.folder}/registry.generated.ts`, registryOf(kind));
  const checks = await plugIns<AnyCheck>("checks", "check");
  const remediations = await plugIns<AnyRemediation>("remediations", "remediation");
  const entries = await Promise.all(checks.map(async (one) => ({ check: one, cases: await casesOf(one) })));
  put("docs/checks.md", catalogue(entries, remediations));
  return changed;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const check = process.argv.includes("--check");
  const changed = await generate({ check });
  for (const file of changed)
    console.log(check ? `${file} is not up to date: run \`npm run generate\`.` : `wrote ${file}`);
  if (check && changed.length > 0) process.exitCode = 1;
}
