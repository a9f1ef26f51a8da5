import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { JsonSchema } from "#config/json-schema";
import { configJsonSchema } from "#config/json-schema";

/** `tsx -C source src/dev/config-schema.ts [--check]`: what follows from the schema, written or compared. */
export const generated = (): Readonly<Record<string, string>> => ({
  "stance.schema.json": `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  "docs/configuration.md": reference(configJsonSchema()),
});

/** The reference: one table for each section of the file. */
function reference(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {}).map(([key, section]) => {
    const rows = rowsOf(section, key, schema.required?.includes(key) ?? false);
    const [first, ...rest] = rows;
    const table = rest.length > 0 ? rest : rows;
    const about = rest.length > 0 && first !== undefined ? `${first.what}\n\n` : "";
    const cells = table.map(({ path, kind, fallback, what }) => [`\`${path}\``, kind, fallback, what]);
    return `## ${key}\n\n${about}${tableOf([["Key", "Write", "Default", "What it is"], ...cells])}`;
  });
  return `${intro}\n${sections.join("\n")}`;
}

/** Columns padded, as the formatter leaves them. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const [head = [], ...body] = rows.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("");
}

const intro = `# Configuration

<!-- Generated from src/config/schema.ts: npm run generate -->

One YAML file, \`stance.yml\` or the one given with \`--config\`. [stance.example.yml](stance.example.yml) is one to begin
with. \`stance config check\` names every error at once, with its line. Editors check it as you write, with this first line:
\`# yaml-language-server: $schema=stance.schema.json\`.

- Account ids, times and names that begin with \`#\` or \`@\` are written in quotes.
- Secrets are never written here, only where they are: \`{ env: NAME }\` or \`{ file: PATH }\`.
- \`[]\` in a key means each entry of a list; \`*\` means a name of your choice.
- A default of **required** means: there is none, it has to be written.
`;

interface RowOf {
  readonly path: string;
  readonly kind: string;
  readonly fallback: string;
  readonly what: string;
}

function rowsOf(schema: JsonSchema, path: string, required: boolean): readonly RowOf[] {
  const fallback = required
    ? "**required**"
    : schema.default === undefined
      ? ""
      : `\`${JSON.stringify(schema.default)}\``;
  const own: RowOf = {
    path,
    kind: kindOf(schema).replaceAll("|", "\\|"),
    fallback: schema.properties ? (required ? fallback : "") : fallback.replaceAll("|", "\\|"),
    what: (schema.description ?? "").replaceAll("|", "\\|"),
  };
  return [own, ...innerRows(schema, path)];
}

function innerRows(schema: JsonSchema, path: string): readonly RowOf[] {
  if (isSecret(schema)) return [];
  const { properties = {}, items, anyOf = [], additionalProperties: others, required = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([key, inner]) => rowsOf(inner, `${path}.${key}`, required.includes(key))),
    ...(items ? innerRows(items, `${path}[]`) : []),
    ...(typeof others === "object" ? innerRows(others, `${path}.*`) : []),
    // Needed for its alternative, not for the file.
    ...anyOf.flatMap((each) => innerRows({ ...each, required: [] }, path)),
  ];
}

function kindOf(schema: JsonSchema): string {
  if (isSecret(schema)) return "secret";
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(" or ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(", ");
  if (schema.items) return `list of ${schema.items.properties ? "entries" : kindOf(schema.items)}`;
  if (schema.type === "object") return "section";
  if (schema.type === "boolean") return "`true` or `false`";
  if (schema.type !== "integer" && schema.type !== "number") return "text";
  const { minimum, maximum = Infinity } = schema;
  // Whole numbers without a bound of ours carry JavaScript's.
  return `number, ${minimum}${maximum > 1e9 ? " or more" : ` to ${maximum}`}`;
}

const isSecret = ({ anyOf }: JsonSchema): boolean =>
  anyOf?.some(({ properties = {} }) => Object.hasOwn(properties, "env")) ?? false;

function main(check: boolean): number {
  const stale = Object.entries(generated()).filter(
    ([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text,
  );
  for (const [path, text] of stale)
    if (check) console.error(`${path} does not follow from src/config/schema.ts. Run npm run generate.`);
    else writeFileSync(path, text);
  return check && stale.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  process.exitCode = main(process.argv.includes("--check"));
