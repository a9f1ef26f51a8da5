import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3ControlClientConfig } from "@aws-sdk/client-s3-control";
import type { Service } from "#cloud/aws/api";
import type { Credentials } from "#cloud/aws/sdk/credentials";

/** Where requests go, and how: shared by all clients of one door. */
export interface Wire {
  /** A custom endpoint, for every service. */
  readonly endpoint: string | undefined;
  readonly agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
}
export const wire = (endpoint: string | undefined): Wire => {
  const options = { keepAlive: true, maxSockets: 50 };
  return { endpoint, agents: { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) } };
};

export interface Client {
  /** Sends `<Operation>` and answers its output; throws what the SDK throws. */
  send(operation: string, input: object): Promise<Answered>;
}
export interface Answered {
  readonly $metadata: {
    readonly requestId?: string | undefined;
    readonly attempts?: number | undefined;
    readonly httpStatusCode?: number | undefined;
  };
}

interface Options {
  readonly wire: Wire;
  readonly credentials: () => Promise<Credentials>;
  readonly region: string;
  readonly maxAttempts: number;
}
type Config = ReturnType<typeof configOf>;

const configOf = ({ wire: { endpoint, agents }, credentials, region, maxAttempts }: Options) => ({
  region,
  credentials,
  maxAttempts,
  retryMode: "standard",
  requestHandler: { ...agents, connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  ...(endpoint !== undefined && { endpoint }),
});

/** Loaded when first used: one service's package takes up to 0.3 s. */
const loaders: Readonly<Record<Service, (config: Config) => Promise<Client>>> = {
  cloudtrail: async (config) => {
    const sdk = await import("@aws-sdk/client-cloudtrail");
    return clientOf(sdk, new sdk.CloudTrailClient(config));
  },
  ec2: async (config) => {
    const sdk = await import("@aws-sdk/client-ec2");
    return clientOf(sdk, new sdk.EC2Client(config));
  },
  iam: async (config) => {
    const sdk = await import("@aws-sdk/client-iam");
    return clientOf(sdk, new sdk.IAMClient(config));
  },
  organizations: async (config) => {
    const sdk = await import("@aws-sdk/client-organizations");
    return clientOf(sdk, new sdk.OrganizationsClient(config));
  },
  rds: async (config) => {
    const sdk = await import("@aws-sdk/client-rds");
    return clientOf(sdk, new sdk.RDSClient(config));
  },
  s3: async (config) => {
    const sdk = await import("@aws-sdk/client-s3");
    // Bucket names are not host names of a custom endpoint.
    const pathStyle: S3ClientConfig = config.endpoint === undefined ? {} : { forcePathStyle: true };
    return clientOf(sdk, new sdk.S3Client({ ...config, ...pathStyle }));
  },
  s3control: async (config) => {
    const sdk = await import("@aws-sdk/client-s3-control");
    return clientOf(sdk, new sdk.S3ControlClient({ ...config, ...unprefixed(config) }));
  },
  sts: async (config) => {
    const sdk = await import("@aws-sdk/client-sts");
    return clientOf(sdk, new sdk.STSClient(config));
  },
  tag: async (config) => {
    const sdk = await import("@aws-sdk/client-resource-groups-tagging-api");
    return clientOf(sdk, new sdk.ResourceGroupsTaggingAPIClient(config));
  },
};

/** The SDK puts the account's id before the host's name, which a custom endpoint does not know. */
function unprefixed({ endpoint, region }: Config): Pick<S3ControlClientConfig, "endpointProvider"> {
  if (endpoint === undefined) return {};
  const authSchemes = [{ name: "sigv4", signingName: "s3", signingRegion: region, properties: {} }];
  return { endpointProvider: () => ({ url: new URL(endpoint), properties: { authSchemes } }) };
}

/** All clients of one door and one set of credentials, made when first used. */
export function clients(options: Omit<Options, "region">): (service: Service, region: string) => Promise<Client> {
  const made = new Map<string, Promise<Client>>();
  return (service, region) => {
    const key = `${service} ${region}`;
    const client = made.get(key) ?? loaders[service](configOf({ ...options, region }));
    made.set(key, client);
    return client;
  };
}

/** The one place where an operation's name becomes the SDK's command class. */
function clientOf(sdk: object, client: { send(command: never): Promise<unknown> }): Client {
  const commands = new Map<string, unknown>(Object.entries(sdk));
  return {
    async send(operation, input) {
      const Command = commands.get(`${operation}Command`);
      if (typeof Command !== "function") throw new Error(`the AWS SDK has no operation ${operation}`);
      return (await client.send(Reflect.construct(Command, [input]) as never)) as Answered;
    },
  };
}
