import { ChatError } from "#chat/chat";
import { messageOf } from "#domain/errors";

/** The channel is broken for us; another message would fare no better. */
const routes = new Set([
  "channel_not_found",
  "is_archived",
  "not_in_channel",
  "user_not_in_channel",
  "user_not_found",
  "messages_tab_disabled",
  "cannot_dm_bot",
  "no_permission",
  "ekm_access_denied",
  "team_access_not_granted",
]);

/** The token is worth nothing, for whatever it is used. */
const tokens = ["not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"];
export const isTokenTrouble = ({ code }: ChatError): boolean => tokens.includes(code);

/** Slack, or the token, is broken; the message is not. */
const waits = new Set([
  ...tokens,
  "ratelimited",
  "rate_limited",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "org_login_required",
  "accesslimited",
  "missing_scope",
]);

/** Slack refused how the message is drawn. */
const drawings = new Set(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"]);
export const isDrawing = (error: unknown): boolean => error instanceof ChatError && drawings.has(error.code);

/** Slack may have done it all the same: the answer is what was lost. */
const doubts = new Set([
  "unreachable",
  "http",
  "internal_error",
  "fatal_error",
  "request_timeout",
  "service_unavailable",
]);
export const isDoubtful = (error: unknown): boolean => error instanceof ChatError && doubts.has(error.code);

export const codeOf = (error: unknown): string | undefined => (error instanceof ChatError ? error.code : undefined);

/** What a call to Slack threw, sorted by what can be done about it. `method` is Slack's name of the call. */
export function chatError(error: unknown, method: string): ChatError {
  if (error instanceof ChatError) return error;
  const told = isObject(error) ? error : {};
  switch (told["code"]) {
    case "slack_webapi_rate_limited_error": {
      const seconds = typeof told["retryAfter"] === "number" ? told["retryAfter"] : 1;
      return new ChatError(
        {
          kind: "wait",
          code: "ratelimited",
          message: `Slack asked to wait (${method}).`,
          retryAfterMs: seconds * 1000,
        },
        error,
      );
    }
    case "slack_webapi_platform_error":
      return platformError(isObject(told["data"]) ? told["data"] : {}, method, error);
    case "slack_webapi_http_error": {
      const status = Number(told["statusCode"]);
      const message = `Slack answered ${status} (${method}).`;
      return new ChatError({ kind: status >= 500 || status === 429 ? "wait" : "never", code: "http", message }, error);
    }
    default:
      return new ChatError(
        { kind: "wait", code: "unreachable", message: `Slack did not answer (${method}): ${messageOf(error)}` },
        error,
      );
  }
}

function platformError(data: Readonly<Record<string, unknown>>, method: string, cause: unknown): ChatError {
  const code = typeof data["error"] === "string" ? data["error"] : "unknown_error";
  const needed = code === "missing_scope" ? `, it needs the scope ${String(data["needed"])}` : "";
  const details = isObject(data["response_metadata"]) ? data["response_metadata"]["messages"] : undefined;
  const why = Array.isArray(details) && details.length > 0 ? `: ${details.slice(0, 3).join("; ")}` : "";
  const kind = waits.has(code) ? "wait" : routes.has(code) || code.startsWith("restricted_action") ? "route" : "never";
  return new ChatError({ kind, code, message: `Slack refused ${method} (${code}${needed})${why}.` }, cause);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
