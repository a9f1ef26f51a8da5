import { afterEach, expect, test, vi } from "vitest";
import { parseReport } from "#cloud/aws/collect/credential-report";
import { absent, all, fakeSession } from "#test/cloud/aws/collect/fake-api";

const head =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
  "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
  "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
  "cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const arnOf = (name: string): string => `arn:aws:iam::111122223333:user/${name}`;
const none = "false,N/A,N/A,N/A,N/A";
const line = (name: string, rest: string): string =>
  `${name},${arnOf(name)},2020-01-01T00:00:00+00:00,${rest},false,N/A,false,N/A`;
const report = (...lines: readonly string[]): string => [head, ...lines].join("\n");

afterEach(() => vi.useRealTimers());

test("a line gives password, MFA and the keys that exist", () => {
  const key = "true,2024-05-01T09:00:00+00:00,2024-06-01T09:00:00+02:00,us-east-1,s3";
  const old = "false,2023-05-01T09:00:00+00:00,N/A,N/A,N/A";
  const read = parseReport(
    report(
      line("ada", `true,2024-02-03T04:05:06+00:00,2020-01-01T00:00:00+00:00,N/A,true,${key},${old}`),
      line("ben", `true,no_information,N/A,N/A,false,${none},${none}`),
      line("cy", `false,N/A,N/A,N/A,false,${none},${none}`),
    ),
  );
  expect(read.get(arnOf("ada"))).toEqual({
    passwordEnabled: true,
    passwordLastUsed: "2024-02-03T04:05:06.000Z",
    mfaActive: true,
    keys: [
      { slot: 1, active: true, lastUsed: "2024-06-01T07:00:00.000Z", lastRotated: "2024-05-01T09:00:00.000Z" },
      { slot: 2, active: false, lastUsed: undefined, lastRotated: "2023-05-01T09:00:00.000Z" },
    ],
  });
  expect(read.get(arnOf("ben"))).toEqual({
    passwordEnabled: true,
    passwordLastUsed: undefined,
    mfaActive: false,
    keys: [],
  });
  expect(read.get(arnOf("cy"))?.passwordEnabled).toBe(false);
});

test.each(["a,b", "arn:aws,x", "<root_account>", "x=y+z@w", "=cmd()"])("the name %s breaks nothing", (name) => {
  const read = parseReport(
    report(
      line(name, `true,N/A,N/A,N/A,true,${none},${none}`),
      line("next", `false,N/A,N/A,N/A,false,${none},${none}`),
    ),
  );
  expect(read.get(arnOf(name))?.mfaActive).toBe(true);
  expect(read.get(arnOf("next"))?.mfaActive).toBe(false);
  expect(read.size).toBe(2);
});

test("the root user's line is there or not, and its words are no dates", () => {
  const root = `<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,true,${none},${none},false,N/A,false,N/A`;
  expect(parseReport(report(root)).get("arn:aws:iam::111122223333:root")).toEqual({
    passwordEnabled: false,
    passwordLastUsed: undefined,
    mfaActive: true,
    keys: [],
  });
  expect(parseReport(report()).size).toBe(0);
});

test.each([
  ["nothing", ""],
  ["a page of HTML", "<html>\n<body>,,,,,,,,,,,,,,,,,,,,,,,</body>"],
  ["no MFA column", report(line("ada", `true,N/A,N/A,N/A,false,${none},${none}`)).replace("mfa_active", "mfa")],
  ["a line cut short", report(`ada,${arnOf("ada")},2020-01-01`)],
])("%s gives no user rather than a clean one", (_, text) => {
  expect(parseReport(text).size).toBe(0);
});

const users = { UserDetailList: [{ UserName: "ada", Arn: arnOf("ada"), CreateDate: new Date(0) }], IsTruncated: false };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the report is asked for again until it is made", async () => {
  vi.useFakeTimers();
  const states = ["STARTED", "INPROGRESS", "COMPLETE", "COMPLETE"];
  let reads = 0;
  const { session, asked } = fakeSession({
    "iam:GetAccountAuthorizationDetails": users,
    "iam:GenerateCredentialReport": () => ({ State: states.shift() }),
    "iam:GetCredentialReport": () => {
      reads += 1;
      if (reads === 1) return absent("iam:GetCredentialReport", "ReportInProgress");
      return { Content: bytes(report(line("ada", `true,N/A,N/A,N/A,false,${none},${none}`))) };
    },
  });
  const [ada] = await all(session.list("aws.iam.user", "global"));
  const reading = session.fetch("credentials", ada ? [ada.asset] : []);
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await reading).get(arnOf("ada"))?.credentials).toMatchObject({
    state: "known",
    value: { passwordEnabled: true },
  });
  expect(asked.filter(({ operation }) => operation === "iam:GenerateCredentialReport")).toHaveLength(4);
});

test("a report that is never made leaves the users unknown, after a minute and few calls", async () => {
  vi.useFakeTimers();
  const { session, asked } = fakeSession({
    "iam:GetAccountAuthorizationDetails": users,
    "iam:GenerateCredentialReport": { State: "STARTED" },
  });
  const [ada] = await all(session.list("aws.iam.user", "global"));
  const reading = session.fetch("credentials", ada ? [ada.asset] : []);
  await vi.advanceTimersByTimeAsync(90_000);
  const fact = (await reading).get(arnOf("ada"))?.credentials;
  expect(fact).toMatchObject({ state: "unreadable", reason: expect.stringContaining("not ready within a minute") });
  expect(asked.length).toBeLessThan(25);
});

test("a user that is newer than the report is unknown", async () => {
  const { session } = fakeSession({
    "iam:GetAccountAuthorizationDetails": users,
    "iam:GenerateCredentialReport": { State: "COMPLETE" },
    "iam:GetCredentialReport": { Content: bytes(report()) },
  });
  const [ada] = await all(session.list("aws.iam.user", "global"));
  expect((await session.fetch("credentials", ada ? [ada.asset] : [])).get(arnOf("ada"))?.credentials).toEqual({
    state: "unreadable",
    reason: "iam:GetCredentialReport: the cloud answered without this user",
  });
});
