import type { AnyAnswer } from "#cloud/aws/memory/answer";
import type { AccountSpec } from "#cloud/aws/memory/estate";
import type { PolicyDocument } from "#cloud/aws/permissions";
import { permissionsOf } from "#cloud/aws/permissions";
import { CloudError } from "#cloud/cloud";

interface Asking {
  readonly account: AccountSpec;
  readonly region: string;
  readonly answer: AnyAnswer;
  readonly input: object;
  /** What the session's role may do: the very document that is given to AWS. */
  readonly policy: PolicyDocument;
  /** The role's session, as AWS's messages name it. */
  readonly principal: string;
}

const allows = ({ Statement }: PolicyDocument, permission: string, resource: string): boolean =>
  Statement.some(
    ({ Action, Resource }) =>
      Action.includes(permission) && [Resource].flat().some((allowed) => allowed === "*" || allowed === resource),
  );

/** The code each service denies with. */
function deniedCode(operation: string): string {
  const service = operation.split(":")[0] ?? "";
  if (service === "ec2") return "UnauthorizedOperation";
  return ["cloudtrail", "tag"].includes(service) ? "AccessDeniedException" : "AccessDenied";
}

/** Throws what AWS would say when the session may not make the call. */
export function authorize(asking: Asking): void {
  const { answer, input, policy, account, region } = asking;
  const { operation } = answer;
  const resource = answer.resource?.(input as never, account.id, region) ?? "*";
  const denial = account.denials?.find(
    (candidate) =>
      [operation, `${operation.split(":")[0]}:*`, "*"].includes(candidate.operation) &&
      (candidate.region ?? region) === region &&
      (candidate.resource ?? resource) === resource,
  );
  const needed = permissionsOf(operation);
  // Nobody can be kept from asking who they are.
  if (needed.length === 0) return;
  const lacking = needed.find((permission) => !allows(policy, permission, resource));
  if (!denial && lacking === undefined) return;
  const permission = lacking ?? needed[0] ?? operation;
  const closed = denial?.closed === true;
  throw new CloudError({
    kind: closed ? "closed" : "denied",
    code: deniedCode(operation),
    operation,
    message: `User: ${asking.principal} is not authorized to perform: ${permission} on resource: ${resource} ${because(denial)}`,
    // No permission opens what the organisation has closed.
    ...(!closed && { permission }),
  });
}

function because(denial: { readonly closed?: boolean; readonly resource?: string } | undefined): string {
  if (denial?.closed === true) return "with an explicit deny in a service control policy";
  return denial?.resource === undefined
    ? "because no identity-based policy allows it"
    : "with an explicit deny in a resource-based policy";
}
