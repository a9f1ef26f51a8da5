import { assetTypeFor, create, Mistake, requireName, run } from "./new.ts";

const remediationFile = (id: string, asset: string): string => `import { defineRemediation } from "#domain/remediation";

/** FILL IN: what it leaves alone, or delete this line. */
export const remediation = defineRemediation({
  id: "${id}",
  fixes: [],
  asset: "${asset}",
  sets: [],
  operations: [],
  title: "FILL IN: what it does, 80 characters at most",
  verb: "FILL IN",
  done: "FILL IN",
  danger: "FILL IN: who may notice, in a sentence.",
  cost: "FILL IN: none, or what it adds to the bill",
  tier: 2,
  change: () => ({}),
  calls: () => [],
  summary: () => "FILL IN",
  code: ({ name }) => ({ terraform: { resource: "FILL IN", body: { name } } }),
});
`;

const casesFile = (path: string): string => `import { remediation } from "#remediations/${path}";
import { casesFor } from "#test/remediations/cases";

export const cases = casesFor(remediation, {
  "FILL IN: a state it may meet": {
    account: {},
    asset: { id: "FILL IN: the ARN of what the account holds", region: "eu-west-1" },
    check: "FILL IN: the check that fails",
  },
});
`;

await run("npm run new:remediation -- <cloud> <service> <verb-phrase>", async ([cloud, service, name, ...rest]) => {
  if (rest.length > 0) throw new Mistake(`"${rest.join(" ")}" is one word too many.`);
  const asset = assetTypeFor(cloud, service, "checks");
  const path = `${cloud}/${service}/${requireName(name, "The name of a remediation", "enable-bucket-versioning")}`;
  await create(
    {
      [`remediations/${path}.ts`]: remediationFile(path.replaceAll("/", "."), asset),
      [`test/remediations/${path}.cases.ts`]: casesFile(path),
    },
    "Fill in both files until this passes: npx vitest run test/remediations",
  );
});
