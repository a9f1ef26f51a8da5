import type { AccountSpec, RegionSpec } from "#cloud/aws/memory/estate";
import {
  type Ago,
  allOff,
  anywhere,
  anywhereV6,
  bucket,
  closedRegion,
  defaultGroup,
  demoAccounts,
  everywhere,
  goodTrail,
  idOf,
  ireland,
  key,
  letEveryone,
  machine,
  net,
  office,
  oldBucket,
  person,
  stockholm,
  strongPasswords,
  subnets,
  tcp,
  tidyRegion,
  user,
  virginia,
} from "#demo/estate/parts";

/** The bucket of the story: private at first, then opened by hand. */
export const receipts = { account: demoAccounts.paymentsProd, bucket: "pay-receipts-eu" } as const;

export function paymentsProd(ago: Ago): AccountSpec {
  return {
    id: demoAccounts.paymentsProd,
    name: "payments-prod",
    environment: "prod",
    owner: "payments",
    regions: everywhere,
    publicAccessBlock: { ...allOff, blockPublicAcls: true, ignorePublicAcls: true },
    passwordPolicy: strongPasswords,
    trails: [goodTrail],
    users: [
      user("maria.roth", ago(480), person(false, ago(2)), { team: "payments" }),
      user("tom.beck", ago(470), person(true, ago(1))),
      user("ci-deploy-payments", ago(410), machine(key(ago(410), ago(203))), { owner: "jenkins" }),
    ],
    buckets: [
      bucket(receipts.bucket, ago(700), { tags: { team: "payments", env: "prod" } }),
      bucket("pay-exports", ago(610), { tags: { Team: "Payments" } }),
      bucket("pay-invoices-eu", ago(505), { tags: { "owner-email": "tom.beck@example.com" } }),
      bucket("pay-ledger-backup", ago(480), { tags: { Service_Owner: "payments" } }),
      bucket("pay-settlement-in", ago(330), { tags: { team: "payments" } }),
      bucket("pay-card-vault-logs", ago(150)),
      oldBucket("pay-static-old", ago(1460), {
        region: virginia,
        tags: { team: "payments", "managed-by": "terraform", purpose: "public product images" },
        policy: letEveryone("s3:GetObject", "pay-static-old"),
      }),
    ],
    places: [production(), tidyRegion(virginia), tidyRegion(stockholm)],
    denials: [closedRegion],
  };
}

function production(): RegionSpec {
  const core = net("payments-prod core");
  const instance = (name: string): string => idOf("i", `payments-prod ${name}`);
  return {
    region: ireland,
    encryptsVolumesByDefault: true,
    vpcs: [{ id: core.vpc, tags: { Name: "vpc-core", team: "payments" } }],
    subnets: subnets(core),
    groups: [
      defaultGroup(core),
      {
        id: core.group("bastion-old"),
        name: "bastion-old",
        vpc: core.vpc,
        tags: { Name: "bastion-old", TEAM: "payments-team" },
        ingress: [tcp(22, anywhere, 22, "temporary, remove after migration")],
      },
      {
        id: core.group("api"),
        name: "api",
        vpc: core.vpc,
        tags: { team: "payments" },
        ingress: [tcp(443, anywhere), tcp(443, anywhereV6), tcp(22, office)],
      },
      {
        id: core.group("ledger-db"),
        name: "ledger-db",
        vpc: core.vpc,
        tags: { team: "payments" },
        ingress: [tcp(5432, core.group("api"))],
      },
    ],
    instances: [
      {
        id: instance("bastion"),
        subnet: core.open,
        groups: [core.group("bastion-old")],
        publicAddress: "198.51.100.21",
      },
      { id: instance("api-1"), subnet: core.inner, groups: [core.group("api")] },
      { id: instance("api-2"), subnet: core.inner, groups: [core.group("api")] },
    ],
    volumes: [
      { id: idOf("vol", "pay bastion"), encrypted: true, sizeGiB: 16, attachedTo: instance("bastion") },
      { id: idOf("vol", "pay api-1"), encrypted: true, sizeGiB: 50, attachedTo: instance("api-1") },
      {
        id: idOf("vol", "pay api-2"),
        encrypted: false,
        sizeGiB: 50,
        attachedTo: instance("api-2"),
        tags: { Name: "api-2 data", "service-owner": "Payments" },
      },
      { id: idOf("vol", "pay migration"), encrypted: false, sizeGiB: 500, tags: { Name: "migration copy" } },
    ],
    databases: [
      {
        name: "ledger-db",
        encrypted: false,
        publiclyAccessible: false,
        groups: [core.group("ledger-db")],
        subnets: [core.inner],
        tags: { team: "payments", env: "prod" },
      },
    ],
  };
}

export function paymentsDev(ago: Ago): AccountSpec {
  const dev = net("payments-dev dev");
  const box = idOf("i", "payments-dev box");
  return {
    id: demoAccounts.paymentsDev,
    name: "payments-dev",
    environment: "dev",
    owner: "payments",
    regions: everywhere,
    publicAccessBlock: { ...allOff, blockPublicAcls: true, blockPublicPolicy: true },
    passwordPolicy: { ...strongPasswords, reusePrevention: undefined },
    trails: [goodTrail],
    users: [user("jo.park", ago(300), person(true, ago(3)), { team: "payments" })],
    buckets: [
      bucket("pay-dev-scratch", ago(220), { tags: { team: "payments" } }),
      oldBucket("pay-dev-exchange", ago(1300), { tags: { owner: "tbeck" } }),
      bucket("pay-dev-builds", ago(290)),
      bucket("pay-dev-fixtures", ago(280), { tags: { team: "pay" } }),
    ],
    places: [
      {
        region: ireland,
        vpcs: [
          {
            id: dev.vpc,
            tags: { Name: "vpc-dev" },
            flowLogs: [{ id: idOf("fl", "payments-dev"), traffic: "ALL", destination: "arn:aws:s3:::pay-dev-builds" }],
          },
        ],
        subnets: subnets(dev),
        groups: [
          defaultGroup(dev),
          { id: dev.group("ssh-office"), name: "ssh-office", vpc: dev.vpc, ingress: [tcp(22, office)] },
        ],
        instances: [{ id: box, subnet: dev.open, groups: [dev.group("ssh-office")], publicAddress: "198.51.100.40" }],
        volumes: [{ id: idOf("vol", "pay-dev box"), encrypted: true, sizeGiB: 30, attachedTo: box }],
        databases: [
          {
            name: "pay-dev-db",
            encrypted: true,
            publiclyAccessible: false,
            groups: [dev.group("default")],
            subnets: [dev.inner],
          },
        ],
      },
      tidyRegion(virginia),
      tidyRegion(stockholm),
    ],
    // The bucket of a partner: its own policy lets nobody of ours see who else may use it.
    denials: [closedRegion, { operation: "s3:GetBucketAcl", resource: "arn:aws:s3:::pay-dev-exchange" }],
  };
}
