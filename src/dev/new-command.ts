import { create, Mistake, requireName, run } from "./new.ts";

const commandFile = (id: string, word: string): string => `import { defineCommand } from "#flows/command";

export const command = defineCommand({
  id: "${id}",
  word: "${word}",
  usage: "${word} FILL IN",
  summary: "FILL IN: one line for help",
  example: "${word} FILL IN",
  daily: false,
  verb: "read",
  run: async () => {
    throw new Error("FILL IN");
  },
});
`;

await run("npm run new:command -- <noun>-<verb>", async ([name, ...rest]) => {
  if (rest.length > 0) throw new Mistake(`"${rest.join(" ")}" is one word too many.`);
  const good = requireName(name, "The name of a command", "finding-snooze");
  const [noun = "", ...verb] = good.split("-");
  await create(
    { [`commands/${good}.ts`]: commandFile(`${noun}.${verb.join("-")}`, verb.join("-")) },
    "Fill it in until this passes: npx vitest run test/dev",
  );
});
