import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { JsonSchema } from "#config/json-schema";
import { configJsonSchema, schemasAt } from "#config/json-schema";
import { configSchema } from "#config/schema";
import { generated } from "../../src/dev/config-schema.ts";

test.each(Object.entries(generated()))("%s follows from the schema: npm run generate", (path, text) => {
  expect(readFileSync(path, "utf8")).toBe(text);
});

describe("the schema for editors", () => {
  const validate = new Ajv({ strict: true, allErrors: true, validateFormats: false }).compile(configJsonSchema());
  const example: unknown = parse(readFileSync("docs/stance.example.yml", "utf8"));

  test("accepts the example", () => {
    expect(validate(example)).toBe(true);
    expect(validate({ accounts: "organization" })).toBe(true);
  });
  test.each([
    {},
    { accounts: [] },
    { accounts: "organization", databse: "x" },
    { accounts: "organization", slack: { botToken: "literal" } },
    { accounts: "organization", owners: { "A b": { name: "x" } } },
    { accounts: [{ id: 111122223333, name: "x" }] },
  ])("refuses what the program refuses: %j", (value) => {
    expect(validate(value)).toBe(false);
    expect(configSchema.safeParse(value).success).toBe(false);
  });
  test("refuses nothing that the program takes", () => {
    const value = fc.oneof(
      fc.constantFrom("organization", "#a", "09:00", "a", 1, true, null),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const keys = Object.keys(configSchema.shape);
    let taken = 0;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3 }), (rest) => {
        const text = { accounts: "organization", ...rest };
        if (!configSchema.safeParse(text).success) return;
        taken++;
        expect([text, validate(text)]).toEqual([text, true]);
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(20);
  });
  test("says of every key what it is", () => {
    const silent: string[] = [];
    const walk = (schema: JsonSchema, path: string): void => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        if (inner.description === undefined && key !== "env" && key !== "file") silent.push(`${path}${key}`);
        walk(inner, `${path}${key}.`);
      }
      for (const inner of [schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])])
        if (typeof inner === "object") walk(inner, path);
    };
    walk(configJsonSchema(), "");
    expect(silent).toEqual([]);
  });
  test("finds what may stand at a place", () => {
    const schema = configJsonSchema();
    const keys = (path: readonly (string | number)[]): string[] =>
      schemasAt(schema, path).flatMap(({ properties = {} }) => Object.keys(properties));
    expect(keys(["accounts", 3])).toContain("writeRole");
    expect(keys(["accounts"])).toEqual(["organization", "known"]);
    expect(keys(["accounts", "known", 0])).toContain("environment");
    expect(keys(["owners", "anything"])).toContain("mention");
    expect(keys(["slack", "botToken"])).toEqual(["env", "file"]);
    expect(keys(["owners", "anything", "name", "x"])).toEqual([]);
    expect(keys(["constructor"])).toEqual([]);
  });
});
