import { check } from "#checks/aws/ec2/security-group-closes-other-admin-ports";
import { casesFor } from "#test/checks/cases";
import { attached, rules } from "#test/checks/security-groups";

const reachable = [attached("instance i-1", true)];

export const cases = casesFor(check, {
  "SSH and the web are not this check's business": {
    facts: { ingress: rules(["tcp", 22, 22, "0.0.0.0/0"], ["tcp", 443, 443, "::/0"]) },
    expect: "pass",
  },
  "WinRM is open to one network": { facts: { ingress: rules(["tcp", 5986, 5986, "10.0.0.0/8"]) }, expect: "pass" },
  "VNC does not listen on UDP": { facts: { ingress: rules(["udp", 5900, 5900, "0.0.0.0/0"]) }, expect: "pass" },
  "Docker is open to everyone": {
    facts: { ingress: rules(["tcp", 2375, 2376, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "Docker (tcp 2375-2376) open to 0.0.0.0/0, instance i-1",
  },
  "WinRM is open to everyone with IPv6": {
    facts: { ingress: rules(["tcp", 5985, 5985, "::/0"]), attachments: [] },
    expect: "fail",
    severity: "low",
    row: "WinRM (tcp 5985) open to ::/0, attached to nothing",
  },
  "IPMI listens on UDP": {
    facts: { ingress: rules(["udp", 623, 623, "0.0.0.0/0"]), attachments: [attached("database", false)] },
    expect: "fail",
    severity: "medium",
    row: "IPMI (udp 623) open to 0.0.0.0/0, database, no way in from the internet",
  },
  "a prefix list lets everyone in": {
    facts: {
      ingress: rules(["tcp", 445, 445, "pl-1"]),
      prefixLists: { "pl-1": ["0.0.0.0/0"] },
      attachments: reachable,
    },
    expect: "fail",
    row: "SMB (tcp 445) open to 0.0.0.0/0 (pl-1), instance i-1",
  },
  "a range with many of them": {
    facts: { ingress: rules(["tcp", 0, 1024, "0.0.0.0/0"]), attachments: reachable },
    expect: "fail",
    row: "Telnet, Windows RPC and 6 more (tcp 0-1024) open to 0.0.0.0/0, instance i-1",
  },
});
