import { defineCheck, fail, pass } from "#domain/check";

/** Rejected traffic at least: an attempt that failed is what a log of accepted traffic cannot show. */
export const check = defineCheck({
  id: "aws.ec2.vpc-records-flow-logs",
  asset: "aws.ec2.vpc",
  facts: ["flowLogs", "isDefault", "regionInUse"],
  title: "VPC records rejected traffic in a flow log",
  topic: "flow-logs",
  severity: "medium",
  risk: "Scans and break-ins leave no trace, and nobody can say later what was reached.",
  controls: ["cis-aws-3.0:3.7", "aws-fsbp:EC2.6"],
  categories: ["logging"],
  guided: "needs a place for the logs",
  guidance: {
    console: [
      "In the VPC console, select the VPC and open Flow logs.",
      "Choose Create flow log, filter Reject or All, and send it to an S3 bucket or a log group.",
    ],
    cli: "aws ec2 create-flow-logs --region {region} --resource-type VPC --resource-ids {name} --traffic-type REJECT --log-destination-type s3 --log-destination arn:aws:s3:::BUCKET",
    terraform: `resource "aws_flow_log" "this" {
  vpc_id               = "{name}"
  traffic_type         = "REJECT"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::BUCKET"
}`,
  },
  evaluate({ name, facts }) {
    const { flowLogs } = facts;
    const good = flowLogs.find(({ active, traffic }) => active && traffic !== "ACCEPT");
    if (good) return pass(`VPC ${name} records its traffic in ${good.id}.`);
    const stopped = flowLogs.some(({ active }) => !active);
    return fail({
      message: `VPC ${name} has no active flow log of rejected traffic.`,
      row: flowLogs.length === 0 ? "no flow log" : stopped ? "flow log not active" : "records accepted traffic only",
      evidence: { flowLogs },
      // Every region comes with a default VPC, whether or not anybody works there.
      idle: facts.isDefault && !facts.regionInUse,
    });
  },
});
