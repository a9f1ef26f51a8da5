import type { Asset, FactMap } from "#domain/asset";
import type { AnyCheck, Context, Verdict } from "#domain/check";

/** What could not be decided, and what is missing. Only the engine makes it. */
export interface Unknown {
  readonly status: "unknown";
  readonly message: string;
  readonly fact: string;
  readonly permission?: string;
  /** Denied by the organisation's policy: counted once per account and region. */
  readonly closed?: boolean;
}
export type Decision = Verdict | Unknown;
type Step = { readonly done: Decision } | { readonly needs: string };

const STOP = Symbol("stop");

/** Runs a check on what is known. A fact not fetched yet or unreadable decides the result even if the check swallows the stop. */
export function evaluate(check: AnyCheck, asset: Asset, facts: FactMap, context: Context): Step {
  let stop: Step | undefined;
  const properties = check.facts.map((name): [string, PropertyDescriptor] => [
    name,
    {
      enumerable: true,
      get() {
        const fact = facts[name];
        if (fact?.state === "known") return fact.value;
        stop ??= fact === undefined ? { needs: name } : { done: unknown(name, fact) };
        throw STOP;
      },
    },
  ]);
  const view = { ...asset, facts: Object.defineProperties({}, Object.fromEntries(properties)) };
  try {
    const verdict = check.evaluate(view as never, context);
    return stop ?? { done: verdict };
  } catch (error) {
    if (stop) return stop;
    throw error;
  }
}

const unknown = (
  name: string,
  fact: { readonly reason: string; readonly permission?: string; readonly closed?: boolean },
): Unknown => ({
  status: "unknown",
  message: `Could not read ${name}: ${fact.reason.replace(/\.$/, "")}.`,
  fact: name,
  ...(fact.permission !== undefined && { permission: fact.permission }),
  ...(fact.closed && { closed: true }),
});

export interface Evaluated {
  readonly check: AnyCheck;
  readonly asset: Asset;
  readonly decision: Decision;
}

/** All checks over one page: each round fetches, once, every fact some check stands at. */
export async function evaluatePage(
  checks: readonly AnyCheck[],
  page: readonly { readonly asset: Asset; readonly facts: FactMap }[],
  context: Context,
  fetch: (fact: string, assets: readonly Asset[]) => Promise<ReadonlyMap<string, FactMap>>,
): Promise<readonly Evaluated[]> {
  const known = new Map(page.map(({ asset, facts }) => [asset.id, facts]));
  let open = page.flatMap(({ asset }) =>
    checks.filter((check) => check.asset === asset.type).map((check) => ({ check, asset })),
  );
  const out: Evaluated[] = [];
  while (open.length > 0) {
    const needs = new Map<string, Map<string, Asset>>();
    const still: typeof open = [];
    for (const pair of open) {
      const step = evaluate(pair.check, pair.asset, known.get(pair.asset.id) ?? {}, context);
      if ("done" in step) {
        out.push({ ...pair, decision: step.done });
        continue;
      }
      still.push(pair);
      const waiting = needs.get(step.needs) ?? new Map<string, Asset>();
      needs.set(step.needs, waiting.set(pair.asset.id, pair.asset));
    }
    await Promise.all(
      [...needs].map(async ([fact, assets]) => {
        const got = await fetch(fact, [...assets.values()]);
        for (const id of assets.keys()) {
          const read = got.get(id);
          // Whatever came back, this fact now has a state: it cannot be asked for twice.
          const answered = read?.[fact] ?? { state: "unreadable" as const, reason: "the cloud gave no answer" };
          known.set(id, { ...known.get(id), ...read, [fact]: answered });
        }
      }),
    );
    open = still;
  }
  return out;
}
