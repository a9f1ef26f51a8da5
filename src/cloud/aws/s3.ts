/** S3's asset types and their facts. */
export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}
export const publicAccessSettings = [
  "blockPublicAcls",
  "ignorePublicAcls",
  "blockPublicPolicy",
  "restrictPublicBuckets",
] as const satisfies readonly (keyof PublicAccessBlock)[];

/** One grant of an ACL, as S3 lists it. `grantee`: a group's address, a canonical user id or an e-mail. */
export interface Grant {
  readonly grantee: string;
  readonly permission: string;
}

declare module "#domain/asset" {
  interface AssetTypes {
    "aws.s3.bucket": {
      created: string | undefined;
      /** The account's block: it adds to the bucket's own. */
      accountBlock: PublicAccessBlock | undefined;
      publicAccessBlock: PublicAccessBlock | undefined;
      /** The bucket policy's JSON text. */
      policy: string | undefined;
      acl: readonly Grant[];
      /** What the website's address answers: "index.html", "redirect to example.com". */
      website: string | undefined;
    };
  }
}
