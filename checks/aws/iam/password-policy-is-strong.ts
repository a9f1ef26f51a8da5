import type { PasswordPolicy } from "#cloud/aws/account";
import { defineCheck, fail, pass } from "#domain/check";

const shortest = 8;

/** IAM.7 with Security Hub's default parameters: 8 characters of all four kinds. The default policy never passes. */
export const check = defineCheck({
  id: "aws.iam.password-policy-is-strong",
  asset: "aws.account",
  facts: ["passwordPolicy"],
  title: "Passwords have 8 characters, with letters of both cases, numbers and symbols",
  topic: "password-policy",
  severity: "medium",
  risk: "Simple passwords are guessed sooner.",
  controls: ["aws-fsbp:IAM.7"],
  categories: ["identity-access"],
  guided: "the whole policy is replaced",
  guidance: {
    console: [
      "In the IAM console, open Account settings and edit the password policy.",
      "Choose Custom, tick all four kinds of characters, set the minimum length to 8 or more and save.",
    ],
    cli: "aws iam update-account-password-policy --minimum-password-length 14 --require-symbols --require-numbers --require-uppercase-characters --require-lowercase-characters",
    terraform: `resource "aws_iam_account_password_policy" "this" {
  minimum_password_length      = 14
  require_symbols              = true
  require_numbers              = true
  require_uppercase_characters = true
  require_lowercase_characters = true
}`,
  },
  evaluate({ name, facts: { passwordPolicy } }) {
    const missing = passwordPolicy ? lacking(passwordPolicy) : ["a password policy"];
    if (missing.length === 0) return pass(`Account ${name} asks for strong passwords.`);
    return fail({
      message: `Account ${name} does not ask for ${missing.join(", ")}.`,
      row: passwordPolicy ? `not required: ${missing.join(", ")}` : "no password policy",
      evidence: { passwordPolicy },
    });
  },
});

const lacking = (policy: PasswordPolicy): readonly string[] => [
  ...(policy.requireSymbols ? [] : ["symbols"]),
  ...(policy.requireNumbers ? [] : ["numbers"]),
  ...(policy.requireUppercase ? [] : ["upper case"]),
  ...(policy.requireLowercase ? [] : ["lower case"]),
  ...(policy.minimumLength >= shortest ? [] : [`${shortest} characters`]),
];
