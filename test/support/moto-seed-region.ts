import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateDefaultVpcCommand,
  CreateFlowLogsCommand,
  CreateInternetGatewayCommand,
  CreateManagedPrefixListCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVolumeCommand,
  DeleteVpcCommand,
  DescribeImagesCommand,
  DescribeInternetGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DetachVolumeCommand,
  EC2Client,
  EnableEbsEncryptionByDefaultCommand,
  ModifySubnetAttributeCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, CreateDBSubnetGroupCommand, RDSClient } from "@aws-sdk/client-rds";
import type { IngressSpec, RegionSpec } from "#cloud/aws/memory/estate";
import type { Front } from "#test/support/moto-front";
import { type SeedConfig, tagList } from "#test/support/moto-seed";

/** Estate ids to moto's, learned as things are made. */
interface Region {
  readonly ec2: EC2Client;
  readonly rds: RDSClient;
  readonly place: RegionSpec;
  readonly real: (id: string) => string;
  readonly learn: (id: string, real: string | undefined) => void;
}

/** Creates one region of an estate, in the order in which things need each other. */
export async function seedRegion(config: SeedConfig, front: Front, place: RegionSpec): Promise<void> {
  const known = new Map<string, string>();
  const region: Region = {
    ec2: new EC2Client(config),
    rds: new RDSClient(config),
    place,
    real: (id) => known.get(id) ?? id,
    learn(id, real) {
      if (real === undefined) throw new Error(`moto gave no id for ${id}`);
      known.set(id, real);
      front.rename(real, id);
    },
  };
  await emptyRegion(region.ec2);
  await seedNetwork(region);
  await seedGroups(region);
  await seedMachines(region);
  await seedVolumes(region);
  await seedDatabases(region);
  if (place.encryptsVolumesByDefault) await region.ec2.send(new EnableEbsEncryptionByDefaultCommand({}));
}

async function emptyRegion(ec2: EC2Client): Promise<void> {
  const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
  for (const { InternetGatewayId, Attachments = [] } of InternetGateways) {
    for (const { VpcId } of Attachments) await ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    await ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
  }
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  for (const { SubnetId } of Subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  for (const { VpcId } of Vpcs) await ec2.send(new DeleteVpcCommand({ VpcId }));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  for (const { GroupId } of SecurityGroups) await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
}

async function seedNetwork({ ec2, place, learn, real }: Region): Promise<void> {
  for (const { id, isDefault, tags, flowLogs = [] } of place.vpcs ?? []) {
    const { Vpc } = isDefault
      ? await ec2.send(new CreateDefaultVpcCommand({}))
      : await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    learn(id, Vpc?.VpcId);
    if (isDefault) {
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
      const own = Subnets.filter(({ VpcId }) => VpcId === Vpc?.VpcId);
      for (const { SubnetId } of own) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
    }
    if (tags) await ec2.send(new CreateTagsCommand({ Resources: [real(id)], Tags: tagList(tags) }));
    for (const log of flowLogs) {
      const { FlowLogIds = [] } = await ec2.send(
        new CreateFlowLogsCommand({
          ResourceIds: [real(id)],
          ResourceType: "VPC",
          TrafficType: log.traffic,
          LogGroupName: log.destination ?? `flow-logs-${log.id}`,
          DeliverLogsPermissionArn: "arn:aws:iam::123456789012:role/flow-logs",
        }),
      );
      learn(log.id, FlowLogIds[0]);
    }
  }
  const blocks = new Map<string, number>();
  for (const { id, vpc, internetRoute } of place.subnets ?? []) {
    const number = (blocks.get(vpc) ?? 0) + 1;
    blocks.set(vpc, number);
    const prefix = place.vpcs?.find((one) => one.id === vpc)?.isDefault ? "172.31" : "10.0";
    const CidrBlock = `${prefix}.${number}.0/24`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: real(vpc), CidrBlock }));
    learn(id, Subnet?.SubnetId);
    // moto takes the first subnet of a zone for a default one, whose instances get an address of their own.
    const MapPublicIpOnLaunch = { Value: false };
    await ec2.send(new ModifySubnetAttributeCommand({ SubnetId: real(id), MapPublicIpOnLaunch }));
    if (internetRoute) await routeOut(ec2, real(vpc), real(id));
  }
  for (const { id, entries } of place.prefixLists ?? []) {
    const { PrefixList } = await ec2.send(
      new CreateManagedPrefixListCommand({
        PrefixListName: id,
        AddressFamily: "IPv4",
        MaxEntries: Math.max(1, entries.length),
        Entries: entries.map((Cidr) => ({ Cidr })),
      }),
    );
    learn(id, PrefixList?.PrefixListId);
  }
}

async function routeOut(ec2: EC2Client, VpcId: string, SubnetId: string): Promise<void> {
  const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
  let gateway = InternetGateways.find(({ Attachments = [] }) => Attachments.some((one) => one.VpcId === VpcId));
  if (!gateway) {
    gateway = (await ec2.send(new CreateInternetGatewayCommand({}))).InternetGateway;
    await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: gateway?.InternetGatewayId }));
  }
  const { RouteTable: table } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const RouteTableId = table?.RouteTableId;
  const GatewayId = gateway?.InternetGatewayId;
  await ec2.send(new CreateRouteCommand({ RouteTableId, GatewayId, DestinationCidrBlock: "0.0.0.0/0" }));
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
}

async function seedGroups({ ec2, place, learn, real }: Region): Promise<void> {
  const { SecurityGroups: made = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const defaults = new Map(made.map(({ VpcId, GroupId }) => [VpcId, GroupId]));
  for (const { id, name, vpc, tags } of place.groups ?? []) {
    if (name !== "default") {
      const VpcId = real(vpc);
      const input = { GroupName: name, Description: name, VpcId };
      learn(id, (await ec2.send(new CreateSecurityGroupCommand(input))).GroupId);
    } else {
      learn(id, defaults.get(real(vpc)));
      defaults.delete(real(vpc));
    }
    if (tags) await ec2.send(new CreateTagsCommand({ Resources: [real(id)], Tags: tagList(tags) }));
  }
  // An estate that does not name a VPC's default group has none.
  for (const GroupId of defaults.values()) await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  for (const { id, ingress = [] } of place.groups ?? [])
    for (const rule of ingress)
      await ec2.send(
        new AuthorizeSecurityGroupIngressCommand({ GroupId: real(id), IpPermissions: [permission(rule, real)] }),
      );
}

function permission({ protocol, from, to, source, description }: IngressSpec, real: Region["real"]) {
  const Description = description === undefined ? {} : { Description: description };
  const ports = protocol === "-1" ? {} : { FromPort: from, ToPort: to };
  const admitted = { IpProtocol: protocol, ...ports };
  if (source.startsWith("sg-")) return { ...admitted, UserIdGroupPairs: [{ GroupId: real(source), ...Description }] };
  if (source.startsWith("pl-")) return { ...admitted, PrefixListIds: [{ PrefixListId: real(source), ...Description }] };
  if (source.includes(":")) return { ...admitted, Ipv6Ranges: [{ CidrIpv6: source, ...Description }] };
  return { ...admitted, IpRanges: [{ CidrIp: source, ...Description }] };
}

async function seedMachines(region: Region): Promise<void> {
  const { ec2, place, learn, real } = region;
  const { instances = [], interfaces = [], volumes = [] } = place;
  const images = instances.length > 0 ? await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"] })) : undefined;
  const image = images?.Images?.find(({ RootDeviceType }) => RootDeviceType === "ebs")?.ImageId;
  for (const { id, subnet, groups, publicAddress, tags } of instances) {
    const root = volumes.find(({ attachedTo }) => attachedTo === id);
    const ebs = { VolumeSize: root?.sizeGiB ?? 8, Encrypted: root?.encrypted ?? false };
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        MinCount: 1,
        MaxCount: 1,
        SubnetId: real(subnet),
        SecurityGroupIds: groups.map(real),
        BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: ebs }],
        ...(tags && { TagSpecifications: [{ ResourceType: "instance", Tags: tagList(tags) }] }),
      }),
    );
    const [made] = Instances;
    learn(id, made?.InstanceId);
    const volume = made?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId;
    if (root) {
      learn(root.id, volume);
      if (root.tags) await ec2.send(new CreateTagsCommand({ Resources: [real(root.id)], Tags: tagList(root.tags) }));
    } else {
      await ec2.send(new DetachVolumeCommand({ VolumeId: volume }));
      await ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
    }
    if (publicAddress) await giveAddress(region, publicAddress, { InstanceId: real(id) });
  }
  for (const { id, subnet, groups, description, publicAddress } of interfaces) {
    const input = { SubnetId: real(subnet), Groups: groups.map(real), Description: description };
    learn(id, (await ec2.send(new CreateNetworkInterfaceCommand(input))).NetworkInterface?.NetworkInterfaceId);
    if (publicAddress) await giveAddress(region, publicAddress, { NetworkInterfaceId: real(id) });
  }
}

async function giveAddress(
  { ec2, learn }: Region,
  address: string,
  to: { readonly InstanceId?: string; readonly NetworkInterfaceId?: string },
): Promise<void> {
  const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  learn(address, PublicIp);
  await ec2.send(new AssociateAddressCommand({ AllocationId, ...to }));
}

async function seedVolumes({ ec2, place, learn }: Region): Promise<void> {
  for (const { id, encrypted, sizeGiB, tags, attachedTo } of place.volumes ?? []) {
    if (attachedTo !== undefined) continue;
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${place.region}a`,
        Size: sizeGiB ?? 8,
        Encrypted: encrypted,
        ...(tags && { TagSpecifications: [{ ResourceType: "volume", Tags: tagList(tags) }] }),
      }),
    );
    learn(id, VolumeId);
  }
}

async function seedDatabases({ rds, place, real }: Region): Promise<void> {
  for (const database of place.databases ?? []) {
    const { name, engine = "postgres", port = 5432, encrypted, publiclyAccessible, groups, subnets, tags } = database;
    const DBSubnetGroupName = `subnets-of-${name}`;
    await rds.send(
      new CreateDBSubnetGroupCommand({
        DBSubnetGroupName,
        DBSubnetGroupDescription: name,
        SubnetIds: subnets.map(real),
      }),
    );
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: name,
        DBInstanceClass: "db.t3.micro",
        Engine: engine,
        AllocatedStorage: 20,
        Port: port,
        StorageEncrypted: encrypted,
        PubliclyAccessible: publiclyAccessible,
        VpcSecurityGroupIds: groups.map(real),
        DBSubnetGroupName,
        MasterUsername: "stance",
        MasterUserPassword: "not-a-secret",
        Tags: tagList(tags),
      }),
    );
  }
}
