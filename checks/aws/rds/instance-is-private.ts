import { defineCheck, fail, pass } from "#domain/check";

/** The setting alone, as the controls ask. Whether anyone really gets in is another check, and worse. */
export const check = defineCheck({
  id: "aws.rds.instance-is-private",
  asset: "aws.rds.instance",
  facts: ["publiclyAccessible", "engine"],
  title: "RDS database has no public address",
  topic: "database-address",
  severity: "medium",
  risk: "One open rule in a security group is enough to put the database on the internet.",
  controls: ["cis-aws-3.0:2.3.3", "aws-fsbp:RDS.2"],
  categories: ["trust-boundaries"],
  guided: "clients outside would lose it",
  guidance: {
    console: [
      "Find out who connects from outside the VPC, and give them another way in.",
      "In the RDS console, select the database and choose Modify.",
      "Under Connectivity, choose Not publicly accessible, continue and apply immediately.",
    ],
    cli: "aws rds modify-db-instance --region {region} --db-instance-identifier {name} --no-publicly-accessible --apply-immediately",
    terraform: `resource "aws_db_instance" "this" {
  identifier          = "{name}"
  publicly_accessible = false
}`,
  },
  evaluate({ name, facts }) {
    if (!facts.publiclyAccessible) return pass(`Database ${name} has no public address.`);
    return fail({
      message: `Database ${name} is set to be publicly accessible.`,
      row: `${facts.engine}, set to publicly accessible`,
      evidence: { publiclyAccessible: true, engine: facts.engine },
    });
  },
});
