import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AccountSpec } from "#cloud/aws/memory/estate";
import { representation } from "#test/support/moto-represent";

/** One request as it passed the front, whoever made it and whatever became of it. */
export interface FrontCall {
  /** `<service>:<Operation>`, with Stance's names of services. */
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly status: number;
  /** As it was sent. */
  readonly body: string;
}

/** What the front answers instead of moto. */
export interface Fault {
  /** `ec2:DescribeVolumes`, or `*`: then all but the questions of signing in. */
  readonly operation: string;
  readonly account?: string;
  readonly region?: string;
  readonly answer:
    | { readonly denied: "role" | "organization" }
    | { readonly code: string; readonly status: number }
    | { readonly html: number }
    /** moto does it, and the connection ends before anybody hears of it. */
    | { readonly lost: true };
  /** So many times; absent: always. */
  times?: number;
}

/**
 * A proxy before moto that counts, delays and denies, and that adds what moto cannot represent:
 * - BucketRegion in ListBuckets (moto leaves it out);
 * - the root user's access keys in GetAccountSummary (always 0 in moto);
 * - the credential report (moto's has no root line, no MFA before a code was given, and only today's dates);
 * - an organisation's trails in its other accounts (moto shows a trail only to its owner);
 * - the regions an account has enabled (moto answers with all there are);
 * - flow logs that are not active;
 * - ids of an estate (moto makes its own): both are swapped for one another on the way.
 */
export interface Front {
  readonly endpoint: string;
  readonly calls: FrontCall[];
  readonly faults: Fault[];
  /** Milliseconds added to every request. */
  roundTrip: number;
  represent(account: AccountSpec): void;
  rename(inMoto: string, inEstate: string): void;
  /** Forgets calls, faults, names and what to represent. */
  clear(): void;
  close(): Promise<void>;
}

export interface Seen {
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

/** The account of credentials that no AssumeRole gave out. */
export const motoAccount = "123456789012";

export async function startFront(moto: string): Promise<Front> {
  const calls: FrontCall[] = [];
  const faults: Fault[] = [];
  const accountOfKey = new Map<string, string>();
  const toMoto = new Map<string, string>();
  const fromMoto = new Map<string, string>();
  const specs = new Map<string, AccountSpec>();
  const regionOfBucket = new Map<string, string>();
  const state = { roundTrip: 0 };

  /** Undefined: the answer is lost on the way. */
  async function handle(incoming: IncomingMessage): Promise<Answer | undefined> {
    const seen = await see(incoming, accountOfKey);
    if (state.roundTrip > 0) await new Promise((done) => setTimeout(done, state.roundTrip));
    const fault = faults.find((one) => concerns(one, seen));
    if (fault?.times !== undefined) fault.times -= 1;
    const spec = specs.get(seen.account);
    const answer =
      (fault && failure(fault, seen)) ??
      representation.instead(seen, [...specs.values()]) ??
      (await forward(moto, incoming, seen, toMoto));
    const { operation, account, region, body } = seen;
    calls.push({ operation, account, region, body, status: answer.status });
    if (fault && "lost" in fault.answer) return undefined;
    const renamed = { ...answer, body: swap(answer.body, fromMoto) };
    if (answer.status >= 300) return renamed;
    learnKeys(seen, renamed.body, accountOfKey);
    if (seen.operation === "s3:ListBuckets") return withRegions(moto, seen, renamed, regionOfBucket);
    return representation.amend(seen, spec, renamed, [...specs.values()]);
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming).then(
      (answer) => (answer ? write(outgoing, answer) : outgoing.destroy()),
      (error: unknown) => {
        console.error("moto-front:", error);
        outgoing.writeHead(502).end();
      },
    );
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    faults,
    get roundTrip() {
      return state.roundTrip;
    },
    set roundTrip(ms) {
      state.roundTrip = ms;
    },
    represent: (account) => specs.set(account.id, account),
    rename(inMoto, inEstate) {
      toMoto.set(inEstate, inMoto);
      fromMoto.set(inMoto, inEstate);
    },
    clear() {
      for (const list of [calls, faults]) list.length = 0;
      for (const map of [toMoto, fromMoto, specs, regionOfBucket]) map.clear();
      state.roundTrip = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const services: Readonly<Record<string, string>> = { tagging: "tag" };
const s3Parts: Readonly<Record<string, string>> = {
  publicAccessBlock: "PublicAccessBlock",
  policy: "BucketPolicy",
  acl: "BucketAcl",
  location: "BucketLocation",
  tagging: "BucketTagging",
};
const s3Verbs: Readonly<Record<string, string>> = { GET: "Get", PUT: "Put", DELETE: "Delete", HEAD: "Head" };

async function see(incoming: IncomingMessage, accountOfKey: ReadonlyMap<string, string>): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(incoming.headers.authorization ?? "");
  const [, key = "", region = "", signed = ""] = scope ?? [];
  const { url: path = "/", method = "GET", headers } = incoming;
  const target = headers["x-amz-target"];
  const isControl = path.startsWith("/v20180820/");
  const service = isControl ? "s3control" : (services[signed] ?? signed);
  let name = new URLSearchParams(body).get("Action") ?? "";
  if (typeof target === "string") name = target.split(".").at(-1) ?? "";
  else if (service.startsWith("s3")) name = s3Operation(method, new URL(path, "http://s3"), isControl);
  const account = accountOfKey.get(key) ?? motoAccount;
  return { operation: `${service}:${name}`, account, region, path, body, headers };
}

function s3Operation(method: string, { pathname, searchParams }: URL, isControl: boolean): string {
  const verb = s3Verbs[method] ?? method;
  if (isControl && pathname.endsWith("/publicAccessBlock")) return `${verb}PublicAccessBlock`;
  const part = Object.keys(s3Parts).find((name) => searchParams.has(name));
  if (part !== undefined) return `${verb}${s3Parts[part]}`;
  return pathname === "/" ? "ListBuckets" : (searchParams.get("x-id") ?? `${verb}Bucket`);
}

function forward(
  moto: string,
  incoming: IncomingMessage,
  seen: Seen,
  names: ReadonlyMap<string, string>,
): Promise<Answer> {
  const body = swap(seen.body, names);
  const headers = { ...seen.headers, host: new URL(moto).host, "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { method: incoming.method, path: swap(seen.path, names), headers, ...hostOf(moto) };
    const outgoing = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 502,
          type: response.headers["content-type"] ?? "",
          body: Buffer.concat(chunks).toString("utf8"),
          headers: requestIds(response),
        }),
      );
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
const hostOf = (moto: string) => ({ host: new URL(moto).hostname, port: new URL(moto).port });
const requestIds = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      /request-?id/i.test(name) && typeof value === "string" ? [[name, value]] : [],
    ),
  );

function write(outgoing: ServerResponse, { status, type, body, headers }: Answer): void {
  const none = status === 204 || status === 304;
  outgoing.writeHead(status, {
    ...headers,
    ...(type && { "content-type": type }),
    ...(!none && { "content-length": Buffer.byteLength(body) }),
  });
  outgoing.end(none ? undefined : body);
}

/** Ids and addresses are words of these characters in every format and encoding AWS uses. */
const swap = (text: string, names: ReadonlyMap<string, string>): string =>
  names.size === 0 ? text : text.replaceAll(/[\w.-]+/g, (word) => names.get(word) ?? word);

const signingIn = ["sts:AssumeRole", "sts:GetCallerIdentity", "ec2:DescribeRegions"];
const concerns = ({ operation, account, region, times }: Fault, seen: Seen): boolean =>
  (operation === "*" ? !signingIn.includes(seen.operation) : operation === seen.operation) &&
  (account ?? seen.account) === seen.account &&
  (region ?? seen.region) === seen.region &&
  times !== 0;

function failure({ answer }: Fault, { operation, region }: Seen): Answer | undefined {
  if ("lost" in answer) return undefined;
  if ("html" in answer)
    return { status: answer.html, type: "text/html", body: "<!doctype html><html><title>Oops</title></html>" };
  if ("code" in answer) return errorAnswer(operation, answer.status, answer.code, "injected by the front");
  const why =
    answer.denied === "role"
      ? "because no identity-based policy allows the action"
      : "with an explicit deny in a service control policy";
  const message = `User: arn:aws:sts::${motoAccount}:assumed-role/x is not authorized to perform: ${operation} in ${region} ${why}`;
  const service = operation.split(":")[0] ?? "";
  const code = { ec2: "UnauthorizedOperation", cloudtrail: "AccessDeniedException", tag: "AccessDeniedException" }[
    service
  ];
  return errorAnswer(operation, 403, code ?? "AccessDenied", message);
}

/** An error in the format of the operation's service. */
export function errorAnswer(operation: string, status: number, code: string, message: string): Answer {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const headers = { "x-amzn-requestid": "00000000-0000-0000-0000-000000000000" };
  switch (operation.split(":")[0] ?? "") {
    case "ec2":
      return {
        status,
        headers,
        type: "text/xml",
        body: `<Response><Errors>${error}</Errors><RequestID>0</RequestID></Response>`,
      };
    case "s3":
      return { status, headers, type: "application/xml", body: error };
    case "cloudtrail":
    case "organizations":
    case "tag":
      return {
        status: status === 403 ? 400 : status,
        headers,
        type: "application/x-amz-json-1.1",
        body: JSON.stringify({ __type: code, Message: message, message }),
      };
    default:
      return {
        status,
        headers,
        type: "text/xml",
        body: `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`,
      };
  }
}

function learnKeys({ operation, body: asked }: Seen, body: string, accountOfKey: Map<string, string>): void {
  if (operation !== "sts:AssumeRole") return;
  const key = /<AccessKeyId>([^<]+)</.exec(body)?.[1];
  const account = /arn:aws:iam::(\d{12}):role/.exec(new URLSearchParams(asked).get("RoleArn") ?? "")?.[1];
  if (key !== undefined && account !== undefined) accountOfKey.set(key, account);
}

/** S3 adds a bucket's region where the request carries a parameter; moto is asked for it bucket by bucket, uncounted. */
async function withRegions(moto: string, seen: Seen, answer: Answer, known: Map<string, string>): Promise<Answer> {
  const parameters = new URL(seen.path, "http://s3").searchParams;
  if (!["max-buckets", "prefix", "continuation-token"].some((name) => parameters.has(name))) return answer;
  const names = [...answer.body.matchAll(/<Bucket>.*?<Name>([^<]+)<\/Name>.*?<\/Bucket>/gs)].map(
    (match) => match[1] ?? "",
  );
  for (const name of names) {
    if (known.has(name)) continue;
    const headers = { authorization: seen.headers.authorization ?? "" };
    const located = await (await fetch(`${moto}/${name}?location`, { headers })).text();
    known.set(name, />([a-z0-9-]+)<\/LocationConstraint>/.exec(located)?.[1] ?? "us-east-1");
  }
  const body = answer.body.replaceAll(
    /<Name>([^<]+)<\/Name>/g,
    (whole, name: string) => `${whole}<BucketRegion>${known.get(name) ?? ""}</BucketRegion>`,
  );
  return { ...answer, body };
}
