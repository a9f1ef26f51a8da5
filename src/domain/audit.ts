import type { Instant } from "#domain/time";

/** What happened, before it has a place in the chain. Free text and names go through `texts`: the chain holds their salted hash. */
export interface AuditDraft {
  readonly at: Instant;
  /** Pseudonymous id of a person, or "stance". */
  readonly actor: string;
  /** `request.approved`, `channel.mode`, `finding.claimed`, `refused`… */
  readonly action: string;
  /** R-12, G-7k, F-1a2b, a channel id… */
  readonly subject: string;
  /** Machine facts only, canonical JSON: states, hashes, cloud request ids. No names, addresses, free text. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Erasable: reasons, names of people. */
  readonly texts?: Readonly<Record<string, string>>;
}

export interface AuditEntry extends AuditDraft {
  readonly seq: number;
  /** SHA-256 of the entry before, hex. */
  readonly prev: string;
  /** Canonical JSON, as hashed. */
  readonly body: string;
  readonly hash: string;
}
