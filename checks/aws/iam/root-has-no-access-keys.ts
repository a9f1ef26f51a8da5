import { defineCheck, fail, pass } from "#domain/check";

export const check = defineCheck({
  id: "aws.iam.root-has-no-access-keys",
  asset: "aws.account",
  facts: ["rootAccessKeys"],
  title: "Root user has no access keys",
  topic: "root-keys",
  severity: "critical",
  risk: "A leaked root key gives full control of the account, and no policy can limit it.",
  controls: ["cis-aws-3.0:1.4", "aws-fsbp:IAM.4"],
  categories: ["identity-access"],
  guided: "only the root user can",
  guidance: {
    console: [
      "Find out what uses the key, and give it a role instead.",
      "Sign in as the root user and open Security credentials.",
      "Under Access keys, deactivate each key, wait a day, then delete it.",
    ],
    cli: "aws iam delete-access-key --access-key-id KEY_ID  # signed in as root",
    terraform: "# Terraform cannot manage the root user's keys.",
  },
  evaluate({ name, facts: { rootAccessKeys } }) {
    if (rootAccessKeys === 0) return pass(`The root user of account ${name} has no access keys.`);
    const keys = rootAccessKeys === 1 ? "1 access key" : `${rootAccessKeys} access keys`;
    return fail({
      message: `The root user of account ${name} has ${keys}.`,
      row: `root user has ${keys}`,
      evidence: { rootAccessKeys },
    });
  },
});
