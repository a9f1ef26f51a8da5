// Written by `npm run generate`. Do not edit.
import { check as awsCloudtrailAccountRecordsAllRegions } from "#checks/aws/cloudtrail/account-records-all-regions";
import { check as awsEc2RegionEncryptsVolumesByDefault } from "#checks/aws/ec2/region-encrypts-volumes-by-default";
import { check as awsEc2SecurityGroupClosesAdminPortsIpv4 } from "#checks/aws/ec2/security-group-closes-admin-ports-ipv4";
import { check as awsEc2SecurityGroupClosesAdminPortsIpv6 } from "#checks/aws/ec2/security-group-closes-admin-ports-ipv6";
import { check as awsEc2SecurityGroupClosesOtherAdminPorts } from "#checks/aws/ec2/security-group-closes-other-admin-ports";
import { check as awsEc2VolumeIsEncrypted } from "#checks/aws/ec2/volume-is-encrypted";
import { check as awsEc2VpcRecordsFlowLogs } from "#checks/aws/ec2/vpc-records-flow-logs";
import { check as awsIamAccessKeysAreInUse } from "#checks/aws/iam/access-keys-are-in-use";
import { check as awsIamConsoleUserHasMfa } from "#checks/aws/iam/console-user-has-mfa";
import { check as awsIamPasswordPolicyIsStrong } from "#checks/aws/iam/password-policy-is-strong";
import { check as awsIamPasswordPolicyLength } from "#checks/aws/iam/password-policy-length";
import { check as awsIamPasswordPolicyReuse } from "#checks/aws/iam/password-policy-reuse";
import { check as awsIamRootHasNoAccessKeys } from "#checks/aws/iam/root-has-no-access-keys";
import { check as awsRdsInstanceIsPrivate } from "#checks/aws/rds/instance-is-private";
import { check as awsRdsInstanceIsUnreachableFromInternet } from "#checks/aws/rds/instance-is-unreachable-from-internet";
import { check as awsRdsInstanceStorageIsEncrypted } from "#checks/aws/rds/instance-storage-is-encrypted";
import { check as awsS3AccountBlocksPublicAccess } from "#checks/aws/s3/account-blocks-public-access";
import { check as awsS3BucketBlocksPublicAccess } from "#checks/aws/s3/bucket-blocks-public-access";
import { check as awsS3BucketIsNotPubliclyReadable } from "#checks/aws/s3/bucket-is-not-publicly-readable";
import { check as awsS3BucketIsNotPubliclyWritable } from "#checks/aws/s3/bucket-is-not-publicly-writable";
import type { AnyCheck } from "#domain/check";

export const checks = [
  awsCloudtrailAccountRecordsAllRegions,
  awsEc2RegionEncryptsVolumesByDefault,
  awsEc2SecurityGroupClosesAdminPortsIpv4,
  awsEc2SecurityGroupClosesAdminPortsIpv6,
  awsEc2SecurityGroupClosesOtherAdminPorts,
  awsEc2VolumeIsEncrypted,
  awsEc2VpcRecordsFlowLogs,
  awsIamAccessKeysAreInUse,
  awsIamConsoleUserHasMfa,
  awsIamPasswordPolicyIsStrong,
  awsIamPasswordPolicyLength,
  awsIamPasswordPolicyReuse,
  awsIamRootHasNoAccessKeys,
  awsRdsInstanceIsPrivate,
  awsRdsInstanceIsUnreachableFromInternet,
  awsRdsInstanceStorageIsEncrypted,
  awsS3AccountBlocksPublicAccess,
  awsS3BucketBlocksPublicAccess,
  awsS3BucketIsNotPubliclyReadable,
  awsS3BucketIsNotPubliclyWritable,
] as const satisfies readonly AnyCheck[];
export type CheckId = (typeof checks)[number]["id"];
