import { readFileSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { command, defaultCommand, events, historyScopes, scopes } from "#chat/slack/scopes";

/** Writes manifest.yml from src/chat/slack/scopes.ts; with --check it only says whether the file is up to date. */

const file = new URL("../../manifest.yml", import.meta.url);

const head = `# The Slack app, as Slack's "create an app from a manifest" takes it. Generated: npm run generate.
# Socket Mode needs an app-level token with connections:write besides. For HTTP mode set socket_mode_enabled to false and
# add request_url: https://YOUR-HOST/slack/events to event_subscriptions and interactivity, and url: to the slash command.
# Not asked for: ${historyScopes.join(", ")}.
# With them the bot finds a message again whose answer was lost, before it posts twice; and it could read its channels.
`;

const manifest = {
  display_information: {
    name: "Stance",
    description: "Finds what is open in your clouds, tells who owns it, and fixes what people approve.",
    background_color: "#1d2b3a",
  },
  features: {
    app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
    bot_user: { display_name: "Stance", always_online: true },
    slash_commands: [
      {
        command: defaultCommand,
        description: command.description,
        usage_hint: command.usageHint,
        should_escape: false,
      },
    ],
  },
  oauth_config: { scopes: { bot: Object.keys(scopes) } },
  settings: {
    event_subscriptions: { bot_events: [...events] },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
};

const text = head + stringify(manifest, { lineWidth: 0 });
if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("manifest.yml is out of date: run npm run generate");
  process.exitCode = 1;
}
