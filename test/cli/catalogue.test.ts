import { describe, expect, it } from "vitest";
import { checks } from "#checks";
import { runCli } from "#cli/program";
import { collectors } from "#cloud/aws/collect/all";
import { permissionsOf } from "#cloud/aws/permissions";
import { remediations } from "#remediations";
import { fakeIo } from "#test/cli/fake-io";

async function run(...argv: string[]) {
  const io = fakeIo();
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}
const json = async (...argv: string[]) => JSON.parse((await run(...argv, "--json")).out);

describe("what Stance knows", () => {
  it("lists every check, worst first", async () => {
    const { out } = await run("checks", "list");
    const lines = out.trimEnd().split("\n").slice(1);
    expect(lines).toHaveLength(checks.length);
    expect(lines[0]).toMatch(/^critical/);
    expect(lines.at(-1)).toMatch(/^low/);
    const listed: { id: string }[] = await json("checks", "list");
    expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(checks.map(({ id }) => id)));
  });

  it.each(checks.map(({ id }) => id))("shows %s", async (id) => {
    const { code, out } = await run("checks", "show", id);
    expect(code).toBe(0);
    expect(out).toContain("Risk: ");
    expect(await json("checks", "show", id)).toMatchObject({ id });
  });

  it.each(remediations.map(({ id }) => id))("shows %s, and the policy its write role needs", async (id) => {
    expect((await run("remediations", "show", id)).out).toContain("Who may notice: ");
    const shown = await json("remediations", "show", id);
    const policy = JSON.parse((await run("iam-policy", "--remediation", id)).out);
    for (const operation of shown.operations)
      expect(policy.Statement[0].Action).toEqual(expect.arrayContaining([...permissionsOf(operation)]));
  });

  it("names the nearest when there is none", async () => {
    const { code, out, err } = await run("checks", "show", "aws.iam.root-has-no-acess-keys");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("Did you mean aws.iam.root-has-no-access-keys?");
  });

  it("counts a framework's controls, checked or not", async () => {
    const cis = (await json("frameworks", "list")).find(({ id }: { id: string }) => id === "cis-aws-3.0");
    expect(cis).toMatchObject({ controls: 62 });
    const [framework] = await json("frameworks", "coverage", "cis-aws-3.0");
    const covered = framework.controls.filter((control: { checks: string[] }) => control.checks.length > 0);
    expect(covered).toHaveLength(cis.checked);
    const named = new Set(
      checks.flatMap(({ controls }) => controls.filter((control) => control.startsWith("cis-aws-3.0:"))),
    );
    expect(new Set(covered.map(({ control }: { control: string }) => control))).toEqual(named);
  });

  it("prints a read policy that has what every collector asks, and nothing that writes", async () => {
    const { Statement } = JSON.parse((await run("iam-policy", "--read")).out);
    const actions: string[] = Statement.flatMap(({ Action }: { Action: string[] }) => Action);
    const operations = collectors.flatMap(({ operations, fetch }) => [
      ...operations,
      ...Object.values(fetch).flatMap((source) => source.operations),
    ]);
    for (const permission of operations.flatMap(permissionsOf)) expect(actions).toContain(permission);
    expect(actions.filter((action) => !/:(Describe|Get|List|GenerateCredentialReport)/.test(action))).toEqual([]);
  });
});
