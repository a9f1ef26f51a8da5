import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** True, and said aloud, where there is no browser; a failure in CI. */
export function withoutChromium(): boolean {
  if (existsSync(executablePath)) return false;
  const missing = `Chromium was not found at ${executablePath}: install it, or name it in CHROMIUM`;
  if (process.env.CI === "true") throw new Error(missing);
  console.warn(`SKIPPED, ${missing}`);
  return true;
}

/** A browser that calls nobody: everything that would reach out by itself is off. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
