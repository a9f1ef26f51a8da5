import { assetTypeFor, assetTypesOf, create, Mistake, requireName, run } from "./new.ts";

const checkFile = (id: string, asset: string): string => `import { defineCheck, fail, pass } from "#domain/check";

/** FILL IN: what makes this rule the way it is, or delete this line. */
export const check = defineCheck({
  id: "${id}",
  asset: "${asset}",
  facts: [],
  title: "FILL IN: the good state, 80 characters at most",
  topic: "FILL IN: one of checks/topics.ts, or a new one there",
  severity: "medium",
  risk: "FILL IN: what could happen, 160 characters at most.",
  controls: [],
  categories: [],
  guided: "FILL IN: why nobody can press a button",
  guidance: {
    console: ["FILL IN: the steps in the cloud's console, one sentence each."],
    cli: "FILL IN: a command line; {name}, {region} and {account} are filled in",
    terraform: "FILL IN",
  },
  evaluate({ name, facts }) {
    if (Object.keys(facts).length > 0) return pass(\`FILL IN: \${name} is as it should be.\`);
    return fail({ message: \`FILL IN: what is wrong with \${name}.\`, row: "FILL IN", evidence: {} });
  },
});
`;

const casesFile = (path: string): string => `import { check } from "#checks/${path}";
import { casesFor } from "#test/checks/cases";

export const cases = casesFor(check, {
  "FILL IN: a situation that passes": { facts: {}, expect: "pass" },
  "FILL IN: a situation that fails": { facts: {}, expect: "fail", row: "FILL IN: the words of its row" },
});
`;

await run("npm run new:check -- <cloud> <service> <name>", async ([cloud, service, name, ...rest]) => {
  if (rest.length > 0) throw new Mistake(`"${rest.join(" ")}" is one word too many.`);
  const asset = assetTypeFor(cloud, service, "checks");
  const good = requireName(name, "The name of a check", "bucket-keeps-versions");
  if (/^(ensure|no|check)-/.test(good))
    throw new Mistake("A check is named for the good state: bucket-keeps-versions.");
  const path = `${cloud}/${service}/${good}`;
  await create(
    {
      [`checks/${path}.ts`]: checkFile(path.replaceAll("/", "."), asset),
      [`test/checks/${path}.cases.ts`]: casesFile(path),
    },
    `It looks at ${asset}; it could be ${assetTypesOf(cloud ?? "").join(", ")}. Their facts are in src/cloud/${cloud}/.
Fill in both files until this passes: npx vitest run test/checks
Then: npm run generate`,
  );
});
