// Runs on `npm ci` (prepare). Without TypeScript at hand (npm ci --omit=dev, an image's last stage) dist/ is already there.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";

if (!existsSync("node_modules/typescript")) {
  if (existsSync("dist/src/cli.js")) process.exit(0);
  console.error(
    "stance: TypeScript is not installed, so dist/ cannot be built. Run `npm ci` with development dependencies.",
  );
  process.exit(1);
}
rmSync("dist", { recursive: true, force: true });
for (const project of ["tsconfig.build.json", "src/demo/page.tsconfig.json"]) {
  const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
for (const name of ["index.html", "page.css", "icon.svg"])
  cpSync(`src/demo/page/${name}`, `dist/src/demo/page/${name}`);
chmodSync("dist/src/cli.js", 0o755);
