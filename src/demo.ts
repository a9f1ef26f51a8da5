import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Assembled } from "#assemble";
import { assemble, prepare } from "#assemble";
import { slackChat } from "#chat/slack/slack";
import { awsCloud } from "#cloud/aws/cloud";
import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { configSchema } from "#config/schema";
import { demoConfig, demoPeople, demoSlackSeed, demoStory } from "#demo/company";
import { demoEstate, meddleWithReceipts, openReceipts } from "#demo/estate";
import { receipts } from "#demo/estate/payments";
import type { DemoControl } from "#demo/page-server";
import { servePage } from "#demo/page-server";
import { createSlack } from "#demo/slack/server";
import type { Log } from "#flows/bot";
import { openStore } from "#store/sqlite/sqlite";

export interface Demo {
  /** With its token; the page answers nobody else. */
  readonly address: string;
  close(): Promise<void>;
}

/** How often the demo looks whether something is due: it should feel like now. */
const beatMs = 150;

/**
 * The whole bot on an embedded cloud and an embedded Slack, on this machine only. A composition root of its own: no adapter
 * has a demo switch, no cloud SDK is loaded, and what could sign in to a cloud is taken out of the environment.
 */
export async function startDemo(options: { readonly port: number; readonly log: Log }): Promise<Demo> {
  forgetCloudCredentials(process.env);
  const opened: Closers = [];
  try {
    const address = await open(options, opened);
    return { address, close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

type Closers = (() => void | Promise<void>)[];

/** What was opened, closed in the opposite order. */
async function closeAll(opened: Closers): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}

async function open({ port, log }: { readonly port: number; readonly log: Log }, opened: Closers): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "stance-demo-"));
  opened.push(() => rmSync(folder, { recursive: true, force: true }));
  const store = await openStore({ file: join(folder, "demo.sqlite"), kind: "demo", exclusive: true, at: Date.now() });
  opened.push(() => store.close());
  const slack = await createSlack(demoSlackSeed);
  opened.push(() => slack.close());
  const door = memoryCloud(demoEstate(Date.now()), { now: Date.now, reportsReady: true, pageSize: 50 });
  const chat = slackChat({
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    connection: { mode: "http", port: 0, host: "127.0.0.1", signingSecret: slack.signingSecret },
    team: demoSlackSeed.team.id,
    log,
    now: Date.now,
  });
  let due = false;
  const assembled = assemble({
    config: configSchema.parse(demoConfig),
    store,
    chat,
    clouds: [awsCloud(door)],
    log,
    now: Date.now,
    sleep: async (ms) => {
      await sleep(ms);
    },
    wake: () => {
      due = true;
    },
  });
  await chat.start(assembled.inbound);
  opened.push(() => chat.stop());
  slack.connect(`http://127.0.0.1:${chat.port()}/slack/events`);
  const page = await servePage({
    slack,
    people: demoPeople,
    controls: controls.map(({ id, label, hint }) => ({ id, label, hint })),
    press: async (id) =>
      controls.find((control) => control.id === id)?.run(door, assembled) ?? "There is no such button.",
    token: randomBytes(16).toString("hex"),
    port,
    story: demoStory,
  });
  opened.push(() => page.close());
  const beating = new AbortController();
  const pulse = beatUntil(beating.signal, assembled, () => {
    const now = due;
    due = false;
    return now;
  });
  opened.push(async () => {
    beating.abort();
    await pulse;
  });
  await prepare(assembled);
  await assembled.heart.scanIfDue();
  return page.address;
}

async function beatUntil(end: AbortSignal, { heart }: Assembled, due: () => boolean): Promise<void> {
  for (let turn = 0; !end.aborted; turn++) {
    // At once when something was queued, and every few seconds for what only time makes due.
    if (due() || turn % 20 === 0) await heart.beat();
    if (turn % 400 === 399) void heart.scanIfDue();
    await sleep(beatMs);
  }
}

interface Control extends DemoControl {
  run(door: MemoryDoor, assembled: Assembled): Promise<string>;
}
const controls: readonly Control[] = [
  {
    id: "open",
    label: "Make pay-receipts-eu public by hand",
    hint: "What an engineer in a hurry does in the console",
    run: async (door) => {
      openReceipts(door.byHand(receipts.account));
      return "Done in the console: the block is off, and a policy lets everyone read. Scan to see it.";
    },
  },
  {
    id: "scan",
    label: "Scan now",
    hint: "Otherwise every hour",
    run: async (_door, { heart, bot }) => {
      await heart.scan();
      return `Scanned: ${bot.store.countFindings({ status: ["open"] })} findings open.`;
    },
  },
  {
    id: "meddle",
    label: "Change it behind the bot's back",
    hint: "While an approval waits: it is then about a state that is gone",
    run: async (door) => {
      meddleWithReceipts(door.byHand(receipts.account));
      return "One of the four settings was switched by hand. An approval that waits for it is out of date now.";
    },
  },
];

const cloudVariables = /^(AWS_|AZURE_|ARM_|GOOGLE_|GCLOUD_|CLOUDSDK_|SLACK_)/;
function forgetCloudCredentials(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) if (cloudVariables.test(name)) delete env[name];
}
