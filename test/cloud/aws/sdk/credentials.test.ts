import { expect, test } from "vitest";
import { type Credentials, remembered, signInError } from "#cloud/aws/sdk/credentials";
import { CloudError } from "#cloud/cloud";
import { StanceError } from "#domain/errors";
import { hour, minute } from "#domain/time";

function provider(answers: (() => Promise<Credentials>)[]) {
  let now = 0;
  let asked = 0;
  const read = remembered(
    () => {
      asked += 1;
      return (answers.shift() ?? (() => Promise.reject(new Error("asked too often"))))();
    },
    { now: () => now },
  );
  const passes = (ms: number): void => {
    now += ms;
  };
  return { read, passes, asked: () => asked };
}
const keys = (id: string, expiration?: Date): (() => Promise<Credentials>) => {
  const credentials = { accessKeyId: id, secretAccessKey: "s", ...(expiration && { expiration }) };
  return () => Promise.resolve(credentials);
};

test("all who ask at once get the answer of one request", async () => {
  const { read, asked } = provider([keys("a")]);
  const all = await Promise.all([read(), read(), read()]);
  expect(all.map(({ accessKeyId }) => accessKeyId)).toEqual(["a", "a", "a"]);
  expect(asked()).toBe(1);
});

test("it is asked again five minutes before the end, and keys without an end are kept", async () => {
  const { read, passes } = provider([keys("a", new Date(hour)), keys("b")]);
  await read();
  passes(hour - 5 * minute - 1);
  expect((await read()).accessKeyId).toBe("a");
  passes(1);
  expect((await read()).accessKeyId).toBe("b");
  passes(1000 * hour);
  expect((await read()).accessKeyId).toBe("b");
});

test("a failure is not remembered", async () => {
  const { read } = provider([() => Promise.reject(new Error("no network")), keys("a")]);
  await expect(read()).rejects.toThrow("no network");
  expect((await read()).accessKeyId).toBe("a");
});

const cloudError = (kind: CloudError["kind"], code: string): CloudError =>
  new CloudError({ kind, code, operation: "sts:AssumeRole", message: "no." });

test.each([
  [cloudError("denied", "AccessDenied"), "cloud/credentials", "never"],
  [cloudError("failed", "ExpiredToken"), "cloud/credentials", "never"],
  [cloudError("failed", "ECONNREFUSED"), "cloud/failed", "later"],
  [cloudError("throttled", "Throttling"), "cloud/failed", "later"],
])("%s", (error, code, retry) => {
  const said = signInError(error, "the role x");
  expect(said).toMatchObject({ code, retry });
  expect(said.message).toMatch(/^Signing in with the role x did not work: no\. /);
});

test("what is said already is not wrapped again", () => {
  const said = new StanceError("cloud/identity");
  expect(signInError(said, "x")).toBe(said);
});
