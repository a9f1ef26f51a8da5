import { type PublicStatement, readBucketPolicy } from "#cloud/aws/policy";
import type { Grant } from "#cloud/aws/s3";
import type { Facts } from "#domain/asset";

export type Access = "read" | "write";
type BucketFacts = Readonly<Pick<Facts<"aws.s3.bucket">, "accountBlock" | "publicAccessBlock" | "policy" | "acl">>;

/** What lets everyone read or write: statements of the policy and grants of the ACL that no block takes back. */
export interface Opening {
  readonly statements: readonly PublicStatement[];
  readonly grants: readonly Grant[];
  /** False: the policy's text makes no sense, and AWS takes what it cannot see through for public. */
  readonly understood: boolean;
}

const groups = "http://acs.amazonaws.com/groups/global/";
/** Anyone at all, and anyone signed in to any AWS account: both are public by AWS's definition. */
export const allUsers = `${groups}AllUsers`;
export const anyAccount = `${groups}AuthenticatedUsers`;

const permissions: Readonly<Record<Access, readonly string[]>> = {
  read: ["READ", "READ_ACP", "FULL_CONTROL"],
  write: ["WRITE", "WRITE_ACP", "FULL_CONTROL"],
};

/**
 * The blocks of account and bucket add up. The account's is read first, then the bucket's; policy and ACL only where no
 * block makes them ineffective: each fact that is reached costs a call.
 */
export function openingsOf(facts: BucketFacts, access: Access): Opening {
  const account = facts.accountBlock;
  const decided = account?.restrictPublicBuckets && account.ignorePublicAcls;
  const bucket = decided ? undefined : facts.publicAccessBlock;
  const restricts = account?.restrictPublicBuckets || bucket?.restrictPublicBuckets;
  const ignores = account?.ignorePublicAcls || bucket?.ignorePublicAcls;
  const text = restricts ? undefined : facts.policy;
  const policy = text === undefined ? { understood: true, public: [] } : readBucketPolicy(text);
  return {
    statements: policy.public.filter(({ reads, writes }) => (access === "read" ? reads : writes)),
    grants: (ignores ? [] : facts.acl).filter(
      ({ grantee, permission }) => [allUsers, anyAccount].includes(grantee) && permissions[access].includes(permission),
    ),
    understood: policy.understood,
  };
}

/** "policy and ACL let everyone read" */
export function inWords({ statements, grants, understood }: Opening, access: Access): string {
  if (!understood) return `policy cannot be understood: taken to let everyone ${access}`;
  const everyone = [
    ...(statements.length > 0 ? ["policy"] : []),
    ...(grants.some(({ grantee }) => grantee === allUsers) ? ["ACL"] : []),
  ];
  if (everyone.length === 0) return `ACL lets anyone with an AWS account ${access}`;
  return `${everyone.join(" and ")} ${everyone.length === 1 ? "lets" : "let"} everyone ${access}`;
}
