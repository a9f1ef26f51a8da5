import { expect, test } from "vitest";
import { limiter, type Scope, tokenBucket } from "#cloud/aws/sdk/limiter";

/** Time that passes only when somebody sleeps, and then at once. */
function fakeTime() {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
    sleep: async (ms: number) => {
      slept.push(ms);
    },
  };
}
const scope: Scope = { account: "1", region: "us-east-1", service: "ec2", operation: "DescribeVolumes" };
const calm = () => false;

test("the burst goes at once, the rest at the rate", () => {
  const time = fakeTime();
  const bucket = tokenBucket({ burst: 3, perSecond: 10 }, time);
  expect([1, 2, 3, 4, 5].map(() => bucket.take())).toEqual([0, 0, 0, 100, 200]);
  time.pass(1000);
  // 2 of the 10 tokens of that second were owed.
  expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, 100]);
});

test("a throttled bucket halves its rate, and wins back 5 % a second", () => {
  const time = fakeTime();
  const bucket = tokenBucket({ burst: 100, perSecond: 20 }, time);
  bucket.slowDown();
  expect(bucket.take()).toBe(100);
  time.pass(100);
  bucket.slowDown();
  expect(bucket.take()).toBeGreaterThan(150);
  time.pass(60_000);
  for (let n = 0; n < 100; n += 1) bucket.take();
  expect(bucket.take()).toBe(50);
});

test("it never stops altogether", () => {
  const time = fakeTime();
  const bucket = tokenBucket({ burst: 1, perSecond: 16 }, time);
  for (let n = 0; n < 100; n += 1) bucket.slowDown();
  expect(bucket.take()).toBe(2000);
});

test("time that goes backwards gives no tokens and breaks nothing", () => {
  const time = fakeTime();
  const bucket = tokenBucket({ burst: 1, perSecond: 1 }, time);
  bucket.take();
  time.pass(-5000);
  expect(bucket.take()).toBe(1000);
});

test("accounts, regions and actions do not wait for each other", async () => {
  const time = fakeTime();
  const limit = limiter(time);
  const burst = async (more: Partial<Scope>) => {
    for (let n = 0; n < 100; n += 1) await limit.run({ ...scope, ...more }, async () => n, calm);
  };
  await burst({});
  await burst({ account: "2" });
  await burst({ region: "eu-west-1" });
  await burst({ operation: "DescribeVpcs" });
  expect(time.slept).toEqual([]);
  await limit.run(scope, async () => 0, calm);
  expect(time.slept).toEqual([50]);
});

test("changes have their own, smaller bucket", async () => {
  const time = fakeTime();
  const limit = limiter(time);
  const write = { ...scope, operation: "RevokeSecurityGroupIngress" };
  for (let n = 0; n < 51; n += 1) await limit.run(write, async () => n, calm);
  expect(time.slept).toEqual([200]);
});

test("so many at once per account and service, and no more", async () => {
  const limit = limiter(fakeTime());
  const s3 = { ...scope, service: "s3", operation: "GetBucketAcl" } as const;
  let running = 0;
  let done = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const request = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((end) => ends.push(end));
    running -= 1;
    done += 1;
  };
  const all = Array.from({ length: 50 }, () => limit.run(s3, request, calm));
  while (done < all.length) {
    await new Promise((next) => setImmediate(next));
    for (const end of ends.splice(0)) end();
  }
  await Promise.all(all);
  expect(most).toBe(20);
});

test("an error gives its place back, and passes through", async () => {
  const limit = limiter(fakeTime());
  const failing = () =>
    limit.run(
      { ...scope, service: "s3", operation: "GetBucketAcl" },
      () => Promise.reject(new Error("no")),
      (result) => result.status === "rejected",
    );
  for (let n = 0; n < 30; n += 1) await expect(failing()).rejects.toThrow("no");
});
