import type * as CloudTrail from "@aws-sdk/client-cloudtrail";
import type * as EC2 from "@aws-sdk/client-ec2";
import type * as IAM from "@aws-sdk/client-iam";
import type * as Organizations from "@aws-sdk/client-organizations";
import type * as RDS from "@aws-sdk/client-rds";
import type * as Tagging from "@aws-sdk/client-resource-groups-tagging-api";
import type * as S3 from "@aws-sdk/client-s3";
import type * as S3Control from "@aws-sdk/client-s3-control";
import type * as STS from "@aws-sdk/client-sts";
import type { Call } from "#domain/call";

/** Services by the prefix their operations carry in Stance. Types only: the SDK is loaded in `sdk/`, when used. */
export interface Services {
  cloudtrail: typeof CloudTrail;
  ec2: typeof EC2;
  iam: typeof IAM;
  organizations: typeof Organizations;
  rds: typeof RDS;
  s3: typeof S3;
  s3control: typeof S3Control;
  sts: typeof STS;
  tag: typeof Tagging;
}
export type Service = keyof Services;
export type Operation<S extends Service> = {
  [K in keyof Services[S]]: K extends `${infer O}Command` ? O : never;
}[keyof Services[S]] &
  string;
type Command<S extends Service, O extends string> = `${O}Command` extends infer C extends keyof Services[S]
  ? Services[S][C]
  : never;
export type Input<S extends Service, O extends string> =
  Command<S, O> extends abstract new (...args: infer A) => unknown ? NonNullable<A[0]> : never;
export type Output<S extends Service, O extends string> =
  Command<S, O> extends abstract new (
    ...args: never
  ) => { resolveMiddleware(...args: never): (...args: never) => Promise<{ output: infer R }> }
    ? R
    : never;

/** A call of a plan: a misspelt operation or field fails in the editor. */
export const awsCall = <S extends Service, O extends Operation<S>>(
  service: S,
  operation: O,
  input: Input<S, O>,
  more: Pick<Call, "retry"> = {},
): Call<`${S}:${O}`, Output<S, O>> => ({ operation: `${service}:${operation}`, input, ...more });

/**
 * All that the collectors know of AWS: one account, seen from one region. `sdk/` sends to AWS, `memory/` to the embedded
 * cloud. `send` throws CloudError, with the permission named when the call was denied.
 */
export interface AwsApi {
  readonly account: string;
  /** Of regional calls. Account-wide services are sent where they live, whatever this says. */
  readonly region: string;
  readonly regions: readonly string[];
  /** The same account seen from another region. */
  at(region: string): AwsApi;
  send<S extends Service, O extends Operation<S>>(service: S, operation: O, input: Input<S, O>): Promise<Output<S, O>>;
  /** One read a look, however many ask for it. The key is unique within account and region. */
  once<V>(key: string, read: () => Promise<V>): Promise<V>;
}

/** All pages of a list operation, in order. A token that comes back unchanged ends in a CloudError, never in a loop. */
export async function* pages<Out>(
  send: (token: string | undefined) => Promise<Out>,
  next: (out: Out) => string | undefined,
): AsyncIterable<Out> {
  const seen = new Set<string>();
  for (let token: string | undefined; ; ) {
    const out = await send(token);
    yield out;
    token = next(out);
    if (token === undefined || token === "") return;
    if (seen.has(token)) throw new Error("the cloud repeated a page token: the list is incomplete");
    seen.add(token);
  }
}

/** Tags as AWS lists them, as a record. */
export const tagsOf = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined) =>
  Object.fromEntries((tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])));
