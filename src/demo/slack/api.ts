import type { IncomingMessage, ServerResponse } from "node:http";
import type { Call } from "#demo/slack/methods";
import { isJson, methods, Refusal, str } from "#demo/slack/methods";
import type { Json } from "#demo/slack/state";

export type Fault =
  | { readonly kind: "rate-limited"; readonly seconds: number }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "error"; readonly error: string }
  /** Nothing is done, and nothing comes back. */
  | { readonly kind: "silence" }
  /** It is done, but the answer is lost on the way. */
  | { readonly kind: "lost-answer" };

export interface Faults {
  /** The next calls of the method ("*": any) go wrong. */
  next(method: string, fault: Fault, times?: number): void;
  clear(): void;
}
export interface ApiCall {
  readonly method: string;
  readonly args: Json;
}
export interface Api {
  readonly faults: Faults;
  /** Calls since the start, in order. */
  calls(): readonly ApiCall[];
  serve(method: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}
export interface ApiOptions extends Pick<Call, "state" | "spendTrigger"> {
  readonly botToken: string;
  /** What the token may do; absent: all that there is. */
  readonly scopes: readonly string[] | undefined;
  address(): string;
}

/** Slack's Web API over HTTP: token, scopes, faults, then the method. */
export function webApi({ botToken, scopes, state, spendTrigger, address }: ApiOptions): Api {
  const calls: ApiCall[] = [];
  let pending: { readonly method: string; readonly fault: Fault }[] = [];

  function takeFault(method: string): Fault | undefined {
    const found = pending.find((each) => each.method === method || each.method === "*");
    pending = pending.filter((each) => each !== found);
    return found?.fault;
  }

  function answer({ method, args }: ApiCall): Json {
    const known = methods[method];
    if (!known) return { ok: false, error: "unknown_method" };
    if (scopes && known.scopes.length > 0 && !known.scopes.some((scope) => scopes.includes(scope)))
      return { ok: false, error: "missing_scope", needed: known.scopes.join(","), provided: scopes.join(",") };
    try {
      return known.run({ args, state, spendTrigger, address: address() });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ok: false, error: error.message, response_metadata: { messages: error.details } };
    }
  }

  return {
    faults: {
      next(method, fault, times = 1) {
        for (let count = 0; count < times; count++) pending.push({ method, fault });
      },
      clear: () => {
        pending = [];
      },
    },
    calls: () => calls,
    async serve(method, request, response) {
      const call = { method, args: argsOf(await bodyOf(request), request) };
      calls.push(call);
      const token = request.headers.authorization?.replace(/^Bearer /, "") ?? str(call.args, "token");
      if (token !== botToken) return send(response, { ok: false, error: token === "" ? "not_authed" : "invalid_auth" });
      if (scopes) response.setHeader("x-oauth-scopes", scopes.join(","));
      const fault = takeFault(method);
      switch (fault?.kind) {
        case "rate-limited":
          response.setHeader("retry-after", String(fault.seconds));
          return send(response, { ok: false, error: "ratelimited" }, 429);
        case "status":
          return send(response, { ok: false, error: "internal_error" }, fault.status);
        case "error":
          return send(response, { ok: false, error: fault.error });
        case "silence":
          return undefined;
        case "lost-answer":
          answer(call);
          request.socket.destroy();
          return undefined;
        case undefined:
          return send(response, answer(call));
      }
    },
  };
}

const maxBody = 1_000_000;

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const piece: Buffer = Buffer.from(chunk);
    size += piece.length;
    if (size > maxBody) throw new Error("too large");
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString();
}

function argsOf(body: string, request: IncomingMessage): Json {
  if (!request.headers["content-type"]?.startsWith("application/json"))
    return Object.fromEntries(new URLSearchParams(body));
  const read: unknown = JSON.parse(body);
  return isJson(read) ? read : {};
}

function send(response: ServerResponse, answer: Json, status = 200): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(answer));
}
