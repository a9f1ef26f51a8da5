import type { AnyAnswer, Scene } from "#cloud/aws/memory/answer";
import { defineRead, filtered, tagList } from "#cloud/aws/memory/answer";
import { ec2Page, named } from "#cloud/aws/memory/ec2-lists";
import type { RegionSpec } from "#cloud/aws/memory/estate";

interface Interface {
  readonly id: string;
  readonly subnet: string;
  readonly groups: readonly string[];
  readonly description?: string;
  readonly publicAddress?: string | undefined;
  readonly instance?: string;
  readonly requester?: string;
}

/** The interfaces AWS would show: one an instance, one a database, and those of the estate. */
export function interfacesOf(place: RegionSpec): readonly Interface[] {
  const ofInstances = (place.instances ?? []).map((instance): Interface => {
    const { id, subnet, groups, publicAddress } = instance;
    return { id: id.replace("i-", "eni-"), subnet, groups, publicAddress, instance: id };
  });
  const ofDatabases = (place.databases ?? []).map((database, index): Interface => {
    const { name, subnets, groups, publiclyAccessible } = database;
    return {
      id: `eni-db-${name}`,
      subnet: subnets[0] ?? "",
      groups,
      description: "RDSNetworkInterface",
      requester: "amazon-rds",
      publicAddress: publiclyAccessible ? `198.51.100.${index + 10}` : undefined,
    };
  });
  return [...ofInstances, ...ofDatabases, ...(place.interfaces ?? [])];
}

const vpcOf = (place: RegionSpec, subnet: string): string | undefined =>
  place.subnets?.find(({ id }) => id === subnet)?.vpc;

const interfaceToAws = (card: Interface, { account, place, region }: Scene) => ({
  NetworkInterfaceId: card.id,
  SubnetId: card.subnet,
  VpcId: vpcOf(place, card.subnet),
  OwnerId: account.id,
  AvailabilityZone: `${region}a`,
  Description: card.description ?? "",
  InterfaceType: "interface" as const,
  Status: "in-use" as const,
  Groups: card.groups.map((GroupId) => ({
    GroupId,
    GroupName: place.groups?.find(({ id }) => id === GroupId)?.name,
  })),
  RequesterManaged: card.requester !== undefined,
  ...(card.requester !== undefined && { RequesterId: card.requester }),
  ...(card.instance !== undefined && {
    Attachment: {
      AttachmentId: card.id.replace("eni-", "eni-attach-"),
      InstanceId: card.instance,
      InstanceOwnerId: account.id,
      DeviceIndex: 0,
      Status: "attached" as const,
    },
  }),
  ...(card.publicAddress !== undefined && { Association: { PublicIp: card.publicAddress, IpOwnerId: "amazon" } }),
  Ipv6Addresses: [],
  TagSet: [],
});

interface Table {
  readonly RouteTableId: string;
  readonly VpcId: string;
  readonly Associations: {
    readonly RouteTableId: string;
    readonly Main: boolean;
    readonly SubnetId?: string;
    readonly AssociationState: { readonly State: "associated" };
  }[];
  readonly Routes: {
    readonly DestinationCidrBlock?: string;
    readonly DestinationIpv6CidrBlock?: string;
    readonly GatewayId: string;
    readonly State: "active";
  }[];
}

/** In a default VPC the main table leads out and subnets name no table of their own; elsewhere each one names its own. */
function routeTablesOf({ place }: Scene): readonly Table[] {
  const local = { DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local", State: "active" as const };
  const out = (vpc: string) =>
    [{ DestinationCidrBlock: "0.0.0.0/0" }, { DestinationIpv6CidrBlock: "::/0" }].map((to) => ({
      ...to,
      GatewayId: vpc.replace("vpc-", "igw-"),
      State: "active" as const,
    }));
  const associated = { AssociationState: { State: "associated" as const } };
  return (place.vpcs ?? []).flatMap((vpc) => {
    const subnets = place.subnets?.filter((subnet) => subnet.vpc === vpc.id) ?? [];
    const mainLeadsOut =
      vpc.isDefault === true && subnets.length > 0 && subnets.every(({ internetRoute }) => internetRoute);
    const id = vpc.id.replace("vpc-", "rtb-");
    const main = {
      RouteTableId: id,
      VpcId: vpc.id,
      Associations: [{ RouteTableId: id, Main: true, ...associated }],
      Routes: mainLeadsOut ? [local, ...out(vpc.id)] : [local],
    };
    const own = subnets
      .filter(({ internetRoute }) => internetRoute && !mainLeadsOut)
      .map((subnet) => {
        const table = subnet.id.replace("subnet-", "rtb-");
        return {
          RouteTableId: table,
          VpcId: vpc.id,
          Associations: [{ RouteTableId: table, Main: false, SubnetId: subnet.id, ...associated }],
          Routes: [local, ...out(vpc.id)],
        };
      });
    return [main, ...own];
  });
}

export const networkAnswers: readonly AnyAnswer[] = [
  defineRead("ec2", "DescribeVpcs", (scene, input) => {
    const missing = { code: "InvalidVpcID.NotFound", kind: "vpc ID" };
    const wanted = filtered(named(scene.place.vpcs ?? [], input.VpcIds, missing), input.Filters, {
      "vpc-id": ({ id }) => [id],
      "is-default": ({ isDefault }) => [`${isDefault ?? false}`],
      isDefault: ({ isDefault }) => [`${isDefault ?? false}`],
    });
    const { items, more } = ec2Page(scene, "vpcs", wanted, input, input.VpcIds);
    return {
      Vpcs: items.map(({ id, isDefault, tags }) => ({
        VpcId: id,
        IsDefault: isDefault ?? false,
        CidrBlock: "10.0.0.0/16",
        State: "available" as const,
        OwnerId: scene.account.id,
        Tags: tagList(tags),
      })),
      ...more,
    };
  }),
  defineRead("ec2", "DescribeRouteTables", (scene, input) => {
    const all = routeTablesOf(scene).map((table) => ({ id: table.RouteTableId, table }));
    const missing = { code: "InvalidRouteTableID.NotFound", kind: "routeTable ID" };
    const wanted = filtered(named(all, input.RouteTableIds, missing), input.Filters, {
      "vpc-id": ({ table }) => [table.VpcId],
      "association.main": ({ table }) => table.Associations.map(({ Main }) => `${Main}`),
      "association.subnet-id": ({ table }) => table.Associations.map(({ SubnetId }) => SubnetId),
      "route.gateway-id": ({ table }) => table.Routes.map(({ GatewayId }) => GatewayId),
    });
    const { items, more } = ec2Page(scene, "route tables", wanted, input, input.RouteTableIds);
    return { RouteTables: items.map(({ table }) => table), ...more };
  }),
  defineRead("ec2", "DescribeNetworkInterfaces", (scene, input) => {
    const missing = { code: "InvalidNetworkInterfaceID.NotFound", kind: "networkInterface ID" };
    const all = interfacesOf(scene.place);
    const wanted = filtered(named(all, input.NetworkInterfaceIds, missing), input.Filters, {
      "group-id": ({ groups }) => groups,
      "subnet-id": ({ subnet }) => [subnet],
      "vpc-id": ({ subnet }) => [vpcOf(scene.place, subnet)],
      "requester-id": ({ requester }) => [requester],
      "attachment.instance-id": ({ instance }) => [instance],
      status: () => ["in-use"],
    });
    const { items, more } = ec2Page(scene, "network interfaces", wanted, input, input.NetworkInterfaceIds);
    return { NetworkInterfaces: items.map((card) => interfaceToAws(card, scene)), ...more };
  }),
];
