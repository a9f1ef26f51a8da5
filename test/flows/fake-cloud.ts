import type { Account, Cloud, CloudError, Collected, Session } from "#cloud/cloud";
import type { Asset, AssetType, Fact, FactMap } from "#domain/asset";
import type { AnyCheck } from "#domain/check";
import { fail, pass } from "#domain/check";

export type Kind = CloudError["kind"];
export interface Fakes {
  readonly accounts?: readonly Account[];
  readonly regions?: readonly string[];
  /** Pages of names of a unit; default one page of two. */
  readonly pages?: (type: AssetType, region: string) => readonly (readonly string[])[];
  /** Thrown instead of the page with this number. */
  readonly listFault?: (unit: { account: string; type: AssetType; region: string; page: number }) => Error | undefined;
  readonly factFault?: (asset: Asset) => Fact | undefined;
  readonly openFault?: (account: Account) => Error | undefined;
  readonly untagged?: string;
  readonly log?: string[];
}

export const accountTypes: readonly AssetType[] = ["aws.s3.bucket", "aws.iam.user"];
export const regionTypes: readonly AssetType[] = ["aws.ec2.security-group", "aws.ec2.volume"];

export const account = (id: string, more: Partial<Account> = {}): Account => ({
  cloud: "aws",
  id,
  name: `name-${id}`,
  state: "active",
  ...more,
});

export function fakeCloud(fakes: Fakes = {}): Cloud {
  const regions = fakes.regions ?? ["eu-west-1", "us-east-1"];
  const session = (of: Account): Session => ({
    account: of,
    regions,
    scopeOf: (type) => (accountTypes.includes(type) ? "account" : "region"),
    listedFacts: () => [],
    async *list(type, region) {
      const pages = fakes.pages?.(type, region) ?? [["good", "bad"]];
      for (const [page, names] of pages.entries()) {
        fakes.log?.push(`list ${of.id} ${region} ${type}`);
        const fault = fakes.listFault?.({ account: of.id, type, region, page });
        if (fault) throw fault;
        yield names.map((name): Collected => {
          const tags = fakes.untagged === undefined ? {} : { tagsUnreadable: fakes.untagged };
          return { asset: { ...asset(of.id, region, type, name), ...tags }, facts: {} };
        });
      }
    },
    async fetch(fact, assets) {
      fakes.log?.push(`fetch ${fact} ${assets.length}`);
      return new Map(
        assets.map((one): [string, FactMap] => [
          one.id,
          { [fact]: fakes.factFault?.(one) ?? { state: "known", value: one.name } },
        ]),
      );
    },
  });
  return {
    name: "aws",
    assetTypes: [...accountTypes, ...regionTypes],
    accounts: async () => fakes.accounts ?? [account("111111111111")],
    async open(of) {
      const fault = fakes.openFault?.(of);
      if (fault) throw fault;
      return session(of);
    },
    openForWriting: () => Promise.reject(new Error("a scan does not write")),
  };
}

/** Buckets are listed once for the account, and live in regions. */
const asset = (of: string, region: string, type: AssetType, name: string): Asset => ({
  type,
  id: `${of}/${region}/${type}/${name}`,
  cloud: "aws",
  account: of,
  region: type === "aws.s3.bucket" ? (name.endsWith("us") ? "us-east-1" : "eu-west-1") : region,
  name,
  tags: {},
});

export const check = (id: string, type: AssetType, more: Partial<AnyCheck> = {}): AnyCheck => ({
  id,
  title: id,
  topic: "topic",
  severity: "medium",
  risk: "",
  controls: [],
  categories: ["encryption"],
  guidance: { console: [], cli: "", terraform: "" },
  asset: type,
  facts: ["word"],
  evaluate({ facts }: { facts: { word: string } }) {
    return facts.word.startsWith("bad")
      ? fail({ message: "It is bad.", row: "bad", evidence: {} })
      : pass("It is good.");
  },
  ...more,
});

export const checks: readonly AnyCheck[] = [
  check("aws.s3.bucket-good", "aws.s3.bucket", {
    controls: ["cis-aws-3.0:2.1.4"],
    categories: ["internet-exposed"],
    severity: "critical",
  }),
  check("aws.s3.bucket-named", "aws.s3.bucket", { aliases: ["aws.s3.old-name"], controls: ["aws-fsbp:S3.8"] }),
  check("aws.iam.user-good", "aws.iam.user", { controls: ["cis-aws-3.0:1.10"] }),
  check("aws.ec2.group-good", "aws.ec2.security-group", { severity: "high" }),
  check("aws.ec2.volume-good", "aws.ec2.volume"),
];
