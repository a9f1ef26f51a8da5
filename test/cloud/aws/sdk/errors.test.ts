import { expect, test } from "vitest";
import { isAboutCredentials, isThrottled, toCloudError } from "#cloud/aws/sdk/errors";

/** An error as the SDK throws it. */
const thrown = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, $fault: "client", $metadata: { httpStatusCode: 400 }, ...more });
const operation = "s3:GetBucketAcl";

test.each([
  ["AccessDenied", operation, "s3:GetBucketAcl"],
  ["AccessDeniedException", "cloudtrail:GetTrailStatus", "cloudtrail:GetTrailStatus"],
  ["UnauthorizedOperation", "ec2:DescribeVpcs", "ec2:DescribeVpcs"],
  ["AccessDenied", "s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
  ["AccessDenied", "s3control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"],
])("%s of %s is denied and names %s", (name, denied, permission) => {
  const message = "User: arn:aws:iam::1:role/x is not authorized because no identity-based policy allows the action";
  expect(toCloudError(thrown(name, message), denied)).toMatchObject({
    kind: "denied",
    code: name,
    operation: denied,
    permission,
  });
});

test.each([
  "User: x is not authorized to perform: ec2:DescribeVpcs with an explicit deny in a service control policy",
  "User: x is not authorized to perform: s3:ListAllMyBuckets because no service control policy allows the s3:ListAllMyBuckets action",
  "User: x is not authorized to perform: s3:GetObject on resource: y with an explicit deny in a resource control policy",
])("what the organisation denies is closed, and no permission would help: %s", (message) => {
  const error = toCloudError(thrown("AccessDenied", message), operation);
  expect(error).toMatchObject({ kind: "closed", code: "AccessDenied" });
  expect(error.permission).toBeUndefined();
});

test("a bucket's own policy or the role's boundary is not the organisation", () => {
  for (const where of ["resource-based policy", "permissions boundary", "session policy", "identity-based policy"])
    expect(toCloudError(thrown("AccessDenied", `with an explicit deny in a ${where}`), operation).kind).toBe("denied");
});

test.each(["Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown", "TooManyRequestsException"])(
  "%s is throttled",
  (name) => {
    expect(toCloudError(thrown(name, "Rate exceeded"), operation).kind).toBe("throttled");
    expect(isThrottled(thrown(name, "Rate exceeded"))).toBe(true);
  },
);

test("the code on the wire counts, not the name of the SDK's class", () => {
  const error = thrown("DBInstanceNotFoundFault", "DBInstance x not found.", { Code: "DBInstanceNotFound" });
  expect(toCloudError(error, "rds:DescribeDBInstances")).toMatchObject({ kind: "absent", code: "DBInstanceNotFound" });
});

test.each([
  "NoSuchBucket",
  "NoSuchPublicAccessBlockConfiguration",
  "NoSuchEntity",
  "InvalidGroup.NotFound",
  "TrailNotFoundException",
])("%s is absent", (name) =>
  expect(toCloudError(thrown(name, "none"), operation)).toMatchObject({ kind: "absent", code: name }),
);

test("a page of HTML becomes a sentence", () => {
  const html = Object.assign(new Error("@aws-sdk XML parse error: mismatched tags <html> and </title>."), {
    $metadata: { httpStatusCode: 500, attempts: 1 },
  });
  expect(toCloudError(html, "ec2:DescribeVpcs")).toMatchObject({
    kind: "failed",
    message: "the endpoint does not know this operation, or did not answer as AWS does (HTTP 500)",
  });
  const json = Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 404 } });
  expect(toCloudError(json, "cloudtrail:DescribeTrails").message).toContain("(HTTP 404)");
});

test("no network becomes a sentence, several addresses tried included", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  expect(toCloudError(refused, operation)).toMatchObject({
    kind: "failed",
    message: "AWS could not be reached (ECONNREFUSED)",
  });
  const both = new AggregateError([refused, refused]);
  expect(toCloudError(both, operation).message).toBe("AWS could not be reached (ECONNREFUSED)");
  const slow = Object.assign(new Error("took too long"), { name: "TimeoutError" });
  expect(toCloudError(slow, operation).message).toBe("AWS could not be reached (TimeoutError)");
});

test.each(["ExpiredToken", "InvalidClientTokenId", "CredentialsProviderError", "AuthFailure"])(
  "%s is about the credentials",
  (name) => {
    const error = toCloudError(thrown(name, "no"), operation);
    expect(error.kind).toBe("failed");
    expect(isAboutCredentials(error)).toBe(true);
  },
);

test("messages are one line of bounded length, without what only AWS can decode", () => {
  const encoded = "You are not authorized to perform this operation. Encoded authorization failure message: AbC-dEf";
  expect(toCloudError(thrown("UnauthorizedOperation", encoded), "ec2:DescribeVpcs").message).toBe(
    "You are not authorized to perform this operation.",
  );
  expect(toCloudError(thrown("Odd", `a\n\tb ${"x".repeat(500)}`), operation).message).toMatch(/^a b x{295}…$/);
});

test.each([undefined, null, "text", 42, {}, new Error(""), { name: "AccessDenied" }])(
  "whatever is thrown (%o) becomes an error of the port",
  (odd) => {
    const error = toCloudError(odd, operation);
    expect(error.kind).toBe("failed");
    expect(error.message).not.toBe("");
  },
);
