import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checks } from "#checks";
import { runScan } from "#cli/scan";
import { awsCloud } from "#cloud/aws/cloud";
import { memoryCloud } from "#cloud/aws/memory/cloud";
import { remediations } from "#remediations";
import { openStore } from "#store/sqlite/sqlite";
import { fakeIo } from "#test/cli/fake-io";

describe("stance scan --database", () => {
  test("is refused the file that a bot works on: it would break off the bot's scan", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "stance-busy-"));
    const bot = await openStore({ file: join(cwd, "stance.sqlite"), kind: "real", exclusive: true, at: 1 });
    const run = await bot.beginRun({ at: 1, filtered: false, first: true });
    const io = fakeIo({ cwd });
    const estate = { accounts: [{ id: "111122223333", name: "one", regions: ["eu-west-1"] }] };
    const door = memoryCloud(estate, { now: io.now, reportsReady: true });
    const scan = () =>
      runScan({ format: "json", cloud: ["aws"], database: "stance.sqlite" }, io, {
        cloudsFrom: () => [awsCloud(door)],
        checks,
        remediations,
      });
    await expect(scan()).rejects.toMatchObject({ code: "store/in-use" });
    expect(bot.runs(1)).toMatchObject([{ id: run, state: "running" }]);
    bot.close();
    expect(await scan()).toBe(0);
  });
});
