import type { PublicAccessBlock } from "#cloud/aws/s3";

/** A trail that records this account, wherever it lives. */
export interface Trail {
  readonly arn: string;
  readonly name: string;
  readonly homeRegion: string;
  readonly multiRegion: boolean;
  /** Owned by the organisation's management account: a member cannot change it, and it counts. */
  readonly organization: boolean;
  readonly logging: boolean;
  /** Management events are recorded, reads and writes. */
  readonly managementEvents: { readonly read: boolean; readonly write: boolean };
}

export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireSymbols: boolean;
  readonly requireNumbers: boolean;
  readonly requireUppercase: boolean;
  readonly requireLowercase: boolean;
  readonly allowUsersToChange: boolean;
  /** Days; undefined: passwords do not expire. */
  readonly maxAgeDays: number | undefined;
  /** How many former passwords may not be used again. */
  readonly reusePrevention: number | undefined;
  readonly hardExpiry: boolean | undefined;
}

declare module "#domain/asset" {
  interface AssetTypes {
    /** The account itself; region "global". Its id is `arn:aws:iam::<account>:root`. */
    "aws.account": {
      publicAccessBlock: PublicAccessBlock | undefined;
      /** Access keys of the root user. */
      rootAccessKeys: number;
      passwordPolicy: PasswordPolicy | undefined;
      trails: readonly Trail[];
    };
  }
}
