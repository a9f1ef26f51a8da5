import { expect, test } from "vitest";
import { managementEventsOf } from "#cloud/aws/collect/trail-selectors";

const category = (name: string) => ({ Field: "eventCategory", Equals: [name] });
const both = { read: true, write: true };
const neither = { read: false, write: false };

test.each([
  ["no selectors at all: CloudTrail's default", {}, both],
  ["a basic selector that says nothing else", { EventSelectors: [{}] }, both],
  [
    "reads only",
    { EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: "ReadOnly" as const }] },
    { read: true, write: false },
  ],
  [
    "no management events",
    { EventSelectors: [{ IncludeManagementEvents: false, ReadWriteType: "All" as const }] },
    neither,
  ],
  [
    "two that add up",
    { EventSelectors: [{ ReadWriteType: "ReadOnly" as const }, { ReadWriteType: "WriteOnly" as const }] },
    both,
  ],
  ["advanced: management", { AdvancedEventSelectors: [{ FieldSelectors: [category("Management")] }] }, both],
  ["advanced: data events only", { AdvancedEventSelectors: [{ FieldSelectors: [category("Data")] }] }, neither],
  [
    "advanced: writes only",
    {
      AdvancedEventSelectors: [{ FieldSelectors: [category("Management"), { Field: "readOnly", Equals: ["false"] }] }],
    },
    { read: false, write: true },
  ],
  [
    "advanced: without KMS, as basic selectors allow too",
    {
      AdvancedEventSelectors: [
        { FieldSelectors: [category("Management"), { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] }] },
      ],
    },
    both,
  ],
  [
    "advanced: one service only",
    {
      AdvancedEventSelectors: [
        { FieldSelectors: [category("Management"), { Field: "eventSource", Equals: ["iam.amazonaws.com"] }] },
      ],
    },
    neither,
  ],
  [
    "advanced: narrowed by a field nobody knew",
    { AdvancedEventSelectors: [{ FieldSelectors: [category("Management"), { Field: "eventName", Equals: ["X"] }] }] },
    neither,
  ],
  ["advanced without fields", { AdvancedEventSelectors: [{ FieldSelectors: undefined }] }, neither],
])("%s", (_, selectors, expected) => {
  expect(managementEventsOf(selectors)).toEqual(expected);
});
