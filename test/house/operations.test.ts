import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configSchema } from "#config/schema";
import { patience } from "#main";
import { outcomes } from "#store/store";
import type { Small } from "#test/support/small-company";
import { closeSmall, small } from "#test/support/small-company";
import { liveness } from "#web/health";
import { metricsOf } from "#web/metrics";

/** docs/operations.md, held to what the bot really says. */
const page = readFileSync("docs/operations.md", "utf8");
const section = (title: string): string => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";

let scene: Small;
let text = "";
beforeAll(async () => {
  scene = await small();
  const metrics = metricsOf({
    store: scene.w.store,
    chat: { down: () => undefined, refused: () => ({ signature: 0 }) },
    every: 360,
    stopping: new AbortController().signal,
    now: () => scene.w.time.now,
    started: () => true,
    chainProblem: () => undefined,
    refusals: () => 0,
    failed: () => undefined,
  });
  text = await metrics.text();
});
afterAll(closeSmall);
const names = (): readonly string[] => [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = ""]) => name);

describe("metrics", () => {
  test("the table has every one of ours, and no other", () => {
    const listed = [...section("Metrics").matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) =>
      cell.replaceAll("`", "").split(", "),
    );
    const ours = names().filter((name) => name.startsWith("stance_"));
    expect([...listed].sort((a, b) => a.localeCompare(b))).toEqual([...ours].sort((a, b) => a.localeCompare(b)));
    expect(section("Metrics")).toContain(outcomes.join(", "));
  });

  test("alerts ask for what there is, by labels that it has", () => {
    const [, block = ""] = /```yml\n([^]*?)\n```/.exec(page) ?? [];
    const rules: readonly { readonly alert: string; readonly expr: string }[] = parse(block).groups[0].rules;
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert, expr } of rules) {
      const [, name = "", labels = ""] = /(stance_\w+)(?:\{([^}]*)\})?/.exec(expr) ?? [];
      expect(names(), alert).toContain(name.replace(/_bucket$/, ""));
      for (const [, label = "", values = ""] of labels.matchAll(/(\w+)=~?"([^"]+)"/g))
        for (const value of values.split("|")) expect(text, alert).toContain(`${name}{${label}="${value}"}`);
    }
  });

  test("a metric of Node that is named is there", () => {
    for (const [name] of section("Metrics").matchAll(/nodejs_\w+/g)) expect(names()).toContain(name);
  });
});

test("log lines that are shown are lines of JSON with the fields that are explained", () => {
  const lines = [...page.matchAll(/^\{"level".*\}$/gm)].map(([line]) => JSON.parse(line));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(Object.keys(line)).toEqual(expect.arrayContaining(["level", "time", "msg"]));
});

test("ports, names and times are those of the code", () => {
  const { slack, web } = configSchema.parse({ accounts: [{ id: "111122223333", name: "a" }], slack: {} });
  expect(section("Kubernetes")).toContain(`port ${slack?.port}`);
  expect(section("Health")).toContain(web.host);
  expect(readFileSync("Dockerfile", "utf8")).toContain(
    `STANCE_WEB_PORT=${/port (\d+) \(`STANCE_WEB_PORT`\)/.exec(page)?.[1]}`,
  );
  const [, seconds] = /ends within (\d+) seconds/.exec(section("Stopping")) ?? [];
  expect(Number(seconds) * 1000).toBeGreaterThan(patience);
  expect(liveness(scene.w)).toEqual([]);
});
