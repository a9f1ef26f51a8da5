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
  emptyRegion,
  everyone,
  everywhere,
  goodTrail,
  idOf,
  ireland,
  key,
  letEveryone,
  machine,
  net,
  oldBucket,
  person,
  stockholm,
  strongPasswords,
  subnets,
  tcp,
  user,
  virginia,
} from "#demo/estate/parts";

const web = net("web-prod web");
const instance = (name: string): string => idOf("i", `web-prod ${name}`);
const partners = idOf("pl", "web-prod partners");

export function webProd(ago: Ago): AccountSpec {
  return {
    id: demoAccounts.webProd,
    name: "web-prod",
    environment: "prod",
    owner: "web",
    regions: everywhere,
    passwordPolicy: strongPasswords,
    trails: [{ ...goodTrail, advancedSelectors: true }],
    users: [
      user("li.wei", ago(520), person(false, ago(9)), { team: "web" }),
      user("sara.novak", ago(200), person(true, ago(1))),
      user("old-contractor", ago(760), person(false, ago(400), [key(ago(760), ago(401))]), {
        contact: "gone@example.com",
      }),
      user("deploy-web", ago(90), machine(key(ago(80), ago(1)))),
    ],
    buckets: [
      bucket("nordwind-web-assets", ago(800), { region: virginia, tags: { team: "web" } }),
      bucket("nordwind-web-media", ago(1210), {
        tags: { Team: "Web" },
        publicAccessBlock: { ...allOff, blockPublicPolicy: true, restrictPublicBuckets: true },
        acl: [{ grantee: everyone, permission: "READ" }],
      }),
      oldBucket("nordwind-upload-inbox", ago(1250), {
        tags: { owner: "growth-squad" },
        policy: letEveryone("s3:PutObject", "nordwind-upload-inbox"),
      }),
      bucket("nordwind-web-logs", ago(800), { tags: { "owner-email": "sara.novak@example.com" } }),
      bucket("nordwind-newsletter", ago(430), { tags: { team: "web, growth" } }),
      bucket("nordwind-ab-tests", ago(120), { tags: { owner: "ci" } }),
      bucket("nordwind-previews", ago(60), { region: virginia }),
    ],
    places: [home(), emptyRegion("web-prod", virginia), emptyRegion("web-prod", stockholm)],
    denials: [closedRegion],
  };
}

const groups: RegionSpec["groups"] = [
  defaultGroup(web),
  {
    id: web.group("edge"),
    name: "edge",
    vpc: web.vpc,
    tags: { team: "web" },
    ingress: [tcp(80, anywhere), tcp(443, anywhere), tcp(443, anywhereV6)],
  },
  {
    id: web.group("ssh"),
    name: "ssh-from-anywhere",
    vpc: web.vpc,
    tags: { Name: "ssh-from-anywhere", team: "web" },
    ingress: [tcp(22, anywhere), tcp(22, anywhereV6)],
  },
  {
    id: web.group("jump"),
    name: "rdp-jump",
    vpc: web.vpc,
    tags: { Name: "rdp-jump" },
    ingress: [tcp(3389, partners, 3389, "partners")],
  },
  {
    id: web.group("hostile"),
    name: "=cmd()!A1",
    vpc: web.vpc,
    tags: { Name: "=cmd()!A1", owner: "<!channel>", note: `<b>${"long ".repeat(49)}</b>` },
    ingress: [{ protocol: "-1", from: -1, to: -1, source: anywhere }],
  },
  {
    id: web.group("orders-db"),
    name: "orders-db",
    vpc: web.vpc,
    tags: { team: "web" },
    ingress: [tcp(5432, anywhere, 5432, "debugging"), tcp(5432, web.group("edge"))],
  },
];

const home = (): RegionSpec => ({
  region: ireland,
  encryptsVolumesByDefault: true,
  vpcs: [{ id: web.vpc, tags: { Name: "vpc-web" }, flowLogs: [{ id: idOf("fl", "web-prod"), traffic: "REJECT" }] }],
  subnets: subnets(web),
  prefixLists: [{ id: partners, entries: ["192.0.2.0/24", anywhere] }],
  groups,
  instances: [
    {
      id: instance("front"),
      subnet: web.open,
      groups: [web.group("edge"), web.group("ssh")],
      publicAddress: "198.51.100.61",
    },
    { id: instance("jump"), subnet: web.inner, groups: [web.group("jump")] },
    { id: instance("worker"), subnet: web.inner, groups: [web.group("edge")] },
  ],
  interfaces: [
    {
      id: idOf("eni", "web-prod front"),
      subnet: web.open,
      groups: [web.group("edge")],
      description: "ELB app/front/50dc6c495c0c9188",
      publicAddress: "198.51.100.60",
    },
  ],
  volumes: [
    { id: idOf("vol", "web front"), encrypted: true, sizeGiB: 20, attachedTo: instance("front") },
    {
      id: idOf("vol", "web jump"),
      encrypted: false,
      sizeGiB: 30,
      attachedTo: instance("jump"),
      tags: { team: "web" },
    },
    { id: idOf("vol", "web worker"), encrypted: true, sizeGiB: 20, attachedTo: instance("worker") },
    {
      id: idOf("vol", "web evil"),
      encrypted: false,
      sizeGiB: 8,
      tags: { Name: "\u202Egnp.tnemyap 💳", owner: "@here" },
    },
    { id: idOf("vol", "web cache"), encrypted: true, sizeGiB: 100, tags: { Name: "=1+1" } },
  ],
  databases: [
    {
      name: "orders-db",
      encrypted: true,
      publiclyAccessible: true,
      groups: [web.group("orders-db")],
      subnets: [web.open],
      tags: { team: "web", env: "prod" },
    },
  ],
});
