import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBucketPolicy } from "#cloud/aws/policy";

const objects = "arn:aws:s3:::b/*";
const both = ["arn:aws:s3:::b", objects];
const open = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: objects };
const text = (...Statement: readonly object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });

/** "read", "write", "read write", "public" (lets everyone do neither), or "" (not public). */
function verdict(policy: string): string {
  const statements = readBucketPolicy(policy).public;
  const can = [statements.some(({ reads }) => reads) && "read", statements.some(({ writes }) => writes) && "write"];
  return can.filter(Boolean).join(" ") || (statements.length > 0 ? "public" : "");
}
const when = (Condition: object): string => verdict(text({ ...open, Condition }));
const whenEquals = (key: string, value: unknown): string => when({ StringEquals: { [key]: value } });

describe("the guide's own examples", () => {
  test.each([
    [
      "a web identity",
      { ...open, Principal: { Federated: "graph.facebook.com" }, Action: "s3:PutObject", Resource: "*" },
      "write",
    ],
    ["everyone", { ...open, Resource: "*", Action: "s3:PutObject" }, "write"],
    ["any VPC", { ...open, Action: "s3:PutObject", Condition: { StringLike: { "aws:SourceVpc": "vpc-*" } } }, "write"],
    [
      "one VPC",
      { ...open, Action: "s3:PutObject", Condition: { StringEquals: { "aws:SourceVpc": "vpc-91237329" } } },
      "",
    ],
  ])("%s", (_name, statement, expected) => expect(verdict(text(statement))).toBe(expected));

  test("one public statement makes the policy public, whatever stands beside it", () => {
    const policy = text(
      { ...open, Sid: "Trail", Principal: { Service: "cloudtrail.amazonaws.com" } },
      { ...open, Sid: "Partner", Principal: { AWS: "arn:aws:iam::444455556666:root" } },
      { ...open, Sid: "Everyone" },
    );
    expect(readBucketPolicy(policy).public).toEqual([{ name: "Everyone", reads: true, writes: false, loose: [] }]);
  });
});

describe("principals", () => {
  test.each<[string, object, string]>([
    ["everyone", { Principal: "*" }, "read"],
    ["everyone in AWS", { Principal: { AWS: "*" } }, "read"],
    ["everyone in a list", { Principal: { AWS: ["444455556666", "*"] } }, "read"],
    ["an account", { Principal: { AWS: "444455556666" } }, ""],
    ["an account as a number", { Principal: { AWS: 444455556666 } }, ""],
    ["a role", { Principal: { AWS: "arn:aws:iam::444455556666:role/reader" } }, ""],
    ["a deleted user", { Principal: { AWS: "AIDAEXAMPLE" } }, ""],
    ["a wildcard in an ARN", { Principal: { AWS: "arn:aws:iam::*:root" } }, "read"],
    ["a variable", { Principal: { AWS: "${aws:PrincipalArn}" } }, "read"],
    ["a service", { Principal: { Service: "delivery.logs.amazonaws.com" } }, ""],
    ["a canonical user", { Principal: { CanonicalUser: "79a59df900b949e5" } }, ""],
    ["any canonical user", { Principal: { CanonicalUser: "*" } }, "read"],
    ["an account and a web identity", { Principal: { AWS: "444455556666", Federated: "www.amazon.com" } }, "read"],
    ["all but some", { Principal: undefined, NotPrincipal: { AWS: "444455556666" } }, "read"],
    ["none", { Principal: undefined }, "read"],
    ["an empty list", { Principal: { AWS: [] } }, "read"],
    ["something unheard of", { Principal: { Martian: "x" } }, "read"],
  ])("%s", (_name, more, expected) => expect(verdict(text({ ...open, ...more }))).toBe(expected));
});

describe("actions", () => {
  test.each<[string, object, string]>([
    ["all", { Action: "*" }, "read write"],
    ["all of S3", { Action: "s3:*" }, "read write"],
    ["any case", { Action: "S3:GETOBJECT" }, "read"],
    ["listing", { Action: ["s3:ListBucket"] }, "read"],
    ["a pattern of reads", { Action: "s3:Get*" }, "read"],
    ["a pattern of both", { Action: "s3:*Object" }, "read write"],
    ["a question mark", { Action: "s3:?etObject" }, "read"],
    ["uploads", { Action: "s3:PutObject" }, "write"],
    ["deletions", { Action: "s3:DeleteObjectVersion" }, "write"],
    ["aborting uploads", { Action: "s3:AbortMultipartUpload" }, "write"],
    ["restoring", { Action: "s3:RestoreObject" }, "write"],
    ["replicating", { Action: "s3:ReplicateObject" }, "write"],
    ["passing by a lock", { Action: "s3:BypassGovernanceRetention" }, "write"],
    ["the policy itself", { Action: "s3:PutBucketPolicy" }, "write"],
    ["another service", { Action: "sqs:SendMessage" }, "public"],
    ["all but reads", { Action: undefined, NotAction: ["s3:Get*", "s3:List*"] }, "write"],
    ["all but one read", { Action: undefined, NotAction: "s3:GetObject" }, "read write"],
    ["all but S3", { Action: undefined, NotAction: "s3:*" }, "public"],
    ["none named", { Action: undefined }, "read write"],
  ])("%s", (_name, more, expected) => expect(verdict(text({ ...open, ...more }))).toBe(expected));
});

describe("conditions that fix access", () => {
  test.each([
    ["aws:SourceVpce", "vpce-1"],
    ["AWS:SOURCEVPCE", ["vpce-1", "vpce-2"]],
    ["aws:SourceArn", "arn:aws:cloudfront::111122223333:distribution/E1"],
    ["aws:SourceAccount", "111122223333"],
    ["aws:SourceAccount", 111122223333],
    ["aws:SourceOwner", "111122223333"],
    ["aws:PrincipalOrgID", "o-1234567890"],
    ["aws:PrincipalArn", "arn:aws:iam::444455556666:role/reader"],
    ["aws:PrincipalAccount", "444455556666"],
    ["aws:PrincipalServiceName", "logging.s3.amazonaws.com"],
    ["aws:userid", "AIDAEXAMPLE"],
    ["s3:DataAccessPointAccount", "111122223333"],
    ["s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:111122223333:accesspoint/*"],
    ["s3:x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:111122223333:key/1"],
  ])("%s = %j", (key, value) => expect(whenEquals(key, value)).toBe(""));

  test.each([
    ["aws:SourceVpce", "vpce-*"],
    ["aws:SourceVpce", ["vpce-1", "*"]],
    ["aws:SourceVpce", "${aws:PrincipalTag/endpoint}"],
    ["aws:SourceVpce", []],
    ["aws:SourceVpce", ""],
    ["aws:SourceVpce", null],
    ["aws:PrincipalArn", "arn:aws:iam::*:role/reader"],
    ["aws:PrincipalOrgID", "o-*"],
    ["aws:userid", "AROAEXAMPLE:*"],
    ["aws:userid", "AROAEXAMPLE:session"],
    ["s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:*:accesspoint/*"],
    ["s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:11112222333*:accesspoint/a"],
    ["aws:Referer", "https://example.com/"],
    ["aws:UserAgent", "secret"],
    ["aws:SecureTransport", "true"],
    ["aws:username", "maria"],
    ["aws:RequestedRegion", "eu-west-1"],
    ["s3:x-amz-acl", "public-read"],
    ["s3:prefix", "public/"],
  ])("not %s = %j", (key, value) => expect(whenEquals(key, value)).toBe("read"));

  test.each([
    ["10.0.0.0/8", ""],
    ["198.51.100.0/24", ""],
    ["198.51.100.7", ""],
    [["198.51.100.0/24", "2001:db8::/32"], ""],
    ["11.0.0.0/7", "read"],
    ["0.0.0.0/1", "read"],
    ["0.0.0.0/0", "read"],
    ["2001:db8::/31", "read"],
    ["::/0", "read"],
    [["198.51.100.0/24", "0.0.0.0/0"], "read"],
    ["198.51.100.*", "read"],
    ["everywhere", "read"],
  ])("aws:SourceIp in %j", (value, expected) => expect(when({ IpAddress: { "aws:SourceIp": value } })).toBe(expected));

  test.each([
    ["StringEquals", ""],
    ["stringequals", ""],
    ["StringEqualsIgnoreCase", ""],
    ["StringLike", ""],
    ["ArnEquals", ""],
    ["ArnLike", ""],
    ["ForAnyValue:StringEquals", ""],
    ["ForAnyValue:StringLike", ""],
    ["ForAllValues:StringEquals", "read"],
    ["StringEqualsIfExists", "read"],
    ["ForAnyValue:StringEqualsIfExists", "read"],
    ["StringNotEquals", "read"],
    ["StringNotLike", "read"],
    ["ArnNotEquals", "read"],
    ["Null", "read"],
    ["Bool", "read"],
    ["NumericEquals", "read"],
    ["DateLessThan", "read"],
    ["Whatever", "read"],
  ])("%s", (operator, expected) => expect(when({ [operator]: { "aws:SourceArn": "arn:aws:sns:::t" } })).toBe(expected));

  test("one that fixes is enough; the others only narrow further", () => {
    expect(when({ Bool: { "aws:SecureTransport": "true" }, StringEquals: { "aws:SourceVpc": "vpc-1" } })).toBe("");
  });
  test("conditions that do not are named", () => {
    const policy = text({ ...open, Condition: { StringLike: { "aws:Referer": "*", "aws:SourceVpc": "vpc-*" } } });
    expect(readBucketPolicy(policy).public[0]).toMatchObject({
      name: "statement 1",
      loose: ["StringLike aws:Referer", "StringLike aws:SourceVpc"],
    });
  });
  test.each([["a string"], [[]], [3], [null]])("what is no condition narrows nothing: %j", (Condition) => {
    expect(verdict(text({ ...open, Condition }))).toBe("read");
  });
});

describe("a Deny", () => {
  const all = { ...open, Action: "s3:*", Resource: both };
  const deny = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: both };
  const against = (more: object): string => verdict(text(all, { ...deny, ...more }));

  test.each<[string, object, string]>([
    ["for everyone and everything", {}, "public"],
    ["for everyone in AWS", { Principal: { AWS: "*" } }, "public"],
    ["with a wider resource", { Resource: "*" }, "public"],
    ["of reads", { Action: ["s3:Get*", "s3:List*"] }, "write"],
    ["of all but reads", { Action: undefined, NotAction: ["s3:Get*", "s3:List*"] }, "read"],
    ["of all but another service", { Action: undefined, NotAction: "sqs:*" }, "public"],
    ["of one action only", { Action: "s3:GetObject" }, "read write"],
    ["of the files, not of the bucket", { Resource: objects }, "read write"],
    ["of a part", { Resource: ["arn:aws:s3:::b/private/*", "arn:aws:s3:::b"] }, "read write"],
    ["of all but a part", { Resource: undefined, NotResource: "arn:aws:s3:::b/public/*" }, "read write"],
    ["without a resource", { Resource: undefined }, "read write"],
    ["without an action", { Action: undefined }, "read write"],
    ["for one account", { Principal: { AWS: "444455556666" } }, "read write"],
    ["for all but one account", { Principal: undefined, NotPrincipal: { AWS: "444455556666" } }, "public"],
    ["for all but everyone", { Principal: undefined, NotPrincipal: { AWS: "*" } }, "read write"],
    ["of plain HTTP", { Condition: { Bool: { "aws:SecureTransport": "false" } } }, "read write"],
    ["outside a VPC endpoint", { Condition: { StringNotEquals: { "aws:SourceVpce": "vpce-1" } } }, "public"],
    ["outside, if there is one", { Condition: { StringNotEqualsIfExists: { "aws:SourceVpce": "vpce-1" } } }, "public"],
    ["outside any VPC", { Condition: { StringNotLike: { "aws:SourceVpc": "vpc-*" } } }, "read write"],
    ["outside some networks", { Condition: { NotIpAddress: { "aws:SourceIp": ["198.51.100.0/24"] } } }, "public"],
    ["outside half the internet", { Condition: { NotIpAddress: { "aws:SourceIp": "0.0.0.0/1" } } }, "read write"],
    [
      "for any value that differs",
      { Condition: { "ForAnyValue:StringNotEquals": { "aws:PrincipalOrgPaths": "o-1/" } } },
      "read write",
    ],
    [
      "for all values that differ",
      { Condition: { "ForAllValues:StringNotEquals": { "aws:PrincipalOrgPaths": "o-1/" } } },
      "public",
    ],
    ["inside a VPC endpoint", { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } }, "read write"],
    [
      "outside endpoint and networks",
      {
        Condition: {
          StringNotEquals: { "aws:SourceVpce": "vpce-1" },
          NotIpAddress: { "aws:SourceIp": "198.51.100.0/24" },
        },
      },
      "public",
    ],
    [
      "outside an endpoint, of plain HTTP only",
      { Condition: { StringNotEquals: { "aws:SourceVpce": "vpce-1" }, Bool: { "aws:SecureTransport": "false" } } },
      "read write",
    ],
    ["with a condition that makes no sense", { Condition: "never" }, "read write"],
    ["with an operator that makes no sense", { Condition: { StringNotEquals: "x" } }, "read write"],
  ])("%s", (_name, more, expected) => expect(against(more)).toBe(expected));

  test("closes no more than it names, where the Allow is for all but that", () => {
    const allow = { ...all, Resource: undefined, NotResource: "arn:aws:s3:::b/private/*" };
    expect(verdict(text(allow, { ...deny, Resource: "arn:aws:s3:::b/private/*" }))).toBe("read write");
  });
  test("several close what none closes alone", () => {
    expect(verdict(text(all, { ...deny, Resource: objects }, { ...deny, Resource: "arn:aws:s3:::b" }))).toBe("public");
  });
});

describe("what makes no sense is public", () => {
  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["no object", "[]"],
    ["null", "null"],
    ["no statements", "{}"],
    ["a statement that is none", JSON.stringify({ Statement: ["x"] })],
    ["an effect that is none", JSON.stringify({ Statement: [{ ...open, Effect: "Maybe" }] })],
    ["one bad statement among good ones", text({ ...open, Principal: { AWS: "444455556666" } }, { Effect: 1 })],
  ])("%s", (_name, policy) => {
    expect(readBucketPolicy(policy)).toMatchObject({ understood: false, public: [{ reads: true, writes: true }] });
  });

  test("but a policy of no statements grants nothing", () => {
    expect(readBucketPolicy('{"Statement":[]}')).toEqual({ understood: true, public: [] });
  });
  test("a single statement, and names in lower case, are read as they are", () => {
    const { Effect, Principal, Action, Resource } = open;
    const statement = { effect: Effect, principal: Principal, action: Action, resource: Resource };
    expect(verdict(JSON.stringify({ statement }))).toBe("read");
  });
});

describe("whatever the text", () => {
  const word = fc.constantFrom(
    "*",
    "s3:GetObject",
    "s3:Put*",
    "aws:SourceVpc",
    "vpc-1",
    "vpc-*",
    "444455556666",
    "${x}",
    objects,
  );
  const words = fc.oneof(word, fc.array(word, { maxLength: 3 }));
  const principal = fc.oneof(word, fc.dictionary(fc.constantFrom("AWS", "Service", "Federated"), words), fc.anything());
  const condition = fc.dictionary(
    fc.constantFrom("StringEquals", "StringLike", "StringNotEquals", "IpAddress", "Bool", "Null"),
    fc.dictionary(fc.constantFrom("aws:SourceVpc", "aws:SourceIp", "aws:Referer"), words),
  );
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const statementWith = (effect: fc.Arbitrary<string>) =>
    fc.record({
      Effect: effect,
      Principal: optional(principal),
      Action: optional(words),
      NotAction: optional(words),
      Resource: optional(words),
      Condition: optional(condition),
    });
  const statement = statementWith(fc.constantFrom("Allow", "Deny"));
  const grants = (policy: string): readonly boolean[] => {
    const { public: statements } = readBucketPolicy(policy);
    return [statements.length > 0, statements.some(({ reads }) => reads), statements.some(({ writes }) => writes)];
  };

  test("it does not throw", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.array(fc.anything()).map(String)),
        (policy) => void readBucketPolicy(policy),
      ),
    );
    fc.assert(fc.property(fc.array(statement), (list) => void readBucketPolicy(text(...list))));
  });

  test("a further condition on an Allow never makes it more public", () => {
    fc.assert(
      fc.property(fc.array(statement), statementWith(fc.constant("Allow")), condition, (others, allow, more) => {
        const before = grants(text(...others, allow));
        const after = grants(text(...others, { ...allow, Condition: { ...more, ...allow.Condition } }));
        expect(after.filter((can, i) => can && !before[i])).toEqual([]);
      }),
    );
  });

  test("a further Deny never makes it more public, a further Allow never less", () => {
    fc.assert(
      fc.property(fc.array(statement), statement, (others, one) => {
        const [less, more] = [grants(text(...others)), grants(text(...others, one))];
        const [low, high] = one.Effect === "Deny" ? [more, less] : [less, more];
        expect(low.filter((can, i) => can && !high[i])).toEqual([]);
      }),
    );
  });

  test("a fixed condition on every Allow closes it", () => {
    fc.assert(
      fc.property(fc.array(statement), (list) => {
        const bound = list.map((one) => ({
          ...one,
          Condition: { ...one.Condition, StringEquals: { "aws:SourceVpc": "vpc-1" } },
        }));
        expect(grants(text(...bound.filter(({ Effect }) => Effect === "Allow")))).toEqual([false, false, false]);
      }),
    );
  });
});
