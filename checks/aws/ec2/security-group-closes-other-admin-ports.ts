import { judgePorts } from "#cloud/aws/admin-ports";
import { defineCheck } from "#domain/check";

const ports = [
  { port: 23, name: "Telnet" },
  { port: 135, name: "Windows RPC", udp: true },
  { port: 139, name: "NetBIOS" },
  { port: 445, name: "SMB" },
  { port: 512, name: "rexec" },
  { port: 513, name: "rlogin" },
  { port: 514, name: "rsh" },
  { port: 623, name: "IPMI", udp: true },
  { port: 2375, name: "Docker" },
  { port: 2376, name: "Docker" },
  { port: 2379, name: "etcd" },
  { port: 5900, name: "VNC" },
  { port: 5901, name: "VNC" },
  { port: 5985, name: "WinRM" },
  { port: 5986, name: "WinRM" },
  { port: 10250, name: "kubelet" },
] as const;

/** Ports that are there to run a machine from afar, besides SSH and Remote Desktop. */
export const check = defineCheck({
  id: "aws.ec2.security-group-closes-other-admin-ports",
  asset: "aws.ec2.security-group",
  facts: ["ingress", "prefixLists", "attachments"],
  title: "Security group closes other admin ports to the internet",
  topic: "open-admin-ports",
  severity: "high",
  risk: "Attackers scan for these ports; several of them hand over the machine without a password.",
  controls: [],
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
  from_port         = 5986
  to_port           = 5986
  cidr_ipv4         = "10.0.0.0/8" # the networks that need it
}`,
  },
  evaluate: (group) => judgePorts(group, { ports, families: [4, 6] }),
});
