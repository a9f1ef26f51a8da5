import { readFileSync, statSync } from "node:fs";
import type { KnownIds } from "#config/crosscheck";
import { crossCheck } from "#config/crosscheck";
import { draftOf } from "#config/draft";
import type { Config } from "#config/schema";
import { configSchema } from "#config/schema";
import { secretsIn } from "#config/secret";
import type { Trouble } from "#config/words";
import { troublesOf } from "#config/words";
import type { Problem, Source } from "#config/yaml";
import { parseYaml, pathText } from "#config/yaml";
import { messageOf, StanceError } from "#domain/errors";
import { canonical, sha256 } from "#domain/plan";

type Env = Readonly<Record<string, string | undefined>>;

/** The configuration, or everything that is wrong with it. */
export type Reading = { readonly config: Config } | { readonly problems: readonly Problem[] };

/** A configuration of 1,000 accounts has a fifth of this. */
const maxBytes = 1_000_000;

/**
 * Reads `stance.yml`. Throws StanceError `config/missing` (no such file), or `config/invalid` with every error at once,
 * each with its line, its path and what to write instead.
 */
export function loadConfig(path: string, env: Env, known: KnownIds = {}): Config {
  const reading = readConfig(path, env, known);
  if ("config" in reading) return reading.config;
  const { problems } = reading;
  const count = `${problems.length} ${problems.length === 1 ? "error" : "errors"} in ${path}:`;
  throw new StanceError("config/invalid", { detail: `${[count, ...sentencesOf(path, problems)].join("\n")}\n` });
}

/** `stance.yml:12:5 owners.payments.people[0]: "anna" is not in people. Did you mean "ana"?` */
export const sentencesOf = (path: string, problems: readonly Problem[]): readonly string[] =>
  problems.map(
    ({ line, column, path: place, message }) =>
      `${path}:${line}:${column} ${place === "" ? "" : `${place}: `}${message}`,
  );

/** Which configuration a change was made under, for the audit. Secrets are not part of it: only where they are. */
export const configHash = (config: Config): string => sha256(canonical(config));

/** Throws StanceError `config/missing` alone. */
export function readConfig(path: string, env: Env, known: KnownIds = {}): Reading {
  const bytes = fileOf(path);
  if (bytes === undefined) return whole("the file is bigger than 1 MB, and no more is read; is this the right file?");
  const text = textOf(bytes);
  return text === undefined ? whole("the file is not UTF-8 text; save it as UTF-8") : readText(text, env, known);
}

export function readText(text: string, env: Env, known: KnownIds = {}): Reading {
  const secrets = secretsIn(text).map((secret): Problem => ({ path: "", ...secret }));
  const source = parseYaml(text);
  const broken = [...secrets, ...source.problems];
  if (source.value === undefined || source.value === null)
    return broken.length > 0
      ? { problems: inOrder(broken) }
      : whole("the file is empty; begin with docs/stance.example.yml, or with accounts: and a list of them");
  const parsed = configSchema.safeParse(source.value);
  const troubles = [
    ...(parsed.success ? [] : troublesOf(parsed.error.issues, source)),
    ...crossCheck(draftOf(source.value), known),
  ];
  const found = troubles.map((trouble) => placed(trouble, source));
  // A secret in the wrong place is one mistake, whatever else the schema says of it.
  const problems = [...broken, ...found.filter((problem) => !secrets.some((secret) => samePlace(secret, problem)))];
  if (problems.length > 0 || !parsed.success) return { problems: inOrder(problems) };
  return withEnvironment(parsed.data, env);
}

const placed = ({ path, message, at }: Trouble, source: Source): Problem => ({
  path: pathText(path),
  message,
  ...source.place(path, at),
});

const samePlace = (a: Problem, b: Problem): boolean => a.line === b.line && a.column === b.column;

/** As in the file; what a broken end makes YAML say a hundred times is said once. */
const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  [...new Map(problems.map((problem) => [canonical(problem), problem])).values()].sort(
    (a, b) => a.line - b.line || a.column - b.column,
  );

/** What the environment may say where the file says nothing. */
function withEnvironment(config: Config, env: Env): Reading {
  const port = env.STANCE_WEB_PORT ?? "";
  if (port === "" || config.web.port !== undefined) return withEndpoint(config, env);
  const web = configSchema.shape.web.safeParse({ ...config.web, port: /^\d+$/.test(port) ? Number(port) : port });
  return web.success
    ? withEndpoint({ ...config, web: web.data }, env)
    : whole("STANCE_WEB_PORT is no port; write a number up to 65535, or unset it");
}

function withEndpoint(config: Config, env: Env): Reading {
  const endpoint = env.AWS_ENDPOINT_URL;
  if (endpoint === undefined || endpoint === "" || config.aws.endpoint !== undefined) return { config };
  const aws = configSchema.shape.aws.safeParse({ ...config.aws, endpoint });
  return aws.success
    ? { config: { ...config, aws: aws.data } }
    : whole("AWS_ENDPOINT_URL is no address; write one as https://localhost:4566, or unset it");
}

const whole = (message: string): Reading => ({ problems: [{ path: "", line: 1, column: 1, message }] });

/** Undefined: too big to be read. */
function fileOf(path: string): Uint8Array | undefined {
  try {
    return statSync(path).size > maxBytes ? undefined : readFileSync(path);
  } catch (cause) {
    throw new StanceError("config/missing", { detail: `${messageOf(cause)}.`, cause });
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
