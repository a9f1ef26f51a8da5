import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AwsSettings, sdkDoor } from "#cloud/aws/sdk/door";
import type { Account, WriteGrant } from "#cloud/cloud";
import { type Moto, startMoto, withoutMoto } from "#test/support/moto";
import { type Front, motoAccount, startFront } from "#test/support/moto-front";
import { keys } from "#test/support/moto-seed";

const other = "111122223333";
const account = (id: string): Account => ({ cloud: "aws", id, name: id, state: "active" });
const role = (name: string, id = other): string => `arn:aws:iam::${id}:role/${name}`;

describe.skipIf(withoutMoto())("the door to AWS, over moto", () => {
  let moto: Moto;
  let front: Front;
  beforeAll(async () => {
    moto = await startMoto();
    front = await startFront(moto.endpoint);
  });
  afterAll(async () => {
    await front?.close();
    await moto?.stop();
  });
  beforeEach(() => {
    process.env.AWS_ACCESS_KEY_ID = keys.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = keys.secretAccessKey;
    process.env.AWS_EC2_METADATA_DISABLED = "true";
  });
  afterEach(async () => {
    front.clear();
    await moto.reset();
  });

  const clock = { now: Date.now, sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
  const door = (settings: Partial<AwsSettings> = {}, environment: Readonly<Record<string, string>> = {}) =>
    sdkDoor(
      {
        accounts: "at-hand",
        homeRegion: "us-east-1",
        endpoint: front.endpoint,
        allowWritesToCustomEndpoint: true,
        ...settings,
      },
      { clock, environment },
    );
  const withRole = (more: object = {}) => ({
    accounts: { list: [{ id: other, name: "shop", role: role("read"), ...more }] },
  });
  const operations = (): string[] => front.calls.map(({ operation }) => operation);
  const sent = (operation: string): URLSearchParams[] =>
    front.calls.filter((call) => call.operation === operation).map(({ body }) => new URLSearchParams(body));

  describe("accounts", () => {
    test("without configuration: the account of the credentials at hand", async () => {
      const here = door();
      expect(await here.accounts()).toEqual([{ cloud: "aws", id: motoAccount, name: motoAccount, state: "active" }]);
      const api = await here.enter(account(motoAccount), ["eu-west-1", "us-east-1", "xx-nowhere-1"]);
      expect(api.regions).toEqual(["us-east-1", "eu-west-1"]);
      expect(api.region).toBe("us-east-1");
    });

    test("of a list: with what the configuration says of them, and no call", async () => {
      const accounts = {
        list: [{ id: other, name: "shop", environment: "prod", owner: "web", role: "x", externalId: "secret" }],
      };
      expect(await door({ accounts }).accounts()).toEqual([
        { cloud: "aws", id: other, name: "shop", state: "active", environment: "prod", owner: "web" },
      ]);
      expect(operations()).toEqual([]);
    });

    test("of an organisation: members in all states, asked for once", async () => {
      const config = { endpoint: moto.endpoint, region: "us-east-1", credentials: keys };
      const organizations = new OrganizationsClient(config);
      await organizations.send(new CreateOrganizationCommand({}));
      const create = async (name: string): Promise<string> => {
        const out = await organizations.send(
          new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }),
        );
        return out.CreateAccountStatus?.AccountId ?? "";
      };
      const [shop, old, lab] = [await create("shop"), await create("old"), await create("lab")];
      // More than one page.
      for (let n = 0; n < 20; n += 1) await create(`team-${n}`);
      await organizations.send(new CloseAccountCommand({ AccountId: old }));

      const organization = {
        role: "audit/read",
        writeRole: "fix",
        externalId: "x-1",
        exclude: [lab],
        known: [{ id: shop, environment: "prod", owner: "web", name: undefined }],
      };
      const here = door({ accounts: { organization } });
      const accounts = await here.accounts();
      await here.accounts();
      expect(operations().filter((name) => name === "organizations:ListAccounts")).toHaveLength(2);
      expect(accounts).toHaveLength(23);
      expect(accounts.find(({ id }) => id === shop)).toEqual({
        cloud: "aws",
        id: shop,
        name: "shop",
        state: "active",
        environment: "prod",
        owner: "web",
      });
      expect(accounts.find(({ id }) => id === old)?.state).toBe("suspended");
      expect(accounts.some(({ id }) => id === lab)).toBe(false);

      await expect(here.enter(account(old))).rejects.toThrow(`Account ${old} is suspended`);
      await here.enter(account(shop), ["us-east-1"]);
      await here.enter(account(shop), ["us-east-1"]);
      const assumed = sent("sts:AssumeRole");
      expect(assumed).toHaveLength(1);
      expect(assumed[0]?.get("RoleArn")).toBe(role("audit/read", shop));
      expect(assumed[0]?.get("ExternalId")).toBe("x-1");
      // The account of the credentials at hand is read with them.
      front.calls.length = 0;
      await here.enter(account(motoAccount), ["us-east-1"]);
      expect(operations()).not.toContain("sts:AssumeRole");
    });

    test("one that is not configured cannot be entered", async () => {
      await expect(door(withRole()).enter(account("999999999999"))).rejects.toMatchObject({ code: "config/invalid" });
    });
  });

  describe("signing in", () => {
    test("as somebody else is an error, and nothing is read", async () => {
      const accounts = { list: [{ id: other, name: "shop" }] };
      await expect(door({ accounts }).enter(account(other))).rejects.toMatchObject({
        code: "cloud/identity",
        message: expect.stringContaining(
          `Account ${other} was expected; with the credentials at hand AWS answers ${motoAccount}.`,
        ),
      });
      expect(operations()).toEqual(["sts:GetCallerIdentity"]);
    });

    test("with a role that may not be assumed names the role", async () => {
      front.faults.push({ operation: "sts:AssumeRole", answer: { denied: "role" } });
      const entering = door(withRole()).enter(account(other));
      await expect(entering).rejects.toMatchObject({
        code: "cloud/credentials",
        message: expect.stringContaining(role("read")),
      });
    });

    test("with expired keys says so", async () => {
      front.faults.push({ operation: "sts:GetCallerIdentity", answer: { code: "ExpiredToken", status: 403 } });
      await expect(door(withRole()).enter(account(other))).rejects.toMatchObject({ code: "cloud/credentials" });
      await expect(door().accounts()).rejects.toMatchObject({ code: "cloud/credentials" });
    });

    test("without any credentials says so", async () => {
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
      const home = { AWS_CONFIG_FILE: "/nowhere/config", AWS_SHARED_CREDENTIALS_FILE: "/nowhere/credentials" };
      Object.assign(process.env, home);
      try {
        await expect(door().accounts()).rejects.toMatchObject({ code: "cloud/credentials" });
      } finally {
        for (const name of Object.keys(home)) delete process.env[name];
      }
    });

    test("where nobody answers is tried again later", async () => {
      await expect(door({ endpoint: "http://127.0.0.1:9" }).accounts()).rejects.toMatchObject({
        code: "cloud/failed",
        retry: "later",
        message: expect.stringContaining("AWS could not be reached (ECONNREFUSED)"),
      });
    });

    test("without the right to list regions names what is missing", async () => {
      front.faults.push({ operation: "ec2:DescribeRegions", answer: { denied: "role" } });
      await expect(door(withRole()).enter(account(other))).rejects.toMatchObject({
        code: "cloud/denied",
        message: expect.stringContaining("ec2:DescribeRegions"),
      });
    });

    test("is done once for all who ask at the same time", async () => {
      const here = door(withRole());
      await Promise.all([1, 2, 3].map(() => here.enter(account(other), ["us-east-1"])));
      expect(sent("sts:AssumeRole")).toHaveLength(1);
    });
  });

  describe("reading", () => {
    const api = async () => (await door(withRole()).enter(account(other))).at("eu-west-1");

    test("goes to the account and region asked for", async () => {
      await (await api()).send("ec2", "DescribeVolumes", { MaxResults: 5 });
      await (await api()).send("iam", "GetAccountSummary", {});
      expect(front.calls.slice(-5).filter(({ operation }) => /Volumes|Summary/.test(operation))).toMatchObject([
        { operation: "ec2:DescribeVolumes", account: other, region: "eu-west-1" },
        { operation: "iam:GetAccountSummary", account: other, region: "us-east-1" },
      ]);
    });

    test("a throttled read is tried again; after all tries it is throttled", async () => {
      const here = await api();
      const fault = { operation: "ec2:DescribeVpcs", answer: { code: "RequestLimitExceeded", status: 503 }, times: 2 };
      front.faults.push(fault);
      await here.send("ec2", "DescribeVpcs", { MaxResults: 5 });
      fault.times = 3;
      await expect(here.send("ec2", "DescribeVpcs", { MaxResults: 5 })).rejects.toMatchObject({ kind: "throttled" });
      expect(operations().filter((name) => name === "ec2:DescribeVpcs")).toHaveLength(6);
    });

    test.each([
      ["ec2:DescribeVpcs", "UnauthorizedOperation"],
      ["s3:ListBuckets", "AccessDenied"],
      ["s3control:GetPublicAccessBlock", "AccessDenied"],
      ["iam:GetAccountSummary", "AccessDenied"],
      ["rds:DescribeDBInstances", "AccessDenied"],
      ["cloudtrail:DescribeTrails", "AccessDeniedException"],
      ["tag:GetResources", "AccessDeniedException"],
    ])("%s: denied, closed and not understood are told apart", async (name, code) => {
      const here = await api();
      const [service = "", operation = ""] = name.split(":");
      const read = () => here.send(service as "ec2", operation as "DescribeVpcs", { AccountId: other } as object);
      const pages = [404, 403, 500, 200].map((html) => ({ html }));
      const answers = [{ denied: "role" }, { denied: "organization" }, ...pages] as const;
      const expected = [
        { kind: "denied", code, permission: expect.any(String) },
        { kind: "closed", code },
        ...pages.map(({ html }) => ({
          kind: "failed",
          message: expect.stringContaining(`did not answer as AWS does (HTTP ${html})`),
        })),
      ];
      for (const [i, answer] of answers.entries()) {
        front.faults.splice(0, 1, { operation: name, answer });
        await expect(read()).rejects.toMatchObject({ operation: name, ...expected[i] });
      }
    });
  });

  describe("writing", () => {
    const bucket = "shop-files";
    const grant: WriteGrant = {
      request: "R-12",
      remediation: "aws.s3.block-bucket-public-access",
      operations: ["s3:PutPublicAccessBlock"],
      asset: {
        type: "aws.s3.bucket",
        id: `arn:aws:s3:::${bucket}`,
        cloud: "aws",
        account: other,
        region: "eu-west-1",
        name: bucket,
        tags: {},
      },
    };
    const call = {
      operation: "s3:PutPublicAccessBlock",
      input: { Bucket: bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } },
    };
    const writable = withRole({ writeRole: role("fix"), externalId: "x-1" });
    const createBucket = () =>
      new S3Client({ endpoint: moto.endpoint, region: "eu-west-1", credentials: keys, forcePathStyle: true }).send(
        new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
      );

    test("happens in a short session of its own, narrowed to operation and asset", async () => {
      await createBucket();
      const writer = await door(writable).enterForWriting(account(other), grant);
      const { requestId } = await writer.run(call, "eu-west-1");
      expect(requestId).toMatch(/\S/);
      const [assumed] = sent("sts:AssumeRole");
      expect(Object.fromEntries(assumed ?? [])).toMatchObject({
        RoleArn: role("fix"),
        RoleSessionName: "stance-R-12",
        DurationSeconds: "900",
        ExternalId: "x-1",
      });
      expect(JSON.parse(assumed?.get("Policy") ?? "")).toEqual({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["s3:PutBucketPublicAccessBlock"], Resource: `arn:aws:s3:::${bucket}` }],
      });
      expect(front.calls.at(-1)).toMatchObject({
        operation: "s3:PutPublicAccessBlock",
        account: other,
        region: "eu-west-1",
      });
    });

    test("is never tried again by itself", async () => {
      await createBucket();
      const writer = await door(writable).enterForWriting(account(other), grant);
      front.faults.push({ operation: "s3:PutPublicAccessBlock", answer: { code: "InternalError", status: 500 } });
      await expect(writer.run(call, "eu-west-1")).rejects.toMatchObject({ kind: "failed", code: "InternalError" });
      front.faults.splice(0, 1, { operation: "s3:PutPublicAccessBlock", answer: { code: "SlowDown", status: 503 } });
      await expect(writer.run(call, "eu-west-1")).rejects.toMatchObject({ kind: "throttled" });
      expect(operations().filter((name) => name === "s3:PutPublicAccessBlock")).toHaveLength(2);
    });

    test.each([
      ["in an account without a write role", withRole(), {}, "has no writeRole"],
      [
        "over an endpoint of the configuration",
        { ...writable, allowWritesToCustomEndpoint: false },
        {},
        "custom endpoint",
      ],
      [
        "over an endpoint of the environment",
        { ...writable, endpoint: undefined, allowWritesToCustomEndpoint: false },
        { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9" },
        "custom endpoint",
      ],
    ])("%s is refused before anything is asked", async (_, settings, environment, why) => {
      const entering = door(settings, environment).enterForWriting(account(other), grant);
      await expect(entering).rejects.toMatchObject({
        code: "cloud/credentials",
        message: expect.stringContaining(why),
      });
      expect(operations()).toEqual([]);
    });

    test("what was not granted, and what no cloud knows, is refused here", async () => {
      const writer = await door(writable).enterForWriting(account(other), grant);
      front.calls.length = 0;
      const remove = { operation: "s3:DeletePublicAccessBlock", input: { Bucket: bucket } };
      await expect(writer.run(remove, "eu-west-1")).rejects.toThrow("s3:DeletePublicAccessBlock was not granted");
      expect(operations()).toEqual([]);
    });

    test("with a role of another account is an error", async () => {
      const elsewhere = withRole({ writeRole: role("fix", "999999999999") });
      await expect(door(elsewhere).enterForWriting(account(other), grant)).rejects.toMatchObject({
        code: "cloud/identity",
      });
    });
  });
});
