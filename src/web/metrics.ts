import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Inbound } from "#chat/chat";
import { severities } from "#domain/check";
import type { RequestState } from "#domain/request";
import { requestStates } from "#domain/request";
import { noScan } from "#flows/freshness";
import type { Outcome } from "#store/store";
import { outcomes } from "#store/store";
import type { Watched } from "#web/health";

export interface Metrics {
  /** In Prometheus's text format. */
  text(): Promise<string>;
  readonly type: string;
  /** The same bot's side, with its clock running. */
  timed(inbound: Inbound): Inbound;
}

/** However often somebody asks: counted once a second. */
const goodFor = 1_000;
const executed: readonly RequestState[] = ["executing", "verified", "failed", "halted"];

/** Read from the store when somebody asks. Labels are words of ours: no account, no resource, no person. */
export function metricsOf(watched: Watched): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauges = gaugesOf(registry, watched);
  const ack = new Histogram({
    name: "stance_interaction_ack_seconds",
    help: "From what a person did arriving until it was stored and could be acknowledged; Slack waits 3 seconds",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
    registers: [registry],
  });
  let last: { readonly at: number; readonly text: Promise<string> } | undefined;
  return {
    type: registry.contentType,
    text() {
      const now = performance.now();
      if (!last || now - last.at >= goodFor) {
        gauges.read();
        last = { at: now, text: registry.metrics() };
      }
      return last.text;
    },
    timed: (inbound) => ({
      ...inbound,
      async accept(incoming) {
        const end = ack.startTimer();
        try {
          return await inbound.accept(incoming);
        } finally {
          end();
        }
      },
    }),
  };
}

function gaugesOf(registry: Registry, watched: Watched): { read(): void } {
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge<Label>({ name: `stance_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const scanned = gauge(
    "last_scan_timestamp_seconds",
    "When the last scan of everything ended that could read something; 0: none",
  );
  const age = gauge("last_scan_age_seconds", "How long that is ago; +Inf: there was none");
  const duration = gauge("last_scan_duration_seconds", "How long it took");
  const old = gauge("no_scan", "1 while answers begin with: No scan since …");
  const running = gauge("scan_running", "1 while a scan runs");
  const units = gauge(
    "scan_units",
    "Lists (account, region, type) of the last scan of everything, by how reading them ended",
    ["outcome"],
  );
  const unknown = gauge("scan_unknown_results", "Results of the last scan of everything that could not be checked");
  const findings = gauge("open_findings", "Open findings", ["severity"]);
  const requests = gauge("requests", "Requests, by state", ["state"]);
  const executions = gauge("executions", "Requests of which a call was sent, by state", ["state"]);
  const depth = gauge(
    "outbox_messages",
    "Messages that should be on their way and are not there yet; counted up to 1000",
  );
  const oldest = gauge("outbox_oldest_seconds", "How long the oldest of them has been seen waiting by this process");
  const inbox = gauge("inbox_unanswered", "Things people did that are stored and not answered yet");
  const refusals = gauge("refusals", "Things people were not allowed to do, since the start");
  const turnedAway = gauge(
    "requests_turned_away",
    "Requests that were not the chat platform's, or malformed, since the start",
    ["reason"],
  );
  const seq = gauge("audit_seq", "Number of the last audit entry");
  const broken = gauge("audit_broken", "1 when the audit trail was seen not to add up");
  const chat = gauge("chat_connected", "1 while people can be heard and answered");
  const bytes = gauge("store_bytes", "Size of the database and of its write-ahead log", ["file"]);
  const frozen = watched.frozen && gauge("frozen", "1 while all changes are stopped");
  const firstSeen = new Map<number, number>();

  function readScans(): void {
    const { store, every, now } = watched;
    const last = store.lastScan();
    const ended = last && (last.endedAt ?? last.startedAt);
    scanned.set((ended ?? 0) / 1000);
    age.set(ended === undefined ? Number.POSITIVE_INFINITY : (now() - ended) / 1000);
    duration.set(last && ended !== undefined ? (ended - last.startedAt) / 1000 : 0);
    old.set(Number(noScan(store, { every }, now()) !== undefined));
    running.set(Number(store.runs(1)[0]?.state === "running"));
    for (const outcome of outcomes) units.set({ outcome }, numberIn(last?.facts["units"], outcome));
    unknown.set(numberIn(last?.facts["counts"], "unknown"));
  }
  function readQueue(waiting: readonly number[]): void {
    const now = watched.now();
    const still = new Set(waiting);
    for (const id of firstSeen.keys()) if (!still.has(id)) firstSeen.delete(id);
    for (const id of waiting) if (!firstSeen.has(id)) firstSeen.set(id, now);
    depth.set(waiting.length);
    oldest.set(waiting.length === 0 ? 0 : Math.max(0, now - Math.min(...firstSeen.values())) / 1000);
  }
  return {
    read() {
      const vitals = watched.store.vitals(watched.now());
      readScans();
      for (const severity of severities) findings.set({ severity }, vitals.findings[severity]);
      for (const state of requestStates) requests.set({ state }, vitals.requests.get(state) ?? 0);
      for (const state of executed) executions.set({ state }, vitals.executions.get(state) ?? 0);
      readQueue(vitals.outbox);
      inbox.set(vitals.inbox);
      refusals.set(watched.refusals());
      for (const [reason, count] of Object.entries(watched.chat.refused())) turnedAway.set({ reason }, count);
      seq.set(watched.store.auditHead().seq);
      broken.set(Number(watched.chainProblem() !== undefined));
      chat.set(Number(watched.chat.down() === undefined));
      bytes.set({ file: "database" }, vitals.bytes.database);
      bytes.set({ file: "wal" }, vitals.bytes.wal);
      frozen?.set(Number(watched.frozen?.() ?? false));
    },
  };
}

/** A number in what a scan left behind; older ones may lack it. */
function numberIn(facts: unknown, name: Outcome | "unknown"): number {
  const value: unknown = typeof facts === "object" && facts !== null ? (facts as Record<string, unknown>)[name] : 0;
  return typeof value === "number" ? value : 0;
}
