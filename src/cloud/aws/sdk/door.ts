import type { AwsApi } from "#cloud/aws/api";
import type { AwsDoor } from "#cloud/aws/door";
import { sessionPolicy } from "#cloud/aws/permissions";
import { type AccountsSettings, type Known, knownAccounts } from "#cloud/aws/sdk/accounts";
import { assumed, chain, type Provider, type Role, signInError } from "#cloud/aws/sdk/credentials";
import { limiter, type Time } from "#cloud/aws/sdk/limiter";
import { type Sender, type Sending, senderOf } from "#cloud/aws/sdk/sender";
import { wire } from "#cloud/aws/sdk/services";
import { type Account, CloudError } from "#cloud/cloud";
import { StanceError } from "#domain/errors";
import { type Instant, minute } from "#domain/time";

export interface AwsSettings {
  readonly accounts: AccountsSettings;
  /** Only these, as far as they are enabled. Absent: all enabled ones. */
  readonly regions?: readonly string[] | undefined;
  /** Where services without regions are called: us-east-1 outside China and GovCloud. */
  readonly homeRegion: string;
  /** For every service. Absent: AWS_ENDPOINT_URL, else AWS. */
  readonly endpoint?: string | undefined;
  readonly allowWritesToCustomEndpoint: boolean;
}
interface Surroundings {
  readonly clock: Time;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const readAttempts = 3;
const readSeconds = 3600;
/** The shortest session AWS gives. */
const writeSeconds = 900;

/** AWS itself, over its SDK. Nothing is loaded and nothing is asked before the first use. */
export function sdkDoor(settings: AwsSettings, { clock, environment }: Surroundings): AwsDoor {
  const { homeRegion } = settings;
  const endpoint = settings.endpoint ?? (environment.AWS_ENDPOINT_URL || undefined);
  const shared = {
    wire: wire(endpoint),
    limiter: limiter(clock),
    homeRegion,
  };
  const atHand = chain(homeRegion, clock);
  const ownSender = senderOf({ ...shared, account: "", credentials: atHand, maxAttempts: readAttempts });
  const roles = new Map<string, Provider>();
  let listed: { readonly accounts: Promise<readonly Known[]>; readonly at: Instant } | undefined;

  function known(): Promise<readonly Known[]> {
    if (!listed || clock.now() - listed.at > 5 * minute) {
      const accounts = knownAccounts(settings.accounts, ownSender, homeRegion);
      listed = { accounts, at: clock.now() };
      accounts.catch(() => {
        listed = undefined;
      });
    }
    return listed.accounts;
  }
  async function settingsOf({ id }: Account): Promise<Known> {
    const account = (await known()).find((one) => one.id === id);
    if (!account) throw new StanceError("config/invalid", { detail: `Account ${id} is not configured.` });
    return account;
  }
  function readCredentials({ role: arn, externalId }: Known): Provider {
    if (arn === undefined) return atHand;
    const role: Role = { arn, externalId, sessionName: "stance", seconds: readSeconds };
    const provider = roles.get(arn) ?? assumed(ownSender, role, clock);
    roles.set(arn, provider);
    return provider;
  }

  return {
    async accounts() {
      try {
        return (await known()).map(accountOf);
      } catch (error) {
        throw signInError(error, "the credentials at hand");
      }
    },
    async enter(account, wanted) {
      const own = await settingsOf(account);
      if (own.state !== "active")
        throw new StanceError("cloud/credentials", { detail: `Account ${own.id} is suspended in its organisation.` });
      const sending = { ...shared, account: own.id, credentials: readCredentials(own), maxAttempts: readAttempts };
      const sender = await signIn(sending, own, own.role);
      const enabled = await enabledRegions(sender, homeRegion);
      const regions = enabled.filter((region) =>
        [wanted, settings.regions].every((only) => only?.includes(region) ?? true),
      );
      const [first = homeRegion] = regions;
      return apiOf({ sender, account: own.id, regions }, first);
    },
    async enterForWriting(account, grant) {
      const own = await settingsOf(account);
      const refuse = (why: string): never => {
        throw new StanceError("cloud/credentials", { detail: `Nothing was changed: ${why}.` });
      };
      const arn = own.writeRole ?? refuse(`account ${own.name} has no writeRole, so it is read only`);
      if (isCustom(endpoint, environment) && !settings.allowWritesToCustomEndpoint)
        refuse("AWS is reached by a custom endpoint, and aws.allow_writes_to_custom_endpoint is not set");
      const role: Role = {
        arn,
        externalId: own.externalId,
        sessionName: `stance-${grant.request}`.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64),
        seconds: writeSeconds,
        policy: sessionPolicy(grant),
      };
      const credentials = assumed(ownSender, role, clock);
      const sender = await signIn({ ...shared, account: own.id, credentials, maxAttempts: 1 }, own, arn);
      return {
        async run({ operation, input }, region) {
          if (!grant.operations.includes(operation)) refuse(`${operation} was not granted`);
          return sender.sendNamed(operation, input, region);
        },
      };
    },
  };
}

const accountOf = ({ id, name, state, environment, owner }: Known): Account => ({
  cloud: "aws",
  id,
  name,
  state,
  ...(environment !== undefined && { environment }),
  ...(owner !== undefined && { owner }),
});

/** One service on a custom endpoint is enough: the calls of a fix could land there. */
const isCustom = (endpoint: string | undefined, environment: Surroundings["environment"]): boolean =>
  endpoint !== undefined ||
  Object.entries(environment).some(([name, value]) => name.startsWith("AWS_ENDPOINT_URL") && value);

/** A sender whose credentials were proved to belong to the account. */
async function signIn(sending: Sending, account: Known, role: string | undefined): Promise<Sender> {
  const who = role === undefined ? `the credentials at hand` : `the role ${role}`;
  const sender = senderOf(sending);
  let id: string | undefined;
  try {
    id = (await sender.send("sts", "GetCallerIdentity", {})).output.Account;
  } catch (error) {
    throw signInError(error, `${who} (account ${account.name})`);
  }
  if (id === account.id) return sender;
  const detail = `Account ${account.id} was expected; with ${who} AWS answers ${id ?? "no account"}.`;
  throw new StanceError("cloud/identity", { detail });
}

/** Enabled regions, home first. */
async function enabledRegions(sender: Sender, home: string): Promise<readonly string[]> {
  try {
    const { Regions = [] } = (await sender.send("ec2", "DescribeRegions", {})).output;
    const names = Regions.flatMap(({ RegionName, OptInStatus }) =>
      RegionName && OptInStatus !== "not-opted-in" ? [RegionName] : [],
    );
    return names.sort((a, b) => Number(b === home) - Number(a === home) || a.localeCompare(b, "en"));
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const detail = `The enabled regions could not be read: ${error.operation}: ${error.message.replace(/\.$/, "")}.`;
    const code = error.kind === "denied" || error.kind === "closed" ? "cloud/denied" : "cloud/failed";
    throw new StanceError(code, { detail, retry: "later", cause: error });
  }
}

interface Look {
  readonly sender: Sender;
  readonly account: string;
  readonly regions: readonly string[];
}
function apiOf({ sender, account, regions }: Look, first: string): AwsApi {
  const apis = new Map<string, AwsApi>();
  const at = (region: string): AwsApi => {
    const api = apis.get(region) ?? make(region);
    apis.set(region, api);
    return api;
  };
  const make = (region: string): AwsApi => {
    const answers = new Map<string, Promise<unknown>>();
    return {
      account,
      region,
      regions,
      at,
      send: async (service, operation, input) => (await sender.send(service, operation, input, region)).output,
      once<V>(key: string, read: () => Promise<V>) {
        const answer = answers.get(key) ?? read();
        answers.set(key, answer);
        return answer as Promise<V>;
      },
    };
  };
  return at(first);
}
