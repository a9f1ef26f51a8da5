/** Where the console of each AWS partition lives. Only these hosts are ever linked. */
const hosts: Readonly<Record<string, string>> = {
  aws: "https://console.aws.amazon.com",
  "aws-cn": "https://console.amazonaws.cn",
  "aws-us-gov": "https://console.amazonaws-us-gov.com",
};

/** Ids of ours for what has no page of its own: an account, a region. */
const noPage = /^(root|region)$/;

/** The console's page of an ARN, by the console's own look-up; undefined when it is none. */
export function awsConsoleUrl(arn: string): string | undefined {
  const [, partition = "", service = "", region = "", account = "", thing = ""] =
    /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/s.exec(arn) ?? [];
  const host = Object.hasOwn(hosts, partition) ? hosts[partition] : undefined;
  if (host === undefined || service === "") return undefined;
  if (!noPage.test(thing)) return `${host}/go/view?arn=${encodeURIComponent(arn)}`;
  return thing === "root" && account !== ""
    ? `${host}/iam/home#/security_credentials`
    : `${host}/ec2/home?region=${encodeURIComponent(region)}`;
}
