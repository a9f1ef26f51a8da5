import type { AwsApi } from "#cloud/aws/api";

/** First pages are shared: who lists the region and who asks whether it is used read them once. */
export const firstVolumes = (api: AwsApi) =>
  api.once("volumes, first page", () => api.send("ec2", "DescribeVolumes", { MaxResults: 1000 }));
export const firstDatabases = (api: AwsApi) =>
  api.once("databases, first page", () => api.send("rds", "DescribeDBInstances", { MaxRecords: 100 }));

export const inUseOperations = [
  "ec2:DescribeVolumes",
  "rds:DescribeDBInstances",
  "ec2:DescribeNetworkInterfaces",
] as const;
/** Something runs in the region. Any one sign proves it; that there is none takes all three answers. */
export const regionInUse = (api: AwsApi): Promise<boolean> =>
  api.once("region in use", async () => {
    const signs = [
      async () => (await firstVolumes(api)).Volumes,
      async () => (await firstDatabases(api)).DBInstances,
      async () => (await api.send("ec2", "DescribeNetworkInterfaces", { MaxResults: 5 })).NetworkInterfaces,
    ];
    const errors: unknown[] = [];
    for (const sign of signs) {
      try {
        if ((await sign())?.length) return true;
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
    return false;
  });
