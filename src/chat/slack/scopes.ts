/**
 * What the Slack app asks for. Declared once: `manifest.yml` and `docs/scopes.md` are generated from here, `doctor` compares
 * the token with it, and the contract suite runs with exactly these scopes.
 */

export const defaultCommand = "/posture";

export const command = {
  description: "Cloud security posture: what is open, who owns it, and fixes that people approve.",
  usageHint: "help | summary | findings | show F-1a2b | fix G-7k",
} as const;

export interface Scope {
  readonly purpose: string;
  /** What is lost without it. */
  readonly without: string;
}

/** Every bot scope. */
export const scopes: Readonly<Record<string, Scope>> = {
  commands: {
    purpose: "hears `/posture`",
    without: "the slash command does not arrive",
  },
  "chat:write": {
    purpose: "posts and edits its own messages where it was invited, and answers privately",
    without: "nothing can be posted, edited or answered",
  },
  "app_mentions:read": {
    purpose: "hears what is said to `@Stance` in a thread, and no other message",
    without: "mentions in threads are not heard",
  },
  "users:read": {
    purpose: "tells members from guests, bots, deactivated people and other organisations; reads time zones",
    without: "nobody can be told apart from a guest, so everybody is refused",
  },
  "users:read.email": {
    purpose: "finds the Slack account of people of the configuration, and of owner tags, by e-mail address",
    without: "owners and people cannot be found by e-mail",
  },
  "usergroups:read": {
    purpose: "reads who is in the user groups that may approve, and mentions groups",
    without: "approver groups that are Slack user groups have nobody in them",
  },
  "channels:read": {
    purpose: "looks whether a public channel is archived, shared or has guests, before anything is posted",
    without: "public channels cannot be looked at, so nothing is posted there",
  },
  "groups:read": {
    purpose: "the same for private channels it was invited to",
    without: "private channels cannot be looked at, so nothing is posted there",
  },
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
