import type { AnyAnswer, Scene } from "#cloud/aws/memory/answer";
import { defineRead, refused } from "#cloud/aws/memory/answer";
import { trailArn } from "#cloud/aws/memory/arns";
import type { TrailSpec } from "#cloud/aws/memory/estate";

interface Seen {
  readonly arn: string;
  readonly trail: TrailSpec;
  /** Belongs to this account, so that its name alone finds it. */
  readonly own: boolean;
}

/** The trails that record the account, seen from this region: its own, and the organisation's. */
function trailsHere({ state, account, region }: Scene): readonly Seen[] {
  return state.estate().accounts.flatMap((owner) =>
    (owner.trails ?? [])
      .filter(({ organization }) => owner.id === account.id || organization)
      .filter(({ homeRegion, multiRegion }) => multiRegion || homeRegion === region)
      .map((trail) => ({ arn: trailArn(owner, trail), trail, own: owner.id === account.id })),
  );
}

function trailOf(scene: Scene, asked: string | undefined): Seen {
  const found = trailsHere(scene).find(
    ({ arn, trail, own }) => asked === arn || (own && asked === trail.name && trail.homeRegion === scene.region),
  );
  return found ?? refused("TrailNotFoundException", `Unknown trail: ${asked} for the user: ${scene.account.id}`);
}

function selectorsOf({ managementEvents: { read, write }, advancedSelectors }: TrailSpec) {
  const all = read && write;
  if (advancedSelectors !== true) {
    const some = read ? ("ReadOnly" as const) : ("WriteOnly" as const);
    return {
      EventSelectors: [{ IncludeManagementEvents: read || write, ReadWriteType: all ? ("All" as const) : some }],
    };
  }
  const category = read || write ? "Management" : "Data";
  const half = read ? "true" : "false";
  const FieldSelectors = [
    { Field: "eventCategory", Equals: [category] },
    ...(category === "Management" && !all ? [{ Field: "readOnly", Equals: [half] }] : []),
  ];
  return { AdvancedEventSelectors: [{ Name: "Management events", FieldSelectors }] };
}

export const cloudtrailAnswers: readonly AnyAnswer[] = [
  defineRead("cloudtrail", "DescribeTrails", (scene, { trailNameList, includeShadowTrails }) => ({
    trailList: trailsHere(scene)
      .filter(({ trail }) => includeShadowTrails !== false || trail.homeRegion === scene.region)
      .filter(
        ({ arn, trail }) => !trailNameList?.length || [arn, trail.name].some((name) => trailNameList.includes(name)),
      )
      .map(({ arn, trail }) => ({
        Name: trail.name,
        TrailARN: arn,
        HomeRegion: trail.homeRegion,
        IsMultiRegionTrail: trail.multiRegion,
        IsOrganizationTrail: trail.organization,
        IncludeGlobalServiceEvents: trail.multiRegion,
        HasCustomEventSelectors: !trail.managementEvents.read || !trail.managementEvents.write,
        S3BucketName: `${trail.name}-logs`,
      })),
  })),
  defineRead("cloudtrail", "GetTrailStatus", (scene, { Name }) => ({ IsLogging: trailOf(scene, Name).trail.logging })),
  defineRead("cloudtrail", "GetEventSelectors", (scene, { TrailName }) => {
    const { arn, trail } = trailOf(scene, TrailName);
    return { TrailARN: arn, ...selectorsOf(trail) };
  }),
];
