import { expect, test } from "vitest";
import { collectors } from "#cloud/aws/collect/all";
import { permissionsOf, readPolicy, sessionPolicy, signInOperations } from "#cloud/aws/permissions";
import type { Asset } from "#domain/asset";
import { remediations } from "#remediations";

const declared = collectors.flatMap(({ operations, fetch }) => [
  ...operations,
  ...Object.values(fetch).flatMap((source) => source.operations),
]);
const asset: Asset<"aws.s3.bucket"> = {
  type: "aws.s3.bucket",
  id: "arn:aws:s3:::shop",
  cloud: "aws",
  account: "111122223333",
  region: "us-east-1",
  name: "shop",
  tags: {},
};

test("every operation of collectors, remediations and signing in has its permissions", () => {
  const changes = remediations.flatMap(({ operations }) => operations);
  const all = [...declared, ...changes, ...signInOperations, "sts:AssumeRole", "organizations:ListAccounts"];
  for (const operation of all) expect(permissionsOf(operation), operation).toBeInstanceOf(Array);
  expect(() => permissionsOf("s3:DeleteBucket")).toThrow("s3:DeleteBucket has no entry");
});

test("the read policy is the least one, and always the same text", () => {
  const policy = readPolicy([...signInOperations, ...declared]);
  expect(policy).toEqual(readPolicy([...declared, ...signInOperations].toReversed()));
  const [statement] = policy.Statement;
  expect(policy.Statement).toHaveLength(1);
  expect(statement?.Resource).toBe("*");
  expect(statement?.Action).toEqual([
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRegions",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcs",
    "ec2:GetEbsEncryptionByDefault",
    "ec2:GetManagedPrefixListEntries",
    "iam:GenerateCredentialReport",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetAccountPasswordPolicy",
    "iam:GetAccountSummary",
    "iam:GetCredentialReport",
    "iam:GetUser",
    "rds:DescribeDBInstances",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketWebsite",
    "s3:ListAllMyBuckets",
    "tag:GetResources",
  ]);
});

test("a write session may do the granted operations to the granted asset, and nothing else", () => {
  const grant = { request: "R-1", remediation: "x", asset };
  const operations = ["s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"];
  expect(sessionPolicy({ ...grant, operations })).toEqual({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["s3:PutBucketPublicAccessBlock"], Resource: "arn:aws:s3:::shop" }],
  });
  // A permission that IAM cannot narrow stays apart, so that it does not widen the others.
  expect(sessionPolicy({ ...grant, operations: [...operations, "ec2:DescribeVpcs"] }).Statement).toEqual([
    { Effect: "Allow", Action: ["s3:PutBucketPublicAccessBlock"], Resource: "arn:aws:s3:::shop" },
    { Effect: "Allow", Action: ["ec2:DescribeVpcs"], Resource: "*" },
  ]);
  expect(sessionPolicy({ ...grant, operations: [] }).Statement).toEqual([]);
});
