// Written by `npm run generate`. Do not edit.
import { remediation as awsS3BlockBucketPublicAccess } from "#remediations/aws/s3/block-bucket-public-access";
import type { AnyRemediation } from "#domain/remediation";

export const remediations = [
  awsS3BlockBucketPublicAccess,
] as const satisfies readonly AnyRemediation[];
export type RemediationId = (typeof remediations)[number]["id"];
