import type { FlowLog as RawFlowLog } from "@aws-sdk/client-ec2";
import { type AwsApi, pages, tagsOf } from "#cloud/aws/api";
import { firstVolumes, inUseOperations, regionInUse } from "#cloud/aws/collect/in-use";
import {
  attachmentOperations,
  attachmentsOf,
  filterSize,
  ingressOf,
  ingressOperations,
  prefixListOperations,
  prefixLists,
  prefixListsIn,
} from "#cloud/aws/collect/network";
import { arnOf, asset, incomplete, required, resourceIn, unlessGone } from "#cloud/aws/collect/shared";
import type { FlowLog } from "#cloud/aws/ec2";
import { CloudError, defineCollector } from "#cloud/cloud";
import type { Relation } from "#domain/asset";

export const securityGroups = defineCollector<AwsApi, "aws.ec2.security-group", never>({
  asset: "aws.ec2.security-group",
  scope: "region",
  operations: ["ec2:DescribeSecurityGroups"],
  listed: [],
  async *list(api, only) {
    const input = only ? { GroupIds: [resourceIn(only.id)] } : { MaxResults: 1000 };
    const answers = pages(
      (NextToken) => api.send("ec2", "DescribeSecurityGroups", { ...input, NextToken }),
      (out) => out.NextToken,
    );
    for await (const { SecurityGroups = [] } of unlessGone(["InvalidGroup.NotFound"], answers))
      yield SecurityGroups.map(({ GroupId, Tags, VpcId }) => {
        const name = required(GroupId, "ec2:DescribeSecurityGroups", "a group's id");
        const parts = {
          id: arnOf(api, "ec2", `security-group/${name}`),
          name,
          tags: tagsOf(Tags),
          ...inVpc(api, VpcId),
        };
        return { ...asset(api, "aws.ec2.security-group", parts), facts: {} };
      });
  },
  fetch: {
    ingress: {
      per: "asset",
      operations: ingressOperations,
      size: filterSize,
      async read(api, groups) {
        const rules = await ingressOf(
          api,
          groups.map(({ name }) => name),
        );
        return new Map(
          groups.map(({ id, name }) => {
            const ingress = rules.get(name) ?? incomplete("ec2:DescribeSecurityGroupRules", `group ${name}`);
            return [id, ingress instanceof CloudError ? ingress : { facts: { ingress } }];
          }),
        );
      },
    },
    prefixLists: {
      per: "asset",
      operations: [...ingressOperations, ...prefixListOperations],
      async read(api, [group]) {
        const ingress = group && (await ingressOf(api, [group.name])).get(group.name);
        if (!ingress) return new Map();
        if (ingress instanceof CloudError) throw ingress;
        return new Map([[group.id, { facts: { prefixLists: await prefixLists(api, prefixListsIn(ingress)) } }]]);
      },
    },
    attachments: {
      per: "asset",
      operations: attachmentOperations,
      size: filterSize,
      async read(api, groups) {
        const attached = await attachmentsOf(
          api,
          groups.map(({ name }) => name),
        );
        return new Map(groups.map(({ id, name }) => [id, { facts: { attachments: attached.get(name) ?? [] } }]));
      },
    },
  },
});

export const volumes = defineCollector<AwsApi, "aws.ec2.volume", "encrypted" | "state" | "attachedTo" | "sizeGiB">({
  asset: "aws.ec2.volume",
  scope: "region",
  operations: ["ec2:DescribeVolumes"],
  listed: ["encrypted", "state", "attachedTo", "sizeGiB"],
  async *list(api, only) {
    const answers = pages(
      (NextToken) => {
        if (only) return api.send("ec2", "DescribeVolumes", { VolumeIds: [resourceIn(only.id)] });
        if (NextToken === undefined) return firstVolumes(api);
        return api.send("ec2", "DescribeVolumes", { MaxResults: 1000, NextToken });
      },
      (out) => out.NextToken,
    );
    for await (const { Volumes = [] } of unlessGone(["InvalidVolume.NotFound"], answers))
      yield Volumes.map(({ VolumeId, Attachments = [], Tags, ...volume }) => {
        const name = required(VolumeId, "ec2:DescribeVolumes", "a volume's id");
        const encrypted = required(volume.Encrypted, "ec2:DescribeVolumes", "whether a volume is encrypted");
        const attachedTo = [...new Set(Attachments.flatMap(({ InstanceId }) => InstanceId ?? []))];
        const relations = attachedTo.map(
          (id): Relation => ({ kind: "attached-to", id: arnOf(api, "ec2", `instance/${id}`) }),
        );
        const parts = { id: arnOf(api, "ec2", `volume/${name}`), name, tags: tagsOf(Tags), relations };
        const state = volume.State ?? "unknown";
        const facts = { encrypted, state, attachedTo, sizeGiB: volume.Size ?? 0 };
        return { ...asset(api, "aws.ec2.volume", parts), facts, settling: state.endsWith("ing") };
      });
  },
  fetch: {},
});

export const vpcs = defineCollector<AwsApi, "aws.ec2.vpc", "isDefault">({
  asset: "aws.ec2.vpc",
  scope: "region",
  operations: ["ec2:DescribeVpcs"],
  listed: ["isDefault"],
  async *list(api, only) {
    const input = only ? { VpcIds: [resourceIn(only.id)] } : { MaxResults: 1000 };
    const answers = pages(
      (NextToken) => api.send("ec2", "DescribeVpcs", { ...input, NextToken }),
      (out) => out.NextToken,
    );
    for await (const { Vpcs = [] } of unlessGone(["InvalidVpcID.NotFound"], answers))
      yield Vpcs.map(({ VpcId, IsDefault, Tags }) => {
        const name = required(VpcId, "ec2:DescribeVpcs", "a VPC's id");
        const parts = { id: arnOf(api, "ec2", `vpc/${name}`), name, tags: tagsOf(Tags) };
        return { ...asset(api, "aws.ec2.vpc", parts), facts: { isDefault: IsDefault ?? false } };
      });
  },
  fetch: {
    flowLogs: {
      per: "asset",
      operations: ["ec2:DescribeFlowLogs"],
      size: filterSize,
      async read(api, asked) {
        // Logs of single subnets and interfaces do not cover a VPC: the filter leaves them out.
        const Filter = [{ Name: "resource-id", Values: asked.map(({ name }) => name) }];
        const raw: RawFlowLog[] = [];
        const answers = pages(
          (NextToken) => api.send("ec2", "DescribeFlowLogs", { Filter, MaxResults: 1000, NextToken }),
          (out) => out.NextToken,
        );
        for await (const { FlowLogs = [] } of answers) raw.push(...FlowLogs);
        return new Map(
          asked.map(({ id, name }) => {
            const flowLogs = raw.filter(({ ResourceId }) => ResourceId === name).map(flowLogOf);
            return [id, { facts: { flowLogs } }];
          }),
        );
      },
    },
    regionInUse: {
      per: "region",
      operations: inUseOperations,
      async read(api, asked) {
        const facts = { regionInUse: await regionInUse(api) };
        return new Map(asked.map(({ id }) => [id, { facts }]));
      },
    },
  },
});

/** A region exists because it is enabled: listing it costs no call. */
export const regions = defineCollector<AwsApi, "aws.ec2.region", never>({
  asset: "aws.ec2.region",
  scope: "region",
  operations: [],
  listed: [],
  async *list(api) {
    const parts = { id: arnOf(api, "ec2", "region"), name: api.region, tags: {} };
    yield [{ ...asset(api, "aws.ec2.region", parts), facts: {} }];
  },
  fetch: {
    encryptsVolumesByDefault: {
      per: "asset",
      operations: ["ec2:GetEbsEncryptionByDefault"],
      async read(api, [region]) {
        const { EbsEncryptionByDefault: on } = await api.send("ec2", "GetEbsEncryptionByDefault", {});
        const encryptsVolumesByDefault = required(on, "ec2:GetEbsEncryptionByDefault", "the setting");
        return new Map(region && [[region.id, { facts: { encryptsVolumesByDefault } }]]);
      },
    },
    regionInUse: {
      per: "asset",
      operations: inUseOperations,
      async read(api, [region]) {
        const facts = { regionInUse: await regionInUse(api) };
        return new Map(region && [[region.id, { facts }]]);
      },
    },
  },
});

const inVpc = (api: AwsApi, vpc: string | undefined): { readonly relations?: readonly Relation[] } =>
  vpc ? { relations: [{ kind: "in", id: arnOf(api, "ec2", `vpc/${vpc}`) }] } : {};

const flowLogOf = (raw: RawFlowLog): FlowLog => ({
  id: raw.FlowLogId ?? "",
  active: raw.FlowLogStatus === "ACTIVE",
  // A log that does not say what it records is not taken for one that records everything.
  traffic: raw.TrafficType ?? "REJECT",
  destination: raw.LogDestination ?? raw.LogGroupName ?? "",
});
