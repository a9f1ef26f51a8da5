import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const tool = (folder: string, name: string, ...words: readonly string[]) => {
  const args = ["--conditions=source", "--import", "tsx", `src/dev/${name}.ts`, ...words];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { stdout, stderr, status };
};

test("what is generated is up to date", () => {
  expect(tool(".", "generate", "--check")).toEqual({ stdout: "", stderr: "", status: 0 });
});

test("no command is left half written", () => {
  const files = readdirSync("commands").filter((file) => file.endsWith(".ts"));
  expect(files.filter((file) => readFileSync(`commands/${file}`, "utf8").includes("FILL IN"))).toEqual([]);
});

describe("a stranger's first steps", () => {
  let copy = "";
  const failuresIn = (folder: string): readonly string[] => {
    const args = ["node_modules/vitest/vitest.mjs", "run", folder];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
    expect(status).toBe(1);
    return `${stdout}${stderr}`.split("\n").filter((line) => line.includes("FAIL"));
  };
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "stance-plug-ins-"));
    for (const part of ["checks", "commands", "docs", "remediations", "src", "test/checks", "test/remediations"])
      cpSync(part, join(copy, part), { recursive: true });
    for (const file of ["package.json", "tsconfig.json", "vitest.config.ts"]) cpSync(file, join(copy, file));
    symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test("new:check writes two files, registers the check, and its tests fail until it is filled in", () => {
    const made = tool(copy, "new-check", "aws", "s3", "bucket-keeps-versions");
    expect(made).toMatchObject({ status: 0, stderr: "" });
    expect(made.stdout).toContain("wrote checks/aws/s3/bucket-keeps-versions.ts");
    expect(made.stdout).toContain("wrote test/checks/aws/s3/bucket-keeps-versions.cases.ts");
    expect(readFileSync(join(copy, "checks/registry.generated.ts"), "utf8")).toContain("aws/s3/bucket-keeps-versions");
    const failures = failuresIn("test/checks");
    expect(failures.length).toBeGreaterThan(3);
    expect(failures.filter((line) => !line.includes("aws.s3.bucket-keeps-versions"))).toEqual([]);
  });

  test("new:remediation writes two files whose tests fail until they are filled in", () => {
    expect(tool(copy, "new-remediation", "aws", "s3", "enable-bucket-versioning")).toMatchObject({ status: 0 });
    const failures = failuresIn("test/remediations");
    expect(failures.length).toBeGreaterThan(1);
    expect(failures.filter((line) => !line.includes("aws.s3.enable-bucket-versioning"))).toEqual([]);
  });

  test("new:command writes one file and registers it", () => {
    expect(tool(copy, "new-command", "weather-tell")).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(join(copy, "commands/weather-tell.ts"), "utf8")).toContain('id: "weather.tell"');
    expect(readFileSync(join(copy, "commands/registry.generated.ts"), "utf8")).toContain("weatherTell");
  });

  test.each([
    ["new-check", ["aws", "s3", "bucket-blocks-public-access"], "is there already"],
    ["new-check", ["aws", "s3", "Bucket"], "joined by hyphens"],
    ["new-check", ["aws", "s3", "ensure-versions-kept"], "good state"],
    ["new-check", ["aws", "s33", "a-b"], 'no service "s33" in aws. Known: cloudtrail, ec2, iam, rds, s3'],
    ["new-check", ["moon", "s3", "a-b"], 'no cloud "moon"'],
    ["new-check", ["aws", "s3", "a-b", "c"], "one word too many"],
    ["new-check", [], "Usage: npm run new:check"],
    ["new-remediation", ["aws", "../s3", "a-b"], "no service"],
    ["new-remediation", ["aws", "s3", "block-bucket-public-access"], "is there already"],
    ["new-command", ["snooze"], "joined by hyphens"],
    ["new-command", [], "Usage: npm run new:command"],
  ])("%s %j is told what is wrong", (name, words, told) => {
    const { stdout, stderr, status } = tool(copy, name, ...words);
    expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
    expect(stderr).toContain(told);
  });
});
