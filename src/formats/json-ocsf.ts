import type { Severity } from "#domain/check";
import { frameworkOf } from "#flows/scan-filter";
import type { Format, Reported, RowStatus } from "#formats/format";
import { arrayOf } from "#formats/json";

/** An array of OCSF 1.8.0 Compliance Findings (class 2003, profile cloud): https://schema.ocsf.io/1.8.0/classes/compliance_finding */
export const ocsfFormat = (product: { readonly version: string }): Format =>
  arrayOf((reported) => complianceFinding(reported, product.version));

const severityIds: Readonly<Record<Severity, readonly [number, string]>> = {
  low: [2, "Low"],
  medium: [3, "Medium"],
  high: [4, "High"],
  critical: [5, "Critical"],
};
/** compliance.status_id and its caption. OCSF has no "not applicable": Other, with our word. */
const verdicts: Readonly<Record<RowStatus, readonly [number, string]>> = {
  pass: [1, "Pass"],
  fail: [3, "Fail"],
  unknown: [0, "Unknown"],
  "not-applicable": [99, "Not Applicable"],
};
const providers = {
  aws: { provider: "AWS", type: "AWS Account", type_id: 10 },
  azure: { provider: "Azure", type: "Azure Subscription", type_id: 13 },
  gcp: { provider: "GCP", type: "GCP Project", type_id: 11 },
} as const;

function openStatus(aside: Reported["aside"]): object {
  if (!aside) return { status_id: 1, status: "New" };
  const words = aside.status === "snoozed" ? "snoozed" : "risk accepted";
  const until = new Date(aside.until).toISOString();
  return { status_id: 3, status: "Suppressed", status_detail: `${words} until ${until} (${aside.exception})` };
}

export function complianceFinding({ row, check, account, at, aside }: Reported, version: string): object {
  const [severityId, severity] = severityIds[row.severity];
  const [complianceId, compliance] = verdicts[row.status];
  const { provider, ...accountType } = providers[row.cloud];
  const isOpen = row.status === "fail" || row.status === "unknown";
  return {
    activity_id: 1,
    activity_name: "Create",
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2003,
    class_name: "Compliance Finding",
    type_uid: 200301,
    type_name: "Compliance Finding: Create",
    time: at,
    severity_id: severityId,
    severity,
    // What passed or does not apply was never a finding to work on: neither new nor resolved.
    ...(isOpen ? openStatus(aside) : { status_id: 99, status: compliance }),
    status_code: row.status,
    message: row.message,
    metadata: {
      version: "1.8.0",
      profiles: ["cloud"],
      product: { name: "Stance", vendor_name: "Stance", version },
      event_code: row.check,
    },
    finding_info: {
      uid: row.fingerprint,
      title: row.title,
      desc: check.risk,
      types: [...check.categories],
      analytic: { uid: row.check, name: row.title, type_id: 1, type: "Rule", version: String(check.version ?? 1) },
    },
    compliance: {
      control: row.check,
      standards: [...new Set(row.controls.map(frameworkOf))],
      requirements: [...row.controls],
      status_id: complianceId,
      status: compliance,
      ...(row.reason !== null && { status_details: [row.reason] }),
    },
    cloud: { provider, region: row.region, account: { uid: row.account, name: account.name, ...accountType } },
    resources: [
      {
        uid: row.asset.id,
        name: row.asset.name,
        type: row.asset.type,
        region: row.region,
        labels: Object.entries(row.asset.tags).map(([key, value]) => `${key}:${value}`),
        ...(row.owner !== null && { owner: { name: row.owner } }),
      },
    ],
    remediation: { desc: check.guidance.console.join(" ") || check.title },
    unmapped: {
      stance: { evidence: row.evidence, reason: row.reason, owner: row.owner, remediation: row.remediation },
    },
  };
}
