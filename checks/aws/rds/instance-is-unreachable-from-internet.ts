import { defineCheck, fail, pass } from "#domain/check";

/** It takes three: the setting, a rule that lets everyone in to its port, and a way from the internet to its subnets. */
export const check = defineCheck({
  id: "aws.rds.instance-is-unreachable-from-internet",
  asset: "aws.rds.instance",
  facts: ["publiclyAccessible", "exposure"],
  title: "RDS database cannot be reached from the internet",
  topic: "database-reachable",
  severity: "critical",
  risk: "Anyone on the internet can try passwords and known holes on the database.",
  controls: [],
  categories: ["internet-exposed"],
  guided: "clients outside would lose it",
  guidance: {
    console: [
      "In the EC2 console, replace the source of the open rule by the networks that need the database.",
      "In the RDS console, modify the database and choose Not publicly accessible.",
      "Look through its log for sign-ins that nobody of yours has made.",
    ],
    cli: "aws rds modify-db-instance --region {region} --db-instance-identifier {name} --no-publicly-accessible --apply-immediately",
    terraform: `resource "aws_db_instance" "this" {
  identifier          = "{name}"
  publicly_accessible = false
}`,
  },
  evaluate({ name, facts }) {
    if (!facts.publiclyAccessible) return pass(`Database ${name} has no public address.`);
    const { openRules, internetRoute } = facts.exposure;
    const [first, ...others] = openRules;
    if (first === undefined) return pass(`No rule lets everyone in to database ${name}.`);
    if (!internetRoute) return pass(`No way leads from the internet to the subnets of database ${name}.`);
    return fail({
      message: `Anyone on the internet can reach database ${name}: it has a public address, and a rule lets everyone in.`,
      row: `public address, open rule ${first}${others.length > 0 ? ` and ${others.length} more` : ""}`,
      evidence: { openRules, internetRoute },
    });
  },
});
