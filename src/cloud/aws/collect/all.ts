import type { AwsApi } from "#cloud/aws/api";
import { accounts } from "#cloud/aws/collect/account";
import { regions, securityGroups, volumes, vpcs } from "#cloud/aws/collect/ec2";
import { users } from "#cloud/aws/collect/iam";
import { databases } from "#cloud/aws/collect/rds";
import { buckets } from "#cloud/aws/collect/s3";
import type { AnyCollector } from "#cloud/cloud";

export const collectors: readonly AnyCollector<AwsApi>[] = [
  accounts,
  buckets,
  databases,
  regions,
  securityGroups,
  users,
  volumes,
  vpcs,
];
