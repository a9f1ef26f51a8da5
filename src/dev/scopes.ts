import { readFileSync, writeFileSync } from "node:fs";
import { historyScopes, scopes } from "#chat/slack/scopes";

/** Writes docs/scopes.md from src/chat/slack/scopes.ts; with --check it only says whether the file is up to date. */

const file = "docs/scopes.md";
const rows = Object.entries(scopes).map(
  ([scope, { purpose, without }]) => `| \`${scope}\` | ${purpose} | ${without} |`,
);

const text = `# What Stance may do in Slack

<!-- Generated from src/chat/slack/scopes.ts: npm run generate -->

The app asks for these bot scopes and no others, as [manifest.yml](../manifest.yml) says. It asks for no user token: it is never
anybody but itself.

| Scope | What for | Without it |
| --- | --- | --- |
${rows.join("\n")}

\`/posture doctor\` compares the installed app with this list and names what is missing. After a scope was added, the app has to
be installed in the workspace again.

Socket Mode needs an app-level token with \`connections:write\` besides: it opens the connection over which Slack sends what people
do, and nothing else.

## Not asked for

${historyScopes.map((scope) => `\`${scope}\``).join(", ")}: with them Stance could read what people write. Without them it
reads what is addressed to it, and nothing else. A token that has them gets one promise more: after a lost answer or a crash, the
channel is searched for the message before it is posted again.

\`chat:write.public\`, \`channels:join\`: it posts where somebody invited it. \`files:write\`, \`im:history\`, \`admin.*\`: nothing it
does needs them.
`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error(`${file} is out of date: run npm run generate`);
  process.exitCode = 1;
}
