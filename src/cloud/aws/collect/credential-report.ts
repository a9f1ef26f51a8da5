import type { AwsApi } from "#cloud/aws/api";
import type { AccessKey, Credentials } from "#cloud/aws/iam";
import { CloudError } from "#cloud/cloud";

const firstPause = 250;
const longestPause = 4_000;
const patience = 60_000;
const notReady = ["ReportInProgress", "ReportNotPresent", "ReportExpired"];

/** Credentials of the account's users, by ARN. AWS makes a report at most every four hours: it may be that old. */
export async function credentialReport(api: AwsApi): Promise<ReadonlyMap<string, Credentials>> {
  let pause = firstPause;
  for (let waited = 0; ; waited += pause, pause = Math.min(pause * 2, longestPause)) {
    const { State } = await api.send("iam", "GenerateCredentialReport", {});
    const content = State === "COMPLETE" ? await ready(api) : undefined;
    if (content) return parseReport(new TextDecoder().decode(content));
    if (waited >= patience) break;
    await new Promise((done) => setTimeout(done, pause));
  }
  throw new CloudError({
    kind: "failed",
    code: "ReportInProgress",
    operation: "iam:GetCredentialReport",
    message: "the credential report was not ready within a minute",
  });
}

async function ready(api: AwsApi): Promise<Uint8Array | undefined> {
  try {
    return (await api.send("iam", "GetCredentialReport", {})).Content;
  } catch (error) {
    if (error instanceof CloudError && notReady.includes(error.code)) return undefined;
    throw error;
  }
}

/** A line that does not have the report's columns is left out, so that its user is unknown and not clean. */
export function parseReport(csv: string): ReadonlyMap<string, Credentials> {
  const [head = "", ...lines] = csv.split(/\r?\n/);
  const columns = head.split(",").map((name) => name.trim());
  return new Map(
    lines.flatMap((line) => {
      const read = readLine(line, columns);
      const credentials = read && credentialsOf(read.values);
      return read && credentials ? [[read.arn, credentials] as const] : [];
    }),
  );
}

/** Names and paths may hold commas, what follows them may not: the line is read from its end. */
function readLine(line: string, columns: readonly string[]) {
  if (columns[0] !== "user" || columns[1] !== "arn") return undefined;
  const cells = line.split(",");
  const from = cells.length - (columns.length - 2);
  if (from < 2) return undefined;
  const arn = /,"?(arn:.*?)"?$/.exec(cells.slice(0, from).join(","))?.[1];
  const values = new Map(columns.slice(2).map((name, i) => [name, cells[from + i] ?? ""]));
  return arn === undefined ? undefined : { arn, values };
}

function credentialsOf(values: ReadonlyMap<string, string>): Credentials | undefined {
  const passwordEnabled = values.get("password_enabled");
  const mfaActive = values.get("mfa_active");
  const keys = ([1, 2] as const).map((slot) => keyOf(values, slot));
  if (passwordEnabled === undefined || mfaActive === undefined || keys.includes(undefined)) return undefined;
  return {
    passwordEnabled: isTrue(passwordEnabled),
    passwordLastUsed: dateIn(values.get("password_last_used")),
    mfaActive: isTrue(mfaActive),
    // A slot without a key has never been rotated.
    keys: keys.flatMap((key) => (key && (key.active || key.lastRotated !== undefined) ? [key] : [])),
  };
}

function keyOf(values: ReadonlyMap<string, string>, slot: 1 | 2): AccessKey | undefined {
  const active = values.get(`access_key_${slot}_active`);
  if (active === undefined) return undefined;
  return {
    slot,
    active: isTrue(active),
    lastUsed: dateIn(values.get(`access_key_${slot}_last_used_date`)),
    lastRotated: dateIn(values.get(`access_key_${slot}_last_rotated`)),
  };
}

const isTrue = (cell: string): boolean => cell.toLowerCase() === "true";

/** ISO date of a cell; the report writes N/A, no_information and not_supported where there is none. */
function dateIn(cell: string | undefined): string | undefined {
  const time = Date.parse(cell ?? "");
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
