import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSecret, secretProblem } from "#config/secret";

const folder = mkdtempSync(join(tmpdir(), "stance-secret-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileWith = (content: string): string => {
  const path = join(folder, "secret");
  writeFileSync(path, content);
  chmodSync(path, 0o600);
  return path;
};
const refusal = (read: () => string): unknown => {
  try {
    return `read: ${read()}`;
  } catch (error) {
    return error;
  }
};

test("from the environment, trimmed", () => {
  expect(readSecret({ env: "TOKEN" }, { TOKEN: " hush\n" })).toBe("hush");
});
test.each([{}, { TOKEN: "" }, { TOKEN: " \n" }])("%j: not set", (env) => {
  expect(refusal(() => readSecret({ env: "TOKEN" }, env))).toMatchObject({
    code: "config/secret",
    message:
      "The environment variable TOKEN is not set or is empty. A secret could not be read. Set the variable, or the file, that the configuration names.",
  });
});
test("from a file, without its last line end", () => {
  expect(readSecret({ file: fileWith("hush\r\n") }, {})).toBe("hush");
});
test.each([
  ["empty", () => fileWith(" \n"), "is empty"],
  ["missing", () => join(folder, "none"), "could not be read: ENOENT"],
  ["a folder", () => folder, "could not be read: EISDIR"],
  ["not a secret", () => fileWith("x".repeat(65_537)), "too big for a secret"],
])("a file that is %s", (_, path, why) => {
  const error = refusal(() => readSecret({ file: path() }, {}));
  expect(error).toMatchObject({ code: "config/secret", message: expect.stringContaining(why) });
});
test("problems are told before the secret is needed, without it", () => {
  expect(secretProblem({ env: "TOKEN" }, { TOKEN: "hush" })).toBeUndefined();
  expect(secretProblem({ env: "TOKEN" }, {})).toContain("TOKEN is not set");
  const path = fileWith("hush");
  expect(secretProblem({ file: path }, {})).toBeUndefined();
  chmodSync(path, 0o604);
  expect(secretProblem({ file: path }, {})).toBe(`Everybody on this machine can read ${path}. Run chmod o-rwx on it.`);
});
