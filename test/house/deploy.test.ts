import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { knownIds } from "#cli/config";
import { runCli } from "#cli/program";
import { readText } from "#config/load";
import type { Config } from "#config/schema";
import { configSchema } from "#config/schema";
import { patience } from "#main";
import { fakeIo } from "#test/cli/fake-io";
import type { Watched } from "#web/health";
import type { Web } from "#web/server";
import { serveWeb } from "#web/server";

/** What is run elsewhere, held to what the code and the configuration say. Nothing here can be run where these tests run. */
const read = (file: string): string => readFileSync(file, "utf8");
const dockerfile = read("Dockerfile").replaceAll(/\\\n\s*/g, " ");
const stages = dockerfile.split(/^(?=FROM )/m).filter((part) => part.startsWith("FROM "));
const image = stages.at(-1) ?? "";
/** The instruction's words, of the image's last stage. */
const said = (name: string): readonly string[] =>
  [...image.matchAll(new RegExp(`^${name} (.+)$`, "gm"))].map(([, rest = ""]) => rest.trim());
const user = said("USER")[0] ?? "";
const [uid, gid] = user.split(":").map(Number);
const webPort = Number(/STANCE_WEB_PORT=(\d+)/.exec(said("ENV").join(" "))?.[1]);
const data = said("VOLUME")[0] ?? "";

const configOf = (text: string): Config => {
  const reading = readText(text, {}, knownIds);
  if ("problems" in reading) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
};
async function understood(args: readonly string[]): Promise<void> {
  const io = fakeIo();
  expect({ code: await runCli([...args, "--help"], io), err: io.err() }).toEqual({ code: 0, err: "" });
}

/** The bot's own pages as they are served; what they say is tested elsewhere. */
let web: Web;
beforeAll(async () => {
  const store = { setting: () => "real", cache: async () => undefined };
  const watched = { store, chat: { down: () => undefined }, stopping: new AbortController().signal, now: Date.now };
  web = await serveWeb({ host: "127.0.0.1", port: 0 }, {
    ...watched,
    started: () => true,
    chainProblem: () => undefined,
  } as unknown as Watched);
});
afterAll(() => web.stop());

describe("Dockerfile", () => {
  test("builds in one stage, and runs in another on the same current LTS", () => {
    expect(stages).toHaveLength(2);
    const bases = stages.map((stage) => /^FROM (\S+)/.exec(stage)?.[1]);
    expect(new Set(bases)).toEqual(new Set(["node:24-bookworm-slim"]));
    // Compilers, sources and development dependencies stay behind.
    expect(image).not.toMatch(/apt-get|npm |COPY (?!--from=build)/);
  });

  test("runs as a user without rights, in the one folder that is theirs", () => {
    expect([uid, gid].every((id) => Number.isInteger(id) && Number(id) >= 10_000)).toBe(true);
    expect(image).toContain(`install -d -o ${uid} -g ${gid} -m 0700 ${data}`);
    expect(said("WORKDIR")).toEqual([data]);
    expect(image.indexOf("USER ")).toBeGreaterThan(image.lastIndexOf("RUN "));
  });

  test("is process 1 itself: no shell in between that would swallow the signals", () => {
    const entry: unknown = JSON.parse(said("ENTRYPOINT")[0] ?? "");
    expect(entry).toEqual(["stance"]);
    expect(image).toContain("ln -s /app/dist/src/cli.js /usr/local/bin/stance");
    expect(said("STOPSIGNAL")).toEqual(["SIGTERM"]);
  });

  test("opens the ports that the code has", () => {
    const slack = configSchema.parse({ accounts: [{ id: "111122223333", name: "a" }], slack: {} }).slack?.port;
    expect(said("EXPOSE")).toEqual([`${slack} ${webPort}`]);
  });

  describe("its health check", () => {
    const command: readonly string[] = JSON.parse(/CMD (\[.*\])/.exec(said("HEALTHCHECK")[0] ?? "")?.[1] ?? "[]");
    const check = (port: number): Promise<number | null> =>
      new Promise((done) => {
        const env = { PATH: process.env["PATH"], STANCE_WEB_PORT: String(port) };
        spawn(process.execPath, command.slice(1), { env, stdio: "inherit" }).once("close", done);
      });

    test("needs nothing but node", () => {
      expect(command.slice(0, 2)).toEqual(["node", "-e"]);
      expect(said("HEALTHCHECK")[0]).toMatch(/--start-period=\d+s/);
    });

    test("is good while the bot says so, and bad when it says otherwise or nothing", async () => {
      expect(await check(Number(new URL(web.address).port))).toBe(0);
      const sick = createServer((_, response) => response.writeHead(503).end());
      await new Promise<void>((done) => sick.listen(0, "127.0.0.1", done));
      const { port } = sick.address() as AddressInfo;
      expect(await check(port)).toBe(1);
      await new Promise((done) => sick.close(done));
      expect(await check(port)).toBe(1);
    });
  });
});

describe("deploy/compose.yaml", () => {
  const compose = z
    .strictObject({
      services: z.strictObject({ stance: z.looseObject({}) }),
      volumes: z.strictObject({ data: z.null() }),
    })
    .parse(parse(read("deploy/compose.yaml")));
  const { stance } = compose.services;

  test("takes away everything the bot does not need", () => {
    expect(stance).toMatchObject({
      user,
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      tmpfs: [expect.stringMatching(/^\/tmp:/)],
    });
    for (const key of ["privileged", "cap_add", "network_mode", "pid", "ports", "devices"])
      expect(stance).not.toHaveProperty(key);
  });

  test("starts the bot with its configuration, and keeps its database", async () => {
    const args = z.array(z.string()).parse(stance["command"]);
    await understood(args);
    const volumes = z.array(z.string()).parse(stance["volumes"]);
    expect(volumes).toEqual([`./stance.yml:${args.at(-1)}:ro`, `data:${data}`]);
    expect(Number.parseInt(String(stance["stop_grace_period"]), 10) * 1000).toBeGreaterThan(patience + 5_000);
  });

  test("hands over the secrets that the configuration of the docs asks for, and none by value", () => {
    const environment = z.record(z.string(), z.string()).parse(stance["environment"]);
    const example = read("docs/stance.example.yml");
    const slack = configOf(example).slack;
    const asked = [slack?.botToken, slack?.appToken].map((secret) => (secret && "env" in secret ? secret.env : ""));
    expect(Object.keys(environment)).toEqual([...asked, /externalId: \{ env: (\w+) \}/.exec(example)?.[1]]);
    for (const [name, value] of Object.entries(environment)) expect(value).toMatch(new RegExp(`^\\$\\{${name}:\\?`));
  });
});

/** What is looked at, of each kind; a field that is missing fails where it is looked at. */
interface Kinds {
  readonly Deployment: { readonly spec: DeploymentSpec };
  readonly ConfigMap: { readonly data: { readonly "stance.yml": string } };
  readonly Secret: { readonly stringData: Readonly<Record<string, string>> };
  readonly ServiceAccount: { readonly automountServiceAccountToken: boolean };
  readonly PersistentVolumeClaim: { readonly spec: { readonly accessModes: readonly string[] } };
  readonly NetworkPolicy: {
    readonly spec: {
      readonly podSelector: { readonly matchLabels: object };
      readonly policyTypes: readonly string[];
      readonly ingress: readonly { readonly from: readonly object[]; readonly ports: readonly object[] }[];
      readonly egress: readonly {
        readonly ports: readonly { readonly port: number }[];
        readonly to: readonly { readonly ipBlock?: { readonly except: readonly string[] } }[];
      }[];
    };
  };
}
interface DeploymentSpec {
  readonly selector: { readonly matchLabels: object };
  readonly template: {
    readonly metadata: { readonly labels: object; readonly annotations: Readonly<Record<string, string>> };
    readonly spec: {
      readonly containers: readonly [Container];
      readonly terminationGracePeriodSeconds: number;
      readonly volumes: readonly { readonly name: string; readonly secret?: { readonly defaultMode: number } }[];
    };
  };
}
type Probe = { readonly httpGet: { readonly path: string; readonly port: string } };
interface Container {
  readonly args: readonly string[];
  readonly ports: readonly object[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly resources: object;
  readonly securityContext: object;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

describe("deploy/kubernetes", () => {
  const folder = "deploy/kubernetes";
  const all = readdirSync(folder).flatMap((file) =>
    parseAllDocuments(read(`${folder}/${file}`)).map((document) => {
      expect(document.errors).toEqual([]);
      return z
        .looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.literal("stance") }) })
        .parse(document.toJS());
    }),
  );
  function the<Kind extends keyof Kinds>(kind: Kind): Kinds[Kind] {
    const found = all.filter((each) => each.kind === kind);
    expect(found).toHaveLength(1);
    return found[0] as unknown as Kinds[Kind];
  }
  const deployment = the("Deployment").spec;
  const pod = deployment.template.spec;
  const [container] = pod.containers;
  const config = configOf(the("ConfigMap").data["stance.yml"]);
  const mounts: Readonly<Record<string, string>> = Object.fromEntries(
    container.volumeMounts.map((mount) => [mount.name, mount.mountPath]),
  );

  test("is these kinds and no others: no role, no service that opens it to the world", () => {
    expect(all.map(({ kind }) => kind).sort((a, b) => a.localeCompare(b))).toEqual([
      "ConfigMap",
      "Deployment",
      "NetworkPolicy",
      "PersistentVolumeClaim",
      "Secret",
      "ServiceAccount",
    ]);
  });

  test("runs one bot, and ends the old one before the new one", () => {
    expect(deployment).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    expect(deployment.selector.matchLabels).toEqual(deployment.template.metadata.labels);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(patience + 5_000);
    expect(the("PersistentVolumeClaim").spec.accessModes).toEqual(["ReadWriteOncePod"]);
  });

  test("takes away everything the bot does not need", () => {
    expect(pod.containers).toHaveLength(1);
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: "stance",
      securityContext: {
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: gid,
        fsGroup: gid,
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
    expect(the("ServiceAccount").automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
    for (const key of ["hostNetwork", "hostPID", "hostIPC"]) expect(pod).not.toHaveProperty(key);
  });

  test("writes to the volume and to a folder in memory, and nowhere else", () => {
    const writable = container.volumeMounts.filter((mount) => mount.readOnly !== true);
    expect(writable).toEqual([
      { name: "data", mountPath: data },
      { name: "tmp", mountPath: "/tmp" },
    ]);
    expect(pod.volumes.map(({ name }) => name)).toEqual(Object.keys(mounts));
    expect(config.database.startsWith(`${data}/`)).toBe(true);
  });

  test("starts the bot with the configuration it mounts, which loads", async () => {
    await understood(container.args);
    expect(container.args.at(-1)).toBe(`${mounts["config"]}/stance.yml`);
    expect(config.slack?.mode).toBe("socket");
  });

  test("gives the secrets that the configuration reads, by file, and none by value", () => {
    const secret = the("Secret");
    const files = Object.keys(secret.stringData).map((key) => `${mounts["secrets"]}/${key}`);
    const asked = [...JSON.stringify(config).matchAll(/\{"file":"([^"]+)"\}/g)].map(([, file = ""]) => file);
    expect(files.sort((a, b) => a.localeCompare(b))).toEqual(asked.sort((a, b) => a.localeCompare(b)));
    expect(new Set(Object.values(secret.stringData))).toEqual(new Set(["CHANGE-ME"]));
    const volume = pod.volumes.find(({ name }) => name === "secrets");
    // Nobody else in the container can read them; the configuration check would complain.
    expect((volume?.secret?.defaultMode ?? 0o777) & 0o007).toBe(0);
    expect(container).not.toHaveProperty("env");
  });

  test("asks the pages that there are, at the port of the configuration", async () => {
    expect(config.web).toEqual({ host: "0.0.0.0", port: webPort });
    expect(container.ports).toEqual([{ name: "web", containerPort: webPort }]);
    const { startupProbe, livenessProbe, readinessProbe } = container;
    const probes = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet);
    expect(probes.map(({ port }) => port)).toEqual(["web", "web", "web"]);
    expect(probes.map(({ path }) => path)).toEqual(["/healthz", "/healthz", "/readyz"]);
    const { annotations } = deployment.template.metadata;
    expect(annotations["prometheus.io/port"]).toBe(String(webPort));
    for (const path of [...probes.map(({ path: probed }) => probed), annotations["prometheus.io/path"] ?? ""])
      expect((await fetch(web.address + path)).status, path).not.toBe(404);
  });

  test("lets in who scrapes, and out what Slack and AWS need", () => {
    const policy = the("NetworkPolicy").spec;
    expect(policy.podSelector.matchLabels).toEqual(deployment.template.metadata.labels);
    expect(policy.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(policy.ingress).toHaveLength(1);
    expect(policy.ingress[0]?.ports).toEqual([{ protocol: "TCP", port: webPort }]);
    expect(policy.ingress[0]?.from).toHaveLength(1);
    const [dns, tls] = policy.egress;
    expect(dns?.ports.map(({ port }) => port)).toEqual([53, 53]);
    expect(tls?.ports).toEqual([{ protocol: "TCP", port: 443 }]);
    expect(tls?.to[0]?.ipBlock?.except).toContain("169.254.0.0/16");
  });
});
