export interface AccessKey {
  /** 1 or 2: the credential report does not name the key. */
  readonly slot: 1 | 2;
  readonly active: boolean;
  /** ISO dates; undefined: never. */
  readonly lastUsed: string | undefined;
  readonly lastRotated: string | undefined;
}
/** One line of the credential report. */
export interface Credentials {
  readonly passwordEnabled: boolean;
  readonly passwordLastUsed: string | undefined;
  readonly mfaActive: boolean;
  readonly keys: readonly AccessKey[];
}

declare module "#domain/asset" {
  interface AssetTypes {
    "aws.iam.user": {
      created: string | undefined;
      credentials: Credentials;
    };
  }
}
