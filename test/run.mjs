// Runs every suite that this machine can run and ends with one plain line: "N passed, N failed, N skipped".
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const report = join(mkdtempSync(join(tmpdir(), "stance-test-")), "report.json");
if (!existsSync("dist/src/cli.js")) {
  const built = spawnSync(process.execPath, ["build.mjs"], { stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
}
const { status } = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
if (!existsSync(report)) {
  console.log("0 passed, 1 failed, 0 skipped");
  process.exit(status || 1);
}
const {
  numPassedTests,
  numFailedTests,
  numPendingTests = 0,
  numTodoTests = 0,
  testResults,
} = JSON.parse(readFileSync(report, "utf8"));
// A file that could not even be loaded has no tests of its own to count.
const broken = testResults.filter(
  (file) => file.status === "failed" && file.assertionResults.every((one) => one.status !== "failed"),
).length;
const failed = numFailedTests + broken;
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
process.exit(status || (failed > 0 ? 1 : 0));
