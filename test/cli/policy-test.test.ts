import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "#cli/program";
import { fakeIo } from "#test/cli/fake-io";

const config = `
accounts:
  - { id: "111122223333", name: payments-prod, environment: prod, owner: payments }
  - { id: "444455556666", name: sandbox, environment: dev }
owners:
  payments: { name: Payments, approvers: [payments-leads] }
people:
  ana: { name: Ana Lima, roles: [member, approver] }
  tom: { name: Tom Beck }
  rea: { name: Rea Dahl, roles: [reader, approver] }
groups:
  payments-leads: { name: Payments leads, people: [ana, tom] }
  cloud-sec: { name: Cloud security, people: [rea], slack: "@cloud-sec" }
policies:
  - { environment: [prod], severity: [critical], approvers: [payments-leads], need: 2 }
  - { environment: [prod], approvers: [owner, cloud-sec] }
`;

async function asked(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ cwd: mkdtempSync(join(tmpdir(), "stance-policy-")) });
  writeFileSync(join(io.cwd, "stance.yml"), config);
  const code = await runCli(["policy", "test", ...args], io);
  return { code, out: io.out(), err: io.err() };
}

describe("stance policy test", () => {
  test("names groups and people, by the owner of the account, without any network", async () => {
    const { code, out } = await asked("--account", "payments-prod", "--owner", "payments", "--asked-by", "tom");
    expect(out).toContain(
      "1 person of:\n  @payments-leads: ana\n  @cloud-sec: rea, whoever is in @cloud-sec at that moment",
    );
    expect(code).toBe(0);
  });

  test("says when there are too few people left once the one who asks is taken away", async () => {
    const { out } = await asked("--account", "payments-prod", "--severity", "critical", "--asked-by", "tom");
    expect(out).toContain("It needs 2 different people, and only 1 could: so nobody can approve it.");
  });

  test("nobody, and why, where no policy fits", async () => {
    const { code, out } = await asked("--account", "sandbox");
    expect(out).toMatch(
      /^Nobody\.\nNo policy of the configuration says who approves this in account sandbox \(dev\), so nobody may\./,
    );
    expect(code).toBe(0);
  });

  test("a production tag makes it stricter", async () => {
    expect((await asked("--account", "sandbox", "--tag", "env=prod")).out).toMatch(/^Nobody\./);
  });

  test("as JSON", async () => {
    const { out } = await asked("--account", "111122223333", "--owner", "payments", "--json");
    expect(JSON.parse(out)).toEqual({
      approvers: [
        { group: "payments-leads", people: ["ana", "tom"] },
        { group: "cloud-sec", people: ["rea"], chat: "@cloud-sec" },
      ],
      need: 1,
      people: ["ana", "tom", "rea"],
    });
  });

  test.each([
    [["--account", "paymnts-prod"], "no account"],
    [["--account", "payments-prod", "--owner", "paymets"], "paymets"],
    [["--account", "payments-prod", "--fix", "aws.s3.x"], "aws.s3.x"],
    [["--account", "payments-prod", "--asked-by", "bob"], "bob"],
    [["--account", "payments-prod", "--tag", "env"], "--tag key=value"],
  ])("what is not known is said: %s", async (args, why) => {
    const { code, err } = await asked(...args);
    expect(err).toContain(why);
    expect(code).toBe(1);
  });
});
