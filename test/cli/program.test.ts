import { describe, expect, it } from "vitest";
import { runCli } from "#cli/program";
import { fakeIo } from "#test/cli/fake-io";

async function run(...argv: string[]) {
  const io = fakeIo();
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}

describe("the command line", () => {
  it("shows help on standard output when asked", async () => {
    const { code, out, err } = await run("--help");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const command of ["scan", "checks", "remediations", "frameworks", "iam-policy"])
      expect(out).toContain(command);
  });

  it("explains exit codes and filters where people look for them", async () => {
    const { out } = await run("scan", "--help");
    for (const word of ["Exit codes", "AND", "--exit-code", "json-ocsf", "--framework"]) expect(out).toContain(word);
  });

  it("says its version", async () => {
    expect(await run("--version")).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each<[string[], RegExp]>([
    [[], /Usage: stance/],
    [["scna"], /unknown command 'scna'[\s\S]*Did you mean scan\?/],
    [["scan", "--regoin", "x"], /unknown option '--regoin'[\s\S]*Did you mean --region\?/],
    [["scan", "--format", "xml"], /json-ocsf/],
    [["scan", "--severity", "critcal"], /Did you mean critical\?/],
    [["scan", "--status", "failed"], /Did you mean fail\?/],
    [["scan", "--region", "a,,b"], /empty/],
    [["checks", "show"], /missing required argument/],
    [["checks", "lst"], /Did you mean list\?/],
    [["iam-policy"], /--read, or --remediation/],
  ])("%j is a usage error", async (argv, message) => {
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });
});
