import { check } from "#checks/aws/ec2/volume-is-encrypted";
import { casesFor } from "#test/checks/cases";

export const cases = casesFor(check, {
  "it is encrypted": { facts: { encrypted: true }, expect: "pass" },
  "an instance uses it": {
    facts: { encrypted: false, attachedTo: ["i-1"], sizeGiB: 100 },
    expect: "fail",
    row: "100 GiB, instance i-1",
  },
  "several instances use it": {
    facts: { encrypted: false, attachedTo: ["i-1", "i-2", "i-3"], sizeGiB: 8 },
    expect: "fail",
    row: "8 GiB, instance i-1 and 2 more",
  },
  "nothing uses it: the data is still there": {
    facts: { encrypted: false, attachedTo: [], sizeGiB: 8 },
    expect: "fail",
    row: "8 GiB, attached to nothing",
  },
});
