import type { AccountSpec, TrailSpec } from "#cloud/aws/memory/estate";

export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;
export const userArn = (account: string, name: string): string => `arn:aws:iam::${account}:user/${name}`;
export const ec2Arn = (account: string, region: string, kind: string, id: string): string =>
  `arn:aws:ec2:${region}:${account}:${kind}/${id}`;
export const databaseArn = (account: string, region: string, name: string): string =>
  `arn:aws:rds:${region}:${account}:db:${name}`;
export const trailArn = (account: AccountSpec, trail: TrailSpec): string =>
  `arn:aws:cloudtrail:${trail.homeRegion}:${account.id}:trail/${trail.name}`;

/** The long number S3 calls an account by in its ACLs. */
export const canonicalId = (account: string): string => account.padStart(64, "ca70");
