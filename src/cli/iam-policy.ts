import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { pickById, printJson } from "#cli/print";
import { collectors } from "#cloud/aws/collect/all";
import { type PolicyDocument, permissionsOf, readPolicy, signInOperations } from "#cloud/aws/permissions";
import { remediations } from "#remediations";

export interface IamPolicyOptions {
  readonly read?: true;
  readonly remediation?: string;
}

/** `stance iam-policy --read | --remediation ID`: the least policy, from what collectors and fixes declare. */
export async function run({ read, remediation }: IamPolicyOptions, { stdout, stderr }: Io): Promise<number> {
  if ((read === true) === (remediation !== undefined)) {
    await stderr.write("stance: Say which policy: --read, or --remediation ID.\n");
    return exitCodes.usage;
  }
  await printJson(stdout, remediation === undefined ? readPolicy(readOperations()) : writePolicy(remediation));
  return exitCodes.done;
}

const readOperations = (): readonly string[] => [
  ...signInOperations,
  "organizations:ListAccounts",
  ...collectors.flatMap(({ operations, fetch }) => [
    ...operations,
    ...Object.values(fetch).flatMap((source) => source.operations),
  ]),
];

/** For the write role. Each fix runs in a session narrowed further, to its own calls and its one asset. */
function writePolicy(id: string): PolicyDocument {
  const { operations, alsoNeeds = [] } = pickById("remediation", remediations, id);
  const Action = [...new Set([...operations.flatMap(permissionsOf), ...alsoNeeds])].sort();
  return { Version: "2012-10-17", Statement: [{ Sid: "StanceWrite", Effect: "Allow", Action, Resource: "*" }] };
}
