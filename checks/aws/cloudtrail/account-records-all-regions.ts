import { defineCheck, fail, pass } from "#domain/check";

/** One trail must do it all; an organisation's counts as much as the account's own. */
export const check = defineCheck({
  id: "aws.cloudtrail.account-records-all-regions",
  asset: "aws.account",
  facts: ["trails"],
  title: "CloudTrail records all management events in all regions",
  topic: "account-trail",
  severity: "high",
  risk: "What an attacker does in a region that is not recorded leaves no trace.",
  controls: ["cis-aws-3.0:3.1", "aws-fsbp:CloudTrail.1"],
  categories: ["logging"],
  guided: "needs a bucket for the logs",
  guidance: {
    console: [
      "In the CloudTrail console, open Trails and choose Create trail; such a trail covers all regions.",
      "Choose a bucket for the logs, and under Events keep Management events with Read and Write.",
      "If a trail is there already, edit it instead, and choose Start logging.",
    ],
    cli: "aws cloudtrail create-trail --name all-regions --s3-bucket-name BUCKET --is-multi-region-trail && aws cloudtrail start-logging --name all-regions",
    terraform: `resource "aws_cloudtrail" "this" {
  name                  = "all-regions"
  s3_bucket_name        = "BUCKET"
  is_multi_region_trail = true
}`,
  },
  evaluate({ name, facts: { trails } }) {
    const good = trails.find(
      ({ multiRegion, logging, managementEvents: { read, write } }) => multiRegion && logging && read && write,
    );
    if (good) return pass(`Trail ${good.name} records account ${name} in all regions.`);
    const [first] = trails;
    return fail({
      message: `No trail records all management events of account ${name} in all regions.`,
      row: first ? `trail ${first.name}: ${gaps(first)}` : "no trail",
      evidence: { trails },
    });
  },
});

const gaps = (trail: {
  readonly multiRegion: boolean;
  readonly logging: boolean;
  readonly managementEvents: { readonly read: boolean; readonly write: boolean };
}): string =>
  [
    ...(trail.logging ? [] : ["not logging"]),
    ...(trail.multiRegion ? [] : ["one region only"]),
    ...(trail.managementEvents.read && trail.managementEvents.write ? [] : ["not all management events"]),
  ].join(", ");
