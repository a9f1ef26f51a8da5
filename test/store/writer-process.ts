import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "#domain/finding";
import { openStore } from "#store/sqlite/sqlite";

/**
 * Started as processes of their own by `two-writers.test.ts`: a bot that takes clicks, and a command line that records. Each
 * says a line on standard output for what is on disk.
 */
const [role = "", file = "", amount = "0"] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function clicks(): Promise<void> {
  const store = await openStore({ file, kind: "real", exclusive: true, at: Date.now() });
  await store.endDeadRuns(Date.now());
  say("ready");
  const until = Date.now() + Number(amount);
  for (let n = 0; Date.now() < until; n++) {
    const begun = performance.now();
    const key = `${process.pid}:${n}`;
    const kept = await store.accept({ keys: [key], at: Date.now(), body: { text: "approve" } });
    if (kept === "duplicate") throw new Error("a click of ours was known before");
    await store.commit({
      handled: kept.id,
      audit: [{ at: Date.now(), actor: "ana", action: "click", subject: key, facts: { n } }],
    });
    say(`click ${key} ${(performance.now() - begun).toFixed(1)}`);
    await sleep(5);
  }
  store.close();
}

const place = { cloud: "aws", account: "111122223333", region: "eu-west-1", type: "aws.ec2.volume" } as const;
const finding = (name: string, at: number): Omit<Finding, "id"> => ({
  fingerprint: name,
  check: "aws.ec2.volume-is-encrypted",
  checkVersion: 1,
  topic: "volumes",
  source: "stance",
  cloud: place.cloud,
  account: place.account,
  region: place.region,
  asset: { id: `arn:aws:ec2:::${name}`, type: place.type, name },
  tags: { team: "payments" },
  status: "open",
  severity: "medium",
  row: "not encrypted",
  message: `Volume ${name} is not encrypted.`,
  evidence: { encrypted: false },
  exposed: false,
  ownership: { owner: "payments", source: "tag", via: "tag team=payments" },
  cause: "change",
  firstSeen: at,
  lastSeen: at,
  since: at,
  returns: 0,
  folded: false,
});

async function records(): Promise<void> {
  const store = await openStore({ file, kind: "real", at: Date.now() });
  const run = await store.beginRun({ at: Date.now(), filtered: false, first: false });
  say(`run ${run}`);
  const at = Date.now();
  const names = Array.from({ length: Number(amount) }, (_, n) => `vol-${run}-${n}`);
  await store.recordUnit({
    findingsVersion: store.findingsVersion(),
    state: { ...place, run, outcome: "complete", assets: names.length, at },
    assets: names.map((name) => ({ ...place, id: `arn:aws:ec2:::${name}`, name, tags: { team: "payments" } })),
    gone: [],
    findings: names.map((name) => finding(name, at)),
    events: names.map((fingerprint) => ({
      at,
      run,
      fingerprint,
      kind: "new",
      cause: "change",
      owner: "payments",
      topic: "volumes",
      severity: "medium",
      folded: false,
    })),
    closings: names.map((fingerprint) => ({ fingerprint, how: "passed", at: at + 1 })),
    tallies: [],
    unknowns: [],
  });
  const closed = await store.applyClosings(run, place.account, at + 2);
  await store.endRun(run, { at: Date.now(), state: "done", facts: { closed } });
  await store.commit({
    settings: { tell: "yes" },
    audit: [{ at: Date.now(), actor: "stance", action: "scan.done", subject: `run ${run}`, facts: { closed } }],
  });
  say(`done ${run} ${closed}`);
  store.close();
}

try {
  await (role === "clicks" ? clicks() : records());
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  say(`refused ${code}`);
  process.exitCode = 1;
}
