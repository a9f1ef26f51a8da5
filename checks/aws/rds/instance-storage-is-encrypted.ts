import { defineCheck, fail, pass } from "#domain/check";

export const check = defineCheck({
  id: "aws.rds.instance-storage-is-encrypted",
  asset: "aws.rds.instance",
  facts: ["encrypted", "engine"],
  title: "RDS database encrypts its storage",
  topic: "database-encryption",
  severity: "medium",
  risk: "Whoever gets hold of the storage, a backup or a snapshot can read the data.",
  controls: ["cis-aws-3.0:2.3.1", "aws-fsbp:RDS.3"],
  categories: ["encryption"],
  guided: "encryption needs a new database",
  guidance: {
    console: [
      "In the RDS console, take a snapshot of the database.",
      "Copy the snapshot and tick Enable encryption.",
      "Restore a new database from the copy, move the clients to it, and delete the old one.",
    ],
    cli: "aws rds copy-db-snapshot --region {region} --source-db-snapshot-identifier SNAPSHOT --target-db-snapshot-identifier {name}-encrypted --kms-key-id alias/aws/rds",
    terraform: `resource "aws_db_instance" "this" {
  identifier          = "{name}-encrypted"
  snapshot_identifier = "{name}-encrypted"
  storage_encrypted   = true
}`,
  },
  evaluate({ name, facts }) {
    if (facts.encrypted) return pass(`Database ${name} encrypts its storage.`);
    return fail({
      message: `Database ${name} does not encrypt its storage.`,
      row: `${facts.engine}, storage not encrypted`,
      evidence: { encrypted: false, engine: facts.engine },
    });
  },
});
