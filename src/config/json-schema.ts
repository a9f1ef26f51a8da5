import { z } from "zod";
import { configSchema } from "#config/schema";

/** The few words of JSON Schema that our schema comes out in. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** Records: the schema of every value. */
  readonly additionalProperties?: boolean | JsonSchema;
}

/** For editors: what may be written in `stance.yml`. Draft 7 is what YAML plug-ins read best. */
export const configJsonSchema = (): JsonSchema & Readonly<Record<string, unknown>> => {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: "input", target: "draft-7" });
  return { $schema, title: "Stance configuration", ...(schema as JsonSchema) };
};

/** What may stand at a place; where there are alternatives, the whole and each of them. */
export function schemasAt(root: JsonSchema, path: readonly (string | number)[]): readonly JsonSchema[] {
  return path.reduce<readonly JsonSchema[]>(
    (schemas, step) => schemas.flatMap((schema) => stepInto(schema, step)).flatMap(alternatives),
    alternatives(root),
  );
}

const alternatives = (schema: JsonSchema): readonly JsonSchema[] => [
  schema,
  ...(schema.anyOf ?? []).flatMap(alternatives),
];

function stepInto(schema: JsonSchema, step: string | number): readonly JsonSchema[] {
  if (typeof step === "number") return schema.items ? [schema.items] : [];
  const { properties = {}, additionalProperties: others } = schema;
  const own = Object.hasOwn(properties, step) ? properties[step] : undefined;
  if (own) return [own];
  return typeof others === "object" ? [others] : [];
}
