import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/**
 * What people get: the tarball, installed by the real npx into an empty folder. Slow (it installs 200 packages), so only
 * with STANCE_PACKED=1 or CI=true. Packs dist/ as it stands: build first.
 */
const asked = process.env["STANCE_PACKED"] === "1" || process.env["CI"] === "true";
if (!asked) console.warn("SKIPPED, the packed tarball: set STANCE_PACKED=1");

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
}

describe.skipIf(!asked)("the tarball", () => {
  const folder = join(tmpdir(), `stance-packed-${process.pid}`);
  const empty = join(folder, "empty");
  const cache = join(folder, "cache");
  const prebuilds = join(folder, "prebuilds");
  let files: readonly { readonly path: string; readonly size: number }[] = [];
  let size = 0;
  let demo: ChildProcess;
  let address = "";
  let errors = "";
  let installed = "";
  const shrinkwrap: Lock = JSON.parse(readFileSync("npm-shrinkwrap.json", "utf8"));

  beforeAll(async () => {
    if (!existsSync("dist/src/cli.js")) throw new Error("dist/ is not built: npm run build");
    for (const path of [empty, cache, prebuilds]) mkdirSync(path, { recursive: true });
    const packing = ["pack", "--ignore-scripts", "--json", "--pack-destination", empty];
    const [packed] = JSON.parse(
      execFileSync("npm", packing, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
    ({ files, size } = packed);
    renameSync(join(empty, packed.filename), join(empty, "stance.tgz"));
    // Packages that this machine has are not fetched again; where npx installs is ours alone.
    symlinkSync(
      join(execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim(), "_cacache"),
      join(cache, "_cacache"),
    );
    keepPrebuilt(prebuilds, shrinkwrap);
    demo = spawn("npx", ["--yes", "./stance.tgz", "demo"], {
      cwd: empty,
      // A group of its own: what npx starts is ended with it.
      detached: true,
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        npm_config_cache: cache,
        npm_config_prefer_offline: "true",
        npm_config_better_sqlite3_local_prebuilds: prebuilds,
      },
    });
    address = await firstLine(demo);
    installed = join(cache, "_npx", readdirSync(join(cache, "_npx"))[0] ?? "", "node_modules");
  }, 120_000);
  afterAll(async () => {
    if (demo?.exitCode === null && demo.signalCode === null && demo.pid !== undefined)
      process.kill(-demo.pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  function firstLine(child: ChildProcess): Promise<string> {
    let out = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    return new Promise((done, fail) => {
      child.once("exit", (code) => fail(new Error(`npx ended with ${code}: ${errors}`)));
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        out += text;
        if (out.includes("\n")) done(out.trimEnd());
      });
    });
  }

  test("holds what runs and what explains it: no tests, no fixtures, no sources, no pictures", () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["dist/src/cli.js", "README.md", "LICENSE", "npm-shrinkwrap.json"]));
    expect(
      paths.filter((path) => /(^|\/)(test|tests|fixtures|tools|dev|node_modules|\.ci|\.github)\//.test(path)),
    ).toEqual([]);
    expect(paths.filter((path) => /\.(ts|map|png|sqlite|env|log)$|(^|\/)\.|\.test\./.test(path))).toEqual([]);
    const tops = new Set(paths.map((path) => path.split("/")[0]));
    const known = ["README.md", "LICENSE", "package.json", "npm-shrinkwrap.json", "dist", "docs", "manifest.yml"];
    expect(tops).toEqual(new Set([...known, "stance.schema.json"]));
    expect(paths.length).toBeLessThan(500);
    expect(size).toBeLessThan(1_000_000);
  });

  test("installs exactly the direct dependencies that were tested, and nothing that only development needs", () => {
    const versionOf = (name: string): unknown => manifestAt(join(installed, name))?.version;
    const { dependencies = {} } = manifestAt(".") ?? {};
    expect(Object.keys(dependencies).length).toBeGreaterThan(10);
    for (const [name, version] of Object.entries(dependencies)) expect(versionOf(name), name).toBe(version);
    const names = (dev: boolean): readonly string[] =>
      Object.entries(shrinkwrap.packages).flatMap(([path, entry]) =>
        path !== "" && (entry.dev ?? false) === dev ? (path.split("node_modules/").at(-1) ?? "") : [],
      );
    const needed = new Set(names(false));
    const onlyDev = names(true).filter((name) => !needed.has(name));
    expect(onlyDev).toContain("typescript");
    expect(onlyDev.filter((name) => versionOf(name) !== undefined)).toEqual([]);
  });

  // npm heeds a shrinkwrap only of packages from a registry, not of a tarball on disk: what it says is checked here.
  test("the shrinkwrap fits package.json, for whoever installs by it", () => {
    const copy = join(folder, "copy");
    mkdirSync(copy);
    for (const name of ["package.json", "npm-shrinkwrap.json"])
      cpSync(join(installed, "stance", name), join(copy, name));
    const words = ["ci", "--omit=dev", "--ignore-scripts", "--dry-run"];
    expect(() => execFileSync("npm", words, { cwd: copy, stdio: "pipe" })).not.toThrow();
  });

  test("`npx ./stance.tgz demo` prints one line, the address of a page that is there for its holder alone", async () => {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S*[0-9a-f]{32}\S*$/);
    const answer = await fetch(address);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(await answer.text()).toMatch(/^<!doctype html>[^]*<script/i);
    expect((await fetch(new URL("/", address))).status).toBeGreaterThanOrEqual(400);
  });

  test("`stance --help` and `--version` answer within half a second", () => {
    const run = (word: string): { readonly out: string; readonly ms: number } => {
      const start = performance.now();
      const out = execFileSync(join(installed, ".bin", "stance"), [word], { cwd: empty, encoding: "utf8" });
      return { out, ms: performance.now() - start };
    };
    const tries = Array.from({ length: 5 }, () => run("--help"));
    expect(tries[0]?.out).toMatch(/^Usage: stance/);
    // The best of five: the machine may be busy.
    expect(Math.min(...tries.map(({ ms }) => ms))).toBeLessThan(500);
    expect(run("--version").out.trim()).toBe(manifestAt(".")?.version);
  });

  test("ends when it is told to, and leaves nothing in the folder", async () => {
    const ended = new Promise((done) => demo.once("exit", done));
    if (demo.pid !== undefined) process.kill(-demo.pid, "SIGINT");
    await ended;
    await expect(fetch(address)).rejects.toThrow();
    expect(readdirSync(empty)).toEqual(["stance.tgz"]);
  });
});

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const manifestAt = (path: string): Manifest | undefined =>
  existsSync(join(path, "package.json")) ? JSON.parse(readFileSync(join(path, "package.json"), "utf8")) : undefined;

/**
 * better-sqlite3's install script fetches a binary from its releases, else compiles one (minutes). Here it finds the one
 * this tree was installed with.
 */
function keepPrebuilt(folder: string, { packages }: Lock): void {
  const { version } = packages["node_modules/better-sqlite3"] ?? {};
  const target = `node-v${process.versions.modules}-${process.platform}-${process.arch}`;
  const file = join(folder, `better-sqlite3-v${version}-${target}.tar.gz`);
  execFileSync("tar", ["czf", file, "-C", "node_modules/better-sqlite3", "build/Release/better_sqlite3.node"]);
}
