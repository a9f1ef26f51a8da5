import { describe } from "vitest";
import { awsCloud } from "#cloud/aws/cloud";
import { sdkDoor } from "#cloud/aws/sdk/door";
import { awsCloudContract } from "#test/contracts/aws-cloud";
import { startMoto, withoutMoto } from "#test/support/moto";
import { startFront } from "#test/support/moto-front";
import { keys, seedMoto } from "#test/support/moto-seed";

describe.skipIf(withoutMoto())("over moto", () => {
  awsCloudContract(
    "the AWS SDK",
    async (estate) => {
      process.env.AWS_ACCESS_KEY_ID = keys.accessKeyId;
      process.env.AWS_SECRET_ACCESS_KEY = keys.secretAccessKey;
      const moto = await startMoto();
      const front = await startFront(moto.endpoint);
      await seedMoto(moto.endpoint, front, estate);
      for (const { id, denials = [] } of estate.accounts)
        for (const { operation, region, closed } of denials)
          front.faults.push({
            account: id,
            operation,
            ...(region !== undefined && { region }),
            answer: { denied: closed ? "organization" : "role" },
          });
      const list = estate.accounts.map(({ id, name }) => {
        const role = `arn:aws:iam::${id}:role/read`;
        return { id, name, role, writeRole: `arn:aws:iam::${id}:role/write` };
      });
      const door = sdkDoor(
        {
          accounts: { list },
          homeRegion: "eu-central-1",
          endpoint: front.endpoint,
          allowWritesToCustomEndpoint: true,
        },
        { clock: { now: Date.now, sleep: (ms) => new Promise((done) => setTimeout(done, ms)) }, environment: {} },
      );
      return {
        cloud: awsCloud(door),
        door,
        async close() {
          await front.close();
          await moto.stop();
        },
      };
    },
    {
      // moto keeps session policies and ignores them.
      enforcesPermissions: false,
      denies: true,
      closes: true,
      organizationTrails: true,
      rootKeys: true,
      // Things exist since they were seeded.
      dates: false,
      databaseInterfaces: false,
      // The accounts are a list in the configuration; see sdk/accounts.test.ts for the organisation's.
      suspends: false,
    },
  );
});
