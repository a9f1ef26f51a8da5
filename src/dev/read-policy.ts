import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { run } from "#cli/iam-policy";
import type { Out } from "#cli/io";

/** Keeps docs/aws-read-policy.json what `stance iam-policy --read` prints; with --check it only compares. */

const path = "docs/aws-read-policy.json";
let text = "";
const into: Out = {
  isTerminal: false,
  columns: undefined,
  async write(part) {
    text += part;
  },
};

await run(
  { read: true },
  {
    stdout: into,
    stderr: into,
    env: {},
    cwd: process.cwd(),
    now: Date.now,
    stopped: () => new AbortController().signal,
    crashed: () => undefined,
    end: () => undefined,
  },
);
if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
  if (process.argv.includes("--check")) {
    console.error(`${path} is not what \`stance iam-policy --read\` prints. Run npm run generate.`);
    process.exitCode = 1;
  } else writeFileSync(path, text);
}
