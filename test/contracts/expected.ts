import { type Rule, ruleKey } from "#cloud/aws/ec2";
import type { AccountSpec, Estate, RegionSpec } from "#cloud/aws/memory/estate";
import { withoutKey } from "#cloud/aws/memory/s3";
import type { Asset, AssetType } from "#domain/asset";
import { attached, exposures } from "#test/contracts/estate";

/** What an emulator cannot represent, or cannot be made to: the suite leaves those values out, and skips what rests on them. */
export interface Capabilities {
  /** Roles and session policies may do what they say, and no more. */
  readonly enforcesPermissions: boolean;
  /** The denials of the estate hold, by operation and region. */
  readonly denies: boolean;
  /** Denials by the organisation's policy are told from those of the role. */
  readonly closes: boolean;
  /** A member account sees the organisation's trail. */
  readonly organizationTrails: boolean;
  /** Access keys of the root user. */
  readonly rootKeys: boolean;
  /** Creation and last use are as planted. */
  readonly dates: boolean;
  /** Databases have network interfaces. */
  readonly databaseInterfaces: boolean;
  /** A closed account is listed, and cannot be entered. */
  readonly suspends: boolean;
}

export interface Expected {
  readonly asset: Pick<Asset, "id" | "name" | "region" | "tags"> & { readonly relations: Asset["relations"] & object };
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What the estate says about an account, in Stance's terms. */
export function expectedAssets(
  estate: Estate,
  id: string,
  can: Capabilities,
): Readonly<Record<AssetType, readonly Expected[]>> {
  const account = estate.accounts.find((one) => one.id === id);
  if (!account) throw new Error(`the estate has no account ${id}`);
  const places = account.regions.map(
    (region) => account.places?.find((place) => place.region === region) ?? ({ region } satisfies RegionSpec),
  );
  const perPlace = (assets: (account: AccountSpec, place: RegionSpec, can: Capabilities) => readonly Expected[]) =>
    places.flatMap((place) => assets(account, place, can));
  return {
    "aws.account": [accountItself(estate, account, can)],
    "aws.s3.bucket": bucketsOf(account, can),
    "aws.iam.user": usersOf(account, can),
    "aws.ec2.security-group": perPlace(groupsOf),
    "aws.ec2.volume": perPlace(volumesOf),
    "aws.ec2.vpc": perPlace(vpcsOf),
    "aws.ec2.region": perPlace(regionsOf),
    "aws.rds.instance": perPlace(databasesOf),
  };
}

const arn = (account: AccountSpec, region: string, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account.id}:${resource}`;

function accountItself(estate: Estate, account: AccountSpec, can: Capabilities): Expected {
  const trails = estate.accounts.flatMap((owner) =>
    (owner.trails ?? [])
      .filter(({ organization }) => owner === account || (organization && can.organizationTrails))
      .map((trail) => ({
        arn: arn(owner, trail.homeRegion, "cloudtrail", `trail/${trail.name}`),
        ...withoutKey(trail, "advancedSelectors"),
      })),
  );
  return {
    asset: { id: arn(account, "", "iam", "root"), name: account.id, region: "global", tags: {}, relations: [] },
    facts: {
      publicAccessBlock: account.publicAccessBlock,
      passwordPolicy: account.passwordPolicy,
      trails,
      ...(can.rootKeys && { rootAccessKeys: account.rootAccessKeys ?? 0 }),
    },
  };
}

const bucketsOf = (account: AccountSpec, can: Capabilities): readonly Expected[] =>
  (account.buckets ?? []).map(({ name, region, tags = {}, created, publicAccessBlock, policy, acl = [], website }) => ({
    asset: { id: `arn:aws:s3:::${name}`, name, region, tags, relations: [] },
    facts: {
      accountBlock: account.publicAccessBlock,
      publicAccessBlock,
      policy,
      acl,
      website,
      ...(can.dates && created !== undefined && { created }),
    },
  }));

const usersOf = (account: AccountSpec, can: Capabilities): readonly Expected[] =>
  (account.users ?? []).map(({ name, tags = {}, created, credentials }) => ({
    asset: { id: arn(account, "", "iam", `user/${name}`), name, region: "global", tags, relations: [] },
    facts: {
      credentials: can.dates ? credentials : undated(credentials),
      ...(can.dates && { created }),
    },
  }));

/** Credentials without their dates, planted or read. */
export const undated = ({
  passwordEnabled,
  mfaActive,
  keys,
}: NonNullable<AccountSpec["users"]>[number]["credentials"]) => ({
  passwordEnabled,
  mfaActive,
  keys: keys.map(({ slot, active }) => ({ slot, active })),
});

const inVpc = (account: AccountSpec, region: string, vpc: string) =>
  ({ kind: "in", id: arn(account, region, "ec2", `vpc/${vpc}`) }) as const;

const groupsOf = (account: AccountSpec, { region, groups = [], prefixLists = [] }: RegionSpec, can: Capabilities) =>
  groups.map(({ id, vpc, tags = {}, ingress = [] }): Expected => {
    const named = prefixLists.filter((list) => ingress.some(({ source }) => source === list.id));
    return {
      asset: {
        id: arn(account, region, "ec2", `security-group/${id}`),
        name: id,
        region,
        tags,
        relations: [inVpc(account, region, vpc)],
      },
      facts: {
        ingress: Object.fromEntries(ingress.map((rule): [string, Omit<Rule, "id">] => [ruleKey(rule), rule])),
        prefixLists: Object.fromEntries(named.map(({ id: list, entries }) => [list, entries])),
        attachments: (attached[id] ?? [])
          .filter(([to]) => to !== "database" || can.databaseInterfaces)
          .map(
            ([to, address, reachable]) =>
              `${to}, ${address ? "public" : "private"}, ${reachable ? "reachable" : "not"}`,
          )
          .sort(),
      },
    };
  });

const volumesOf = (account: AccountSpec, { region, volumes = [] }: RegionSpec): readonly Expected[] =>
  volumes.map(({ id, encrypted, sizeGiB = 8, attachedTo, tags = {} }) => ({
    asset: {
      id: arn(account, region, "ec2", `volume/${id}`),
      name: id,
      region,
      tags,
      relations:
        attachedTo === undefined
          ? []
          : [{ kind: "attached-to", id: arn(account, region, "ec2", `instance/${attachedTo}`) }],
    },
    facts: {
      encrypted,
      sizeGiB,
      state: attachedTo === undefined ? "available" : "in-use",
      attachedTo: attachedTo === undefined ? [] : [attachedTo],
    },
  }));

const inUse = ({ instances, interfaces, volumes, databases }: RegionSpec): boolean =>
  [instances, interfaces, volumes, databases].some((things) => things?.length);

const vpcsOf = (account: AccountSpec, place: RegionSpec): readonly Expected[] =>
  (place.vpcs ?? []).map(({ id, isDefault = false, tags = {}, flowLogs = [] }) => ({
    asset: { id: arn(account, place.region, "ec2", `vpc/${id}`), name: id, region: place.region, tags, relations: [] },
    facts: {
      isDefault,
      regionInUse: inUse(place),
      flowLogs: flowLogs.map((log) => ({ id: log.id, active: log.active ?? true, traffic: log.traffic })),
    },
  }));

const regionsOf = (account: AccountSpec, place: RegionSpec): readonly Expected[] => [
  {
    asset: {
      id: arn(account, place.region, "ec2", "region"),
      name: place.region,
      region: place.region,
      tags: {},
      relations: [],
    },
    facts: { encryptsVolumesByDefault: place.encryptsVolumesByDefault ?? false, regionInUse: inUse(place) },
  },
];

const databasesOf = (account: AccountSpec, place: RegionSpec): readonly Expected[] =>
  (place.databases ?? []).map(({ name, engine = "postgres", port = 5432, encrypted, publiclyAccessible, ...rest }) => {
    const { groups, subnets, tags = {} } = rest;
    const { region } = place;
    const vpc = place.subnets?.find(({ id }) => id === subnets[0])?.vpc ?? "";
    return {
      asset: {
        id: arn(account, region, "rds", `db:${name}`),
        name,
        region,
        tags,
        relations: [
          inVpc(account, region, vpc),
          ...groups.map(
            (group) => ({ kind: "uses", id: arn(account, region, "ec2", `security-group/${group}`) }) as const,
          ),
        ],
      },
      facts: { engine, port, status: "available", encrypted, publiclyAccessible, groups, exposure: exposures[name] },
    };
  });
