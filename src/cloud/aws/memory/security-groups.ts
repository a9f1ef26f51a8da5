import type { AnyAnswer, Scene } from "#cloud/aws/memory/answer";
import { defineRead, filtered, refused, tagList } from "#cloud/aws/memory/answer";
import { ec2Arn } from "#cloud/aws/memory/arns";
import { ec2Page, named } from "#cloud/aws/memory/ec2-lists";
import type { IngressSpec, RegionSpec } from "#cloud/aws/memory/estate";

type Group = NonNullable<RegionSpec["groups"]>[number];

const groupFilters: Readonly<Record<string, (group: Group) => readonly string[]>> = {
  "group-id": ({ id }) => [id],
  "group-name": ({ name }) => [name],
  "vpc-id": ({ vpc }) => [vpc],
};

const kindOf = (source: string): "list" | "group" | "ipv6" | "ipv4" => {
  if (source.startsWith("pl-")) return "list";
  if (source.startsWith("sg-")) return "group";
  return source.includes(":") ? "ipv6" : "ipv4";
};

const rangeOf = ({ protocol, from, to }: IngressSpec): string => `${protocol} ${from}-${to}`;
/** Rules of one protocol and port range come as one permission with lists of sources. */
function permissionsOf(rules: readonly IngressSpec[], account: string) {
  const ranges = new Map(rules.map((rule) => [rangeOf(rule), rule]));
  return [...ranges].map(([range, { protocol, from, to }]) => {
    const same = rules.filter((rule) => rangeOf(rule) === range);
    const of = (kind: ReturnType<typeof kindOf>) =>
      same
        .filter(({ source }) => kindOf(source) === kind)
        .map(({ source, description }) => ({
          source,
          more: description === undefined ? {} : { Description: description },
        }));
    return {
      IpProtocol: protocol,
      // "All protocols" has no ports.
      ...(protocol !== "-1" && { FromPort: from, ToPort: to }),
      IpRanges: of("ipv4").map(({ source, more }) => ({ CidrIp: source, ...more })),
      Ipv6Ranges: of("ipv6").map(({ source, more }) => ({ CidrIpv6: source, ...more })),
      PrefixListIds: of("list").map(({ source, more }) => ({ PrefixListId: source, ...more })),
      UserIdGroupPairs: of("group").map(({ source, more }) => ({ GroupId: source, UserId: account, ...more })),
    };
  });
}

const allOut: IngressSpec = { protocol: "-1", from: -1, to: -1, source: "0.0.0.0/0" };

const groupToAws = ({ id, name, vpc, tags, ingress }: Group, { account, region }: Scene) => ({
  GroupId: id,
  GroupName: name,
  Description: name,
  OwnerId: account.id,
  VpcId: vpc,
  SecurityGroupArn: ec2Arn(account.id, region, "security-group", id),
  IpPermissions: permissionsOf(ingress ?? [], account.id),
  IpPermissionsEgress: permissionsOf([allOut], account.id),
  Tags: tagList(tags),
});

function sourceToAws(source: string, account: string) {
  switch (kindOf(source)) {
    case "list":
      return { PrefixListId: source };
    case "group":
      return { ReferencedGroupInfo: { GroupId: source, UserId: account } };
    case "ipv6":
      return { CidrIpv6: source };
    case "ipv4":
      return { CidrIpv4: source };
  }
}

const ruleToAws = (rule: IngressSpec, group: Group, account: string, isEgress: boolean) => ({
  SecurityGroupRuleId: rule.id,
  GroupId: group.id,
  GroupOwnerId: account,
  IsEgress: isEgress,
  IpProtocol: rule.protocol,
  FromPort: rule.from,
  ToPort: rule.to,
  ...sourceToAws(rule.source, account),
  ...(rule.description !== undefined && { Description: rule.description }),
  Tags: [],
});

export const securityGroupAnswers: readonly AnyAnswer[] = [
  defineRead("ec2", "DescribeSecurityGroups", (scene, input) => {
    const missing = { code: "InvalidGroup.NotFound", kind: "security group" };
    const wanted = filtered(named(scene.place.groups ?? [], input.GroupIds, missing), input.Filters, groupFilters);
    const { items, more } = ec2Page(scene, "groups", wanted, input, input.GroupIds);
    return { SecurityGroups: items.map((group) => groupToAws(group, scene)), ...more };
  }),
  defineRead("ec2", "DescribeSecurityGroupRules", (scene, input) => {
    const { account, place } = scene;
    const all = (place.groups ?? []).flatMap((group) => [
      ...(group.ingress ?? []).map((rule) => ({ rule, group, isEgress: false })),
      // Every group lets everything out: a reader of rules must leave those aside.
      { rule: { ...allOut, id: group.id.replace("sg-", "sgr-e") }, group, isEgress: true },
    ]);
    const wanted = filtered(all, input.Filters, {
      "group-id": ({ group }) => [group.id],
      "security-group-rule-id": ({ rule }) => [rule.id],
    });
    const ids = input.SecurityGroupRuleIds;
    const found = ids?.length ? wanted.filter(({ rule }) => ids.includes(rule.id ?? "")) : wanted;
    if (ids?.length && found.length < ids.length)
      refused("InvalidSecurityGroupRuleId.NotFound", "The security group rule does not exist");
    const { items, more } = ec2Page(scene, "group rules", found, input, ids);
    return {
      SecurityGroupRules: items.map(({ rule, group, isEgress }) => ruleToAws(rule, group, account.id, isEgress)),
      ...more,
    };
  }),
  defineRead("ec2", "GetManagedPrefixListEntries", (scene, input) => {
    const list = scene.place.prefixLists?.find(({ id }) => id === input.PrefixListId);
    if (!list)
      return refused("InvalidPrefixListID.NotFound", `The prefix list ID '${input.PrefixListId}' does not exist`);
    const { items, more } = ec2Page(scene, `entries of ${list.id}`, list.entries, input);
    return { Entries: items.map((Cidr) => ({ Cidr })), ...more };
  }),
];
