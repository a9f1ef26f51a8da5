import type { KnownIds } from "#config/crosscheck";
import { readConfig, sentencesOf } from "#config/load";
import type { Config, SecretConfig } from "#config/schema";
import { secretProblem } from "#config/secret";

export interface ConfigReport {
  readonly good: boolean;
  readonly sentences: readonly string[];
}

/** What `stance config check` says: every error, or what the file amounts to and what to know about it. */
export function configReport(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  known: KnownIds = {},
): ConfigReport {
  const reading = readConfig(path, env, known);
  if ("problems" in reading) return { good: false, sentences: sentencesOf(path, reading.problems) };
  const { config } = reading;
  return { good: true, sentences: [summary(path, config), ...notes(config), ...secretNotes(config, env)] };
}

function summary(path: string, { accounts, owners, people, groups, policies }: Config): string {
  const place = Array.isArray(accounts) ? count(accounts.length, "account") : "all accounts of the organisation";
  const sizes = [
    count(Object.keys(owners).length, "owner"),
    count(Object.keys(people).length, "person", "people"),
    count(Object.keys(groups).length, "group"),
    count(policies.length, "policy", "policies"),
  ];
  return `${path} is good: ${place}, ${sizes.join(", ")}.`;
}

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

/** Right, but perhaps not meant. */
function notes({ accounts, owners, people, policies, slack }: Config): readonly string[] {
  const listed = Array.isArray(accounts) ? accounts : [];
  const silent = Object.entries(owners).flatMap(([key, { channel }]) => (channel === undefined ? [key] : []));
  const lost = Object.entries(people).flatMap(([key, { slack: id, email }]) =>
    id === undefined && email === undefined ? [key] : [],
  );
  return [
    ...(policies.length === 0 ? ["No policy says who approves, so nobody may approve a fix."] : []),
    ...(listed.length > 0 && listed.every(({ writeRole }) => writeRole === undefined)
      ? ["No account has a writeRole, so nothing can be fixed from here."]
      : []),
    ...(silent.length > 0 ? [`Without a channel, so in the admin channel: ${silent.join(", ")}.`] : []),
    ...(slack !== undefined && lost.length > 0
      ? [`Without slack and email, so not known in chat: ${lost.join(", ")}.`]
      : []),
    ...(slack === undefined ? ["There is no slack section: the command line works, the bot has no chat."] : []),
  ];
}

/** Only those that will be read: Socket Mode needs no signing secret, HTTP no app token. */
function secretNotes(config: Config, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { slack, accounts } = config;
  const members = typeof accounts === "string" ? [] : Array.isArray(accounts) ? accounts : accounts.known;
  const organization = typeof accounts === "object" && "organization" in accounts ? [accounts.organization] : [];
  const needed: readonly (SecretConfig | undefined)[] = [
    ...(slack ? [slack.botToken, slack.mode === "socket" ? slack.appToken : slack.signingSecret] : []),
    ...[...members, ...organization].map(({ externalId }) => externalId),
  ];
  const problems = needed.flatMap((secret) => (secret ? (secretProblem(secret, env) ?? []) : []));
  return [...new Set(problems)];
}
