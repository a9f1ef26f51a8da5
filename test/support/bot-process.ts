import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import type { ConfigInput } from "#config/schema";
import { demoConfig } from "#demo/company";
import { demoEstate, openReceipts } from "#demo/estate";
import { receipts } from "#demo/estate/payments";
import type { DemoSlack } from "#demo/slack/server";

/** What the child is told besides its configuration. */
export interface ChildSetup {
  readonly slackApi: string;
  /** File of the embedded cloud. */
  readonly estate: string;
  /** Calls that take their time, on either side of their effect. */
  readonly hold: readonly { readonly operation: string; readonly side: "before" | "after"; readonly ms: number }[];
  readonly patienceMs?: number;
  readonly crash?: "throw" | "reject";
  readonly crashWith?: string;
}

export interface BotProcess {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:PORT` of the bot's own pages. */
  readonly web: string;
  /** Where Slack sends what people do. */
  readonly slack: string;
  /** Lines of standard error, read as JSON; what is not JSON stands under `plain`. */
  log(): readonly Readonly<Record<string, unknown>>[];
  raw(): string;
  /** Resolves when a line with this event was logged. */
  logged(event: string): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves when standard output holds this. */
  said(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

const root = resolve(import.meta.dirname, "../..");
const tsx = import.meta.resolve("tsx");

/** Starts `stance start` in this folder, where its database and its cloud stay from one life to the next. */
export async function startBotProcess(
  folder: string,
  slack: DemoSlack,
  more: Partial<Omit<ChildSetup, "slackApi" | "estate">> & { readonly config?: Partial<ConfigInput> } = {},
): Promise<BotProcess> {
  const { config = {}, hold = [], ...rest } = more;
  const [port, webPort] = [await freePort(), await freePort()];
  const whole = { ...demoConfig, slack: { ...demoConfig.slack, port }, web: { port: webPort }, ...config };
  writeFileSync(join(folder, "stance.yml"), JSON.stringify(whole));
  const estate = join(folder, "estate.json");
  if (!existsSync(estate)) {
    const door = memoryCloud(demoEstate(Date.now()), { now: Date.now });
    openReceipts(door.byHand(receipts.account));
    writeFileSync(estate, JSON.stringify(door.snapshot()));
  }
  const setup: ChildSetup = { slackApi: slack.apiUrl, estate, hold, ...rest };
  const words = ["--import", tsx, "--conditions=source", join(root, "test/support/bot-child.ts")];
  const { PATH } = process.env;
  const child = spawn(process.execPath, words, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH,
      STANCE_CHILD: JSON.stringify(setup),
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
    },
  });
  const endpoint = `http://127.0.0.1:${port}/slack/events`;
  slack.connect(endpoint);
  return watch(child, { web: `http://127.0.0.1:${webPort}`, slack: endpoint });
}

function watch(child: ChildProcess, at: Pick<BotProcess, "web" | "slack">): BotProcess {
  const heard = { out: "", err: "" };
  const listeners = new Set<() => void>();
  const hear = (name: "out" | "err") => (text: string) => {
    heard[name] += text;
    for (const listener of listeners) listener();
  };
  child.stdout?.setEncoding("utf8").on("data", hear("out"));
  child.stderr?.setEncoding("utf8").on("data", hear("err"));
  const ended = new Promise<Awaited<BotProcess["ended"]>>((done) =>
    child.once("close", (code, signal) => done({ code, signal })),
  );
  const log = (): readonly Readonly<Record<string, unknown>>[] =>
    heard.err
      .split("\n")
      .slice(0, -1)
      .map((line) => {
        try {
          return JSON.parse(line);
        } catch {
          return { plain: line };
        }
      });
  async function until<T>(what: string, look: () => T | undefined): Promise<T> {
    const now = look();
    if (now !== undefined) return now;
    return new Promise((done, fail) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        listeners.delete(check);
        done(found);
      };
      listeners.add(check);
      void ended.then(() => fail(new Error(`the bot ended before ${what}: ${heard.err}`)));
    });
  }
  return {
    child,
    ...at,
    log,
    raw: () => heard.err,
    logged: (event) => until(event, () => log().find(({ msg }) => msg === event)),
    said: (text) => until(text, () => (heard.out.includes(text) ? true : undefined)).then(() => undefined),
    ended,
  };
}

/** A port that nobody has, for a configuration that has to name one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** How often the child's cloud was changed. */
export const changesIn = (folder: string): number => {
  const file = join(folder, "estate.json.changes");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
};
