import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { messageOf, StanceError } from "#domain/errors";
import type { Health, Watched } from "#web/health";
import { liveness, readinessOf } from "#web/health";
import type { Metrics } from "#web/metrics";
import { metricsOf } from "#web/metrics";

export interface Web {
  /** `http://127.0.0.1:9464` */
  readonly address: string;
  readonly timed: Metrics["timed"];
  stop(): Promise<void>;
}

/**
 * The bot's own pages, for machines: whether it lives, whether it works, and its figures. They ask nobody who they are, so
 * they hold nothing that a stranger may not know.
 */
export async function serveWeb(
  { host, port }: { readonly host: string; readonly port: number },
  watched: Watched,
): Promise<Web> {
  const metrics = metricsOf(watched);
  const app = webApp(watched, metrics);
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 50;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen(host, port, cause)));
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  const where = typeof bound === "object" && bound !== null ? bound.port : port;
  return {
    address: `http://${host.includes(":") ? `[${host}]` : host}:${where}`,
    timed: metrics.timed,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const cannotListen = (host: string, port: number, cause: unknown): StanceError =>
  new StanceError("input/invalid", {
    detail: `Port ${port} at ${host}, for the bot's own pages, cannot be opened: ${messageOf(cause)}. Change web.port or web.host in the configuration.`,
    cause,
  });

function webApp(watched: Watched, metrics: Metrics): Hono {
  const ready = readinessOf(watched);
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
    c.header("x-content-type-options", "nosniff");
    c.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  });
  const said = (problems: Health) => ({ ok: problems.length === 0, problems });
  const status = (problems: Health): 200 | 503 => (problems.length === 0 ? 200 : 503);
  app.get("/healthz", (c) => {
    const problems = liveness(watched);
    return c.json(said(problems), status(problems));
  });
  app.get("/readyz", async (c) => {
    const problems = await ready();
    return c.json(said(problems), status(problems));
  });
  app.get("/metrics", async (c) => c.body(await metrics.text(), 200, { "content-type": metrics.type }));
  app.notFound((c) => c.json({ error: "There is nothing here but /healthz, /readyz and /metrics." }, 404));
  app.onError((error, c) => {
    watched.failed(error);
    return c.json({ error: "That could not be read. The log says why." }, 500);
  });
  return app;
}
