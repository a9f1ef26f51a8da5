/**
 * `npm run bench`: the whole process `stance scan` over the reference account, emulated by moto behind a front that counts
 * and delays. Needs moto (see test/support/moto.ts) and a built dist/. `--runs 5`: more runs of each; `--calls`: their list.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { accountA, estateA, planted } from "#test/support/account-a";
import { startMoto } from "#test/support/moto";
import { type Front, type FrontCall, startFront } from "#test/support/moto-front";
import { seedMoto } from "#test/support/moto-seed";
import { built, runCli } from "#test/support/run-cli";

const goal = { calls: 190, wallMs: 4_000, roundTrip: 60 };

interface Measured {
  readonly roundTrip: number;
  readonly calls: readonly FrontCall[];
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly right: boolean;
}

const { values } = parseArgs({ options: { runs: { type: "string", default: "3" }, calls: { type: "boolean" } } });
const folder = mkdtempSync(join(tmpdir(), "stance-bench-"));
const moto = await startMoto();
const front = await startFront(moto.endpoint);
try {
  await seedMoto(moto.endpoint, front, estateA(Date.now()));
  const config = join(folder, "stance.yml");
  writeFileSync(config, configText(front.endpoint));
  const all: Measured[] = [];
  for (const roundTrip of [0, goal.roundTrip])
    for (let run = 0; run < Number(values.runs); run += 1) all.push(await measure(front, config, roundTrip));
  report(all);
} finally {
  await front.close();
  await moto.stop();
  rmSync(folder, { recursive: true });
}

function configText(endpoint: string): string {
  return `accounts:
  - id: "${accountA}"
    name: account-a
    role: arn:aws:iam::${accountA}:role/read
aws:
  endpoint: ${endpoint}
`;
}

async function measure(through: Front, config: string, roundTrip: number): Promise<Measured> {
  through.calls.length = 0;
  through.roundTrip = roundTrip;
  const usage = join(folder, "usage.json");
  // The child writes down its own CPU time when it ends.
  const noted = `process.on("exit",()=>require("node:fs").writeFileSync(${JSON.stringify(usage)},JSON.stringify(process.cpuUsage())))`;
  writeFileSync(join(folder, "usage.cjs"), noted);
  const ran = await runCli(
    ["--require", join(folder, "usage.cjs"), ...built],
    ["scan", "--config", config, "--format", "json"],
  );
  if (ran.code !== 0) throw new Error(`the scan ended with ${ran.code}: ${ran.stderr}`);
  const { user, system } = JSON.parse(readFileSync(usage, "utf8"));
  return {
    roundTrip,
    calls: [...through.calls],
    wallMs: ran.wallMs,
    cpuMs: (user + system) / 1000,
    right: isRight(JSON.parse(ran.stdout)),
  };
}

interface Row {
  readonly check: string;
  readonly status: string;
  readonly asset: { readonly name: string };
}
/** All planted faults are found, and nothing else. */
function isRight(rows: readonly Row[]): boolean {
  const found = rows.filter(({ status }) => status !== "pass" && status !== "not-applicable");
  const lines = found.map(({ check, status, asset }) => `${status} ${check} ${asset.name}`);
  const wanted = Object.entries(planted).flatMap(([check, names]) => names.map((name) => `fail ${check} ${name}`));
  return lines.sort().join("\n") === wanted.sort().join("\n");
}

function report(all: readonly Measured[]): void {
  console.log(
    `${cpus().length} x ${cpus()[0]?.model ?? arch()}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  );
  console.log("round trip  calls  wall s  CPU s  verdicts");
  for (const { roundTrip, calls, wallMs, cpuMs, right } of all)
    console.log(
      [
        `${roundTrip} ms`.padStart(10),
        String(calls.length).padStart(6),
        (wallMs / 1000).toFixed(2).padStart(7),
        (cpuMs / 1000).toFixed(2).padStart(6),
        right ? " as planted" : " WRONG",
      ].join(" "),
    );
  if (values.calls)
    for (const [operation, count] of [...countOf(all[0]?.calls ?? [])].sort(([a], [b]) => a.localeCompare(b)))
      console.log(`${String(count).padStart(4)} ${operation}`);
  const far = all.filter(({ roundTrip }) => roundTrip === goal.roundTrip).map(({ wallMs }) => wallMs);
  const median = far.sort((a, b) => a - b)[Math.floor(far.length / 2)] ?? 0;
  const most = Math.max(...all.map(({ calls }) => calls.length));
  console.log(`median wall at ${goal.roundTrip} ms: ${(median / 1000).toFixed(2)} s (goal ${goal.wallMs / 1000} s)`);
  console.log(`most calls: ${most} (goal ${goal.calls})`);
  if (all.some(({ right }) => !right) || most > goal.calls || median > goal.wallMs) process.exitCode = 1;
}

function countOf(calls: readonly FrontCall[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operation } of calls) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return counts;
}
