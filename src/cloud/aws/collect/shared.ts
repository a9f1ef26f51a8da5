import type { AwsApi } from "#cloud/aws/api";
import { CloudError } from "#cloud/cloud";
import type { Asset, AssetType } from "#domain/asset";

/** `arn:aws:ec2:eu-west-1:111122223333:volume/vol-1`, in the partition the region belongs to. */
export const arnOf = ({ account, region }: AwsApi, service: string, resource: string): string =>
  `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;

export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** What an ARN ends in: the id or name its API calls take. */
export const resourceIn = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf("/"), arn.lastIndexOf(":")) + 1);

/** Where reads of the whole account are made and remembered, whatever region asks. */
export const home = (api: AwsApi): AwsApi => api.at(api.regions[0] ?? api.region);

/** The parts of every AWS asset that its account and region give. */
export const asset = <T extends AssetType>(
  api: AwsApi,
  type: T,
  parts: Omit<Asset<T>, "type" | "cloud" | "account" | "region">,
): Asset<T> => ({ type, cloud: "aws", account: api.account, region: api.region, ...parts });

/** The pages of a list; none when the cloud says that there is no such thing. */
export async function* unlessGone<Page>(codes: readonly string[], list: AsyncIterable<Page>): AsyncIterable<Page> {
  try {
    yield* list;
  } catch (error) {
    if (!(error instanceof CloudError && codes.includes(error.code))) throw error;
  }
}

/** An answer without what it must hold is an error: taken for "none", it would hide an asset or clear a finding. */
export function required<V>(value: V | undefined, operation: string, what: string): V {
  if (value === undefined || value === "") throw incomplete(operation, what);
  return value;
}
export const incomplete = (operation: string, what: string): CloudError =>
  new CloudError({
    kind: "failed",
    code: "IncompleteAnswer",
    operation,
    message: `the cloud answered without ${what}`,
  });

/** The marker of the next page in the answers of IAM and RDS. A list said to be cut, without one, is not a list. */
export const markerIn =
  (operation: string) =>
  (out: { IsTruncated?: boolean | undefined; Marker?: string | undefined }): string | undefined => {
    if (out.IsTruncated === true && !out.Marker) throw incomplete(operation, "the rest of a list");
    return out.IsTruncated === false ? undefined : out.Marker;
  };

export const chunks = <V>(values: readonly V[], size: number): readonly (readonly V[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));

export const isoDate = (date: Date | undefined): string | undefined =>
  date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
