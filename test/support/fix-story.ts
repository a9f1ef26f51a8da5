import type { MemoryDoor } from "#cloud/aws/memory/cloud";
import type { Estate } from "#cloud/aws/memory/estate";
import type { PublicAccessBlock } from "#cloud/aws/s3";
import type { ConfigInput } from "#config/schema";
import { channel, person } from "#test/support/harness";

/** A team with buckets, somebody who asks for fixes, and others who approve them. */
export const account = "111122223333";
export const allOn: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};
export const open: PublicAccessBlock = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
};

/** Everything but its buckets is in order. */
export const fixEstate: Estate = {
  accounts: [
    {
      id: account,
      name: "payments-prod",
      regions: ["eu-west-1"],
      publicAccessBlock: open,
      passwordPolicy: {
        minimumLength: 14,
        requireSymbols: true,
        requireNumbers: true,
        requireUppercase: true,
        requireLowercase: true,
        allowUsersToChange: true,
        maxAgeDays: 90,
        reusePrevention: 24,
        hardExpiry: undefined,
      },
      trails: [
        {
          name: "all",
          homeRegion: "eu-west-1",
          multiRegion: true,
          organization: false,
          logging: true,
          managementEvents: { read: true, write: true },
        },
      ],
      buckets: [
        { name: "pay-receipts-eu", region: "eu-west-1", tags: { team: "payments" }, publicAccessBlock: allOn },
        { name: "pay-exports", region: "eu-west-1", tags: { Team: "Payments" }, publicAccessBlock: allOn },
      ],
      places: [{ region: "eu-west-1", encryptsVolumesByDefault: true }],
    },
  ],
};

export const fixConfig = {
  accounts: [{ id: account, name: "payments-prod", environment: "prod", owner: "payments" }],
  channels: { admin: "#sec-posture", approvals: "#sec-approvals" },
  hours: { zone: "UTC", digest: "09:00" },
  owners: { payments: { name: "Payments", channel: "#team-payments", people: ["tom", "ana"], mention: "tom" } },
  people: {
    tom: { name: "Tom Beck", slack: "U1" },
    ana: { name: "Ana Lima", slack: "U2", roles: ["member", "approver"] },
    kofi: { name: "Kofi Mensah", slack: "U3", roles: ["member", "approver", "admin", "auditor"] },
  },
  groups: {
    "payments-leads": { name: "Payments leads", people: ["ana"] },
    "cloud-sec": { name: "Cloud security", people: ["kofi", "tom"] },
  },
  policies: [{ approvers: ["payments-leads", "cloud-sec"] }],
} satisfies ConfigInput;
export const fixPeople = [
  person("U1", "Tom Beck"),
  person("U2", "Ana Lima"),
  person("U3", "Kofi Mensah"),
  person("U4", "Gwen Guest", { kind: "guest" }),
  person("U5", "Uma Other"),
];
export const fixChannels = [
  channel("C1", "team-payments"),
  channel("C2", "sec-posture"),
  channel("C3", "sec-approvals"),
];

/** Somebody opens a bucket by hand. */
export function publicBucket(door: MemoryDoor, bucket: string): void {
  const hand = door.byHand(account);
  hand.setPublicAccessBlock(bucket, open);
  hand.putBucketPolicy(bucket, {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` }],
  });
}
