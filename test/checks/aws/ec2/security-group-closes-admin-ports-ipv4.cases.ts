import { check } from "#checks/aws/ec2/security-group-closes-admin-ports-ipv4";
import { casesFor } from "#test/checks/cases";
import { attached, rules } from "#test/checks/security-groups";

const reachable = [attached("instance i-1", true)];

export const cases = casesFor(check, {
  "no rules": { facts: { ingress: {} }, expect: "pass" },
  "the web is open to everyone": {
    facts: { ingress: rules(["tcp", 80, 80, "0.0.0.0/0"], ["tcp", 443, 443, "0.0.0.0/0"]) },
    expect: "pass",
  },
  "SSH is open to one network": { facts: { ingress: rules(["tcp", 22, 22, "10.0.0.0/8"]) }, expect: "pass" },
  "SSH is open to everyone, but of the other kind of address": {
    facts: { ingress: rules(["tcp", 22, 22, "::/0"]) },
    expect: "pass",
  },
  "SSH is open to another group": { facts: { ingress: rules(["tcp", 22, 22, "sg-2"]) }, expect: "pass" },
  "the ports around are open": {
    facts: { ingress: rules(["tcp", 0, 21, "0.0.0.0/0"], ["tcp", 23, 3388, "0.0.0.0/0"]) },
    expect: "pass",
  },
  "ICMP is open to everyone": {
    facts: { ingress: rules(["icmp", 22, 22, "0.0.0.0/0"], ["50", -1, -1, "0.0.0.0/0"]) },
    expect: "pass",
  },
  "a prefix list names some networks": {
    facts: { ingress: rules(["tcp", 22, 22, "pl-1"]), prefixLists: { "pl-1": ["10.0.0.0/8"] } },
    expect: "pass",
  },
  "a prefix list for another port is not read": {
    facts: { ingress: rules(["tcp", 443, 443, "pl-1"]) },
    expect: "pass",
  },
  "SSH is open, and an instance can be reached": {
    facts: { ingress: rules(["tcp", 22, 22, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "SSH (tcp 22) open to 0.0.0.0/0, instance i-1",
  },
  "Remote Desktop is open, and nothing leads to it": {
    facts: {
      ingress: rules(["tcp", 3389, 3389, "0.0.0.0/0"]),
      attachments: [attached("instance i-1", false), attached("instance i-2", false)],
    },
    expect: "fail",
    severity: "medium",
    row: "Remote Desktop (tcp 3389) open to 0.0.0.0/0, instance i-1 and 1 more, no way in from the internet",
  },
  "nothing uses the group": {
    facts: { ingress: rules(["tcp", 22, 22, "0.0.0.0/0"]), attachments: [] },
    expect: "fail",
    severity: "low",
    row: "SSH (tcp 22) open to 0.0.0.0/0, attached to nothing",
  },
  "what can be reached is named first": {
    facts: {
      ingress: rules(["tcp", 22, 22, "0.0.0.0/0"]),
      attachments: [attached("database", false), attached("load balancer app/web", true)],
    },
    expect: "fail",
    row: "SSH (tcp 22) open to 0.0.0.0/0, load balancer app/web and 1 more",
  },
  "all protocols": {
    facts: { ingress: rules(["-1", -1, -1, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "SSH and Remote Desktop (all protocols) open to 0.0.0.0/0, instance i-1",
  },
  "a range around it": {
    facts: { ingress: rules(["tcp", 20, 25, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "SSH (tcp 20-25) open to 0.0.0.0/0, instance i-1",
  },
  "every port, said without a range": {
    facts: { ingress: rules(["tcp", -1, -1, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "SSH and Remote Desktop (all ports) open to 0.0.0.0/0, instance i-1",
  },
  "protocols as numbers": {
    facts: { ingress: rules(["6", 22, 22, "0.0.0.0/0"], ["17", 3389, 3389, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "SSH (tcp 22) open to 0.0.0.0/0 and 1 more, instance i-1",
  },
  UDP: {
    facts: { ingress: rules(["udp", 3389, 3389, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "Remote Desktop (udp 3389) open to 0.0.0.0/0, instance i-1",
  },
  "everyone, spelt otherwise": {
    facts: { ingress: rules(["tcp", 22, 22, "0.0.0.0/00"]), attachments: reachable },
    expect: "fail",
    row: "SSH (tcp 22) open to 0.0.0.0/00, instance i-1",
  },
  "a prefix list lets everyone in": {
    facts: {
      ingress: rules(["tcp", 22, 22, "pl-1"]),
      prefixLists: { "pl-1": ["10.0.0.0/8", "0.0.0.0/0"] },
      attachments: reachable,
    },
    expect: "fail",
    row: "SSH (tcp 22) open to 0.0.0.0/0 (pl-1), instance i-1",
  },
});
