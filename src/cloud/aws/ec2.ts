/** One address range of one rule; the id is that of the security group rule. */
export interface Rule {
  readonly id: string;
  /** "tcp", "udp", "icmp", "icmpv6", a number, or "-1" for all. */
  readonly protocol: string;
  /** 0 to 65535 where ports mean something; -1 for all. */
  readonly from: number;
  readonly to: number;
  /** What may come in: exactly one of a CIDR, a prefix list (pl-…) or a group (sg-…). */
  readonly source: string;
  readonly description?: string;
}
/** Keyed by content (`tcp 22-22 0.0.0.0/0`), so that a difference is a rule, not a list. */
export type Rules = Readonly<Record<string, Rule>>;
export const ruleKey = (rule: Omit<Rule, "id">): string => `${rule.protocol} ${rule.from}-${rule.to} ${rule.source}`;

/** A network interface that uses a security group. */
export interface Attachment {
  readonly networkInterface: string;
  /** "instance i-1", "load balancer app/web", "database", or the interface's own description. */
  readonly to: string;
  readonly publicAddress: string | undefined;
  /** Its subnet has a route to an internet gateway, and it has a public address. */
  readonly reachable: boolean;
}

export interface FlowLog {
  readonly id: string;
  readonly active: boolean;
  readonly traffic: "ACCEPT" | "REJECT" | "ALL";
  readonly destination: string;
}

declare module "#domain/asset" {
  interface AssetTypes {
    "aws.ec2.security-group": {
      ingress: Rules;
      /** Entries of the managed prefix lists that rules name: `{ "pl-1": ["0.0.0.0/0"] }`. */
      prefixLists: Readonly<Record<string, readonly string[]>>;
      attachments: readonly Attachment[];
    };
    "aws.ec2.volume": {
      encrypted: boolean;
      state: string;
      /** Instance ids. */
      attachedTo: readonly string[];
      sizeGiB: number;
    };
    "aws.ec2.vpc": {
      isDefault: boolean;
      flowLogs: readonly FlowLog[];
      /** Something runs in the region (network interfaces, volumes or databases exist). */
      regionInUse: boolean;
    };
    /** One region of the account. Its id is `arn:aws:ec2:<region>:<account>:region`. */
    "aws.ec2.region": {
      encryptsVolumesByDefault: boolean;
      regionInUse: boolean;
    };
  }
}
