import type { AccountSpec } from "#cloud/aws/memory/estate";
import {
  type Ago,
  allOn,
  bucket,
  demoAccounts,
  emptyRegion,
  goodTrail,
  ireland,
  person,
  stockholm,
  strongPasswords,
  user,
  virginia,
} from "#demo/estate/parts";

export const security = (ago: Ago): AccountSpec => ({
  id: demoAccounts.security,
  name: "security",
  environment: "prod",
  owner: "security",
  regions: [ireland, virginia, stockholm],
  publicAccessBlock: allOn,
  passwordPolicy: strongPasswords,
  trails: [goodTrail],
  users: [user("ana.lima", ago(900), person(true, ago(1)))],
  buckets: [
    bucket("nordwind-org-trail-logs", ago(1200), { tags: { team: "security" } }),
    bucket("nordwind-security-reports", ago(640), { tags: { team: "security" } }),
    bucket("nordwind-terraform-state", ago(1190), { tags: { Owner: "ana.lima@example.com" } }),
  ],
  places: [
    emptyRegion("security", ireland, true),
    emptyRegion("security", virginia),
    emptyRegion("security", stockholm),
  ],
});
