import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { awsCloudContract } from "#test/contracts/aws-cloud";

awsCloudContract(
  "the embedded cloud",
  async (estate) => {
    const door = memoryCloud(estate, { pageSize: 2 });
    return { cloud: awsCloud(door), door, close: async () => undefined };
  },
  {
    enforcesPermissions: true,
    denies: true,
    closes: true,
    organizationTrails: true,
    rootKeys: true,
    dates: true,
    databaseInterfaces: true,
    suspends: true,
  },
);
