/** Roles build on one another only where said: an approver is a member; an auditor reads; an admin does all but approve. */
export type Role = "reader" | "member" | "approver" | "auditor" | "admin";

/** One human, whatever accounts they use. */
export interface Human {
  /** Key of `people` in the configuration, or `slack:T1/U1` for somebody the directory alone knows. */
  readonly id: string;
  readonly name: string;
  readonly email?: string;
  readonly roles: readonly Role[];
  /** Teams (keys of `owners`) they belong to. */
  readonly teams: readonly string[];
}

/** Who acts, as proved by the platform just now. */
export interface Actor {
  readonly human: Human;
  readonly platform: string;
  /** The platform's team (workspace, tenant) and account ids. */
  readonly team: string;
  readonly account: string;
  /** Approver groups (keys of `groups`) they are in, read live. */
  readonly groups: readonly string[];
}
