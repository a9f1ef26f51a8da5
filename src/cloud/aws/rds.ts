/** What would let anyone reach a database, besides its own flag. */
export interface Exposure {
  /** Rules of its groups that admit everyone to its port: `sg-1 tcp 5432-5432 0.0.0.0/0`. */
  readonly openRules: readonly string[];
  /** A subnet of its subnet group routes to an internet gateway. */
  readonly internetRoute: boolean;
}

declare module "#domain/asset" {
  interface AssetTypes {
    "aws.rds.instance": {
      engine: string;
      port: number | undefined;
      status: string;
      encrypted: boolean;
      publiclyAccessible: boolean;
      /** Ids of its VPC security groups. */
      groups: readonly string[];
      exposure: Exposure;
    };
  }
}
