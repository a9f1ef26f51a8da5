import type { NetworkInterface, Route, RouteTable, SecurityGroupRule } from "@aws-sdk/client-ec2";
import { type AwsApi, pages } from "#cloud/aws/api";
import { chunks, incomplete } from "#cloud/aws/collect/shared";
import { type Attachment, type Rule, type Rules, ruleKey } from "#cloud/aws/ec2";
import type { CloudError } from "#cloud/cloud";

/** EC2 takes so many values in the filters of one request. */
export const filterSize = 200;

export const ingressOperations = ["ec2:DescribeSecurityGroupRules"] as const;
/**
 * What lets traffic into these groups; an error where the answer cannot be understood. DescribeSecurityGroups lists the
 * same rules, but without their ids. Each group is read once a look, those asked for together in one call.
 */
export async function ingressOf(
  api: AwsApi,
  groups: readonly string[],
): Promise<ReadonlyMap<string, Rules | CloudError>> {
  const asked: string[] = [];
  let answer: Promise<ReadonlyMap<string, readonly SecurityGroupRule[]>> | undefined;
  const read = async (group: string): Promise<Rules | CloudError> => {
    asked.push(group);
    answer ??= Promise.resolve().then(() => rulesByGroup(api, asked));
    return rulesOf((await answer).get(group) ?? []);
  };
  return new Map(
    await Promise.all(
      groups.map(async (group) => [group, await api.once(`ingress of ${group}`, () => read(group))] as const),
    ),
  );
}

async function rulesByGroup(api: AwsApi, groups: readonly string[]) {
  const byGroup = new Map<string, SecurityGroupRule[]>();
  await Promise.all(
    chunks(groups, filterSize).map(async (Values) => {
      const answers = pages(
        (NextToken) =>
          api.send("ec2", "DescribeSecurityGroupRules", {
            Filters: [{ Name: "group-id", Values: [...Values] }],
            MaxResults: 1000,
            NextToken,
          }),
        (out) => out.NextToken,
      );
      for await (const { SecurityGroupRules = [] } of answers)
        for (const rule of SecurityGroupRules) {
          const group = rule.GroupId ?? "";
          byGroup.set(group, [...(byGroup.get(group) ?? []), rule]);
        }
    }),
  );
  return byGroup;
}

const protocols: Readonly<Record<string, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };

/** A rule without its source or protocol may admit anyone: the group is then not judged at all. */
function rulesOf(raw: readonly SecurityGroupRule[]): Rules | CloudError {
  const rules: Record<string, Rule> = {};
  for (const { IsEgress, SecurityGroupRuleId: id, IpProtocol: protocol, ...rest } of raw) {
    if (IsEgress) continue;
    const source = rest.CidrIpv4 ?? rest.CidrIpv6 ?? rest.PrefixListId ?? rest.ReferencedGroupInfo?.GroupId;
    if (IsEgress === undefined || !id || !protocol || !source)
      return incomplete("ec2:DescribeSecurityGroupRules", "what a rule admits");
    const rule = {
      id,
      protocol: protocols[protocol] ?? protocol,
      from: rest.FromPort ?? -1,
      to: rest.ToPort ?? -1,
      source,
      ...(rest.Description && { description: rest.Description }),
    };
    rules[ruleKey(rule)] = rule;
  }
  return rules;
}

export const prefixListOperations = ["ec2:GetManagedPrefixListEntries"] as const;
export const prefixListsIn = (rules: Rules): readonly string[] => [
  ...new Set(Object.values(rules).flatMap(({ source }) => (source.startsWith("pl-") ? [source] : []))),
];
/** The address ranges of these lists, by list. */
export async function prefixLists(
  api: AwsApi,
  lists: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const read = async (list: string): Promise<readonly string[]> => {
    const entries: string[] = [];
    const answers = pages(
      (NextToken) => api.send("ec2", "GetManagedPrefixListEntries", { PrefixListId: list, MaxResults: 100, NextToken }),
      (out) => out.NextToken,
    );
    for await (const { Entries = [] } of answers) entries.push(...Entries.flatMap(({ Cidr }) => Cidr ?? []));
    return entries;
  };
  return Object.fromEntries(
    await Promise.all(
      lists.map(async (list) => [list, await api.once(`prefix list ${list}`, () => read(list))] as const),
    ),
  );
}

export const routeOperations = ["ec2:DescribeRouteTables"] as const;
interface Subnet {
  readonly subnet: string;
  readonly vpc: string;
}
/** Whether a subnet has a route to an internet gateway, by its own route table or else its VPC's main one. */
export const internetRoutes = (api: AwsApi): Promise<(subnet: Subnet) => boolean> =>
  api.once("internet routes", async () => {
    const open = new Map<string, boolean>();
    const answers = pages(
      (NextToken) => api.send("ec2", "DescribeRouteTables", { MaxResults: 100, NextToken }),
      (out) => out.NextToken,
    );
    for await (const { RouteTables = [] } of answers)
      for (const table of RouteTables)
        for (const place of placesOf(table)) open.set(place, (table.Routes ?? []).some(leadsOut));
    return ({ subnet, vpc }) => open.get(subnet) ?? open.get(vpc) ?? false;
  });

/** The subnets that use a route table; the VPC itself where it is the main one. */
const placesOf = ({ Associations = [], VpcId }: RouteTable): readonly string[] =>
  Associations.flatMap(({ Main, SubnetId }) => SubnetId ?? (Main && VpcId ? [VpcId] : []));
const leadsOut = ({ GatewayId, State }: Route): boolean =>
  (GatewayId?.startsWith("igw-") ?? false) && State !== "blackhole";

export const attachmentOperations = ["ec2:DescribeNetworkInterfaces", ...routeOperations] as const;
/** The network interfaces that use these groups (at most `filterSize`), by group. */
export async function attachmentsOf(
  api: AwsApi,
  groups: readonly string[],
): Promise<ReadonlyMap<string, readonly Attachment[]>> {
  const interfaces: NetworkInterface[] = [];
  const answers = pages(
    (NextToken) =>
      api.send("ec2", "DescribeNetworkInterfaces", {
        Filters: [{ Name: "group-id", Values: [...groups] }],
        MaxResults: 1000,
        NextToken,
      }),
    (out) => out.NextToken,
  );
  for await (const { NetworkInterfaces = [] } of answers) interfaces.push(...NetworkInterfaces);
  const isPublic = interfaces.some((one) => publicAddressOf(one) !== undefined);
  const routes = isPublic ? await internetRoutes(api) : () => false;
  const byGroup = new Map<string, Attachment[]>(groups.map((group) => [group, []]));
  for (const one of interfaces) {
    const publicAddress = publicAddressOf(one);
    const attachment = {
      networkInterface: one.NetworkInterfaceId ?? "",
      to: userOf(one),
      publicAddress,
      reachable: publicAddress !== undefined && routes({ subnet: one.SubnetId ?? "", vpc: one.VpcId ?? "" }),
    };
    for (const { GroupId } of one.Groups ?? []) byGroup.get(GroupId ?? "")?.push(attachment);
  }
  return byGroup;
}

/** IPv6 addresses of EC2 are public ones. */
const publicAddressOf = ({ Association, PrivateIpAddresses = [], Ipv6Addresses = [] }: NetworkInterface) =>
  Association?.PublicIp ??
  PrivateIpAddresses.find((address) => address.Association?.PublicIp)?.Association?.PublicIp ??
  Ipv6Addresses.find(({ Ipv6Address }) => Ipv6Address)?.Ipv6Address;

function userOf({ Attachment, Description = "", NetworkInterfaceId = "", RequesterId }: NetworkInterface): string {
  if (Attachment?.InstanceId) return `instance ${Attachment.InstanceId}`;
  const balancer = /^ELB (?<name>(?:app|net|gwy)\/[^/]+|[^/]+)/.exec(Description)?.groups?.name;
  if (balancer !== undefined) return `load balancer ${balancer}`;
  if (RequesterId === "amazon-rds" || Description === "RDSNetworkInterface") return "database";
  return Description || NetworkInterfaceId;
}
