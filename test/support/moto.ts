import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

/** An emulated AWS on this machine (moto, Python). */
export interface Moto {
  readonly endpoint: string;
  /** Forgets everything that was created, in all accounts. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Path of moto_server; undefined where it is not installed. */
export const motoServer: string | undefined = [
  process.env.STANCE_MOTO,
  join(".venv-moto", "bin", "moto_server"),
  ...(process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "moto_server")),
].find((path) => path !== undefined && path !== "" && existsSync(path));

/** For `describe.skipIf`: says aloud what is not tested; where CI is set a missing part is a failure. */
export function withoutMoto(): boolean {
  if (motoServer !== undefined) return false;
  const missing =
    "moto_server was not found: python3 -m venv .venv-moto && .venv-moto/bin/pip install 'moto[server]==5.2.5'";
  if (process.env.CI === "true") throw new Error(missing);
  console.warn(`SKIPPED, ${missing}`);
  return true;
}

export async function startMoto(): Promise<Moto> {
  if (motoServer === undefined) throw new Error("moto_server was not found");
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(motoServer, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  // Ends with us, even when a test run is interrupted.
  const end = (): boolean => server.kill("SIGKILL");
  process.once("exit", end);
  await answers(endpoint, server);
  return {
    endpoint,
    async reset() {
      const answer = await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
      if (!answer.ok) throw new Error(`moto could not be reset: HTTP ${answer.status}`);
    },
    async stop() {
      process.off("exit", end);
      if (server.exitCode !== null) return;
      const ended = new Promise((done) => server.once("exit", done));
      end();
      await ended;
    },
  };
}

async function answers(endpoint: string, server: ChildProcess): Promise<void> {
  const patience = Date.now() + 30_000;
  while (Date.now() < patience) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`);
    try {
      if ((await fetch(`${endpoint}/moto-api/`)).ok) return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  server.kill("SIGKILL");
  throw new Error("moto_server did not answer within 30 s");
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
