import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyChain } from "#audit/chain";
import { checks } from "#checks";
import { runScan } from "#cli/scan";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { remediations } from "#remediations";
import { migrations } from "#store/sqlite/migrations";
import { fileSystemOf } from "#store/sqlite/place";
import { openStore } from "#store/sqlite/sqlite";
import type { Store } from "#store/store";
import { fakeIo } from "#test/cli/fake-io";
import { runIn } from "#test/cli/recorded";

let cwd: string;
let file: string;
let bot: Store | undefined;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "stance-busy-"));
  file = join(cwd, "stance.sqlite");
});
afterEach(() => {
  bot?.close();
  bot = undefined;
  rmSync(cwd, { recursive: true, force: true });
});
const startBot = async (): Promise<Store> => (bot = await openStore({ file, kind: "real", exclusive: true, at: 1 }));

const estate = { accounts: [{ id: "111122223333", name: "one", regions: ["eu-west-1"] }] };
function scan() {
  const io = fakeIo({ cwd });
  const door = memoryCloud(estate, { now: io.now, reportsReady: true });
  const parts = { cloudsFrom: () => [awsCloud(door)], checks, remediations };
  return runScan({ format: "json", cloud: ["aws"], database: "stance.sqlite" }, io, parts);
}
const sql = (text: string): void => {
  const raw = new Sqlite(file);
  raw.exec(text);
  raw.close();
};

describe("stance scan --database", () => {
  test("records into the file that a bot works on, and leaves the telling to the bot", async () => {
    const store = await startBot();
    expect(await scan()).toBe(0);
    expect(store.runs(1)).toMatchObject([{ state: "done" }]);
    expect(store.countFindings({ status: ["open"] })).toBeGreaterThan(0);
    expect(store.setting("tell")).toBe("yes");
    expect(store.queued(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(verifyChain(store.auditRows())).toMatchObject({ ok: true, head: { seq: 2 } });
  });

  test("waits for no other scan, and breaks none off", async () => {
    const store = await startBot();
    const run = await store.beginRun({ at: 1, filtered: false, first: true });
    await expect(scan()).rejects.toMatchObject({ code: "store/scanning" });
    expect(store.runs(5)).toMatchObject([{ id: run, state: "running" }]);
    await store.endRun(run, { at: 2, state: "done", facts: {} });
    expect(await scan()).toBe(0);
  });

  test("keeps the bot waiting in its turn, and what a dead one left is ended by the bot", async () => {
    const store = await startBot();
    const cli = await openStore({ file, kind: "real", at: 1 });
    await cli.beginRun({ at: 1, filtered: false, first: true });
    await store.endDeadRuns(2);
    expect(store.runs(1)).toMatchObject([{ state: "running" }]);
    await expect(store.beginRun({ at: 1, filtered: false, first: true })).rejects.toMatchObject({
      code: "store/scanning",
    });
    cli.close();
    await store.endDeadRuns(3);
    expect(store.runs(1)).toMatchObject([{ state: "aborted", endedAt: 3 }]);
  });
});

describe("a database of another version", () => {
  const refused = async (code: string): Promise<void> => {
    await expect(openStore({ file, kind: "real", at: 1 })).rejects.toMatchObject({ code });
    await expect(openStore({ file, kind: "real", readOnly: true, at: 1 })).rejects.toMatchObject({ code });
    const { code: exit, err } = await runIn(cwd, ["findings", "--database", "stance.sqlite"]);
    expect(exit).toBe(1);
    expect(err).not.toContain("internal error");
  };

  test("that is newer is refused by everybody, and stays as it is", async () => {
    (await startBot()).close();
    sql(`PRAGMA user_version = ${migrations.length + 1}`);
    await refused("store/newer");
    await expect(startBot()).rejects.toMatchObject({ code: "store/newer" });
    expect(new Sqlite(file).pragma("user_version", { simple: true })).toBe(migrations.length + 1);
  });

  test("that is older is not brought up to date below a bot, nor by a reader", async () => {
    await startBot();
    // As a bot of the version before would have left it.
    sql(`PRAGMA user_version = ${migrations.length > 1 ? migrations.length - 1 : -1}`);
    await refused("store/older");
    expect(new Sqlite(file).pragma("user_version", { simple: true })).not.toBe(migrations.length);
  });

  test("another program's database is left alone", async () => {
    sql("CREATE TABLE notes (text TEXT)");
    await expect(openStore({ file, kind: "real", at: 1 })).rejects.toMatchObject({ code: "store/no-stance" });
    await expect(startBot()).rejects.toMatchObject({ code: "store/no-stance" });
    expect(new Sqlite(file).prepare("SELECT count(*) FROM sqlite_schema").pluck().get()).toBe(1);
  });
});

describe("where a database lies", () => {
  test("is readable by its owner alone, whoever made it and however it came here", async () => {
    await startBot();
    expect(await scan()).toBe(0);
    for (const name of ["", "-wal", "-shm", ".lock", ".scan.lock"])
      expect(statSync(`${file}${name}`).mode & 0o077, name).toBe(0);
    bot?.close();
    chmodSync(file, 0o644);
    await startBot();
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test("a network file system is recognised by its device, whatever the path", () => {
    const mounts = [
      "22 27 0:21 / /proc rw,relatime - proc proc rw",
      "36 35 259:3 / / rw,noatime shared:1 - ext4 /dev/nvme0n1p3 rw",
      "90 36 0:52 / /data rw,relatime shared:40 - nfs4 files:/export rw,vers=4.2",
      "91 36 0:53 / /mnt/keys rw,nosuid - fuse.sshfs me@host: rw",
    ].join("\n");
    expect(fileSystemOf(0x34, mounts)).toBe("nfs4");
    expect(fileSystemOf(0x35, mounts)).toBe("fuse.sshfs");
    expect(fileSystemOf((259 << 8) | 3, mounts)).toBe("ext4");
    expect(fileSystemOf(0x99, mounts)).toBeUndefined();
    // This machine's own table is read as it is.
    writeFileSync(file, "");
    const own = fileSystemOf(statSync("/proc").dev, readFileSync("/proc/self/mountinfo", "utf8"));
    expect(own).toBe("proc");
  });
});
