/**
 * What the Slack app asks for. Declared once: `manifest.yml` is generated from here (`src/dev/manifest.ts`), `doctor`
 * compares the token with it, and the contract suite runs with exactly these scopes.
 */

export const defaultCommand = "/posture";

export const command = {
  description: "Cloud security posture: what is open, who owns it, and fixes that people approve.",
  usageHint: "help | summary | findings | show F-1a2b | fix G-7k",
} as const;

/** Every bot scope, with what is lost without it. */
export const scopes: Readonly<Record<string, string>> = {
  commands: "the slash command does not arrive",
  "chat:write": "nothing can be posted, edited or answered",
  "app_mentions:read": "mentions in threads are not heard",
  "users:read": "nobody can be told apart from a guest, so everybody is refused",
  "users:read.email": "owners cannot be found by e-mail",
  "usergroups:read": "approver groups that are Slack user groups have nobody in them",
  "channels:read": "public channels cannot be looked at, so nothing is posted there",
  "groups:read": "private channels cannot be looked at, so nothing is posted there",
};

/**
 * Not asked for: they let the bot read what people write. A token that has them gets one promise more: after a lost
 * answer or a crash, the channel is searched for the message before it is posted again.
 */
export const historyScopes = ["channels:history", "groups:history", "metadata.message:read"] as const;

/** Events after which a channel is looked at again. */
export const channelEvents = [
  "member_joined_channel",
  "channel_left",
  "channel_rename",
  "channel_archive",
  "channel_unarchive",
  "channel_deleted",
  "channel_shared",
  "channel_unshared",
  "group_left",
  "group_rename",
  "group_archive",
  "group_unarchive",
  "group_deleted",
] as const;

export const events = ["app_mention", ...channelEvents] as const;
