import { beforeAll, describe, expect, it } from "vitest";
import type { Asset } from "#domain/asset";
import { hostile, payments, recorded, unsafe, web } from "#test/cli/recorded";

let kept: Awaited<ReturnType<typeof recorded>>;
beforeAll(async () => {
  kept = await recorded();
});
const assets = (...words: readonly string[]): Promise<readonly Asset[]> => kept.json("assets", ...words);
const names = async (...words: readonly string[]) => (await assets(...words)).map(({ name }) => name);

describe("stance assets", () => {
  it("lists the inventory with tags and relations", async () => {
    const { code, out } = await kept.run("assets", "--type", "aws.ec2.volume");
    expect(code).toBe(0);
    expect(out).toMatch(/^TYPE +ACCOUNT +REGION +NAME +TAGS +RELATIONS\n/);
    expect(out).toMatch(/aws\.ec2\.volume +payments-prod +eu-west-1 +vol-1 +team=web +attached-to \S*i-1\n$/);
    const all = await assets();
    expect((await kept.run("assets")).out.trimEnd().split("\n")).toHaveLength(all.length + 1);
    expect(all.find(({ name }) => name === "vol-1")).toMatchObject({
      tags: { team: "web" },
      relations: [{ kind: "attached-to", id: expect.stringContaining("i-1") }],
    });
  });

  it("filters by type, account (id or name) and region; filters combine", async () => {
    expect(await names("--type", "aws.s3.bucket", "--account", "web-prod")).toEqual(["web-site"]);
    expect(await assets("--account", web)).toEqual(await assets("--account", "web-prod"));
    const global = await assets("--region", "global", "--account", payments);
    expect(global.length).toBeGreaterThan(0);
    for (const asset of global) expect(asset).toMatchObject({ region: "global", account: payments });
    expect((await kept.run("assets", "--region", "mars-1")).out).toBe("No assets.\n");
  });

  it("searches names and tags, whatever the case; nothing in a search is a pattern", async () => {
    expect(await names("--search", "RECEIPTS")).toEqual(["pay-receipts"]);
    expect((await names("--search", "web")).sort()).toEqual(expect.arrayContaining(["vol-1", "web-site"]));
    for (const text of ["%", "'; DROP TABLE asset; --", "pay_receipts"])
      expect(await names("--search", text)).toEqual([]);
  });

  it("shows hostile names and tags as codes, on one line", async () => {
    const { out } = await kept.run("assets");
    expect(out).not.toMatch(unsafe);
    expect(out).not.toMatch(/^F-9999/m);
    expect(out).toMatch(/bad\\u\{1b\}\[31m\\nF-9999 critical\\u\{202e\}eman=a=b/);
    expect(await names("--type", "aws.s3.bucket")).toContain(hostile);
  });

  it.each([
    [["--type", "aws.s3.buckt"], "Did you mean aws.s3.bucket?"],
    [["--account", "payments-prd"], "Did you mean payments-prod?"],
  ])("a word that means nothing is an error: %j", async (words, sentence) => {
    const { code, out, err } = await kept.run("assets", ...words);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(sentence);
  });
});
