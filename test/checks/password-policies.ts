import type { PasswordPolicy } from "#cloud/aws/account";

/** All that any check asks for. */
export const strong: PasswordPolicy = {
  minimumLength: 14,
  requireSymbols: true,
  requireNumbers: true,
  requireUppercase: true,
  requireLowercase: true,
  allowUsersToChange: true,
  maxAgeDays: undefined,
  reusePrevention: 24,
  hardExpiry: undefined,
};
