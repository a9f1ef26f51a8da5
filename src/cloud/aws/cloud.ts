import type { AwsApi } from "#cloud/aws/api";
import { collectors } from "#cloud/aws/collect/all";
import type { AwsDoor } from "#cloud/aws/door";
import type { Cloud } from "#cloud/cloud";
import { openSession } from "#cloud/session";

/** AWS behind whichever door: the collectors are the same for the real cloud and the embedded one. */
export function awsCloud(door: AwsDoor): Cloud {
  return {
    name: "aws",
    assetTypes: collectors.map(({ asset }) => asset),
    accounts: () => door.accounts(),
    async open(account, options = {}) {
      const api = await door.enter(account, options.regions);
      const at = (region: string): AwsApi => (region === "global" ? api : api.at(region));
      return openSession(collectors, { account, regions: api.regions, at });
    },
    openForWriting: (account, grant) => door.enterForWriting(account, grant),
  };
}
