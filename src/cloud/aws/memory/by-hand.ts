import { refused } from "#cloud/aws/memory/answer";
import { bucketArn, databaseArn, ec2Arn, userArn } from "#cloud/aws/memory/arns";
import type { AccountSpec, BucketSpec, IngressSpec, RegionSpec } from "#cloud/aws/memory/estate";
import { withBucket, withoutKey } from "#cloud/aws/memory/s3";
import type { State } from "#cloud/aws/memory/state";
import { inPlace, placeOf } from "#cloud/aws/memory/state";
import { readBucketPolicy } from "#cloud/aws/policy";
import { allUsers, anyAccount } from "#cloud/aws/public-access";
import type { Grant, PublicAccessBlock } from "#cloud/aws/s3";

/** What somebody with the console open does: no session, no log, but AWS's own rules. Throws what AWS would say. */
export interface ByHand {
  putBucketPolicy(bucket: string, policy: object): void;
  deleteBucketPolicy(bucket: string): void;
  putBucketAcl(bucket: string, acl: readonly Grant[]): void;
  setPublicAccessBlock(bucket: string, block: PublicAccessBlock | undefined): void;
  setAccountPublicAccessBlock(block: PublicAccessBlock | undefined): void;
  /** All public access is blocked unless the bucket says otherwise, as on AWS. */
  addBucket(bucket: BucketSpec): void;
  deleteBucket(bucket: string): void;
  addRule(group: string, rule: IngressSpec): void;
  removeRule(group: string, rule: Pick<IngressSpec, "protocol" | "from" | "to" | "source">): void;
  /** By ARN; an undefined value takes the tag away. */
  tag(arn: string, tags: Readonly<Record<string, string | undefined>>): void;
  /** Anything else. */
  edit(change: (account: AccountSpec) => AccountSpec): void;
}

const allOn: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};

export function byHand(state: State, id: string): ByHand {
  const edit = (change: (account: AccountSpec) => AccountSpec): void => state.edit(id, change);
  const account = (): AccountSpec => state.account(id) ?? refused("AccessDenied", `No account ${id}`);
  const bucketOf = (name: string): BucketSpec =>
    account().buckets?.find((bucket) => bucket.name === name) ??
    refused("NoSuchBucket", "The specified bucket does not exist");
  const editBucket = (name: string, change: (bucket: BucketSpec) => BucketSpec): void => {
    bucketOf(name);
    edit((before) => withBucket(before, name, change));
  };
  /** The account's block and the bucket's own add up. */
  const blocked = (name: string, setting: keyof PublicAccessBlock): boolean =>
    account().publicAccessBlock?.[setting] === true || bucketOf(name).publicAccessBlock?.[setting] === true;

  return {
    ...groupsByHand(account, edit),
    putBucketPolicy(name, policy) {
      if (blocked(name, "blockPublicPolicy") && readBucketPolicy(JSON.stringify(policy)).public.length > 0)
        refused(
          "AccessDenied",
          "Public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        );
      editBucket(name, (bucket) => ({ ...bucket, policy }));
    },
    deleteBucketPolicy: (name) => editBucket(name, (bucket) => withoutKey(bucket, "policy")),
    putBucketAcl(name, acl) {
      if (blocked(name, "blockPublicAcls") && acl.some(({ grantee }) => [allUsers, anyAccount].includes(grantee)))
        refused("AccessDenied", "Public access control lists are prevented by the BlockPublicAcls setting.");
      editBucket(name, (bucket) => ({ ...bucket, acl }));
    },
    setPublicAccessBlock: (name, block) =>
      editBucket(name, (bucket) => ({
        ...withoutKey(bucket, "publicAccessBlock"),
        ...(block && { publicAccessBlock: block }),
      })),
    setAccountPublicAccessBlock: (block) =>
      edit((before) => ({ ...withoutKey(before, "publicAccessBlock"), ...(block && { publicAccessBlock: block }) })),
    addBucket(bucket) {
      const taken = state.estate().accounts.some(({ buckets }) => buckets?.some(({ name }) => name === bucket.name));
      if (taken) refused("BucketAlreadyExists", "The requested bucket name is not available.");
      const made = { publicAccessBlock: allOn, created: new Date(state.now()).toISOString(), ...bucket };
      edit((before) => ({ ...before, buckets: [...(before.buckets ?? []), made] }));
    },
    deleteBucket(name) {
      bucketOf(name);
      edit((before) => ({ ...before, buckets: before.buckets?.filter((bucket) => bucket.name !== name) ?? [] }));
    },
    tag(arn, tags) {
      let found = false;
      edit((before) =>
        retagged(before, (candidate, has) => {
          if (candidate !== arn) return has;
          found = true;
          return Object.fromEntries(
            Object.entries({ ...has, ...tags }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
          );
        }),
      );
      if (!found) refused("ResourceNotFoundException", `There is no ${arn}`);
    },
    edit,
  };
}

function groupsByHand(
  account: () => AccountSpec,
  edit: (change: (account: AccountSpec) => AccountSpec) => void,
): Pick<ByHand, "addRule" | "removeRule"> {
  const editRules = (group: string, change: (rules: readonly IngressSpec[]) => readonly IngressSpec[]): void => {
    const region = account().places?.find((place) => place.groups?.some(({ id }) => id === group))?.region;
    if (region === undefined) return refused("InvalidGroup.NotFound", `The security group '${group}' does not exist`);
    const changed = (place: RegionSpec): RegionSpec => ({
      ...place,
      groups: (place.groups ?? []).map((one) =>
        one.id === group ? { ...one, ingress: change(one.ingress ?? []) } : one,
      ),
    });
    edit((before) => inPlace(before, region, changed));
  };
  const same = (a: IngressSpec, b: IngressSpec): boolean =>
    a.protocol === b.protocol && a.from === b.from && a.to === b.to && a.source === b.source;
  return {
    addRule: (group, rule) =>
      editRules(group, (rules) => {
        if (rules.some((known) => same(known, rule)))
          return refused("InvalidPermission.Duplicate", "the specified rule already exists");
        return [...rules, rule];
      }),
    removeRule: (group, rule) =>
      editRules(group, (rules) => {
        const left = rules.filter((known) => !same(known, rule));
        return left.length < rules.length
          ? left
          : refused("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
      }),
  };
}

type Tags = Readonly<Record<string, string>>;
type Retag = (arn: string, tags: Tags | undefined) => Tags | undefined;

function retagged(account: AccountSpec, retag: Retag): AccountSpec {
  const all = <T extends { readonly tags?: Tags }>(items: readonly T[] | undefined, arn: (item: T) => string) =>
    (items ?? []).map((item): T => {
      const tags = retag(arn(item), item.tags);
      return tags === item.tags ? item : { ...item, ...(tags && { tags }) };
    });
  const inRegion = (region: string): RegionSpec => {
    const place = placeOf(account, region);
    const ec2 = (kind: string) => (item: { readonly id: string }) => ec2Arn(account.id, region, kind, item.id);
    return {
      ...place,
      vpcs: all(place.vpcs, ec2("vpc")),
      groups: all(place.groups, ec2("security-group")),
      instances: all(place.instances, ec2("instance")),
      volumes: all(place.volumes, ec2("volume")),
      databases: all(place.databases, ({ name }) => databaseArn(account.id, region, name)),
    };
  };
  return {
    ...account,
    users: all(account.users, ({ name }) => userArn(account.id, name)),
    buckets: all(account.buckets, ({ name }) => bucketArn(name)),
    places: (account.places ?? []).map(({ region }) => inRegion(region)),
  };
}
