import { permissionsOf } from "#cloud/aws/permissions";
import { CloudError } from "#cloud/cloud";
import { messageOf } from "#domain/errors";

const denied =
  /^(AccessDenied|AccessDeniedException|AllAccessDisabled|AuthorizationError|AuthorizationErrorException|NotAuthorized|UnauthorizedAccess|UnauthorizedException|UnauthorizedOperation)$/;
const throttled =
  /^(BandwidthLimitExceeded|EC2ThrottledException|LimitExceededException|PriorRequestNotComplete|RequestLimitExceeded|RequestThrottled|RequestThrottledException|SlowDown|ThrottledException|Throttling|ThrottlingException|TooManyRequestsException)$/;
/** Not NotFound alone: the SDK calls every 404 that it cannot read so. */
const absent = /^NoSuch|[\w.]NotFound/;
const unreachable =
  /^(ECONNREFUSED|ECONNRESET|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EPIPE|ETIMEDOUT|TimeoutError|NetworkingError)$/;
const credentials =
  /^(AuthFailure|CredentialsProviderError|ExpiredToken|ExpiredTokenException|InvalidAccessKeyId|InvalidClientTokenId|InvalidIdentityToken|SignatureDoesNotMatch|TokenProviderError|UnrecognizedClientException)$/;

/** The credentials themselves are missing, wrong or expired: no permission would help. */
export const isAboutCredentials = (error: unknown): boolean =>
  error instanceof CloudError && credentials.test(error.code);
export const isThrottled = (error: unknown): boolean => throttled.test(codeOf(error));

/** What the SDK threw for `<service>:<Operation>`, in the terms of the port. */
export function toCloudError(error: unknown, operation: string): CloudError {
  const code = codeOf(error);
  const text = messageOf(error);
  if (denied.test(code)) {
    // "…with an explicit deny in a service control policy", "…no resource control policy allows…"
    const closed = /(service|resource) control polic/.test(text);
    const [permission] = permissionsOf(operation);
    return new CloudError(
      {
        kind: closed ? "closed" : "denied",
        code,
        operation,
        message: plain(text),
        ...(!closed && permission !== undefined && { permission }),
      },
      error,
    );
  }
  if (throttled.test(code))
    return new CloudError(
      { kind: "throttled", code, operation, message: "AWS asked to slow down; all tries failed" },
      error,
    );
  if (absent.test(code)) return new CloudError({ kind: "absent", code, operation, message: plain(text) }, error);
  return new CloudError({ kind: "failed", code, operation, message: reasonOf(code, text, error) }, error);
}

function reasonOf(code: string, text: string, error: unknown): string {
  if (unreachable.test(code)) return `AWS could not be reached (${code})`;
  if (!isAnswer(error) && statusOf(error) !== undefined) return strange(statusOf(error));
  return plain(text) || `AWS answered ${code}`;
}

const strange = (status: number | undefined): string =>
  `the endpoint does not know this operation, or did not answer as AWS does (HTTP ${status})`;
/** An answer that does not come from AWS, whatever it says. */
export const notAws = (operation: string, status: number | undefined): CloudError =>
  new CloudError({ kind: "failed", code: "UnknownAnswer", operation, message: strange(status) });

/** AWS's own error answers carry a fault; what the SDK could not read does not. */
const isAnswer = (error: unknown): boolean =>
  property(error, "$fault") !== undefined && !/^(NotFound|Unknown|UnknownError|\d{3})$/.test(codeOf(error));

const statusOf = (error: unknown): number | undefined => {
  const status = property(property(error, "$metadata") ?? property(error, "$response"), "httpStatusCode");
  const raw = status ?? property(property(error, "$response"), "statusCode");
  return typeof raw === "number" ? raw : undefined;
};

/** The code on the wire, which AWS documents; the SDK's class names add "Exception" or "Fault" to some. */
function codeOf(error: unknown): string {
  const wire = property(error, "Code");
  if (typeof wire === "string" && wire !== "") return wire;
  const name = error instanceof Error ? error.name : "";
  const code = property(error, "code");
  // Node's network errors are plain Errors with a code; many at once are wrapped.
  const nested = property(error, "errors");
  if (name === "AggregateError" && Array.isArray(nested)) return codeOf(nested[0]);
  return name === "Error" && typeof code === "string" ? code : name || "Unknown";
}

const property = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? new Map<string, unknown>(entriesOf(of)).get(name) : undefined;
/** Own properties, the hidden ones too: the SDK hides the response it could not read. */
const entriesOf = (of: object): [string, unknown][] =>
  Object.entries(Object.getOwnPropertyDescriptors(of)).map(([name, { value }]) => [name, value]);

/** One short line; EC2 appends an encoded message that nobody can read. */
function plain(text: string): string {
  const line = text
    .replace(/\s*Encoded authorization failure message:.*/s, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
