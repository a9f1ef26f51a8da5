import { setTimeout as sleep } from "node:timers/promises";
import { awsCloud } from "#cloud/aws/cloud";
import type { AccountSettings, AccountsSettings } from "#cloud/aws/sdk/accounts";
import { sdkDoor } from "#cloud/aws/sdk/door";
import type { Cloud } from "#cloud/cloud";
import type { Config, SecretConfig } from "#config/schema";
import { readSecret } from "#config/secret";
import type { Instant } from "#domain/time";

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Instant;
}

/** The clouds of the configuration; without one, the account of the credentials at hand. Nothing is asked yet. */
export function cloudsFrom(config: Config | undefined, { env, now }: Surroundings): readonly Cloud[] {
  const door = sdkDoor(
    {
      accounts: config ? accountsFrom(config, env) : "at-hand",
      regions: config?.aws.regions,
      homeRegion: config?.aws.homeRegion ?? homeRegion(env),
      endpoint: config?.aws.endpoint,
      allowWritesToCustomEndpoint: config?.aws.allow_writes_to_custom_endpoint ?? false,
    },
    { clock: { now, sleep: (ms) => sleep(ms) }, environment: env },
  );
  return [awsCloud(door)];
}

/** Where services without regions are called, in the partition of the region at hand. */
function homeRegion(env: Surroundings["env"]): string {
  const region = env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "";
  if (region.startsWith("cn-")) return "cn-north-1";
  return region.startsWith("us-gov-") ? "us-gov-west-1" : "us-east-1";
}

function accountsFrom({ accounts }: Config, env: Surroundings["env"]): AccountsSettings {
  if (accounts === "organization") return { organization: {} };
  const settingsOf = ({ externalId, ...account }: AccountConfig): AccountSettings => ({
    ...account,
    externalId: externalId && readSecret(externalId, env),
  });
  if (!("organization" in accounts)) return { list: accounts.map(settingsOf) };
  const { externalId, ...organization } = accounts.organization;
  return {
    organization: {
      ...organization,
      externalId: externalId && readSecret(externalId, env),
      known: accounts.known.map(settingsOf),
    },
  };
}

type AccountConfig = Omit<AccountSettings, "externalId"> & { readonly externalId?: SecretConfig | undefined };
