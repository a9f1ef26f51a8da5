import type { AnyAnswer, Scene } from "#cloud/aws/memory/answer";
import { defineRead, filtered, tagList } from "#cloud/aws/memory/answer";
import { ec2Page, named } from "#cloud/aws/memory/ec2-lists";
import type { RegionSpec } from "#cloud/aws/memory/estate";
import { networkAnswers } from "#cloud/aws/memory/network";
import { securityGroupAnswers } from "#cloud/aws/memory/security-groups";

type Volume = NonNullable<RegionSpec["volumes"]>[number];
const longAgo = new Date("2023-05-01T09:00:00.000Z");

const volumeFilters: Readonly<Record<string, (volume: Volume) => readonly string[]>> = {
  encrypted: ({ encrypted }) => [`${encrypted}`],
  status: ({ attachedTo }) => [attachedTo === undefined ? "available" : "in-use"],
  "volume-id": ({ id }) => [id],
  "attachment.instance-id": ({ attachedTo }) => (attachedTo === undefined ? [] : [attachedTo]),
};

const volumeToAws = ({ id, encrypted, sizeGiB, attachedTo, tags }: Volume, { region }: Scene) => ({
  VolumeId: id,
  Encrypted: encrypted,
  Size: sizeGiB ?? 8,
  State: attachedTo === undefined ? ("available" as const) : ("in-use" as const),
  VolumeType: "gp3" as const,
  AvailabilityZone: `${region}a`,
  CreateTime: longAgo,
  Attachments:
    attachedTo === undefined
      ? []
      : [{ InstanceId: attachedTo, VolumeId: id, Device: "/dev/xvda", State: "attached" as const }],
  Tags: tagList(tags),
});

export const ec2Answers: readonly AnyAnswer[] = [
  ...securityGroupAnswers,
  ...networkAnswers,
  defineRead("ec2", "DescribeRegions", ({ account }, { RegionNames }) => ({
    Regions: account.regions
      .filter((region) => !RegionNames?.length || RegionNames.includes(region))
      .map((region) => ({
        RegionName: region,
        Endpoint: `ec2.${region}.amazonaws.com`,
        OptInStatus: "opt-in-not-required",
      })),
  })),
  defineRead("ec2", "DescribeVolumes", (scene, input) => {
    const missing = { code: "InvalidVolume.NotFound", kind: "volume" };
    const wanted = filtered(named(scene.place.volumes ?? [], input.VolumeIds, missing), input.Filters, volumeFilters);
    const { items, more } = ec2Page(scene, "volumes", wanted, input, input.VolumeIds);
    return { Volumes: items.map((volume) => volumeToAws(volume, scene)), ...more };
  }),
  defineRead("ec2", "GetEbsEncryptionByDefault", ({ place }) => ({
    EbsEncryptionByDefault: place.encryptsVolumesByDefault ?? false,
    SseType: "sse-ebs" as const,
  })),
  defineRead("ec2", "DescribeFlowLogs", (scene, input) => {
    const { account, region, place } = scene;
    const all = (place.vpcs ?? []).flatMap((vpc) => (vpc.flowLogs ?? []).map((log) => ({ ...log, vpc: vpc.id })));
    const missing = { code: "InvalidFlowLogId.NotFound", kind: "flow log ID" };
    const wanted = filtered(named(all, input.FlowLogIds, missing), input.Filter, {
      "resource-id": ({ vpc }) => [vpc],
      "traffic-type": ({ traffic }) => [traffic],
    });
    const { items, more } = ec2Page(scene, "flow logs", wanted, input, input.FlowLogIds);
    return {
      FlowLogs: items.map(({ id, vpc, traffic, active, destination }) => ({
        FlowLogId: id,
        ResourceId: vpc,
        TrafficType: traffic,
        FlowLogStatus: active === false ? "INACTIVE" : "ACTIVE",
        DeliverLogsStatus: "SUCCESS",
        ...flowLogTarget(destination ?? `arn:aws:logs:${region}:${account.id}:log-group:${flowLogGroup(vpc)}`),
        CreationTime: longAgo,
      })),
      ...more,
    };
  }),
];

const flowLogGroup = (vpc: string): string => `/vpc/${vpc}`;
/** AWS names a log group beside its ARN. */
function flowLogTarget(destination: string) {
  const group = /:log-group:(.+)$/.exec(destination)?.[1];
  return group === undefined
    ? { LogDestinationType: "s3" as const, LogDestination: destination }
    : { LogDestinationType: "cloud-watch-logs" as const, LogDestination: destination, LogGroupName: group };
}
