import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readerGone } from "#cli/io";
import type { ScanCliOptions } from "#cli/scan";
import { runScan } from "#cli/scan";
import { CloudError } from "#cloud/cloud";
import { StanceError } from "#domain/errors";
import { type FakeIo, fakeIo } from "#test/cli/fake-io";
import type { Fakes } from "#test/flows/fake-cloud";
import { account, checks, fakeCloud } from "#test/flows/fake-cloud";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "stance-scan-"));
});

async function scanned(fakes: Fakes, options: Partial<ScanCliOptions> = {}, io = fakeIo({ cwd })) {
  const code = await runScan({ cloud: ["aws"], format: "json", exitCode: false, ...options }, io, {
    cloudsFrom: () => [fakeCloud(fakes)],
    checks,
    remediations: [],
  });
  return { code, out: io.out(), err: io.err() };
}

const good: Fakes = { pages: () => [["good"]] };
const denied = (): CloudError =>
  new CloudError({
    kind: "denied",
    code: "AccessDenied",
    operation: "iam:ListUsers",
    message: "no",
    permission: "iam:ListUsers",
  });
const gap: Fakes = { ...good, listFault: ({ type }) => (type === "aws.iam.user" ? denied() : undefined) };

const stopping =
  (io: FakeIo, reason: string): NonNullable<Fakes["factFault"]> =>
  () => {
    io.stop(reason);
    return undefined;
  };

describe("stance scan", () => {
  it("prints every verdict as JSON, and nothing else anywhere", async () => {
    const { code, out, err } = await scanned({});
    const rows: { status: string }[] = JSON.parse(out);
    expect(rows).toHaveLength(14);
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(["pass", "fail"]));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("prints only the verdicts asked for; the exit code still goes by all", async () => {
    const { code, out } = await scanned({}, { status: ["pass"], exitCode: true });
    expect(JSON.parse(out).map((row: { status: string }) => row.status)).toEqual(Array(7).fill("pass"));
    expect(code).toBe(3);
  });

  it.each<[string, Fakes, boolean, number]>([
    ["all good", good, true, 0],
    ["something failed", {}, true, 3],
    ["something failed, not asked", {}, false, 0],
    ["something could not be listed", gap, true, 4],
    ["something could not be listed, not asked", gap, false, 0],
    ["both", { ...gap, pages: () => [["bad"]] }, true, 3],
    ["something could not be checked", { ...good, factFault: () => ({ state: "unreadable", reason: "r" }) }, true, 4],
    ["a region is closed", { ...good, factFault: () => ({ state: "unreadable", reason: "r", closed: true }) }, true, 0],
  ])("ends with the right code when %s", async (_, fakes, exitCode, expected) => {
    expect((await scanned(fakes, { exitCode })).code).toBe(expected);
  });

  it("lists no asset as unknown that the organisation's policy closes: the summary says it once", async () => {
    const factFault: Fakes["factFault"] = ({ type }) =>
      type === "aws.iam.user" ? { state: "unreadable", reason: "r", closed: true } : undefined;
    const { out } = await scanned({ ...good, factFault });
    expect(JSON.parse(out).filter((row: { status: string }) => row.status === "unknown")).toEqual([]);
    const table = await scanned({ ...good, factFault }, { format: "table" });
    expect(table.out).toContain("Closed by the organisation's policy, not counted as a gap: 1\n  111111111111: global");
  });

  it("says on standard error that a scan is incomplete, whatever is printed", async () => {
    const { err } = await scanned(gap);
    expect(err).toBe("stance: The scan is incomplete: lists not read: 1.\n");
  });

  it("fails when no account at all could be read, and says why", async () => {
    const { code, err } = await scanned({ openFault: () => new StanceError("cloud/credentials") });
    expect(code).toBe(1);
    expect(err).toContain("111111111111 name-111111111111: No usable cloud credentials were found.");
  });

  it("goes on with the other accounts", async () => {
    const accounts = [account("111111111111"), account("222222222222")];
    const openFault: Fakes["openFault"] = ({ id }) =>
      id === "111111111111" ? new StanceError("cloud/identity") : undefined;
    const { code, out } = await scanned({ ...good, accounts, openFault }, { exitCode: true });
    expect(code).toBe(4);
    expect(JSON.parse(out).every((row: { account: string }) => row.account === "222222222222")).toBe(true);
  });

  it("draws a table of what fails or is unknown, with the sums below", async () => {
    const { out } = await scanned({}, { format: "table" });
    expect(out).toMatch(/^SEVERITY/);
    expect(out).not.toMatch(/^pass/m);
    expect(out).toContain("Failed 7: 1 critical · 2 high · 4 medium");
    expect(out).toContain("Passed 7 of 14 checked");
    expect(out).not.toContain("Filtered");
  });

  it("says that a filtered scan is filtered", async () => {
    const { out } = await scanned({}, { format: "table", service: ["iam"] });
    expect(out).toContain("Filtered by service iam");
  });

  it("shows progress on a terminal only, and wipes it", async () => {
    const io = fakeIo({ cwd, terminal: 100 });
    const { err } = await scanned({}, {}, io);
    expect(err).toMatch(/1 account: \d+ of 6 lists read/);
    expect(err.endsWith("\r\u001B[K")).toBe(true);
  });

  it("writes the output and the coverage into files, and nothing to standard output", async () => {
    const { out, code } = await scanned(gap, { output: "out.json", coverage: "coverage.json" });
    expect({ out, code }).toEqual({ out: "", code: 0 });
    expect(JSON.parse(await readFile(join(cwd, "out.json"), "utf8"))).toHaveLength(6);
    const coverage = JSON.parse(await readFile(join(cwd, "coverage.json"), "utf8"));
    expect(coverage.units).toHaveLength(6);
    expect(coverage.units).toContainEqual(
      expect.objectContaining({
        type: "aws.iam.user",
        region: "global",
        outcome: "denied",
        permission: "iam:ListUsers",
      }),
    );
    expect(coverage.summary).toMatchObject({ complete: false, filtered: false, units: { complete: 5, denied: 1 } });
    expect(await readdir(cwd)).toEqual(["coverage.json", "out.json"]);
  });

  it("leaves no file behind when the scan fails", async () => {
    await expect(scanned({}, { output: "out.json", check: ["nothing"] })).rejects.toMatchObject({
      code: "input/invalid",
    });
    expect(await readdir(cwd)).toEqual([]);
  });

  it("stops when a person says so: no file, and another exit code", async () => {
    const io = fakeIo({ cwd });
    const fakes: Fakes = { pages: () => [["good"], ["good2"]], factFault: stopping(io, "SIGINT") };
    const { code, err } = await scanned(fakes, { output: "out.json" }, io);
    expect(code).toBe(130);
    expect(err).toContain("stopped before the end; no file was written");
    expect(await readdir(cwd)).toEqual([]);
  });

  it("ends quietly when the reader went away", async () => {
    const io = fakeIo({ cwd });
    const fakes: Fakes = { pages: () => [["good"], ["good2"]], factFault: stopping(io, readerGone) };
    expect(await scanned(fakes, { exitCode: true }, io)).toMatchObject({ code: 0, err: "" });
  });

  it("without a configuration wants to know the cloud", async () => {
    const io = fakeIo({ cwd });
    const parts = { cloudsFrom: () => [], checks, remediations: [] };
    expect(await runScan({ format: "json", exitCode: false }, io, parts)).toBe(2);
    expect(io.err()).toContain("--cloud aws");
  });
});
