import { spawn } from "node:child_process";
import { keys } from "#test/support/moto-seed";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
}

/** The parts of our own environment a child needs to start; no cloud credentials but the tests'. */
const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: "true",
};

export const fromSource = ["--conditions=source", "--import", "tsx", "src/cli.ts"];
export const built = ["dist/src/cli.js"];

/** Runs `stance <words>` as a process of its own. */
export function runCli(
  program: readonly string[],
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const start = performance.now();
  const child = spawn(process.execPath, [...program, ...words], { env: { ...environment, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr, wallMs: performance.now() - start }));
  });
}
