import type { AwsApi, Input, Operation, Output, Service } from "#cloud/aws/api";
import type { AwsDoor } from "#cloud/aws/door";
import { answers } from "#cloud/aws/memory/answers";
import type { ByHand } from "#cloud/aws/memory/by-hand";
import { byHand } from "#cloud/aws/memory/by-hand";
import type { Endpoint, LoggedCall, Role } from "#cloud/aws/memory/endpoint";
import { endpointOf, openAccount } from "#cloud/aws/memory/endpoint";
import type { AccountSpec, Estate } from "#cloud/aws/memory/estate";
import type { Fault } from "#cloud/aws/memory/faults";
import { faultsOf } from "#cloud/aws/memory/faults";
import { stateOf } from "#cloud/aws/memory/state";
import type { PolicyDocument } from "#cloud/aws/permissions";
import { readPolicy, sessionPolicy } from "#cloud/aws/permissions";
import type { Account } from "#cloud/cloud";
import { CloudError } from "#cloud/cloud";
import type { ErrorCode } from "#domain/errors";
import { StanceError } from "#domain/errors";
import type { Instant } from "#domain/time";

export interface MemoryOptions {
  now?(): Instant;
  /** No list answers with more at once: small, so that paging is always exercised. */
  readonly pageSize?: number;
  /** What the read role may do. Absent: every read the embedded cloud knows. */
  readonly readPolicy?: PolicyDocument;
  /** Credential reports are there at once. Absent: AWS takes its time over the first of every four hours. */
  readonly reportsReady?: boolean;
  /** Called after every change, before it is answered: the caller keeps the estate. */
  changed?(estate: Estate): void;
  /** Accounts whose credentials belong to another: `{ "111122223333": "999900001111" }`. */
  readonly mixedUp?: Readonly<Record<string, string>>;
}

export interface MemoryDoor extends AwsDoor {
  /** Calls made so far, the oldest first; what is long past is forgotten. */
  readonly calls: readonly LoggedCall[];
  forgetCalls(): void;
  /** The answer takes the fault away again. */
  fault(fault: Fault): () => void;
  byHand(account: string): ByHand;
  /** Everything there is now, as data: another door started from it goes on from here. */
  snapshot(): Estate;
}

const firstNow = Date.parse("2026-01-05T08:00:00Z");
const everyRead = [...answers.values()].filter(({ access }) => access === "read").map(({ operation }) => operation);

/** The embedded cloud: AWS's answers, errors and permissions over an estate in memory. */
export function memoryCloud(start: Estate, options: MemoryOptions = {}): MemoryDoor {
  const state = stateOf(start, {
    now: () => options.now?.() ?? firstNow,
    changed: (estate) => options.changed?.(estate),
    reportsReady: options.reportsReady ?? false,
  });
  const faults = faultsOf();
  const endpoint = endpointOf(state, faults, options.pageSize ?? 3);
  const reading = options.readPolicy ?? readPolicy(everyRead);

  /** Signs in and asks who answers, as the real door does. */
  async function signIn(account: Account, session: Omit<Role, "account">): Promise<{ role: Role; home: string }> {
    const doing = `Signing in to ${account.name} did not work`;
    const answering = await told("cloud/credentials", doing, async () =>
      openAccount(state, options.mixedUp?.[account.id] ?? account.id, "sts:AssumeRole"),
    );
    const role = { account: answering.id, ...session };
    const home = answering.regions[0] ?? "us-east-1";
    const whoAmI = { operation: "sts:GetCallerIdentity", region: home, input: {} };
    await told("cloud/credentials", doing, () => endpoint.carryOut(role, whoAmI));
    if (role.account !== account.id)
      throw new StanceError("cloud/identity", {
        detail: `${account.name} (${account.id}) answers as ${role.account}.`,
      });
    return { role, home };
  }

  return {
    calls: endpoint.calls,
    forgetCalls: () => void endpoint.calls.splice(0),
    fault: (fault) => faults.add(fault),
    byHand: (account) => byHand(state, account),
    snapshot: () => state.estate(),
    accounts: async () => state.estate().accounts.map(accountOf),
    async enter(account, wanted) {
      const { role, home } = await signIn(account, { policy: reading, session: "stance-read/stance" });
      const api = apiOf(endpoint, role, { region: home, regions: [] });
      const { Regions = [] } = await told("cloud/denied", "The enabled regions could not be read", () =>
        api.send("ec2", "DescribeRegions", {}),
      );
      const enabled = Regions.flatMap(({ RegionName }) => RegionName ?? []);
      const regions = enabled.filter((region) => !wanted || wanted.includes(region));
      return apiOf(endpoint, role, { region: regions[0] ?? home, regions });
    },
    async enterForWriting(account, grant) {
      const session = `stance-write/stance-${grant.request}`;
      const { role } = await signIn(account, { policy: sessionPolicy(grant), session, request: grant.request });
      return { run: ({ operation, input }, region) => endpoint.carryOut(role, { operation, region, input }) };
    },
  };
}

/** What goes wrong at the door is told as a StanceError: `code` when AWS refused, else one that says to try again. */
async function told<V>(code: ErrorCode, doing: string, work: () => Promise<V>): Promise<V> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const refused = error.kind === "denied" || error.kind === "closed";
    const detail = `${doing}: ${error.operation}: ${error.message.replace(/\.$/, "")}.`;
    throw new StanceError(refused ? code : "cloud/failed", {
      detail,
      cause: error,
      ...(!refused && { retry: "later" }),
    });
  }
}

const accountOf = ({ id, name, state = "active", environment, owner }: AccountSpec): Account => ({
  cloud: "aws",
  id,
  name,
  state,
  ...(environment !== undefined && { environment }),
  ...(owner !== undefined && { owner }),
});

function apiOf(endpoint: Endpoint, role: Role, seen: Pick<AwsApi, "region" | "regions">): AwsApi {
  const remembered = new Map<string, Promise<unknown>>();
  const at = (region: string): AwsApi => ({
    account: role.account,
    region,
    regions: seen.regions,
    at,
    async send<S extends Service, O extends Operation<S>>(service: S, operation: O, input: Input<S, O>) {
      const { output } = await endpoint.carryOut(role, { operation: `${service}:${operation}`, region, input });
      // What the table answers was checked against the SDK's types where it is written.
      return output as Output<S, O>;
    },
    once<V>(key: string, read: () => Promise<V>) {
      const name = `${region} ${key}`;
      const promise = (remembered.get(name) as Promise<V> | undefined) ?? read();
      remembered.set(name, promise);
      return promise;
    },
  });
  return at(seen.region);
}
