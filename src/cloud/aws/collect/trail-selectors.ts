import type { AdvancedFieldSelector, GetEventSelectorsCommandOutput } from "@aws-sdk/client-cloudtrail";
import type { Trail } from "#cloud/aws/account";

/** Which management events a trail records; one without selectors records all (CloudTrail's default). */
export function managementEventsOf({
  EventSelectors: basic = [],
  AdvancedEventSelectors: advanced = [],
}: Pick<GetEventSelectorsCommandOutput, "EventSelectors" | "AdvancedEventSelectors">): Trail["managementEvents"] {
  if (basic.length === 0 && advanced.length === 0) return { read: true, write: true };
  const recorded = [
    ...basic.map(({ IncludeManagementEvents = true, ReadWriteType = "All" }) => ({
      read: IncludeManagementEvents && ReadWriteType !== "WriteOnly",
      write: IncludeManagementEvents && ReadWriteType !== "ReadOnly",
    })),
    ...advanced.map(({ FieldSelectors = [] }) => ofAdvanced(FieldSelectors)),
  ];
  return { read: recorded.some(({ read }) => read), write: recorded.some(({ write }) => write) };
}

/** Leaving out the noise of single services (KMS, RDS Data) is what basic selectors allow too; any other narrowing loses events. */
function ofAdvanced(fields: readonly AdvancedFieldSelector[]): Trail["managementEvents"] {
  const isManagement = fields.some(({ Field, Equals }) => Field === "eventCategory" && Equals?.includes("Management"));
  const isWhole = fields.every(
    (field) =>
      field.Field === "eventCategory" ||
      field.Field === "readOnly" ||
      (field.Field === "eventSource" && onlyExcludes(field)),
  );
  if (!isManagement || !isWhole) return { read: false, write: false };
  const readOnly = fields.find(({ Field }) => Field === "readOnly")?.Equals;
  return { read: readOnly?.includes("true") ?? true, write: readOnly?.includes("false") ?? true };
}

const onlyExcludes = ({ Equals, StartsWith, EndsWith }: AdvancedFieldSelector): boolean =>
  [Equals, StartsWith, EndsWith].every((list) => !list?.length);
