import { join } from "node:path";
import { expect, test } from "vitest";
import type { Exception } from "#domain/exception";
import { setAside, standingOf } from "#domain/exception";
import { openStore } from "#store/sqlite/sqlite";
import { payments, recorded } from "#test/cli/recorded";

const until = Date.UTC(2027, 1, 19, 9);

test("what is set aside is said by list and export, until it is worse", async () => {
  const { cwd, run, scan, door } = await recorded();
  const store = await openStore({ file: join(cwd, "stance.sqlite"), kind: "real", exclusive: true, at: 1 });
  const finding = store
    .findings({ check: "aws.s3.bucket-is-not-publicly-readable" })
    .find(({ asset }) => asset.name === "pay-receipts");
  if (!finding) throw new Error("no finding");
  const exception: Exception = {
    id: "E-1",
    kind: "acceptance",
    members: [{ finding: finding.fingerprint, findingId: finding.id, was: standingOf(finding) }],
    because: "meant-to-be",
    note: "",
    by: "jo",
    approvedBy: ["kofi"],
    from: 1,
    until,
  };
  await store.commit({
    exceptions: [{ revision: 0, next: exception }],
    findings: [setAside(finding, exception)],
    audit: [],
  });
  store.close();
  expect((await run("findings")).out).not.toContain(finding.id);
  const { out } = await run("findings", "--status", "snoozed,accepted");
  expect(out).toMatch(new RegExp(`^${finding.id} +high +accepted until 2027-02-19 `, "m"));
  const [listed] = JSON.parse((await run("findings", "--status", "accepted", "--json")).out);
  expect(listed.aside).toMatchObject({ exception: "E-1", until, by: "jo" });
  expect((await run("summary")).out).toContain("Set aside: 1 risk accepted");

  const ours = async () => {
    const rows: { finding_info: { uid: string }; status: string }[] = await scan({ format: "json-ocsf" });
    return rows.find(({ finding_info: { uid } }) => uid === finding.fingerprint);
  };
  expect(await ours()).toMatchObject({
    status_id: 3,
    status: "Suppressed",
    status_detail: "risk accepted until 2027-02-19T09:00:00.000Z (E-1)",
  });
  door.byHand(payments).putBucketPolicy("pay-receipts", {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: "*",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: "arn:aws:s3:::pay-receipts/*",
      },
    ],
  });
  expect(await ours()).toMatchObject({ status_id: 1, status: "New" });
  expect((await run("findings", "--status", "accepted")).out).toBe("No findings.\n");
});
