import { parseRange } from "#cloud/aws/cidr";

/**
 * Whom a bucket policy lets in, by AWS's own definition: S3 User Guide, "Blocking public access to your Amazon S3
 * storage", section "The meaning of public"; `GetBucketPolicyStatus` and `RestrictPublicBuckets` go by the same.
 *
 * - A policy is taken to be public until each of its grants is seen to be for fixed principals, or bound by a condition to
 *   fixed values (no wildcard, no policy variable) of one of the keys that the guide names.
 * - The guide says nothing of Deny statements. They do take effect on every request, so a Deny closes what it covers if it
 *   applies to everybody, or to everybody but fixed values of the same keys. What it covers only in part stays open.
 * - A text that cannot be understood is public, as the guide assumes. S3 does not store such texts.
 */
export interface BucketPolicy {
  readonly understood: boolean;
  /** The statements that let in anyone. */
  readonly public: readonly PublicStatement[];
}
export interface PublicStatement {
  /** Its Sid, else "statement 2". */
  readonly name: string;
  /** Something can be read (s3:Get…, s3:List…), or changed, that no Deny closes again. */
  readonly reads: boolean;
  readonly writes: boolean;
  /** Conditions it has that do not narrow it enough: `StringLike aws:SourceVpc`. */
  readonly loose: readonly string[];
}

export function readBucketPolicy(text: string): BucketPolicy {
  const statements = statementsOf(text);
  if (!statements) return { understood: false, public: [{ name: "policy", reads: true, writes: true, loose: [] }] };
  const denials = statements.filter(closes);
  return {
    understood: true,
    public: statements.filter(letsInAnyone).map((statement) => ({
      name: statement.name,
      reads: leavesOpen(statement, kinds.read, denials),
      writes: leavesOpen(statement, kinds.write, denials),
      loose: statement.conditions.map(({ operator, key }) => `${operator} ${key}`),
    })),
  };
}

/** Patterns rather than names: AWS counts actions that may be added later as well. A bucket policy can grant no others. */
const kinds = {
  read: ["s3:get*", "s3:list*"],
  write: "abort bypass create delete initiate objectowneroverride pause put rename replicate restore update"
    .split(" ")
    .map((verb) => `s3:${verb}*`),
} as const;

interface Statement {
  readonly name: string;
  readonly effect: "Allow" | "Deny";
  /** Undefined: missing or of a wrong form. `except`: NotPrincipal. */
  readonly principal: Principal | undefined;
  readonly actions: Listed;
  readonly resources: Listed;
  readonly conditions: readonly Condition[];
}
interface Principal {
  readonly everyone: boolean;
  readonly fixed: boolean;
  readonly except: boolean;
}
/** Action or NotAction, Resource or NotResource. */
interface Listed {
  readonly patterns: readonly string[];
  readonly except: boolean;
}
interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

const letsInAnyone = ({ effect, principal, conditions }: Statement): boolean =>
  effect === "Allow" && !(principal?.fixed && !principal.except) && !conditions.some(narrows);

/** A Deny for everybody, or for everybody but those that its negated conditions or its NotPrincipal name. */
const closes = ({ effect, principal, conditions }: Statement): boolean =>
  effect === "Deny" && (principal?.except ? principal.fixed : !!principal?.everyone) && conditions.every(spares);

const positive = /^(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress)$/i;
const negative =
  /^(forallvalues:)?(stringnotequals|stringnotequalsignorecase|stringnotlike|arnnotequals|arnnotlike|notipaddress)(ifexists)?$/i;

/** Met only by requests that carry a fixed value. `…IfExists` and `ForAllValues:` are met without any. */
const narrows = (condition: Condition): boolean => positive.test(condition.operator) && isBound(condition);
/** Not met, so not denied, only for requests that carry a fixed value. `ForAnyValue:` spares those without any, too. */
const spares = (condition: Condition): boolean => negative.test(condition.operator) && isBound(condition);
const isBound = ({ key, values }: Condition): boolean =>
  values.length > 0 && values.every((value) => keys.get(key.toLowerCase())?.(value));

const isFixed = (value: string): boolean => value !== "" && !/[*?]|\$\{/.test(value);
/** "Broader than /8 for IPv4 and /32 for IPv6" is public; private ranges are all narrower than that. */
function isNarrowRange(value: string): boolean {
  const range = parseRange(value);
  return range !== undefined && range.bits >= (range.family === 4 ? 8 : 32);
}
/** The access point's name may be a wildcard, if its account is fixed. */
const isAccessPointOfOneAccount = (value: string): boolean =>
  /^arn:[\w-]+:s3[\w-]*:[^:$]*:\d{12}:accesspoint[/:][^$]+$/.test(value);

/** The guide's list; "an AWS principal, user, role, or service principal" is every key that says who asks. */
const keys: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ["aws:principalaccount", isFixed],
  ["aws:principalarn", isFixed],
  ["aws:principalorgid", isFixed],
  ["aws:principalorgpaths", isFixed],
  ["aws:principalservicename", isFixed],
  ["aws:principalservicenameslist", isFixed],
  ["aws:sourceaccount", isFixed],
  ["aws:sourcearn", isFixed],
  ["aws:sourceip", isNarrowRange],
  ["aws:sourceowner", isFixed],
  ["aws:sourcevpc", isFixed],
  ["aws:sourcevpce", isFixed],
  // Of a role's sessions (`AROA…:name`) the guide says that they do not count.
  ["aws:userid", (value: string) => isFixed(value) && !/^aroa\w*:/i.test(value)],
  ["s3:dataaccesspointaccount", isFixed],
  ["s3:dataaccesspointarn", isAccessPointOfOneAccount],
  ["s3:x-amz-server-side-encryption-aws-kms-key-id", isFixed],
]);

function leavesOpen(statement: Statement, kind: readonly string[], denials: readonly Statement[]): boolean {
  const { actions } = statement;
  const parts = actions.except
    ? kind.filter((verb) => !actions.patterns.some((left) => covers(left, verb))).map((verb) => ({ asked: verb, verb }))
    : actions.patterns.flatMap((asked) => kind.filter((verb) => meet(asked, verb)).map((verb) => ({ asked, verb })));
  const resources = statement.resources.except ? ["*"] : statement.resources.patterns;
  return parts.some((part) => resources.some((resource) => !denials.some((denial) => shuts(denial, part, resource))));
}

function shuts({ actions, resources }: Statement, part: { asked: string; verb: string }, resource: string): boolean {
  if (resources.except || !resources.patterns.some((pattern) => covers(pattern, resource))) return false;
  return actions.except
    ? !actions.patterns.some((left) => meet(left, part.asked) && meet(left, part.verb))
    : actions.patterns.some((pattern) => covers(pattern, part.asked) || covers(pattern, part.verb));
}

/** Some text fits both patterns. */
const meet = (a: string, b: string): boolean => compare(a, b, true);
/** Every text that fits `narrow` fits `wide`. May say no where it is so, never yes where it is not. */
const covers = (wide: string, narrow: string): boolean => wide === narrow || compare(wide, narrow, false);

/** Patterns with `*` and `?`, compared from their ends: `row[j]` answers for what follows a[i] and b[j]. */
function compare(a: string, b: string, either: boolean): boolean {
  let below: readonly boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) {
      const [x, y] = [a[i], b[j]];
      const end = x === undefined && y === undefined;
      const swallowed = x === "*" && (below[j] || row[j + 1]);
      const swallows = either && y === "*" && (row[j + 1] || below[j]);
      const step = fits(x, y) || (either && fits(y, x));
      row[j] = end || !!swallowed || !!swallows || (step && !!below[j + 1]);
    }
    below = row;
  }
  return below[0] ?? false;
}
const fits = (pattern: string | undefined, text: string | undefined): boolean =>
  text !== undefined && text !== "*" && pattern !== "*" && (pattern === text || pattern === "?");

type Fields = ReadonlyMap<string, unknown>;

function statementsOf(text: string): readonly Statement[] | undefined {
  const listed = fieldsOf(parse(text))?.get("statement");
  const statements = (Array.isArray(listed) ? listed : [listed]).map((one: unknown, i) =>
    statementOf(fieldsOf(one), i),
  );
  return statements.every((one) => one !== undefined) ? statements : undefined;
}

function statementOf(fields: Fields | undefined, index: number): Statement | undefined {
  const effect = fields?.get("effect");
  if (!fields || (effect !== "Allow" && effect !== "Deny")) return undefined;
  const sid = fields.get("sid");
  const actions = listedOf(fields, "action", effect);
  return {
    name: typeof sid === "string" && sid !== "" ? sid : `statement ${index + 1}`,
    effect,
    principal: principalOf(fields),
    actions: { ...actions, patterns: actions.patterns.map((pattern) => pattern.toLowerCase()) },
    resources: listedOf(fields, "resource", effect),
    conditions: conditionsOf(fields.get("condition")),
  };
}

/** What is no condition at all stands as one that binds to nothing: it neither narrows an Allow nor spares from a Deny. */
function conditionsOf(value: unknown): readonly Condition[] {
  if (value === undefined) return [];
  if (!isRecord(value)) return [{ operator: "unreadable", key: "condition", values: [] }];
  return Object.entries(value).flatMap(([operator, tests]) =>
    isRecord(tests)
      ? Object.entries(tests).map(([key, values]) => ({ operator, key, values: stringsOf(values) }))
      : [{ operator, key: "unreadable", values: [] }],
  );
}

/** Grants for web identities are public by the guide's example; so is whatever else is not said to be fixed. */
function principalOf(fields: Fields): Principal | undefined {
  const except = fields.has("notprincipal");
  const value = fields.get(except ? "notprincipal" : "principal");
  if (typeof value === "string") return { everyone: value === "*", fixed: false, except };
  const named = [...(fieldsOf(value) ?? [])].map(([kind, names]) => ({ kind, names: stringsOf(names) }));
  if (named.length === 0) return undefined;
  return {
    everyone: named.some(({ kind, names }) => kind === "aws" && names.includes("*")),
    fixed: named.every(
      ({ kind, names }) =>
        ["aws", "service", "canonicaluser"].includes(kind) && names.length > 0 && names.every(isFixed),
    ),
    except,
  };
}

/** Missing: everything for an Allow, nothing for a Deny. */
function listedOf(fields: Fields, name: string, effect: Statement["effect"]): Listed {
  const patterns = stringsOf(fields.get(`not${name}`));
  if (patterns.length > 0) return { patterns, except: true };
  const named = stringsOf(fields.get(name));
  return { patterns: named.length === 0 && effect === "Allow" ? ["*"] : named, except: false };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** Names in lower case, so that `effect` is not overlooked. */
const fieldsOf = (value: unknown): Fields | undefined =>
  isRecord(value) ? new Map(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field])) : undefined;
const stringsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
    typeof one === "string" || typeof one === "number" || typeof one === "boolean" ? [String(one)] : [],
  );
