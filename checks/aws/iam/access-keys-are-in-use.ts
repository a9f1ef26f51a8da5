import type { AccessKey } from "#cloud/aws/iam";
import { defineCheck, fail, notApplicable, pass } from "#domain/check";

const limit = 45;
const day = 24 * 60 * 60 * 1000;

/** Active keys only. (CIS 1.12 and aws-fsbp IAM.8 judge passwords along with keys: other verdicts.) */
export const check = defineCheck({
  id: "aws.iam.access-keys-are-in-use",
  asset: "aws.iam.user",
  facts: ["credentials", "created"],
  title: "Active access keys were used in the last 45 days",
  topic: "unused-keys",
  severity: "medium",
  risk: "A key that nobody uses can be stolen and used without anyone noticing.",
  controls: [],
  categories: ["identity-access"],
  guided: "ask its user first",
  guidance: {
    console: [
      "Open the user in the IAM console and go to Security credentials.",
      "Deactivate the key, and delete it when nobody has missed it for two weeks.",
    ],
    cli: "aws iam update-access-key --user-name {name} --access-key-id KEY_ID --status Inactive",
    terraform: `resource "aws_iam_access_key" "this" {
  user   = "{name}"
  status = "Inactive"
}`,
  },
  evaluate({ name, facts }, { now }) {
    const active = facts.credentials.keys.filter((key) => key.active);
    if (active.length === 0) return notApplicable(`User ${name} has no active access key.`);
    const unused = active.filter(
      (key) => now.getTime() - Date.parse(since(key) ?? facts.created ?? "1970") >= limit * day,
    );
    if (unused.length === 0) return pass(`User ${name} uses all active access keys.`);
    return fail({
      message: `User ${name} has active access keys that nobody has used for ${limit} days: ${unused.length} of ${active.length}.`,
      row: unused
        .map(({ slot, lastUsed }) => `key ${slot} ${lastUsed ? `last used ${lastUsed.slice(0, 10)}` : "never used"}`)
        .join(", "),
      evidence: { unused },
    });
  },
});

/** Since its last use, or since it was made: a new key may still be waiting for its first. */
const since = ({ lastUsed = "", lastRotated = "" }: AccessKey): string | undefined =>
  (lastUsed > lastRotated ? lastUsed : lastRotated) || undefined;
