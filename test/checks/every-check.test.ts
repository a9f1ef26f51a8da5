import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checks } from "#checks";
import { frameworks } from "#checks/frameworks/all";
import { topics } from "#checks/topics";
import type { Asset, Fact } from "#domain/asset";
import type { AnyCheck, Topic } from "#domain/check";
import { evaluate } from "#posture/evaluate";
import { remediations } from "#remediations";
import type { AnyCase, Cases } from "#test/checks/cases";

const all: readonly AnyCheck[] = checks;
const pathOf = (id: string): string => id.replaceAll(".", "/");
const words =
  /\b(non-compliant|violations?|failed|misconfigur\w+|posture|unresolved|suppressed|muted|assets?|entit(y|ies)|rolled back|remediated|responsible|assignee|unknown)\b/i;
const controls = new Set(frameworks.flatMap(({ id, controls }) => Object.keys(controls).map((one) => `${id}:${one}`)));
const fixed = new Set(remediations.flatMap(({ fixes }) => fixes as readonly string[]));

async function casesOf(id: string): Promise<Cases | undefined> {
  const file = `test/checks/${pathOf(id)}.cases.ts`;
  if (!existsSync(file)) return undefined;
  const { cases }: { cases: Cases } = await import(`${process.cwd()}/${file}`);
  return cases;
}
const loaded = await Promise.all(all.map(async (check) => [check, await casesOf(check.id)] as const));

describe.each(loaded)("$id", (check, cases) => {
  test("is filled in", () => {
    const files = [`checks/${pathOf(check.id)}.ts`, `test/checks/${pathOf(check.id)}.cases.ts`].filter(existsSync);
    expect(files.flatMap((file) => readFileSync(file, "utf8").match(/.*FILL IN.*/g) ?? [])).toEqual([]);
  });

  test("says what it is", () => {
    expect(check.title.length).toBeLessThanOrEqual(80);
    expect(check.risk.length).toBeLessThanOrEqual(160);
    expect(check.title, "a title states the good state").not.toMatch(/^ensure|should|\.$/i);
    expect(check.risk).toMatch(/\.$/);
    for (const text of [check.title, check.risk, check.guided ?? "", ...check.guidance.console])
      expect(text).not.toMatch(words);
    expect(Object.keys(topics)).toContain(check.topic);
    expect(check.facts.length).toBeGreaterThan(0);
    expect(check.categories.length).toBeGreaterThan(0);
  });

  test("names controls that exist, each once", () => {
    expect(check.controls.filter((control) => !controls.has(control))).toEqual([]);
    expect(new Set(check.controls).size).toBe(check.controls.length);
  });

  test("says what to do: by a remediation, or by hand and why", () => {
    const { console, cli, terraform } = check.guidance;
    expect(console.length).toBeGreaterThan(0);
    expect(console.every((step) => step.endsWith("."))).toBe(true);
    for (const text of [cli, terraform]) expect(text).not.toBe("");
    expect([...`${cli} ${terraform}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(
      expect.not.arrayContaining([expect.not.stringMatching(/^(name|region|account)$/)]),
    );
    if (fixed.has(check.id)) expect(check.guided).toBeUndefined();
    else expect((check.guided ?? "").split(" ").length, "about five words").toBeOneOf([3, 4, 5, 6]);
  });

  test("has cases that pass, that fail, and that read every fact", () => {
    expect(cases, `test/checks/${pathOf(check.id)}.cases.ts`).toBeDefined();
    const some = Object.values(cases ?? {});
    expect(some.map(({ expect }) => expect)).toEqual(expect.arrayContaining(["pass", "fail"]));
    const read = new Set(some.flatMap((one) => judge(check, one).read));
    expect(
      check.facts.filter((fact) => !read.has(fact)),
      "declared, but read by no case",
    ).toEqual([]);
  });

  test.each(Object.entries(cases ?? {}))("%s", (_name, one) => {
    const { step, read } = judge(check, one);
    if ("needs" in step) throw new Error(`It reads ${step.needs}, which this case does not give.`);
    const verdict = step.done;
    expect(verdict.status, verdict.message).toBe(one.expect);
    expect(verdict.message).toMatch(/^.{1,300}\.$/s);
    expect(verdict.message).not.toMatch(words);
    expect(
      Object.keys(one.facts).filter((fact) => !read.includes(fact)),
      "given, but never read",
    ).toEqual([]);
    if (verdict.status !== "fail") return;
    expect(verdict.row).toMatch(/^.{1,120}$/);
    expect(verdict.row).not.toMatch(words);
    expect(one.row, "a fail states its row").toBe(verdict.row);
    expect(Object.keys(verdict.evidence).length).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(verdict.evidence))).toBeTypeOf("object");
    expect(verdict.severity ?? check.severity).toBe(one.severity ?? check.severity);
    expect(verdict.idle ?? false).toBe(one.idle ?? false);
  });
});

/** One round of the real engine. Facts the case does not give are facts nobody fetched. */
function judge(
  check: AnyCheck,
  one: AnyCase,
): { readonly step: ReturnType<typeof evaluate>; readonly read: readonly string[] } {
  const read: string[] = [];
  const facts = Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(one.facts).map(([name, value]): [string, PropertyDescriptor] => [
        name,
        { enumerable: true, get: (): Fact => (read.push(name), { state: "known", value }) },
      ]),
    ),
  );
  const asset: Asset = {
    type: check.asset,
    id: `arn:aws:example:eu-west-1:111122223333:${check.asset}/sample`,
    cloud: "aws",
    account: "111122223333",
    region: "eu-west-1",
    name: "sample",
    tags: {},
  };
  return { step: evaluate(check, asset, facts, { now: new Date(one.now ?? "2026-11-23T09:00:00Z") }), read };
}

describe("the catalogue", () => {
  test("is the folder: every file is registered under the id its path says", () => {
    const files = readdirSync("checks", { recursive: true, encoding: "utf8" })
      .filter((file) => /^\w+\/\w+\/[^/]+\.ts$/.test(file))
      .map((file) => file.slice(0, -3).replaceAll("/", "."));
    expect(all.map(({ id }) => id)).toEqual(files.sort());
  });

  test("has no cases without a check", () => {
    const files = readdirSync("test/checks", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".cases.ts"))
      .map((file) => file.slice(0, -".cases.ts".length).replaceAll("/", "."));
    expect(files.filter((id) => !all.some((check) => check.id === id))).toEqual([]);
  });

  test("uses no id twice, former ones included", () => {
    const ids = all.flatMap(({ id, aliases = [] }) => [id, ...aliases]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("has no topic that nobody uses, and says nothing a message must not say", () => {
    const entries: readonly (readonly [string, Topic])[] = Object.entries(topics);
    expect(entries.filter(([id]) => !all.some(({ topic }) => topic === id)).map(([id]) => id)).toEqual([]);
    for (const [, { one, many, state, means }] of entries) {
      for (const text of [one, many, state.one, state.many, state.past, means]) expect(text).not.toMatch(words);
      expect(means).toMatch(/^[A-Z].*\.$/);
      expect(state.one).not.toMatch(/\.$/);
    }
  });

  test("holds CIS AWS 3.0 as a whole, and controls that no check claims falsely", () => {
    const cis = frameworks.find(({ id }) => id === "cis-aws-3.0");
    expect(Object.keys(cis?.controls ?? {})).toHaveLength(62);
    const claimed = all.flatMap((check) => check.controls);
    for (const other of ["aws-fsbp:S3.8", "aws-fsbp:EC2.3", "aws-fsbp:IAM.8", "cis-aws-3.0:1.12"])
      expect(claimed, "another verdict on some resources").not.toContain(other);
  });
});
