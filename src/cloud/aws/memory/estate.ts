import type { PasswordPolicy, Trail } from "#cloud/aws/account";
import type { Credentials } from "#cloud/aws/iam";
import type { Grant, PublicAccessBlock } from "#cloud/aws/s3";

/**
 * What exists, as data: the embedded cloud starts from it and gives it back changed; tests create the same in an emulator.
 * An organisation's trail stands at the account that owns it; every other account of the estate sees it.
 */
export interface Estate {
  readonly accounts: readonly AccountSpec[];
  /** The last number given to an id or a request: kept so that a restarted cloud repeats none. */
  readonly counter?: number;
}

type Tags = Readonly<Record<string, string>>;

export interface AccountSpec {
  readonly id: string;
  readonly name: string;
  readonly state?: "active" | "suspended";
  /** What the configuration says of the account: its door passes it on. */
  readonly environment?: string;
  readonly owner?: string;
  /** Enabled regions; the first is home. */
  readonly regions: readonly string[];
  readonly rootAccessKeys?: number;
  readonly publicAccessBlock?: PublicAccessBlock;
  readonly passwordPolicy?: PasswordPolicy;
  /** Without `arn`: made from name and home region. */
  readonly trails?: readonly TrailSpec[];
  readonly users?: readonly UserSpec[];
  readonly roles?: readonly string[];
  readonly buckets?: readonly BucketSpec[];
  readonly places?: readonly RegionSpec[];
  /** What the role (or the organisation's policy: `closed`) may not do here. */
  readonly denials?: readonly {
    /** `s3:GetBucketAcl`, or `*` */
    readonly operation: string;
    /** Absent: everywhere. */
    readonly region?: string;
    /** ARN of the one asset it is about. Absent: all. */
    readonly resource?: string;
    readonly closed?: boolean;
  }[];
}

export interface TrailSpec extends Omit<Trail, "arn"> {
  /** Its management events are chosen by advanced event selectors. */
  readonly advancedSelectors?: boolean;
}

export interface UserSpec {
  readonly name: string;
  /** ISO date. */
  readonly created?: string;
  readonly tags?: Tags;
  readonly credentials: Credentials;
}

export interface BucketSpec {
  readonly name: string;
  readonly region: string;
  /** ISO date. */
  readonly created?: string;
  readonly tags?: Tags;
  readonly publicAccessBlock?: PublicAccessBlock;
  readonly policy?: object;
  /** Besides the owner's own grant. */
  readonly acl?: readonly Grant[];
  /** It answers as a website, with this page. */
  readonly website?: string;
}

export interface IngressSpec {
  /** Absent: the cloud gives one. */
  readonly id?: string;
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  /** CIDR, pl-… or sg-… */
  readonly source: string;
  readonly description?: string;
}

/** One region of an account. Ids are given, so that relations can be written down. */
export interface RegionSpec {
  readonly region: string;
  readonly encryptsVolumesByDefault?: boolean;
  readonly vpcs?: readonly {
    readonly id: string;
    readonly isDefault?: boolean;
    readonly tags?: Tags;
    readonly flowLogs?: readonly {
      readonly id: string;
      readonly traffic: "ACCEPT" | "REJECT" | "ALL";
      readonly active?: boolean;
      /** ARN of a log group or a bucket. Absent: a log group named after the VPC. */
      readonly destination?: string;
    }[];
  }[];
  readonly subnets?: readonly {
    readonly id: string;
    readonly vpc: string;
    /** Its route table has 0.0.0.0/0 (and ::/0) to an internet gateway. */
    readonly internetRoute?: boolean;
  }[];
  readonly groups?: readonly {
    readonly id: string;
    readonly name: string;
    readonly vpc: string;
    readonly tags?: Tags;
    readonly ingress?: readonly IngressSpec[];
  }[];
  readonly prefixLists?: readonly { readonly id: string; readonly entries: readonly string[] }[];
  readonly instances?: readonly {
    readonly id: string;
    readonly subnet: string;
    readonly groups: readonly string[];
    readonly publicAddress?: string;
    readonly tags?: Tags;
  }[];
  /** Network interfaces besides those of the instances and databases: load balancers, functions, bare ones. */
  readonly interfaces?: readonly {
    readonly id: string;
    readonly subnet: string;
    readonly groups: readonly string[];
    readonly description?: string;
    readonly publicAddress?: string;
  }[];
  readonly volumes?: readonly {
    readonly id: string;
    readonly encrypted: boolean;
    readonly sizeGiB?: number;
    readonly attachedTo?: string;
    readonly tags?: Tags;
  }[];
  readonly databases?: readonly {
    readonly name: string;
    readonly engine?: string;
    readonly port?: number;
    readonly encrypted: boolean;
    readonly publiclyAccessible: boolean;
    readonly groups: readonly string[];
    readonly subnets: readonly string[];
    readonly tags?: Tags;
  }[];
}
