import { readFileSync, statSync } from "node:fs";
import type { SecretConfig } from "#config/schema";
import { messageOf, StanceError } from "#domain/errors";
import { credentialShapes, keepSecret } from "#domain/secrets";

export const holdsSecret = (text: string): boolean => credentialShapes.some(({ shape }) => shape.test(text));

/** Secrets that were written into the file itself, also in its comments. The sentence does not repeat them. */
export function secretsIn(
  text: string,
): readonly { readonly line: number; readonly column: number; readonly message: string }[] {
  return text.split("\n").flatMap((line, index) =>
    credentialShapes.flatMap(({ shape, what }) => {
      const column = line.search(shape);
      if (column < 0) return [];
      const message = `${what} is written here. Take it out and make a new one, as this one was seen; then write { env: NAME } or { file: PATH }: the variable or the file that holds it`;
      return [{ line: index + 1, column: column + 1, message }];
    }),
  );
}

type Env = Readonly<Record<string, string | undefined>>;

/** Far more than any token; a path that points at something else is noticed. */
const maxBytes = 65_536;

/** The secret itself, without the blanks and line ends around it; no text shows it from now on. Throws StanceError `config/secret`. */
export function readSecret(secret: SecretConfig, env: Env): string {
  const text = "env" in secret ? (env[secret.env] ?? "") : readFile(secret.file);
  const trimmed = text.trim();
  if (trimmed === "")
    throw new StanceError("config/secret", {
      detail:
        "env" in secret
          ? `The environment variable ${secret.env} is not set or is empty.`
          : `The file ${secret.file} is empty.`,
    });
  keepSecret(trimmed);
  return trimmed;
}

function readFile(path: string): string {
  try {
    if (statSync(path).size > maxBytes) throw new Error("it is too big for a secret");
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new StanceError("config/secret", { detail: `${path} could not be read: ${messageOf(cause)}.`, cause });
  }
}

/** What is wrong with a secret before it is needed: not there, or everybody on this machine can read its file. */
export function secretProblem(secret: SecretConfig, env: Env): string | undefined {
  try {
    readSecret(secret, env);
  } catch (error) {
    return messageOf(error);
  }
  return "file" in secret && (statSync(secret.file).mode & 0o007) !== 0
    ? `Everybody on this machine can read ${secret.file}. Run chmod o-rwx on it.`
    : undefined;
}
