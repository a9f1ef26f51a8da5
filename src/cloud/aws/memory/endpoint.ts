import { Refused } from "#cloud/aws/memory/answer";
import { answers } from "#cloud/aws/memory/answers";
import type { AccountSpec } from "#cloud/aws/memory/estate";
import type { Faults } from "#cloud/aws/memory/faults";
import { authorize } from "#cloud/aws/memory/policy";
import type { State } from "#cloud/aws/memory/state";
import { placeOf } from "#cloud/aws/memory/state";
import type { PolicyDocument } from "#cloud/aws/permissions";
import { permissionsOf } from "#cloud/aws/permissions";
import { CloudError } from "#cloud/cloud";

/** Whose session sends the call, and what it may do. */
export interface Role {
  readonly account: string;
  readonly policy: PolicyDocument;
  /** `stance-read/stance` */
  readonly session: string;
  /** The request a write session was opened for. */
  readonly request?: string;
}

export interface Sent {
  readonly operation: string;
  readonly region: string;
  readonly input: object;
}

export interface LoggedCall extends Sent {
  readonly requestId: string;
  readonly account: string;
  readonly access: "read" | "write";
  readonly request?: string;
  /** The code it failed with. */
  readonly failed?: string;
}

export interface Endpoint {
  readonly calls: LoggedCall[];
  /** One call, as AWS would take it. Throws CloudError. */
  carryOut(role: Role, sent: Sent): Promise<{ readonly output: object; readonly requestId: string }>;
}

const callsKept = 20_000;

export function endpointOf(state: State, faults: Faults, pageSize: number): Endpoint {
  const calls: LoggedCall[] = [];
  const log = (call: LoggedCall): void => {
    calls.push(call);
    if (calls.length > callsKept) calls.splice(0, calls.length - callsKept);
  };

  async function answerTo(role: Role, { operation, region, input }: Sent): Promise<object> {
    const answer = answers.get(operation);
    if (!answer) return failed("InvalidAction", operation, "The embedded cloud does not know this operation.");
    const fault = faults.on({ operation, region, account: role.account });
    await fault.before();
    const account = openAccount(state, role.account, operation);
    const principal = `arn:aws:sts::${role.account}:assumed-role/${role.session}`;
    authorize({ account, region, answer, input, policy: role.policy, principal });
    if (!answer.home && !account.regions.includes(region))
      return failed("OptInRequired", operation, `${region} is not enabled for ${account.id}.`);
    const scene = {
      state,
      account,
      region,
      place: placeOf(account, region),
      pageSize,
      edit: (change: (before: AccountSpec) => AccountSpec) => state.edit(account.id, change),
    };
    const content = answer.answer(scene, input as never);
    await fault.after();
    return content;
  }

  return {
    calls,
    async carryOut(role, { operation, input, region: asked }) {
      const answer = answers.get(operation);
      const sent = { operation, input, region: answer?.home ?? asked };
      const requestId = state.nextId();
      const { account, request } = role;
      const entry = { ...sent, requestId, account, access: answer?.access ?? "read", ...(request && { request }) };
      try {
        const content = await answerTo(role, sent);
        log(entry);
        return { output: { ...content, $metadata: { requestId, httpStatusCode: 200, attempts: 1 } }, requestId };
      } catch (error) {
        const told = error instanceof Refused ? asCloudError(error, operation) : error;
        log({ ...entry, failed: told instanceof CloudError ? told.code : "Error" });
        throw told;
      }
    },
  };
}

function failed(code: string, operation: string, message: string): never {
  throw new CloudError({ kind: "failed", code, operation, message });
}

/** The account, if its roles can be used: a closed account has none left. */
export function openAccount(state: State, id: string, operation: string): AccountSpec {
  const account = state.account(id);
  if (account && account.state !== "suspended") return account;
  const message = `not authorized to assume a role of account ${id}`;
  throw new CloudError({ kind: "denied", code: "AccessDenied", operation, message, permission: "sts:AssumeRole" });
}

const deniedCodes = ["AccessDenied", "UnauthorizedOperation", "AccessDeniedException"];
const isAbsent = (code: string): boolean => code.startsWith("NoSuch") || /NotFound(Exception|Fault)?$/.test(code);

function asCloudError({ code, message }: Refused, operation: string): CloudError {
  if (!deniedCodes.includes(code))
    return new CloudError({ kind: isAbsent(code) ? "absent" : "failed", code, operation, message });
  const permission = permissionsOf(operation)[0];
  return new CloudError({ kind: "denied", code, operation, message, ...(permission !== undefined && { permission }) });
}
