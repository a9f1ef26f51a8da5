import { createHash, timingSafeEqual } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { commands } from "#commands";
import type { Act, Outcome, Screen, Setup } from "#demo/page/wire";
import type { DemoSlack } from "#demo/slack/server";
import { messageOf, StanceError, unreachable } from "#domain/errors";

export interface DemoControl {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
}
export interface DemoPerson {
  /** Slack user id. */
  readonly id: string;
  readonly name: string;
  /** `engineer, Payments` */
  readonly title: string;
}
export interface PageOptions {
  readonly slack: DemoSlack;
  readonly people: readonly DemoPerson[];
  readonly controls: readonly DemoControl[];
  /** Does what a control says, and answers with one sentence. */
  press(control: string): Promise<string>;
  /** Whoever knows it may act as anybody here. */
  readonly token: string;
  /** 0: a free one. */
  readonly port: number;
  /** Steps to try, one sentence each, in mrkdwn. */
  readonly story: readonly string[];
  /** Where the compiled page lies. Default: beside this file. */
  readonly assets?: string;
}
export interface Page {
  /** `http://127.0.0.1:PORT/?token=…` */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the demo's page to this machine's browser: what a person sees, and what they do. */
export async function servePage(options: PageOptions): Promise<Page> {
  const assets = await readAssets(options.assets ?? join(import.meta.dirname, "page"));
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(options.port, error)));
    server.listen(options.port, "127.0.0.1", () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : options.port);
    });
  });
  // Browsers keep cookies by host, not by port: two demos must not sign each other out.
  const app = pageApp(options, assets, `stance_demo_${port}`);
  return {
    address: `http://127.0.0.1:${port}/?token=${options.token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

const cannotListen = (port: number, cause: unknown): StanceError =>
  new StanceError("input/invalid", { detail: `Port ${port} cannot be used: choose another one with --port.`, cause });

interface Asset {
  readonly type: string;
  readonly body: string;
}
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const assets = new Map<string, Asset>();
  for (const name of await readdir(folder)) {
    const type = types[extname(name)];
    if (type !== undefined) assets.set(`/${name}`, { type, body: await readFile(join(folder, name), "utf8") });
  }
  if (!assets.has("/index.html") || !assets.has("/app.js"))
    throw new Error(`the demo's page is not built: ${folder} lacks index.html or app.js; run npm run build`);
  return assets;
}

function pageApp(options: PageOptions, assets: ReadonlyMap<string, Asset>, cookie: string): Hono {
  const { slack } = options;
  const setup = setupOf(options);
  const app = new Hono();
  app.use(withHeaders, onlyThisMachine, admission(options.token, cookie));
  app.use(bodyLimit({ maxSize: 64 * 1024, onError: (c) => refuse(c, 413, "That is too long.") }));

  const asset = (c: Context, path: string): Response => {
    const found = assets.get(path);
    if (!found) return refuse(c, 404, "There is nothing here.");
    return c.body(found.body, 200, { "content-type": found.type });
  };
  app.get("/", (c) => {
    setCookie(c, cookie, options.token, { httpOnly: true, sameSite: "Strict", path: "/" });
    return asset(c, "/index.html");
  });
  app.get("/setup", (c) => c.json(setup));
  app.get("/screen", (c) => {
    const screen: Screen = slack.screen(c.req.query("as") ?? "");
    return c.json(screen);
  });
  app.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      const tell = (): void => void stream.writeSSE({ data: "changed" });
      const stop = slack.subscribe(tell);
      tell();
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      stop();
    }),
  );
  app.post("/act", async (c) => {
    const asked = actSchema.safeParse(await c.req.json());
    if (!asked.success) return refuse(c, 400, `That could not be understood: ${z.prettifyError(asked.error)}`);
    return c.json(await perform(asked.data.as, asked.data.act, slack));
  });
  app.post("/control", async (c) => {
    const asked = controlSchema.safeParse(await c.req.json());
    if (!asked.success || !options.controls.some(({ id }) => id === asked.data.control))
      return refuse(c, 404, "There is no such button.");
    return c.json({ said: await options.press(asked.data.control) });
  });
  app.get("*", (c) => asset(c, c.req.path));
  app.notFound((c) => refuse(c, 404, "There is nothing here."));
  // The demo is for one person on their own machine: they may read why.
  app.onError((error, c) =>
    refuse(c, error instanceof SyntaxError ? 400 : 500, `That did not work: ${messageOf(error)}`),
  );
  return app;
}

const setupOf = ({ slack, people, controls, story }: PageOptions): Setup => ({
  people,
  controls,
  story,
  commands: commands
    .filter((command) => !("hidden" in command && command.hidden))
    .toSorted((a, b) => Number(b.daily) - Number(a.daily))
    .map(({ word, usage, summary }) => ({ text: `/posture ${word}`, usage, summary })),
  archives: `${slack.address}/archives/`,
});

const refuse = (c: Context, status: 400 | 403 | 404 | 413 | 415 | 500, error: string): Response =>
  c.json({ error }, status);

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // No script may turn text into HTML, not even ours by mistake.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const withHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("content-security-policy", policy);
  c.header("referrer-policy", "no-referrer");
  c.header("x-content-type-options", "nosniff");
  c.header("cross-origin-opener-policy", "same-origin");
  c.header("cross-origin-resource-policy", "same-origin");
  c.header("cache-control", "no-store");
};

/** A foreign name that resolves to 127.0.0.1 would make our page its own (DNS rebinding). */
const onlyThisMachine: MiddlewareHandler = async (c, next) => {
  const host = c.req.header("host") ?? "";
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i.test(host))
    return refuse(c, 403, "This page answers at http://127.0.0.1 only. Use the address that the demo printed.");
  const origin = c.req.header("origin");
  // Other servers on this machine are the same site to a browser; only we are the same origin.
  if (c.req.method !== "GET" && origin !== `http://${host}`) return refuse(c, 403, "That came from another page.");
  if (c.req.method !== "GET" && !c.req.header("content-type")?.startsWith("application/json"))
    return refuse(c, 415, "That is no JSON.");
  return next();
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The page is opened with the token in its address; from then on a cookie carries it, which no script can read. */
function admission(token: string, cookie: string): MiddlewareHandler {
  const right = digest(token);
  const fits = (given: string | undefined): boolean => given !== undefined && timingSafeEqual(digest(given), right);
  return async (c, next) => {
    const given = c.req.path === "/" ? c.req.query("token") : undefined;
    if (fits(given) || (given === undefined && fits(getCookie(c, cookie)))) return next();
    const sentence = "This is a Stance demo, but the address lacks its token. Use the address that the demo printed.";
    if (c.req.path !== "/") return refuse(c, 403, sentence);
    return c.html(`<!doctype html><html lang="en"><title>Stance demo</title><p>${sentence}</p></html>`, 403);
  };
}

const text = z.string().max(40_000);
const id = z.string().max(255);
const actSchema = z.strictObject({
  as: id,
  act: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("command"), channel: id, text }),
    z.strictObject({ kind: z.literal("say"), channel: id, text, thread: id.exactOptional() }),
    z.strictObject({
      kind: z.literal("press"),
      on: z.union([z.strictObject({ channel: id, message: id }), z.strictObject({ view: id })]),
      action: id,
      choice: text.exactOptional(),
    }),
    z.strictObject({ kind: z.literal("submit"), view: id, values: z.record(id, z.union([text, z.array(text)])) }),
    z.strictObject({ kind: z.literal("close"), view: id }),
  ]),
});
const controlSchema = z.strictObject({ control: id });

async function perform(person: string, act: Act, slack: DemoSlack): Promise<Outcome> {
  const acts = slack.as(person);
  switch (act.kind) {
    case "command":
      return acts.command(act.channel, act.text);
    case "say":
      return acts.say(act.channel, escapeTyped(act.text), act.thread);
    case "press":
      return acts.press(act.on, act.action, act.choice);
    case "submit":
      return acts.submit(act.view, act.values);
    case "close":
      acts.close(act.view);
      return { ok: true };
    default:
      return unreachable(act);
  }
}

/** What people type is text: Slack's apps send it escaped. */
const escapeTyped = (typed: string): string =>
  typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
