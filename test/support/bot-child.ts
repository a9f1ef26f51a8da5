import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { processIo } from "#cli/io";
import { runStart } from "#cli/start";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { demoEstate } from "#demo/estate";
import type { ChildSetup } from "#test/support/bot-process";

/**
 * `stance start` as a process of its own: signals, logs, exit code and all. Only the cloud is embedded, and kept in a file
 * from one life to the next; Slack is another process's.
 */
const setup: ChildSetup = JSON.parse(process.env["STANCE_CHILD"] ?? "");
const door = memoryCloud(
  existsSync(setup.estate) ? JSON.parse(readFileSync(setup.estate, "utf8")) : demoEstate(Date.now()),
  {
    now: Date.now,
    reportsReady: true,
    pageSize: 50,
    changed(estate) {
      writeFileSync(setup.estate, JSON.stringify(estate));
      appendFileSync(`${setup.estate}.changes`, "changed\n");
    },
  },
);
for (const { operation, side, ms } of setup.hold)
  door.fault({
    operation,
    does: {
      kind: side,
      async wait() {
        process.stdout.write(`holding ${operation}\n`);
        await new Promise((resolve) => setTimeout(resolve, ms));
      },
    },
  });
if (setup.crash === "throw")
  setTimeout(() => {
    throw new Error(setup.crashWith);
  }, 300);
if (setup.crash === "reject") setTimeout(() => void Promise.reject(new Error("odd", { cause: setup.crashWith })), 300);
process.exitCode = await runStart({ config: "stance.yml" }, processIo(), {
  clouds: [awsCloud(door)],
  slackApi: setup.slackApi,
  ...(setup.patienceMs !== undefined && { patienceMs: setup.patienceMs }),
});
