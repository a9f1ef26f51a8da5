import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, describe, expect, test } from "vitest";

const planted: string[] = [];
function plant(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  planted.push(file);
}
afterEach(() => {
  for (const file of planted.splice(0)) rmSync(file);
});

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
    { encoding: "utf8" },
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
      'import { readFileSync } from "node:fs";\nimport { S3Client } from "@aws-sdk/client-s3";\nexport const c = [readFileSync, S3Client];\n',
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
