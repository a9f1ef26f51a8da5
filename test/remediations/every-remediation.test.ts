import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codeText } from "#cards/code";
import { checks } from "#checks";
import { awsCloud } from "#cloud/aws/cloud";
import { type MemoryDoor, memoryCloud } from "#cloud/aws/memory/cloud";
import type { Estate } from "#cloud/aws/memory/estate";
import type { Fault } from "#cloud/aws/memory/faults";
import type { AnyCheck } from "#domain/check";
import { diff, type Plan, planFor } from "#domain/plan";
import { type AnyRemediation, isRefusal, type Values } from "#domain/remediation";
import { type Aim, type ChangePorts, execute, fixAim, makePlan, type Outcome, undoAim } from "#flows/change";
import { looksAt } from "#flows/look";
import { remediations } from "#remediations";
import type { RemediationCase, RemediationCases } from "#test/remediations/cases";

const all: readonly AnyRemediation[] = remediations;
const account = "111122223333";
const now = Date.parse("2026-11-23T09:00:00Z");
const checkOf = (id: string): AnyCheck => {
  const found = checks.find((check) => check.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
};

/** The embedded cloud in the state of a case, seen as the flow of change sees any cloud. */
function worldOf(remediation: AnyRemediation, { account: spec, asset, check }: RemediationCase, from?: Estate) {
  const regions = [asset.region];
  const door: MemoryDoor = memoryCloud(from ?? { accounts: [{ id: account, name: "sample", regions, ...spec }] });
  const looks = looksAt([awsCloud(door)], () => undefined);
  const target = { ...asset, cloud: "aws", account, type: remediation.asset } as const;
  const checked = checkOf(check);
  const read = async (names: readonly string[]) => {
    const look = await looks.read(target, names);
    return look === "gone" ? look : { ...look, tags: {} };
  };
  const ports = (kind: "fix" | "undo"): ChangePorts => ({
    read,
    async run(call) {
      const asset = (await found()).asset;
      const { operations, id } = remediation;
      const writer = await door.enterForWriting(
        { cloud: "aws", id: account, name: "sample", state: "active" },
        { request: "R-1", remediation: id, operations, asset },
      );
      return (await writer.run(call, asset.region)).output;
    },
    wait: async (_minutes, round) => round < 3,
    async stillWrong() {
      const verdict = kind === "fix" ? await looks.judge(checked, target, now) : "gone";
      return verdict === "gone" || verdict.status === "pass" ? undefined : verdict.message;
    },
  });
  async function found() {
    const look = await read([...remediation.sets, ...(remediation.reads ?? [])]);
    if (look === "gone") throw new Error("the case has no such asset");
    return look;
  }
  return {
    door,
    ports,
    look: async (names: readonly string[]) => {
      const look = await read(names);
      return look === "gone" ? expect.fail("the case has no such asset") : look;
    },
    /** All facts that the remediation sees. */
    async values(): Promise<Values> {
      const { facts } = await found();
      return Object.fromEntries(
        Object.entries(facts).map(([name, fact]) => [name, fact?.state === "known" ? fact.value : "unreadable"]),
      );
    },
    verdict: (id: string) => looks.judge(checkOf(id), target, now),
    writes: () => door.calls.filter(({ access }) => access === "write").map(({ operation }) => operation),
    async facts(): Promise<Values> {
      const { facts } = await found();
      return Object.fromEntries(
        remediation.sets.map((name) => [name, facts[name]?.state === "known" ? facts[name].value : "unreadable"]),
      );
    },
    asset: async () => (await found()).asset,
  };
}
type World = ReturnType<typeof worldOf>;

async function planned(remediation: AnyRemediation, aim: Aim, { ports }: World): Promise<Plan> {
  const plan = await makePlan(remediation, aim, ports("fix"));
  if (plan === "nothing to do") throw new Error(plan);
  if (isRefusal(plan)) throw new Error(plan.refused);
  expect(plan.summary).toMatch(/^[a-z].{5,100}$/);
  return plan.plan;
}

/** Runs the aim to its end, and again: the second time must not write. */
async function carriedOut(remediation: AnyRemediation, aim: Aim, world: World, kind: "fix" | "undo"): Promise<Outcome> {
  const plan = await planned(remediation, aim, world);
  const before = world.writes().length;
  const outcome = await execute(remediation, aim, plan, world.ports(kind), { request: "R-1" });
  expect(outcome).toMatchObject({ state: "verified" });
  const written = world.writes().slice(before);
  expect(written).toEqual(plan.calls.map(({ operation }) => operation));
  for (const operation of written) expect(remediation.operations).toContain(operation);
  const again = await execute(remediation, aim, plan, world.ports(kind), { request: "R-1", sent: plan.changes });
  expect(again).toMatchObject({ state: "verified" });
  expect(world.writes()).toHaveLength(before + written.length);
  return outcome;
}

const given = (remediation: AnyRemediation, one: RemediationCase): Values =>
  Object.fromEntries(
    Object.entries(remediation.inputs ?? {}).map(([name, input]) => [name, input.parse(one.given?.[name] ?? "")]),
  );
const accountsOf = ({ door }: World): { readonly accounts: Estate["accounts"] } => ({
  accounts: door.snapshot().accounts,
});

const loaded = await Promise.all(
  all.map(async (remediation): Promise<readonly [AnyRemediation, RemediationCases]> => {
    const file = `test/remediations/${remediation.id.replaceAll(".", "/")}.cases.ts`;
    if (!existsSync(file)) return [remediation, {}];
    const { cases }: { cases: RemediationCases } = await import(`${process.cwd()}/${file}`);
    return [remediation, cases];
  }),
);

describe.each(loaded)("$id", (remediation, cases) => {
  test("is filled in", () => {
    const path = remediation.id.replaceAll(".", "/");
    const files = [`remediations/${path}.ts`, `test/remediations/${path}.cases.ts`].filter(existsSync);
    expect(files.flatMap((file) => readFileSync(file, "utf8").match(/.*FILL IN.*/g) ?? [])).toEqual([]);
  });

  test("says what it does, to whom, and what it costs", () => {
    expect(remediation.title.length).toBeLessThanOrEqual(80);
    expect(remediation.verb).toMatch(/^[a-z].{3,40}$/);
    expect(remediation.done).toMatch(/^[a-z].{3,40}$/);
    expect(remediation.danger).toMatch(/^[A-Z].{10,160}\.$/);
    expect(remediation.cost).toMatch(/\w/);
    expect(remediation.fixes.length).toBeGreaterThan(0);
    for (const id of remediation.fixes) expect(checkOf(id).asset).toBe(remediation.asset);
  });

  test("has cases, of checks that it fixes", () => {
    expect(Object.keys(cases).length).toBeGreaterThan(0);
    for (const { check } of Object.values(cases)) expect(remediation.fixes).toContain(check);
  });

  describe.each(Object.entries(cases))("%s", (_name, one) => {
    const aim = fixAim(remediation, given(remediation, one));

    test("1: the fix reaches its goal, and run again writes nothing", async () => {
      const world = worldOf(remediation, one);
      expect(await world.verdict(one.check)).toMatchObject({ status: "fail" });
      await carriedOut(remediation, aim, world, "fix");
      for (const id of remediation.fixes) expect((await world.verdict(id)) as object).toMatchObject({ status: "pass" });
      expect(await makePlan(remediation, aim, world.ports("fix"))).toBe("nothing to do");
    });

    test("2: broken off at any call, planning again finishes it, and what was done can be taken back", async () => {
      const { calls } = await planned(remediation, aim, worldOf(remediation, one));
      const breaks: readonly Fault["does"][] = [
        { kind: "fail", as: "denied", code: "AccessDenied" },
        { kind: "lose-answer" },
      ];
      for (const [step, { operation }] of calls.entries()) {
        for (const does of breaks) {
          const world = worldOf(remediation, one);
          const [plan, before, start] = [
            await planned(remediation, aim, world),
            await world.facts(),
            accountsOf(world),
          ];
          const after = calls.slice(0, step).filter((call) => call.operation === operation).length;
          world.door.fault({ operation, after, does });
          const broken = await execute(remediation, aim, plan, world.ports("fix"), { request: "R-1" });
          expect(broken.applied).toEqual(diff(before, await world.facts()));
          expect(broken.state).not.toBe("superseded");
          if (broken.applied.length === 0) expect(broken.state).toBe("failed");

          const rest = worldOf(remediation, one, world.door.snapshot());
          if (broken.state === "verified")
            expect(await makePlan(remediation, aim, rest.ports("fix"))).toBe("nothing to do");
          else await carriedOut(remediation, aim, rest, "fix");
          if (broken.applied.length === 0 || remediation.undo) continue;
          const back = worldOf(remediation, one, world.door.snapshot());
          await carriedOut(remediation, undoAim(remediation, broken.applied), back, "undo");
          expect(diff(start, accountsOf(back))).toEqual([]);
        }
      }
    });

    test("3: undo arrives at the old state", async () => {
      if (remediation.undo && "none" in remediation.undo) return;
      const world = worldOf(remediation, one);
      const [before, start] = [await world.facts(), accountsOf(world)];
      const { undo: preview } = await planned(remediation, aim, world);
      const { applied } = await carriedOut(remediation, aim, world, "fix");
      const after = await world.facts();
      const aimBack = undoAim(remediation, applied);
      expect((await planned(remediation, aimBack, world)).calls).toEqual(preview);
      await carriedOut(remediation, aimBack, world, "undo");
      const nearest = remediation.undo?.nearest?.(before as never, after as never) ?? before;
      expect(diff(nearest, await world.facts())).toEqual([]);
      if (!remediation.undo) expect(diff(start, accountsOf(world))).toEqual([]);
    });

    test("says who may notice, and what the code should be", async () => {
      const world = worldOf(remediation, one);
      const noticed = Object.entries(remediation.notices ?? {});
      const { asset, facts } = await world.look(noticed.map(([fact]) => fact));
      for (const [fact, notice] of noticed) {
        const read = facts[fact];
        const value = read?.state === "known" ? read.value : expect.fail(`${fact} could not be read`);
        const said = `${notice?.what}: ${notice?.tell(value as never, asset as never)}`;
        expect(said).toMatch(/^[a-zA-Z].{5,300}$/);
        expect(said).not.toMatch(/\b(safe|nobody|no one|undefined|object)\b/i);
      }
      const goal = aim(asset, await world.values());
      if (isRefusal(goal)) throw new Error(goal.refused);
      const code = remediation.code(asset as never, goal as never);
      for (const manager of ["Terraform", "CloudFormation"]) {
        const text = codeText(code, manager, asset);
        expect(text).not.toMatch(/undefined|\[object|NaN/);
        expect(text).toContain(asset.name);
      }
    });

    test("4: no difference, no plan", async () => {
      const world = worldOf(remediation, one);
      const [facts, asset] = [await world.facts(), await world.asset()];
      expect(planFor(remediation, asset, facts, structuredClone(facts))).toBeUndefined();
      expect(remediation.calls(asset as never, facts as never, structuredClone(facts) as never)).toEqual([]);
    });
  });

  test("declares the operations it calls, and no others", async () => {
    const called = new Set<string>();
    for (const one of Object.values(cases)) {
      const plan = await planned(remediation, fixAim(remediation, given(remediation, one)), worldOf(remediation, one));
      for (const call of [...plan.calls, ...(typeof plan.undo === "string" ? [] : plan.undo)])
        called.add(call.operation);
    }
    expect([...called].sort()).toEqual([...remediation.operations].sort());
  });
});

describe("the catalogue of remediations", () => {
  test("is the folder, under the ids its paths say", () => {
    const files = readdirSync("remediations", { recursive: true, encoding: "utf8" })
      .filter((file) => /^\w+\/\w+\/[^/]+\.ts$/.test(file))
      .map((file) => file.slice(0, -".ts".length).replaceAll("/", "."));
    expect(all.map(({ id }) => id)).toEqual(files.sort());
  });

  test("has no cases without a remediation", () => {
    const files = readdirSync("test/remediations", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".cases.ts"))
      .map((file) => file.slice(0, -".cases.ts".length).replaceAll("/", "."));
    expect(files.filter((id) => !all.some((remediation) => remediation.id === id))).toEqual([]);
  });
});
