import type { AccountSpec } from "#cloud/aws/memory/estate";
import type { Answer, Seen } from "#test/support/moto-front";

/** What an account's description says and moto cannot hold: answered by the front, or put into moto's answers. */
export const representation = {
  /** The whole answer, where moto knows nothing of the matter. */
  instead(seen: Seen, all: readonly AccountSpec[]): Answer | undefined {
    const trail = trailsOfOthers(seen.account, all).find(({ arn }) => seen.body.includes(`"${arn}"`));
    if (!trail) return undefined;
    const { logging, managementEvents: events } = trail;
    if (seen.operation === "cloudtrail:GetTrailStatus") return json({ IsLogging: logging });
    const readWrite = events.read ? (events.write ? "All" : "ReadOnly") : "WriteOnly";
    const selector = { IncludeManagementEvents: events.read || events.write, ReadWriteType: readWrite };
    return seen.operation === "cloudtrail:GetEventSelectors"
      ? json({ TrailARN: trail.arn, EventSelectors: [selector] })
      : undefined;
  },
  amend({ operation }: Seen, spec: AccountSpec | undefined, answer: Answer, all: readonly AccountSpec[]): Answer {
    if (!spec) return answer;
    const changed = (body: string): Answer => ({ ...answer, body });
    switch (operation) {
      case "iam:GetAccountSummary":
        return changed(
          answer.body.replace(
            /(<key>AccountAccessKeysPresent<\/key>\s*<value>)\d+/,
            (_, head: string) => `${head}${spec.rootAccessKeys ?? 0}`,
          ),
        );
      case "iam:GetCredentialReport":
        return changed(
          answer.body.replace(/<Content>[^<]*/, `<Content>${Buffer.from(reportOf(spec)).toString("base64")}`),
        );
      case "cloudtrail:DescribeTrails":
        return changed(withTrails(answer.body, trailsOfOthers(spec.id, all)));
      case "ec2:DescribeRegions":
        return changed(
          answer.body.replaceAll(/<item>.*?<\/item>/gs, (item) =>
            spec.regions.some((region) => item.includes(`<regionName>${region}<`)) ? item : "",
          ),
        );
      case "ec2:DescribeFlowLogs":
        return changed(withInactive(answer.body, spec));
      default:
        return answer;
    }
  },
};

const json = (content: object): Answer => ({
  status: 200,
  type: "application/x-amz-json-1.1",
  headers: { "x-amzn-requestid": "00000000-0000-0000-0000-000000000000" },
  body: JSON.stringify(content),
});

/** The organisation's trails that another account owns. */
const trailsOfOthers = (account: string, all: readonly AccountSpec[]) =>
  all
    .filter(({ id }) => id !== account)
    .flatMap(({ id, trails = [] }) =>
      trails
        .filter(({ organization }) => organization)
        .map((trail) => ({ ...trail, arn: `arn:aws:cloudtrail:${trail.homeRegion}:${id}:trail/${trail.name}` })),
    );

function withTrails(body: string, trails: ReturnType<typeof trailsOfOthers>): string {
  const answer: { trailList?: object[] } = JSON.parse(body);
  const added = trails.map((trail) => ({
    TrailARN: trail.arn,
    Name: trail.name,
    HomeRegion: trail.homeRegion,
    IsMultiRegionTrail: trail.multiRegion,
    IsOrganizationTrail: true,
  }));
  return JSON.stringify({ ...answer, trailList: [...(answer.trailList ?? []), ...added] });
}

function withInactive(body: string, { places = [] }: AccountSpec): string {
  const logs = places.flatMap(({ vpcs = [] }) => vpcs.flatMap(({ flowLogs = [] }) => flowLogs));
  return logs
    .filter(({ active }) => active === false)
    .reduce(
      (text, { id }) =>
        text.replaceAll(/<item>(?:(?!<item>).)*?<\/item>/gs, (item) =>
          item.includes(`>${id}<`) ? item.replace(">ACTIVE<", ">FAILED<") : item,
        ),
      body,
    );
}

const columns = [
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active",
  ...[1, 2].map((slot) =>
    ["active", "last_rotated", "last_used_date", "last_used_region", "last_used_service"]
      .map((part) => `access_key_${slot}_${part}`)
      .join(","),
  ),
  "cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated",
].join(",");

/** The report as AWS writes it; IAM names may hold commas, and it does not quote them. */
function reportOf({ id, users = [] }: AccountSpec): string {
  const root = [
    "<root_account>",
    `arn:aws:iam::${id}:root`,
    "2020-01-01T00:00:00+00:00",
    "not_supported",
    "no_information",
  ];
  const lines = users.map(({ name, credentials }) => {
    const keys = [1, 2].flatMap((slot) => {
      const key = credentials.keys.find((one) => one.slot === slot);
      return [String(key?.active ?? false), key?.lastRotated ?? "N/A", key?.lastUsed ?? "N/A", "N/A", "N/A"];
    });
    const { passwordEnabled, passwordLastUsed, mfaActive } = credentials;
    const password = [String(passwordEnabled), passwordLastUsed ?? (passwordEnabled ? "no_information" : "N/A")];
    const start = [name, `arn:aws:iam::${id}:user/${name}`, "2020-01-01T00:00:00+00:00", ...password, "N/A", "N/A"];
    return [...start, String(mfaActive), ...keys, "false", "N/A", "false", "N/A"].join(",");
  });
  const none = ["false", "N/A", "N/A", "N/A", "N/A"];
  const rootLine = [
    ...root,
    "not_supported",
    "not_supported",
    "true",
    ...none,
    ...none,
    "false",
    "N/A",
    "false",
    "N/A",
  ];
  return [columns, rootLine.join(","), ...lines].join("\n");
}
