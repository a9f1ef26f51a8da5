import { defineCheck, fail, notApplicable, pass } from "#domain/check";

export const check = defineCheck({
  id: "aws.iam.console-user-has-mfa",
  asset: "aws.iam.user",
  facts: ["credentials"],
  title: "IAM user with a console password signs in with MFA",
  topic: "console-mfa",
  severity: "high",
  risk: "A guessed, leaked or phished password is enough to sign in as this user.",
  controls: ["cis-aws-3.0:1.10", "aws-fsbp:IAM.5"],
  categories: ["identity-access"],
  guided: "only its user can enrol",
  guidance: {
    console: [
      "Ask the user to sign in and open Security credentials.",
      "Under Multi-factor authentication, choose Assign MFA device; a passkey or security key is best.",
      "If nobody signs in as this user any more, remove its console password.",
    ],
    cli: "aws iam delete-login-profile --user-name {name}  # if nobody signs in with it",
    terraform: "# An MFA device is enrolled by its user. A policy that denies everything without MFA makes sure of it.",
  },
  evaluate({ name, facts: { credentials } }) {
    const { passwordEnabled, mfaActive, passwordLastUsed } = credentials;
    if (!passwordEnabled) return notApplicable(`User ${name} has no console password.`);
    if (mfaActive) return pass(`User ${name} signs in with MFA.`);
    return fail({
      message: `User ${name} can sign in to the console with a password alone.`,
      row: passwordLastUsed === undefined ? "never signed in" : `last sign-in ${passwordLastUsed.slice(0, 10)}`,
      evidence: { passwordEnabled, mfaActive },
    });
  },
});
