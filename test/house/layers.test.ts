import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** A copy: breaches planted in the tree itself would trip whoever builds it meanwhile. */
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "stance-layers-"));
  const parts = [
    "src",
    "checks",
    "commands",
    "remediations",
    "package.json",
    "tsconfig.json",
    ".dependency-cruiser.cjs",
  ];
  for (const part of parts) cpSync(part, join(copy, part), { recursive: true });
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const plant = (file: string, text: string): void => writeFileSync(join(copy, file), text);

const cruise = (): { readonly out: string; readonly status: number | null } => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
      "src",
      "checks",
      "commands",
      "remediations",
      "--config",
      ".dependency-cruiser.cjs",
    ],
    { encoding: "utf8", cwd: copy },
  );
  return { out: stdout + stderr, status };
};

describe("the layers", () => {
  test("hold, over a tree that was really read", () => {
    const { out, status } = cruise();
    expect(out).toMatch(/no dependency violations found \((\d{3,}) modules/);
    expect(status).toBe(0);
  });

  test("bite: one breach of each kind is planted and found", () => {
    plant("src/domain/planted-a.ts", 'import { worst } from "#posture/notify";\nexport const a = worst;\n');
    plant(
      "src/posture/planted-b.ts",
      'import { readFileSync } from "node:fs";\nimport { openSession } from "#cloud/session";\nexport const b = [readFileSync, openSession];\n',
    );
    plant(
      "checks/aws/s3/planted-c.ts",
      'import { readFileSync } from "node:fs";\nimport { S3Client } from "@aws-sdk/client-s3";\nimport { worst } from "#posture/notify";\nexport const c = [readFileSync, S3Client, worst];\n',
    );
    plant("src/flows/planted-d.ts", 'import { openStore } from "#store/sqlite/sqlite";\nexport const d = openStore;\n');
    plant("commands/planted-e.ts", 'import { openSession } from "#cloud/session";\nexport const e = openSession;\n');
    plant("src/demo/planted-f.ts", 'import { S3Client } from "@aws-sdk/client-s3";\nexport const f = S3Client;\n');
    const { out, status } = cruise();
    expect(status).not.toBe(0);
    for (const [rule, file] of [
      ["domain-imports-nothing", "planted-a"],
      ["posture-is-pure", "planted-b"],
      ["plug-ins-are-pure", "planted-c"],
      ["plug-ins-do-no-io", "planted-c"],
      ["sdks-live-in-adapters", "planted-c"],
      ["flows-know-ports-only", "planted-d"],
      ["implementations-are-chosen-in-one-place", "planted-d"],
      ["commands-know-flows", "planted-e"],
      ["no-cloud-sdk-in-the-demo", "planted-f"],
    ])
      expect(out, rule).toMatch(new RegExp(`${rule}: .*${file}`));
  });
});
