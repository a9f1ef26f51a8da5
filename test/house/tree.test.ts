import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "");
const read = (file: string): string => readFileSync(file, "utf8");

describe("the tree", () => {
  test("ARCHITECTURE.md names every folder of src", () => {
    const architecture = read("ARCHITECTURE.md");
    const folders = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.filter(({ name }) => !architecture.includes(`${name}/`)).map(({ name }) => name)).toEqual([]);
  });

  test("links between documents lead somewhere", () => {
    const dead: string[] = [];
    for (const file of tracked.filter((name) => name.endsWith(".md"))) {
      const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
      for (const [, target = ""] of read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
        const path = new URL(target, `file:///${folder}`).pathname.slice(1);
        if (!tracked.some((name) => name === path || name.startsWith(`${path.replace(/\/$/, "")}/`)))
          dead.push(`${file}: ${target}`);
      }
    }
    expect(dead).toEqual([]);
  });

  test("only packages we know run a script when they are installed", () => {
    const lock: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(read("npm-shrinkwrap.json"));
    const scripted = Object.entries(lock.packages)
      .filter(([name, { hasInstallScript }]) => hasInstallScript && name !== "")
      .map(([name]) => name.slice(name.lastIndexOf("node_modules/") + "node_modules/".length));
    const allowed: { allowScripts: Record<string, boolean> } = JSON.parse(read("package.json"));
    expect([...new Set(scripted)].sort()).toEqual(Object.keys(allowed.allowScripts).sort());
  });

  test("dependencies are exact, and nothing is left behind in the sources", () => {
    const manifest: { dependencies: object; devDependencies: object } = JSON.parse(read("package.json"));
    const ranged = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d/.test(String(version)),
    );
    expect(ranged).toEqual([]);
    const left = tracked
      .filter(
        (file) => /\.(ts|mjs|cjs)$/.test(file) && !file.startsWith("test/house/") && !file.startsWith("src/dev/new-"),
      )
      .filter((file) => /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(only|todo)\b/.test(read(file)));
    expect(left).toEqual([]);
  });
});
