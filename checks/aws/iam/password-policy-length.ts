import { defineCheck, fail, pass } from "#domain/check";

const shortest = 14;

/** Without a policy of its own an account has AWS's default: 8 characters. */
export const check = defineCheck({
  id: "aws.iam.password-policy-length",
  asset: "aws.account",
  facts: ["passwordPolicy"],
  title: "Passwords have at least 14 characters",
  topic: "password-policy",
  severity: "medium",
  risk: "Short passwords are guessed sooner.",
  controls: ["cis-aws-3.0:1.8"],
  categories: ["identity-access"],
  guided: "the whole policy is replaced",
  guidance: {
    console: [
      "In the IAM console, open Account settings and edit the password policy.",
      "Choose Custom, set the minimum length to 14 or more and save.",
    ],
    cli: "aws iam update-account-password-policy --minimum-password-length 14  # name the other settings too: what is left out is reset",
    terraform: `resource "aws_iam_account_password_policy" "this" {
  minimum_password_length = 14
}`,
  },
  evaluate({ name, facts: { passwordPolicy } }) {
    const length = passwordPolicy?.minimumLength ?? 8;
    if (length >= shortest) return pass(`Account ${name} asks for passwords of ${length} characters or more.`);
    return fail({
      message: `Account ${name} accepts passwords of ${length} characters.`,
      row: passwordPolicy ? `minimum length ${length}` : "no password policy, minimum length 8",
      evidence: { passwordPolicy },
    });
  },
});
