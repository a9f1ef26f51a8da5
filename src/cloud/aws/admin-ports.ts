import { everyoneIn } from "#cloud/aws/cidr";
import { type Attachment, type Rule, ruleKey } from "#cloud/aws/ec2";
import type { Facts } from "#domain/asset";
import { fail, pass, type Severity, type Verdict } from "#domain/check";

export interface Port {
  readonly port: number;
  readonly name: string;
  /** The service listens on UDP, too. */
  readonly udp?: true;
}

type GroupFacts = Readonly<Pick<Facts<"aws.ec2.security-group">, "ingress" | "prefixLists" | "attachments">>;

interface Open {
  readonly rule: Rule;
  /** "0.0.0.0/0", or "0.0.0.0/0 (pl-1)" where a prefix list says so. */
  readonly source: string;
  readonly ports: readonly Port[];
}

/**
 * Fails where a rule lets everyone of these families in to one of the ports. How bad that is depends on what uses the group:
 * something that can be reached from the internet, something that cannot, or nothing.
 */
export function judgePorts(
  { name, facts }: { readonly name: string; readonly facts: GroupFacts },
  { ports, families }: { readonly ports: readonly Port[]; readonly families: readonly (4 | 6)[] },
): Verdict {
  const open = Object.values(facts.ingress).flatMap((rule): Open[] => {
    const hit = ports.filter((port) => admits(rule, port));
    const source = hit.length > 0 ? openSource(rule, facts, families) : undefined;
    return source === undefined ? [] : [{ rule, source, ports: hit }];
  });
  const [first, ...others] = open;
  if (!first) return pass(`Security group ${name} lets nobody in from everywhere on these ports.`);
  const { severity, words, attachments } = worst(facts.attachments);
  return fail({
    message: `Security group ${name} lets anyone on the internet reach ${namesOf(open.flatMap((one) => one.ports))}.`,
    row: `${inWords(first)}${others.length > 0 ? ` and ${others.length} more` : ""}, ${words}`,
    severity,
    evidence: { rules: open.map(({ rule }) => ruleKey(rule)), sources: open.map(({ source }) => source), attachments },
  });
}

/** Protocol names and numbers mean the same; -1 is every protocol, and no port range is every port. */
function admits({ protocol, from, to }: Rule, { port, udp }: Port): boolean {
  if (protocol === "-1") return true;
  const speaks = protocol === "tcp" || protocol === "6" || (udp && (protocol === "udp" || protocol === "17"));
  return !!speaks && (from === -1 || (from <= port && port <= to));
}

/** The prefix lists are looked at only for a rule that names one. */
function openSource({ source }: Rule, facts: GroupFacts, families: readonly (4 | 6)[]): string | undefined {
  const ranges = source.startsWith("pl-") ? (facts.prefixLists[source] ?? []) : [source];
  const open = ranges.find((range) => families.some((family) => everyoneIn(range) === family));
  return open === undefined || open === source ? open : `${open} (${source})`;
}

function worst(attachments: readonly Attachment[]): {
  readonly severity: Severity;
  readonly words: string;
  readonly attachments: readonly Attachment[];
} {
  const sorted = [...attachments].sort((a, b) => Number(b.reachable) - Number(a.reachable));
  const [first, ...others] = sorted;
  if (!first) return { severity: "low", words: "attached to nothing", attachments };
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  return first.reachable
    ? { severity: "high", words: `${first.to}${more}`, attachments: sorted }
    : { severity: "medium", words: `${first.to}${more}, no way in from the internet`, attachments: sorted };
}

/** "SSH (tcp 22) open to 0.0.0.0/0" */
function inWords({ rule, source, ports }: Open): string {
  const { protocol, from, to } = rule;
  const named = { "6": "tcp", "17": "udp" }[protocol] ?? protocol;
  const range = from === -1 ? "all ports" : from === to ? `${named} ${from}` : `${named} ${from}-${to}`;
  return `${namesOf(ports)} (${protocol === "-1" ? "all protocols" : range}) open to ${source}`;
}

/** "SSH", "SSH and RDP", "Telnet, RPC and 9 more" */
function namesOf(ports: readonly Port[]): string {
  const names = [...new Set(ports.map(({ name }) => name))];
  const [last = "", ...before] = names.toReversed();
  if (names.length > 3) return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
  return before.length > 0 ? `${before.toReversed().join(", ")} and ${last}` : last;
}
