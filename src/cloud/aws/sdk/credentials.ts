import { isAboutCredentials, toCloudError } from "#cloud/aws/sdk/errors";
import type { Time } from "#cloud/aws/sdk/limiter";
import type { Sender } from "#cloud/aws/sdk/sender";
import { CloudError } from "#cloud/cloud";
import { messageOf, StanceError } from "#domain/errors";
import { minute } from "#domain/time";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
export type Provider = () => Promise<Credentials>;

/** The usual chain: environment, profile, SSO, web identity, container and instance roles. */
export const chain = (region: string, time: Pick<Time, "now">): Provider =>
  remembered(async () => {
    const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
    return fromNodeProviderChain({ clientConfig: { region } })();
  }, time);

export interface Role {
  readonly arn: string;
  readonly externalId?: string | undefined;
  readonly sessionName: string;
  readonly seconds: number;
  readonly policy?: object;
}

/** Credentials of a role, assumed with those at hand; asked for again shortly before they expire. */
export const assumed = (sender: Sender, role: Role, time: Pick<Time, "now">): Provider =>
  remembered(async () => {
    const { output } = await sender.send("sts", "AssumeRole", {
      RoleArn: role.arn,
      RoleSessionName: role.sessionName,
      DurationSeconds: role.seconds,
      ExternalId: role.externalId,
      Policy: role.policy && JSON.stringify(role.policy),
    });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = output.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken)
      throw new StanceError("cloud/credentials", { detail: `AWS gave no credentials for the role ${role.arn}.` });
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration ?? new Date(time.now() + role.seconds * 1000),
    };
  }, time);

/** One request for all who ask, until five minutes before the end. A failure is not remembered. */
export function remembered(read: Provider, time: Pick<Time, "now">): Provider {
  let current: Promise<Credentials> | undefined;
  let until = Number.POSITIVE_INFINITY;
  return () => {
    if (current && time.now() < until) return current;
    until = Number.POSITIVE_INFINITY;
    const asked = read();
    current = asked;
    asked.then(
      ({ expiration }) => {
        if (current === asked && expiration) until = expiration.getTime() - 5 * minute;
      },
      () => {
        if (current === asked) current = undefined;
      },
    );
    return asked;
  };
}

/** Why signing in did not work, for people. `what` says who: "the role arn:… of account 1". */
export function signInError(error: unknown, what: string): StanceError {
  if (error instanceof StanceError) return error;
  const cloud = error instanceof CloudError ? error : toCloudError(error, "sts:AssumeRole");
  const detail = `Signing in with ${what} did not work: ${messageOf(cloud).replace(/\.$/, "")}.`;
  if (isAboutCredentials(cloud) || cloud.kind === "denied" || cloud.kind === "closed")
    return new StanceError("cloud/credentials", { detail, cause: error });
  return new StanceError("cloud/failed", { detail, retry: "later", cause: error });
}
