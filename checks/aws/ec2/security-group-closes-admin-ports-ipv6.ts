import { judgePorts } from "#cloud/aws/admin-ports";
import { defineCheck } from "#domain/check";

const ports = [
  { port: 22, name: "SSH", udp: true },
  { port: 3389, name: "Remote Desktop", udp: true },
] as const;

/** TCP, UDP and all protocols, as CIS 5.3 asks. */
export const check = defineCheck({
  id: "aws.ec2.security-group-closes-admin-ports-ipv6",
  asset: "aws.ec2.security-group",
  facts: ["ingress", "prefixLists", "attachments"],
  title: "Security group closes SSH and Remote Desktop to the internet (IPv6)",
  topic: "open-admin-ports",
  severity: "high",
  risk: "Attackers scan for these ports and try stolen passwords and known holes.",
  controls: ["cis-aws-3.0:5.3"],
  categories: ["internet-exposed"],
  guided: "needs the networks that may stay",
  guidance: {
    console: [
      "Open the security group in the EC2 console and go to Inbound rules.",
      "Replace the source of the rule by the networks that need it, or delete the rule.",
      "For occasional access use Session Manager or EC2 Instance Connect: they need no open port.",
    ],
    cli: "aws ec2 revoke-security-group-ingress --region {region} --group-id {name} --security-group-rule-ids RULE_ID",
    terraform: `resource "aws_vpc_security_group_ingress_rule" "admin" {
  security_group_id = "{name}"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv6         = "2001:db8::/32" # the networks that need it
}`,
  },
  evaluate: (group) => judgePorts(group, { ports, families: [6] }),
});
