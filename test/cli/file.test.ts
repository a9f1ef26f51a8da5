import { mkdtemp, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { newFile } from "#cli/file";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stance-file-"));
});

describe("a new file", () => {
  it("appears whole, for its owner alone", async () => {
    const file = await newFile("out.json", folder);
    await file.write("one ");
    await file.write("two");
    expect((await readdir(folder)).includes("out.json")).toBe(false);
    await file.commit();
    await file.discard();
    expect(await readFile(join(folder, "out.json"), "utf8")).toBe("one two");
    expect((await stat(join(folder, "out.json"))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["out.json"]);
  });

  it("leaves what was there, and no draft, when it is discarded", async () => {
    await writeFile(join(folder, "out.json"), "old");
    const file = await newFile("out.json", folder);
    await file.write("new");
    await file.discard();
    expect(await readFile(join(folder, "out.json"), "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["out.json"]);
  });

  it("replaces a link, not what it points to", async () => {
    await writeFile(join(folder, "precious"), "old");
    await symlink(join(folder, "precious"), join(folder, "out.json"));
    const file = await newFile("out.json", folder);
    await file.write("new");
    await file.commit();
    expect(await readFile(join(folder, "precious"), "utf8")).toBe("old");
    expect(await readFile(join(folder, "out.json"), "utf8")).toBe("new");
  });

  it.each(["/dev/null", ".", "missing/out.json"])("refuses %s before anything is scanned", async (path) => {
    await expect(newFile(path, folder)).rejects.toMatchObject({
      code: "input/invalid",
      message: expect.stringContaining(`${path} cannot be written`),
    });
  });
});
