import { cardOf, heading, line, para, sameAs } from "#cards/text";
import type { CodeView } from "#cards/views";
import { idAndName, sentence } from "#cards/words";
import type { Asset } from "#domain/asset";
import type { Card, Part } from "#domain/card";
import type { CodeChange, CodeValue } from "#domain/remediation";

/** Where code manages a thing, the change belongs there: the next run would turn a change in the cloud back. */
export const codeCard = ({ id, verb, items }: CodeView): Card =>
  cardOf([
    heading(`${id} as code: ${verb}`),
    para("A fragment, to be put where your code describes it. It says only what this change is about."),
    ...items.flatMap((item): readonly Part[] => [
      para(
        line(
          idAndName(item.finding.id, item.finding.asset.name),
          item.manager === undefined ? "nothing in its tags says what manages it" : `managed by ${item.manager}`,
        ),
      ),
      "refused" in item ? para(sentence(item.refused)) : { kind: "code", code: item.code },
    ]),
    sameAs(`fix ${id} --code`),
  ]);

type Block = { readonly [key: string]: CodeValue };
const isBlock = (value: CodeValue): value is Block => typeof value === "object" && !Array.isArray(value);
const isBlocks = (value: CodeValue): value is readonly Block[] =>
  Array.isArray(value) && value.length > 0 && value.every(isBlock);

/** The fragment for whatever manages the resource; names and tags of the cloud stay strings in it. */
export function codeText(code: CodeChange, manager: string, { name }: Pick<Asset, "name">): string {
  const { terraform, cloudFormation } = code;
  if (manager === "CloudFormation" && cloudFormation)
    return [
      "Resources:",
      `  ${logicalName(name)}:`,
      `    Type: ${JSON.stringify(cloudFormation.type)}`,
      "    Properties:",
      ...yaml(cloudFormation.properties, "      "),
    ].join("\n");
  return [`resource "${terraform.resource}" "${label(name)}" {`, ...hcl(terraform.body, "  "), "}"].join("\n");
}

const label = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "_")
    .replace(/^(?=[^a-z_]|$)/, "r_")
    .slice(0, 60);
const logicalName = (name: string): string => `R${name.replaceAll(/[^A-Za-z0-9]/g, "")}`.slice(0, 60);

function hcl(body: Block, indent: string): readonly string[] {
  return Object.entries(body).flatMap(([key, value]) => {
    const blocks = isBlock(value) ? [value] : isBlocks(value) ? value : undefined;
    return blocks
      ? blocks.flatMap((block) => [`${indent}${key} {`, ...hcl(block, `${indent}  `), `${indent}}`])
      : [`${indent}${key} = ${hclValue(value)}`];
  });
}

function hclValue(value: CodeValue): string {
  if (Array.isArray(value)) return `[${value.map(hclValue).join(", ")}]`;
  // A template would be evaluated: what came from a cloud must stay text.
  return typeof value === "string" ? JSON.stringify(value).replaceAll(/[$%](?=\{)/g, "$&$&") : JSON.stringify(value);
}

/** JSON's scalars and lists of scalars are YAML. */
function yaml(body: Block, indent: string): readonly string[] {
  return Object.entries(body).flatMap(([key, value]) => {
    if (isBlock(value)) return [`${indent}${key}:`, ...yaml(value, `${indent}  `)];
    if (!isBlocks(value)) return [`${indent}${key}: ${JSON.stringify(value)}`];
    return [`${indent}${key}:`, ...value.flatMap((block) => listItem(yaml(block, `${indent}    `), indent))];
  });
}

const listItem = ([first = "", ...rest]: readonly string[], indent: string): readonly string[] => [
  `${indent}  - ${first.trimStart()}`,
  ...rest,
];
