import type { Operation, Service } from "#cloud/aws/api";
import type { WriteGrant } from "#cloud/cloud";
import type { Asset } from "#domain/asset";

type AwsOperation = { [S in Service]: `${S}:${Operation<S>}` }[Service];
interface Needs {
  readonly permissions: readonly string[];
  /** The permission can be narrowed to the asset: policies may name its ARN instead of `*`. */
  readonly ofAsset?: true;
  /**
   * Narrowed to other ARNs than the asset's id (what IAM calls the resource, Service Authorization Reference), with
   * `{partition}`, `{region}`, `{account}` and `{name}` of the asset: `arn:{partition}:ec2:{region}::snapshot/{name}`.
   */
  readonly resources?: readonly string[];
}

/** What IAM calls the permission of an operation (Service Authorization Reference): often, not always, the same. */
const permissions = {
  "cloudtrail:DescribeTrails": { permissions: ["cloudtrail:DescribeTrails"] },
  "cloudtrail:GetEventSelectors": { permissions: ["cloudtrail:GetEventSelectors"] },
  "cloudtrail:GetTrailStatus": { permissions: ["cloudtrail:GetTrailStatus"] },
  "ec2:DescribeFlowLogs": { permissions: ["ec2:DescribeFlowLogs"] },
  "ec2:DescribeNetworkInterfaces": { permissions: ["ec2:DescribeNetworkInterfaces"] },
  "ec2:DescribeRegions": { permissions: ["ec2:DescribeRegions"] },
  "ec2:DescribeRouteTables": { permissions: ["ec2:DescribeRouteTables"] },
  "ec2:DescribeSecurityGroupRules": { permissions: ["ec2:DescribeSecurityGroupRules"] },
  "ec2:DescribeSecurityGroups": { permissions: ["ec2:DescribeSecurityGroups"] },
  "ec2:DescribeVolumes": { permissions: ["ec2:DescribeVolumes"] },
  "ec2:DescribeVpcs": { permissions: ["ec2:DescribeVpcs"] },
  "ec2:GetEbsEncryptionByDefault": { permissions: ["ec2:GetEbsEncryptionByDefault"] },
  "ec2:GetManagedPrefixListEntries": { permissions: ["ec2:GetManagedPrefixListEntries"] },
  "iam:GenerateCredentialReport": { permissions: ["iam:GenerateCredentialReport"] },
  "iam:GetAccountAuthorizationDetails": { permissions: ["iam:GetAccountAuthorizationDetails"] },
  "iam:GetAccountPasswordPolicy": { permissions: ["iam:GetAccountPasswordPolicy"] },
  "iam:GetAccountSummary": { permissions: ["iam:GetAccountSummary"] },
  "iam:GetCredentialReport": { permissions: ["iam:GetCredentialReport"] },
  "iam:GetUser": { permissions: ["iam:GetUser"], ofAsset: true },
  "organizations:ListAccounts": { permissions: ["organizations:ListAccounts"] },
  "rds:DescribeDBInstances": { permissions: ["rds:DescribeDBInstances"] },
  "s3:DeletePublicAccessBlock": { permissions: ["s3:PutBucketPublicAccessBlock"], ofAsset: true },
  "s3:GetBucketAcl": { permissions: ["s3:GetBucketAcl"], ofAsset: true },
  "s3:GetBucketLocation": { permissions: ["s3:GetBucketLocation"], ofAsset: true },
  "s3:GetBucketPolicy": { permissions: ["s3:GetBucketPolicy"], ofAsset: true },
  "s3:GetBucketWebsite": { permissions: ["s3:GetBucketWebsite"], ofAsset: true },
  "s3:GetPublicAccessBlock": { permissions: ["s3:GetBucketPublicAccessBlock"], ofAsset: true },
  "s3:ListBuckets": { permissions: ["s3:ListAllMyBuckets"] },
  "s3:PutPublicAccessBlock": { permissions: ["s3:PutBucketPublicAccessBlock"], ofAsset: true },
  "s3control:GetPublicAccessBlock": { permissions: ["s3:GetAccountPublicAccessBlock"] },
  "sts:AssumeRole": { permissions: ["sts:AssumeRole"] },
  // Nobody can be kept from asking who they are.
  "sts:GetCallerIdentity": { permissions: [] },
  "tag:GetResources": { permissions: ["tag:GetResources"] },
} as const satisfies Partial<Record<AwsOperation, Needs>>;

/** What signing in asks of every account, before any collector. */
export const signInOperations = ["sts:GetCallerIdentity", "ec2:DescribeRegions"] as const;

const byOperation: ReadonlyMap<string, Needs> = new Map(Object.entries(permissions));

function needsOf(operation: string): Needs {
  const needs = byOperation.get(operation);
  if (!needs) throw new Error(`${operation} has no entry in src/cloud/aws/permissions.ts`);
  return needs;
}

/** The IAM permissions an operation needs; throws for one that is not in the table. */
export const permissionsOf = (operation: string): readonly string[] => needsOf(operation).permissions;

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Sid?: string;
    readonly Effect: "Allow";
    readonly Action: readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

/** The least policy for these operations on whatever the account holds; the same operations always give the same text. */
export const readPolicy = (operations: readonly string[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Sid: "StanceRead", Effect: "Allow", Action: actionsOf(operations), Resource: "*" }],
});

/** What a write session is narrowed to: the granted operations, on the granted asset where IAM can tell assets apart. */
export function sessionPolicy({ operations, asset }: WriteGrant): PolicyDocument {
  const byResource = new Map<string, string[]>();
  for (const operation of operations) {
    const resources = resourcesOf(operation, asset).join(" ");
    byResource.set(resources, [...(byResource.get(resources) ?? []), operation]);
  }
  return {
    Version: "2012-10-17",
    Statement: [...byResource]
      .map(([resources, allowed]) => ({
        Effect: "Allow" as const,
        Action: actionsOf(allowed),
        Resource: resources.includes(" ") ? resources.split(" ") : resources,
      }))
      .filter(({ Action }) => Action.length > 0),
  };
}

function resourcesOf(operation: string, { id, region, account, name }: Asset): readonly string[] {
  const { ofAsset, resources } = needsOf(operation);
  if (ofAsset) return [id];
  const partition = id.split(":")[1] ?? "aws";
  const filled: Readonly<Record<string, string>> = { partition, region, account, name };
  return resources?.map((arn) => arn.replaceAll(/\{(\w+)\}/g, (_, key: string) => filled[key] ?? "")) ?? ["*"];
}

const actionsOf = (operations: readonly string[]): readonly string[] =>
  [...new Set(operations.flatMap(permissionsOf))].sort();
