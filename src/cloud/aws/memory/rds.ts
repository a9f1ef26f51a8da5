import type { AnyAnswer, Scene } from "#cloud/aws/memory/answer";
import { defineRead, filtered, page, refused, tagList } from "#cloud/aws/memory/answer";
import { databaseArn } from "#cloud/aws/memory/arns";
import type { RegionSpec } from "#cloud/aws/memory/estate";

type Database = NonNullable<RegionSpec["databases"]>[number];

const databaseToAws = (database: Database, { account, region, place }: Scene) => {
  const { name, engine, port, encrypted, publiclyAccessible, groups, subnets, tags } = database;
  return {
    DBInstanceIdentifier: name,
    DBInstanceArn: databaseArn(account.id, region, name),
    DBInstanceClass: "db.t4g.medium",
    DBInstanceStatus: "available",
    Engine: engine ?? "postgres",
    // The field of this name is 0; the port is at the endpoint.
    DbInstancePort: 0,
    Endpoint: { Address: `${name}.c1.${region}.rds.amazonaws.com`, Port: port ?? 5432 },
    StorageEncrypted: encrypted,
    PubliclyAccessible: publiclyAccessible,
    VpcSecurityGroups: groups.map((VpcSecurityGroupId) => ({ VpcSecurityGroupId, Status: "active" })),
    DBSubnetGroup: {
      DBSubnetGroupName: `${name}-subnets`,
      VpcId: place.subnets?.find(({ id }) => id === subnets[0])?.vpc,
      Subnets: subnets.map((SubnetIdentifier) => ({ SubnetIdentifier, SubnetStatus: "Active" })),
    },
    TagList: tagList(tags),
  };
};

export const rdsAnswers: readonly AnyAnswer[] = [
  defineRead("rds", "DescribeDBInstances", (scene, { DBInstanceIdentifier: asked, Filters, Marker, MaxRecords }) => {
    const { account, region } = scene;
    const all = scene.place.databases ?? [];
    const arn = ({ name }: Database): string => databaseArn(account.id, region, name);
    const wanted = filtered(
      asked === undefined ? all : all.filter((database) => [database.name, arn(database)].includes(asked)),
      Filters,
      {
        "db-instance-id": (database) => [database.name, arn(database)],
        engine: ({ engine }) => [engine ?? "postgres"],
      },
    );
    if (asked !== undefined && wanted.length === 0) refused("DBInstanceNotFound", `DBInstance ${asked} not found.`);
    const size = Math.min(MaxRecords ?? scene.pageSize, scene.pageSize);
    const { items, next } = page(wanted, { token: Marker, size, list: "databases" });
    return {
      DBInstances: items.map((database) => databaseToAws(database, scene)),
      ...(next !== undefined && { Marker: next }),
    };
  }),
];
