import { defineCheck, fail, pass } from "#domain/check";

/** As many as AWS can remember. */
const remembered = 24;

export const check = defineCheck({
  id: "aws.iam.password-policy-reuse",
  asset: "aws.account",
  facts: ["passwordPolicy"],
  title: "The last 24 passwords cannot be used again",
  topic: "password-policy",
  severity: "low",
  risk: "A password that has leaked comes back into use.",
  controls: ["cis-aws-3.0:1.9"],
  categories: ["identity-access"],
  guided: "the whole policy is replaced",
  guidance: {
    console: [
      "In the IAM console, open Account settings and edit the password policy.",
      "Choose Custom, tick Prevent password reuse, set it to 24 and save.",
    ],
    cli: "aws iam update-account-password-policy --password-reuse-prevention 24  # name the other settings too: what is left out is reset",
    terraform: `resource "aws_iam_account_password_policy" "this" {
  password_reuse_prevention = 24
}`,
  },
  evaluate({ name, facts: { passwordPolicy } }) {
    const count = passwordPolicy?.reusePrevention ?? 0;
    if (count >= remembered) return pass(`Account ${name} remembers the last ${count} passwords.`);
    return fail({
      message: `Account ${name} remembers ${count === 0 ? "no former passwords" : `the last ${count} passwords only`}.`,
      row: count === 0 ? "old passwords can be used again" : `last ${count} of 24 remembered`,
      evidence: { passwordPolicy },
    });
  },
});
