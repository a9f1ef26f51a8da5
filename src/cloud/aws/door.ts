import type { AwsApi } from "#cloud/aws/api";
import type { Account, WriteGrant, Writer } from "#cloud/cloud";

/** The two ways into AWS: `sdk/` (the real one) and `memory/` (the embedded cloud). Everything above is shared. */
export interface AwsDoor {
  accounts(): Promise<readonly Account[]>;
  /**
   * Signs in for reading and asks the cloud who we are (StanceError `cloud/identity` when it is somebody else) and which
   * regions are enabled. `regions`: only these, as far as they are enabled.
   */
  enter(account: Account, regions?: readonly string[]): Promise<AwsApi>;
  enterForWriting(account: Account, grant: WriteGrant): Promise<Writer>;
}
