import type { Asset, Fact, FactMap } from "#domain/asset";
import type { Call } from "#domain/call";
import { Hole } from "#domain/call";
import { messageOf } from "#domain/errors";
import type { Change, Plan } from "#domain/plan";
import { diff, matches, planFor, reached, revert } from "#domain/plan";
import type { AnyRemediation, Refusal, Values } from "#domain/remediation";
import { isRefusal, refuse } from "#domain/remediation";

/**
 * Thrown by a port when Stance is stopping: all is left as it stands. What was sent is in the journal, and the next start
 * takes the same path again, as after a crash.
 */
export class Leaving extends Error {
  constructor() {
    super("Stance is stopping; this goes on at the next start");
  }
}

/** What one change needs of the world. */
export interface ChangePorts {
  /** Freshly read, never remembered. `tags`: those that policy looks at. */
  read(
    facts: readonly string[],
  ): Promise<
    { readonly asset: Asset; readonly facts: FactMap; readonly tags: Readonly<Record<string, string>> } | "gone"
  >;
  /** Sends one exact call, journalled before and after. Throws what the cloud answered. */
  run(call: Call, step: number): Promise<unknown>;
  /** Waits a little; false when the minutes are over. */
  wait(minutes: number, round: number): Promise<boolean>;
  /** A fix: the check that raised the finding, run once more; the sentence of what is still wrong. An undo: undefined. */
  stillWrong(): Promise<string | undefined>;
}

export interface Outcome {
  readonly state: "verified" | "failed" | "halted" | "superseded";
  /** One sentence for people. */
  readonly why?: string;
  readonly applied: readonly Change[];
}

/** How a request reaches its goal from what is live: `change` for a fix, `revert` for an undo. */
export type Aim = (asset: Asset, live: Values) => Values | Refusal;

export const fixAim =
  (remediation: AnyRemediation, given: Values = {}): Aim =>
  (asset, live) => {
    const wanted = remediation.change({ ...asset, facts: live } as never, given as never);
    return isRefusal(wanted) ? wanted : { ...pick(live, remediation.sets), ...wanted };
  };

export const undoAim =
  (remediation: AnyRemediation, applied: readonly Change[]): Aim =>
  (_asset, live) => {
    const before = revert(pick(live, remediation.sets), applied);
    if (isRefusal(before) || !(remediation.undo && "nearest" in remediation.undo)) return before;
    return remediation.undo.nearest?.(before as never, pick(live, remediation.sets) as never) ?? before;
  };

type ReadPort = Pick<ChangePorts, "read">;
interface Live {
  readonly asset: Asset;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly values: Values;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Planned {
  readonly plan: Plan;
  readonly summary: string;
  readonly asset: Asset;
  /** The facts as they would be. */
  readonly goal: Values;
}

/** The plan from what is live now; "nothing to do" when the goal is reached already. */
export async function makePlan(
  remediation: AnyRemediation,
  aim: Aim,
  ports: ReadPort,
): Promise<Planned | Refusal | "nothing to do"> {
  const live = await observe(remediation, ports);
  if (isRefusal(live)) return live;
  const goal = aim(live.asset, live.values);
  if (isRefusal(goal)) return goal;
  const before = pick(live.values, remediation.sets);
  const plan = planFor(remediation, live.asset, before, goal, live.tags);
  if (!plan) return "nothing to do";
  return { plan, summary: remediation.summary(before as never, goal as never), asset: live.asset, goal };
}

/**
 * Runs an approved plan: plans again from live facts, and goes on only if the hash is the same. After a crash the same path
 * runs again: nothing changed yet → same hash, go on; goal reached → verified; else halted. `sent`: the changes of the plan,
 * if a call of it was journalled before.
 */
export async function execute(
  remediation: AnyRemediation,
  aim: Aim,
  approved: Pick<Plan, "hash">,
  ports: ChangePorts,
  run: { readonly request: string; readonly sent?: readonly Change[] },
): Promise<Outcome> {
  const stop = (why: string, applied: readonly Change[] = []): Outcome => ({
    state: run.sent ? "halted" : "superseded",
    why,
    applied,
  });
  const live = await observe(remediation, ports);
  if (isRefusal(live)) return stop(live.refused);
  if (Object.values(live.facts).some((fact) => fact.state === "known" && fact.settling))
    return stop("It is being changed right now.");
  const before = pick(live.values, remediation.sets);
  const goal = aim(live.asset, live.values);
  const done = reached(before, run.sent ?? []);
  if (isRefusal(goal)) return stop(goal.refused, done);
  const plan = planFor(remediation, live.asset, before, goal, live.tags);
  if (!plan) return verifyReached(ports, done);
  if (plan.hash !== approved.hash) return stop("It is not as it was when this was planned.", done);
  const broke = await runCalls(plan.calls, live.facts, ports, run.request);
  return settle(remediation, { before, goal, broke }, ports);
}

async function verifyReached(ports: ChangePorts, applied: readonly Change[]): Promise<Outcome> {
  const wrong = await ports.stillWrong();
  return wrong === undefined ? { state: "verified", applied } : { state: "halted", why: wrong, applied };
}

interface Broken {
  readonly why: string;
  /** The cloud refused it: certainly no effect. Otherwise nobody knows. */
  readonly refusedByCloud: boolean;
}

async function runCalls(
  calls: readonly Call[],
  facts: Readonly<Record<string, Fact>>,
  ports: ChangePorts,
  request: string,
): Promise<Broken | undefined> {
  const answers = new Map<Call, unknown>();
  for (const [step, call] of calls.entries()) {
    try {
      const filled = fill(call, { facts, answers, token: `${request}|${step}` });
      answers.set(call, await runPatiently(filled, step, ports));
    } catch (error) {
      if (error instanceof Leaving) throw error;
      const kind = error instanceof Error && "kind" in error ? error.kind : undefined;
      return {
        why: `Call ${step + 1} of ${calls.length}, ${call.operation}, did not succeed: ${messageOf(error)}`,
        refusedByCloud: kind === "denied" || kind === "closed" || kind === "absent" || kind === "throttled",
      };
    }
  }
  return undefined;
}

/** Codes in `retry` mean that an earlier call of the plan has not spread yet. */
async function runPatiently(call: Call, step: number, ports: ChangePorts): Promise<unknown> {
  for (let round = 0; ; round++) {
    try {
      return await ports.run(call, step);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (!call.retry?.includes(code) || !(await ports.wait(1, round))) throw error;
    }
  }
}

async function settle(
  remediation: AnyRemediation,
  { before, goal, broke }: { readonly before: Values; readonly goal: Values; readonly broke: Broken | undefined },
  ports: ChangePorts,
): Promise<Outcome> {
  for (let round = 0; ; round++) {
    const after = await observe(remediation, ports);
    if (isRefusal(after)) return { state: "halted", why: `Sent, but not confirmed: ${after.refused}`, applied: [] };
    const now = pick(after.values, remediation.sets);
    const applied = diff(before, now);
    const settling = Object.values(after.facts).some((fact) => fact.state === "known" && fact.settling);
    if (!settling && matches(now, goal)) return verifyReached(ports, applied);
    if (broke?.refusedByCloud) return { state: applied.length > 0 ? "halted" : "failed", why: broke.why, applied };
    if (!(await ports.wait(remediation.settles ?? 1, round)))
      return { state: "halted", why: broke?.why ?? "The new state did not show in time.", applied };
  }
}

/** An exact call: every hole filled from this run. `later` belongs to previews and is never sent. */
function fill(
  call: Call,
  run: {
    readonly facts: Readonly<Record<string, Fact>>;
    readonly answers: ReadonlyMap<Call, unknown>;
    readonly token: string;
  },
): Call {
  const valueOf = ({ recipe }: Hole): unknown => {
    if ("output" in recipe)
      return recipe.path.reduce<unknown>(
        (value, key) => (value as Values | undefined)?.[key],
        run.answers.get(recipe.output),
      );
    if ("token" in recipe) return run.token;
    const fact = "version" in recipe ? run.facts[recipe.version] : undefined;
    return fact?.state === "known" ? fact.version : undefined;
  };
  const walk = (value: unknown): unknown => {
    if (value instanceof Hole) {
      const filled = valueOf(value);
      if (filled === undefined) throw new Error("a value the call needs is not known");
      return filled;
    }
    if (Array.isArray(value)) return value.map(walk);
    return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]))
      : value;
  };
  return { ...call, input: walk(call.input) as object };
}

async function observe(remediation: AnyRemediation, ports: ReadPort): Promise<Live | Refusal> {
  const names = [...remediation.sets, ...(remediation.reads ?? [])];
  const look = await ports.read(names);
  if (look === "gone") return refuse("It is gone.");
  const facts: Record<string, Fact> = {};
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const fact = look.facts[name];
    if (fact?.state !== "known") return refuse(`Could not read ${name}${fact ? `: ${fact.reason}` : ""}.`);
    facts[name] = fact;
    values[name] = fact.value;
  }
  return { asset: look.asset, facts, values, tags: look.tags };
}

const pick = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(names.map((name) => [name, values[name]]));
