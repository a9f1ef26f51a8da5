import type { AccountSpec } from "#cloud/aws/memory/estate";
import {
  type Ago,
  anywhere,
  bucket,
  closedRegion,
  defaultGroup,
  demoAccounts,
  emptyRegion,
  everyone,
  goodTrail,
  idOf,
  ireland,
  key,
  machine,
  net,
  oldBucket,
  person,
  stockholm,
  sydney,
  tcp,
  user,
  virginia,
} from "#demo/estate/parts";

/** Nobody's account: it came with a company that was bought, and nobody moved in. */
export function billingLegacy(ago: Ago): AccountSpec {
  const old = net("billing-legacy default");
  const server = idOf("i", "billing-legacy server");
  return {
    id: demoAccounts.billingLegacy,
    name: "billing-legacy",
    environment: "prod",
    regions: [virginia, ireland, stockholm, sydney],
    rootAccessKeys: 1,
    trails: [{ ...goodTrail, name: "old-trail", homeRegion: virginia, multiRegion: false, logging: false }],
    users: [
      user("jsmith", ago(2300), person(false, ago(31), [key(ago(2300), ago(640))]), { owner: "jsmith" }),
      user("cron-export", ago(2100), machine(key(ago(2100)), key(ago(2000), ago(2), 2)), { owner: "terraform" }),
      user("finance-view", ago(900), person(true, ago(12))),
    ],
    buckets: [
      oldBucket("billing-export-2019", ago(2300), { region: virginia, tags: { owner: "jsmith" } }),
      oldBucket("billing-invoices-archive", ago(2250), {
        region: virginia,
        acl: [{ grantee: everyone, permission: "READ" }],
      }),
      oldBucket("billing-tmp", ago(2200), { region: virginia, tags: { owner: "terraform" } }),
      bucket("billing-reports", ago(700), { region: virginia }),
    ],
    places: [
      {
        region: virginia,
        vpcs: [{ id: old.vpc, isDefault: true }],
        subnets: [{ id: old.open, vpc: old.vpc, internetRoute: true }],
        groups: [
          defaultGroup(old),
          {
            id: old.group("ftp"),
            name: "launch-wizard-1",
            vpc: old.vpc,
            tags: { owner: "unknown" },
            ingress: [tcp(20, anywhere, 23), tcp(3389, anywhere)],
          },
        ],
        instances: [{ id: server, subnet: old.open, groups: [old.group("ftp")], publicAddress: "198.51.100.90" }],
        volumes: [
          { id: idOf("vol", "billing server"), encrypted: false, sizeGiB: 200, attachedTo: server },
          { id: idOf("vol", "billing old"), encrypted: false, sizeGiB: 200, tags: { owner: "jsmith" } },
        ],
        databases: [
          {
            name: "billing-db",
            engine: "mysql",
            port: 3306,
            encrypted: false,
            publiclyAccessible: false,
            groups: [old.group("default")],
            subnets: [old.open],
          },
        ],
      },
      emptyRegion("billing-legacy", ireland),
      emptyRegion("billing-legacy", stockholm),
    ],
    denials: [closedRegion],
  };
}
