import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "#domain/finding";
import { openStore } from "#store/sqlite/sqlite";
import { hostile, recorded, runIn, unsafe } from "#test/cli/recorded";

let kept: Awaited<ReturnType<typeof recorded>>;
beforeAll(async () => {
  kept = await recorded();
});
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe("stance summary", () => {
  it("adds up: by severity, by owner, and with the list of findings", async () => {
    const summary = await kept.json("summary");
    const findings: readonly Finding[] = await kept.json("findings");
    expect(sum(summary.open)).toBe(findings.length);
    expect(sum(summary.owners)).toBe(findings.length);
    expect(summary.checked.of - summary.checked.passed).toBe(findings.length);
    for (const [severity, count] of Object.entries(summary.open))
      expect(findings.filter((finding) => finding.severity === severity)).toHaveLength(Number(count));
    for (const [owner, count] of Object.entries(summary.owners))
      expect(findings.filter(({ ownership }) => (ownership.owner ?? "nobody") === owner)).toHaveLength(Number(count));
    expect(Object.keys(summary.owners).sort()).toEqual(["nobody", "payments", "web"]);
    expect(summary).toMatchObject({ accountsNotRead: [], checked: { couldNotCheck: 0 } });
    expect(Date.parse(summary.lastScan)).toBeGreaterThan(0);
  });

  it("says the same to people: the sum, the severities, the score beside what it was counted from, owners", async () => {
    const { open, checked, owners, lastScan } = await kept.json("summary");
    const { code, out } = await kept.run("summary");
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines[0]).toBe(`Last scan ${lastScan}`);
    expect(lines[1]).toBe(`${sum(open)} open: ${open.high} high, ${open.medium} medium, ${open.low} low`);
    expect(lines[2]).toBe(`Passed ${checked.passed} of ${checked.of} checked, 0 could not be checked`);
    const table = lines.slice(lines.indexOf("OPEN  OWNER") + 1).filter((line) => line !== "");
    const listed = table.map((line) => line.trim().split(/ +/));
    expect(Object.fromEntries(listed.map(([count, owner]) => [owner, Number(count)]))).toEqual(owners);
    expect(listed.map(([count]) => Number(count))).toEqual(Object.values<number>(owners).sort((a, b) => b - a));
  });

  it("names accounts that could not be read, and says when there was no whole scan yet", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "stance-unread-"));
    const store = await openStore({ file: join(cwd, "stance.sqlite"), kind: "real", at: 1 });
    const run = await store.beginRun({ at: 1, filtered: true, first: true });
    const account = { cloud: "aws", id: "999999999999", name: hostile, state: "active" } as const;
    await store.recordAccount({ run, account, at: 2, problem: "the role\ncannot be assumed" });
    await store.endRun(run, { at: 3, state: "done", facts: {} });
    store.close();
    const { code, out } = await runIn(cwd, ["summary"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^No scan of everything has finished yet\. [^\n]+\nNothing known yet\.\nPassed 0 of 0 checked/);
    expect(out).toMatch(/^Account bad.*999999999999 could not be read: the role\\ncannot be assumed$/m);
    expect(out).not.toMatch(unsafe);
    const { accountsNotRead, lastScan, noScan } = JSON.parse((await runIn(cwd, ["summary", "--json"])).out);
    expect(accountsNotRead).toMatchObject([{ id: "999999999999", name: hostile }]);
    expect(lastScan).toBeNull();
    expect(noScan).toMatch(/^No scan of everything/);
  });
});
