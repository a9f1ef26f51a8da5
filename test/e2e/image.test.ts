import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoConfig, demoSlackSeed } from "#demo/company";
import type { DemoSlack } from "#demo/slack/server";
import { createSlack } from "#demo/slack/server";
import { freePort } from "#test/support/bot-process";

/**
 * The built bot as the image runs it: as process 1, as a user without rights, with every file system read only but the data
 * folder and a folder in memory for /tmp. Needs root and `unshare`; runs dist/ as it stands: build first.
 */
const user = 65_532;
const box = mkdtempSync(join(tmpdir(), "stance-image-"));
const [data, tmp, etc] = [join(box, "data"), join(box, "tmp"), join(box, "etc")];
// Everything a user without rights may write to goes read only too. Only with `bind` it is this namespace's view alone that
// does; without it the file system itself would, for the whole machine.
const shut = `
  mount --bind ${data} ${data} && mount -t tmpfs -o mode=1777 tmpfs ${tmp} && mount -o remount,ro,bind / &&
  for place in /dev/shm /run /var/tmp /tmp; do
    if mountpoint -q $place; then mount -o remount,ro,bind $place; fi
  done`;
const asNobody = [
  "setpriv",
  `--reuid=${user}`,
  `--regid=${user}`,
  "--clear-groups",
  "--no-new-privs",
  "--bounding-set=-all",
];
const inside = (command: string) => [
  "--mount",
  "--pid",
  "--fork",
  "--kill-child=KILL",
  "sh",
  "-c",
  `${shut} && exec ${command}`,
];
const built = resolve("dist/src/cli.js");

function possible(): string | undefined {
  for (const folder of [data, tmp, etc]) mkdirSync(folder);
  chownSync(data, user, user);
  chmodSync(box, 0o755);
  if (!existsSync(built)) return "dist/ is not built: npm run build";
  const tried = spawnSync("unshare", inside(`${asNobody.join(" ")} ${process.execPath} ${built} --version`), {
    encoding: "utf8",
  });
  return tried.status === 0 ? undefined : `${tried.error?.message ?? tried.stderr}`;
}
const why = process.getuid?.() === 0 ? possible() : "this is not root";
if (why !== undefined) console.warn(`SKIPPED, the bot as the image runs it: ${why}`);
afterAll(() => rmSync(box, { recursive: true, force: true }));

describe.skipIf(why !== undefined)("the built bot in a read-only world", () => {
  let slack: DemoSlack;
  let child: ChildProcess;
  let err = "";
  let web = "";
  beforeAll(async () => {
    slack = await createSlack(demoSlackSeed);
    const [port, webPort, nobody] = [await freePort(), await freePort(), await freePort()];
    web = `http://127.0.0.1:${webPort}`;
    writeFileSync(
      join(etc, "stance.yml"),
      JSON.stringify({
        ...demoConfig,
        database: join(data, "stance.sqlite"),
        slack: {
          mode: "http",
          port,
          botToken: { file: join(etc, "token") },
          signingSecret: { file: join(etc, "signing") },
        },
        web: { port: webPort },
      }),
    );
    writeFileSync(join(etc, "token"), slack.botToken);
    writeFileSync(join(etc, "signing"), slack.signingSecret);
    // slack.com is the demo's Slack here; nothing of the bot is changed.
    writeFileSync(
      join(etc, "slack.mjs"),
      `const real = fetch;
       globalThis.fetch = (url, init) => real(String(url).replace("https://slack.com/api/", "${slack.apiUrl}"), init);`,
    );
    const words = [
      process.execPath,
      "--import",
      join(etc, "slack.mjs"),
      built,
      "start",
      "--config",
      join(etc, "stance.yml"),
    ];
    child = spawn("unshare", inside([...asNobody, ...words].join(" ")), {
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        PATH: process.env["PATH"],
        NODE_ENV: "production",
        TMPDIR: tmp,
        // A cloud that nobody answers for: what cannot be read is what the scan has to say.
        AWS_ENDPOINT_URL: `http://127.0.0.1:${nobody}`,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_MAX_ATTEMPTS: "1",
        AWS_EC2_METADATA_DISABLED: "true",
      },
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    slack.connect(`http://127.0.0.1:${port}/slack/events`);
  });
  afterAll(async () => {
    child?.kill("SIGKILL");
    await slack.close();
  });

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let n = 0; n < 200; n++) {
      if (await holds().catch(() => false)) return;
      if (child.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`never: ${what}\n${err}`);
  }
  test("starts, is ready, scans, answers", async () => {
    await until("ready", async () => (await fetch(`${web}/readyz`)).ok);
    await until("a scan that ended", async () => {
      await slack.as("U0KOFI").command("C0SECPOST", "status");
      return JSON.stringify(slack.screen("U0KOFI").channels).includes("· done ·");
    });
    expect(JSON.stringify(slack.screen("U0KOFI").channels)).toContain("No scan of everything has finished yet");
  }, 40_000);

  test("runs as somebody without rights, who gained none", () => {
    const status = readFileSync(`/proc/${botPid(child)}/status`, "utf8");
    expect(status).toMatch(new RegExp(`^Uid:\\s+${user}\\s+${user}\\s+${user}\\s+${user}$`, "m"));
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    // Process 1 of its own namespace, where signals without a listener are lost.
    expect(status).toMatch(/^NSpid:\s+\d+\s+1$/m);
  });

  test("has written its database and its lock, readable by itself alone, and nothing anywhere else", () => {
    const files = readdirSync(data).sort((a, b) => a.localeCompare(b));
    expect(
      files.every((file) =>
        /^stance\.sqlite(-wal|-shm|\.lock|\.lock-journal|\.scan\.lock|\.scan\.lock-journal|\.mark)?$/.test(file),
      ),
      files.join(" "),
    ).toBe(true);
    // As the process itself sees them.
    const root = `/proc/${botPid(child)}/root`;
    expect(readdirSync(join(root, tmp))).toEqual([]);
    const places = ["/dev/shm", "/run", "/var/tmp", "/tmp"].map((place) => root + place);
    const { stdout } = spawnSync("find", [...places, "-user", String(user), "-not", "-path", `*${box}/*`], {
      encoding: "utf8",
    });
    expect(stdout.split("\n").filter((line) => line !== "" && !line.endsWith(box))).toEqual([]);
  });

  test("has left the machine outside as it was", () => {
    for (const place of ["/dev/shm", "/run", "/var/tmp", "/tmp"].filter((each) => existsSync(each)))
      expect(() => rmSync(mkdtempSync(join(place, "stance-outside-")), { recursive: true })).not.toThrow();
  });

  test("ends with 0 when it is told to, as process 1", async () => {
    const ended = new Promise<number | null>((done) => child.once("close", done));
    process.kill(botPid(child), "SIGTERM");
    expect(await ended).toBe(0);
    const lines = err.split("\n").filter((line) => line !== "");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(
      expect.arrayContaining(["started", "stopping", "stopped"]),
    );
    expect(err).not.toContain("EROFS");
    expect(err).not.toContain(slack.botToken);
  });
});

/** Of the bot itself: unshare waits for it. */
const botPid = ({ pid }: ChildProcess): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
