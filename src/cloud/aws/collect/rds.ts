import type { DBInstance } from "@aws-sdk/client-rds";
import { type AwsApi, pages, tagsOf } from "#cloud/aws/api";
import { firstDatabases } from "#cloud/aws/collect/in-use";
import {
  ingressOf,
  ingressOperations,
  internetRoutes,
  prefixListOperations,
  prefixLists,
  prefixListsIn,
  routeOperations,
} from "#cloud/aws/collect/network";
import { arnOf, asset, incomplete, markerIn, required, resourceIn, unlessGone } from "#cloud/aws/collect/shared";
import { type Rules, ruleKey } from "#cloud/aws/ec2";
import type { Exposure } from "#cloud/aws/rds";
import { CloudError, defineCollector, type Listed, type Reading } from "#cloud/cloud";
import type { Asset, Relation } from "#domain/asset";

type ListedFacts = "engine" | "port" | "status" | "encrypted" | "publiclyAccessible" | "groups";

const exposureOf = (
  openRules: Exposure["openRules"] | CloudError,
  internetRoute: boolean,
): CloudError | Reading<{ exposure: Exposure }> =>
  openRules instanceof CloudError ? openRules : { facts: { exposure: { openRules, internetRoute } } };

export const databases = defineCollector<AwsApi, "aws.rds.instance", ListedFacts>({
  asset: "aws.rds.instance",
  scope: "region",
  operations: ["rds:DescribeDBInstances"],
  listed: ["engine", "port", "status", "encrypted", "publiclyAccessible", "groups"],
  async *list(api, only) {
    const answers = pages((Marker) => {
      if (only) return describeOne(api, only);
      return Marker === undefined
        ? firstDatabases(api)
        : api.send("rds", "DescribeDBInstances", { MaxRecords: 100, Marker });
    }, markerIn("rds:DescribeDBInstances"));
    for await (const { DBInstances = [] } of unlessGone(["DBInstanceNotFound"], answers)) {
      const page = DBInstances.map((database) => listed(api, database));
      // Its place in the network is what `exposure` needs, and is not a fact of its own.
      await Promise.all(
        DBInstances.map((database) => api.once(placeKey(database.DBInstanceArn ?? ""), async () => placeOf(database))),
      );
      yield page;
    }
  },
  fetch: {
    exposure: {
      per: "asset",
      operations: ["rds:DescribeDBInstances", ...ingressOperations, ...prefixListOperations, ...routeOperations],
      size: 100,
      async read(api, assets) {
        const placed = await Promise.all(
          assets.map(async (database) => ({ id: database.id, place: await placeIn(api, database) })),
        );
        const [ingress, routes] = await Promise.all([
          ingressOf(api, [...new Set(placed.flatMap(({ place }) => place.groups))]),
          internetRoutes(api),
        ]);
        const read = placed.map(async ({ id, place }) => {
          const internetRoute = place.subnets.some((subnet) => routes({ subnet, vpc: place.vpc }));
          const openRules = await openRulesOf(api, place, ingress);
          return [id, exposureOf(openRules, internetRoute)] as const;
        });
        return new Map(await Promise.all(read));
      },
    },
  },
});

interface Place {
  readonly port: number | undefined;
  readonly groups: readonly string[];
  readonly subnets: readonly string[];
  readonly vpc: string;
}
const placeKey = (arn: string): string => `place of ${arn}`;

const placeIn = (api: AwsApi, database: Asset<"aws.rds.instance">): Promise<Place> =>
  api.once(placeKey(database.id), async () => {
    const { DBInstances } = await describeOne(api, database);
    return placeOf(required(DBInstances?.[0], "rds:DescribeDBInstances", "the database"));
  });

const describeOne = (api: AwsApi, { id }: Asset<"aws.rds.instance">) =>
  api.send("rds", "DescribeDBInstances", { DBInstanceIdentifier: resourceIn(id) });

const portOf = ({ Endpoint, DbInstancePort }: DBInstance): number | undefined =>
  Endpoint?.Port || DbInstancePort || undefined;
const groupsOf = ({ VpcSecurityGroups = [] }: DBInstance): readonly string[] =>
  VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);

const placeOf = (database: DBInstance): Place => ({
  port: portOf(database),
  groups: groupsOf(database),
  subnets: (database.DBSubnetGroup?.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []),
  vpc: database.DBSubnetGroup?.VpcId ?? "",
});

function listed(api: AwsApi, database: DBInstance): Listed<"aws.rds.instance", ListedFacts> {
  const has = <V>(value: V | undefined, what: string): V => required(value, "rds:DescribeDBInstances", what);
  const id = has(database.DBInstanceArn, "a database's ARN");
  const name = has(database.DBInstanceIdentifier, "a database's name");
  const groups = groupsOf(database);
  const { vpc } = placeOf(database);
  const relations = [
    ...(vpc ? [{ kind: "in", id: arnOf(api, "ec2", `vpc/${vpc}`) } as const] : []),
    ...groups.map((group): Relation => ({ kind: "uses", id: arnOf(api, "ec2", `security-group/${group}`) })),
  ];
  const status = database.DBInstanceStatus ?? "unknown";
  const facts = {
    engine: database.Engine ?? "unknown",
    port: portOf(database),
    status,
    encrypted: has(database.StorageEncrypted, "whether a database is encrypted"),
    publiclyAccessible: has(database.PubliclyAccessible, "whether a database is publicly accessible"),
    groups,
  };
  // creating, modifying, configuring-…, moving-to-vpc; an optimisation of storage may last for days and changes nothing.
  const settling = /ing(-|$)/.test(status);
  return {
    ...asset(api, "aws.rds.instance", { id, name, tags: tagsOf(database.TagList), relations }),
    facts,
    settling,
  };
}

/** The rules that let everyone in to its port; an error where one of its groups cannot be read. */
async function openRulesOf(
  api: AwsApi,
  { groups, port }: Place,
  ingress: ReadonlyMap<string, Rules | CloudError>,
): Promise<readonly string[] | CloudError> {
  const open: string[] = [];
  for (const group of groups) {
    const rules = ingress.get(group) ?? incomplete("ec2:DescribeSecurityGroupRules", `group ${group}`);
    if (rules instanceof CloudError) return rules;
    const admitting = Object.values(rules).filter(
      ({ protocol, from, to }) =>
        protocol === "-1" ||
        (protocol === "tcp" && (port === undefined || from === -1 || (from <= port && port <= to))),
    );
    try {
      const named = Object.fromEntries(admitting.map((rule) => [ruleKey(rule), rule]));
      const lists = await prefixLists(api, prefixListsIn(named));
      const all = admitting.filter(({ source }) => (lists[source] ?? [source]).some((range) => range.endsWith("/0")));
      open.push(...all.map((rule) => `${group} ${ruleKey(rule)}`));
    } catch (error) {
      if (error instanceof CloudError) return error;
      throw error;
    }
  }
  return open;
}
