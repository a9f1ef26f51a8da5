import { check } from "#checks/aws/ec2/region-encrypts-volumes-by-default";
import { casesFor } from "#test/checks/cases";

export const cases = casesFor(check, {
  "it is on": { facts: { encryptsVolumesByDefault: true }, expect: "pass" },
  "it is off": {
    facts: { encryptsVolumesByDefault: false, regionInUse: true },
    expect: "fail",
    row: "encryption by default is off",
  },
  "it is off where the account runs nothing": {
    facts: { encryptsVolumesByDefault: false, regionInUse: false },
    expect: "fail",
    idle: true,
    row: "encryption by default is off",
  },
});
