import type { Channel, Json, Message, Person, State, View } from "#demo/slack/state";

/** Slack's objects as its API shows them. */

export const messageObject = ({ ts, author, text, blocks, thread, metadata }: Message): Json => ({
  type: "message",
  ts,
  user: author,
  text,
  blocks,
  ...(thread !== undefined && { thread_ts: thread }),
  ...(metadata !== undefined && { metadata }),
});

export const viewObject = ({ id, hash, content: view }: View, { seed }: State): Json => ({
  ...view,
  id,
  hash,
  team_id: seed.team.id,
  app_installed_team_id: seed.team.id,
});

export function userObject(person: Person, { seed }: State): Json {
  const { id, name, email, zone = "UTC", kind = "member" } = person;
  return {
    id,
    team_id: kind === "stranger" ? (person.team ?? "T0STRANGE") : seed.team.id,
    name: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "."),
    real_name: name,
    tz: zone,
    deleted: kind === "deactivated",
    is_bot: kind === "bot",
    is_stranger: kind === "stranger",
    is_restricted: kind === "guest" || kind === "single-channel guest",
    is_ultra_restricted: kind === "single-channel guest",
    is_email_confirmed: true,
    profile: { real_name: name, display_name: name, ...(email !== undefined && { email }) },
  };
}

export const channelObject = (channel: Channel): Json => ({
  id: channel.id,
  name: channel.name,
  is_channel: !channel.private,
  is_group: channel.private,
  is_im: channel.direct,
  is_private: channel.private,
  is_archived: channel.archived,
  is_member: channel.joined,
  is_shared: channel.shared === "external" || channel.shared === "organisation",
  is_ext_shared: channel.shared === "external",
  is_org_shared: channel.shared === "organisation",
  is_pending_ext_shared: channel.shared === "pending",
  pending_shared: [],
});
