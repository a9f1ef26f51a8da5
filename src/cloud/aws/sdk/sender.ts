import type { Input, Operation, Output, Service } from "#cloud/aws/api";
import type { Provider } from "#cloud/aws/sdk/credentials";
import { isThrottled, notAws, toCloudError } from "#cloud/aws/sdk/errors";
import type { Limiter } from "#cloud/aws/sdk/limiter";
import { type Answered, clients, type Wire } from "#cloud/aws/sdk/services";
import { CloudError } from "#cloud/cloud";
import { StanceError } from "#domain/errors";

/** Sends operations with one set of credentials: limited, and with errors in the port's terms. */
export interface Sender {
  send<S extends Service, O extends Operation<S>>(
    service: S,
    operation: O,
    input: Input<S, O>,
    region?: string,
  ): Promise<{ readonly output: Output<S, O>; readonly requestId: string }>;
  /** The same by name, for calls that come as data: `s3:PutPublicAccessBlock`. */
  sendNamed(
    operation: string,
    input: object,
    region: string,
  ): Promise<{ readonly output: unknown; readonly requestId: string }>;
}

export interface Sending {
  readonly wire: Wire;
  readonly limiter: Limiter;
  /** Whose limits the requests count against. */
  readonly account: string;
  readonly credentials: Provider;
  /** Where services without regions are called, and everything that names none. */
  readonly homeRegion: string;
  readonly maxAttempts: number;
}

const homeOnly: readonly Service[] = ["iam", "organizations", "sts"];

export function senderOf(sending: Sending): Sender {
  const { wire, limiter, account, credentials, homeRegion, maxAttempts } = sending;
  const clientOf = clients({ wire, credentials, maxAttempts });
  async function request(service: Service, operation: string, input: object, asked: string) {
    const region = homeOnly.includes(service) ? homeRegion : asked;
    const client = await clientOf(service, region);
    try {
      const scope = { account, region, service, operation };
      const output = await limiter.run(scope, () => client.send(operation, input), wasThrottled);
      const { requestId, httpStatusCode } = output.$metadata;
      // A proxy's page reads as an empty answer, which would hide everything there is: AWS gives each of its answers an id.
      if (requestId === undefined) throw notAws(`${service}:${operation}`, httpStatusCode);
      return { output, requestId };
    } catch (error) {
      // From the credentials' own requests: it says already what was asked.
      if (error instanceof StanceError || error instanceof CloudError) throw error;
      throw toCloudError(error, `${service}:${operation}`);
    }
  }
  return {
    async send(service, operation, input, region = homeRegion) {
      const answer = await request(service, operation, input, region);
      return answer as typeof answer & { output: Output<typeof service, typeof operation> };
    },
    sendNamed(name, input, region) {
      const [service = "", operation = ""] = name.split(":");
      if (!isService(service)) throw new Error(`${name} is no operation of AWS that Stance knows`);
      return request(service, operation, input, region);
    },
  };
}

const services: Readonly<Record<Service, true>> = {
  cloudtrail: true,
  ec2: true,
  iam: true,
  organizations: true,
  rds: true,
  s3: true,
  s3control: true,
  sts: true,
  tag: true,
};
const isService = (name: string): name is Service => Object.hasOwn(services, name);

/** A second attempt was needed: most often because AWS asked to slow down. */
const wasThrottled = (result: PromiseSettledResult<Answered>): boolean =>
  result.status === "fulfilled" ? (result.value.$metadata.attempts ?? 1) > 1 : isThrottled(result.reason);
