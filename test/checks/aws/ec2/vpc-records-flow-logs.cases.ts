import { check } from "#checks/aws/ec2/vpc-records-flow-logs";
import type { FlowLog } from "#cloud/aws/ec2";
import { casesFor } from "#test/checks/cases";

const log = (traffic: FlowLog["traffic"], active = true): FlowLog => ({
  id: `fl-${traffic.toLowerCase()}`,
  active,
  traffic,
  destination: "arn:aws:s3:::flow-logs",
});

export const cases = casesFor(check, {
  "rejected traffic is recorded": { facts: { flowLogs: [log("REJECT")] }, expect: "pass" },
  "all traffic is recorded, beside a log that has stopped": {
    facts: { flowLogs: [log("REJECT", false), log("ALL")] },
    expect: "pass",
  },
  "there is no flow log": { facts: { flowLogs: [], isDefault: false }, expect: "fail", row: "no flow log" },
  "the flow log has stopped": {
    facts: { flowLogs: [log("ALL", false)], isDefault: false },
    expect: "fail",
    row: "flow log not active",
  },
  "accepted traffic is not enough": {
    facts: { flowLogs: [log("ACCEPT")], isDefault: false },
    expect: "fail",
    row: "records accepted traffic only",
  },
  "the default VPC of a region in use": {
    facts: { flowLogs: [], isDefault: true, regionInUse: true },
    expect: "fail",
    row: "no flow log",
  },
  "the default VPC where the account runs nothing": {
    facts: { flowLogs: [], isDefault: true, regionInUse: false },
    expect: "fail",
    idle: true,
    row: "no flow log",
  },
});
