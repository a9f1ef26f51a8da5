import type { OwnerSource, Ownership } from "#domain/finding";

/** What the configuration says of one account. Only this file's word counts: names the cloud tells can be changed there. */
interface AccountRule {
  readonly id: string;
  readonly name?: string | undefined;
  readonly environment?: string | undefined;
  readonly owner?: string | undefined;
  /** Further owners whose tag counts here when `owner` approves. */
  readonly owners?: readonly string[] | undefined;
}

/** The part of the configuration that says what an account is. */
export interface AccountRules {
  readonly accounts: "organization" | readonly AccountRule[] | { readonly known: readonly AccountRule[] };
  readonly tags: { readonly environment: readonly string[]; readonly production: readonly string[] };
}

/** The part of the configuration that says who owns what. */
export interface OwnerRules extends AccountRules {
  readonly owners: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly tags: readonly string[];
        readonly people: readonly string[];
        readonly channel?: string | undefined;
        readonly mention?: string | undefined;
        /** Owns what no tag and no account gives to somebody. */
        readonly fallback?: boolean | undefined;
      }
    >
  >;
  readonly people: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly email?: string | undefined;
        readonly slack?: string | undefined;
        readonly aliases: readonly string[];
      }
    >
  >;
  readonly tags: AccountRules["tags"] & { readonly owner: readonly string[]; readonly machines: readonly string[] };
}

type Tags = Readonly<Record<string, string>>;

/** Keys and values are compared without case, hyphens, underscores, dots, slashes, colons and blanks. */
export const fold = (text: string): string => text.toLowerCase().replaceAll(/[-_./:\s]/g, "");

export function accountRule({ accounts }: Pick<AccountRules, "accounts">, id: string): AccountRule {
  const listed = accounts === "organization" ? [] : "known" in accounts ? accounts.known : accounts;
  return listed.find((account) => account.id === id) ?? { id };
}

/** An asset's own tag comes first, then its account's environment. For showing and sorting; `policy.ts` trusts a tag less. */
export const environmentOf = (tags: Tags, account: string, rules: AccountRules): string | undefined =>
  environmentTag(tags, rules) ?? accountRule(rules, account).environment;

export function environmentTag(tags: Tags, { tags: { environment } }: Pick<AccountRules, "tags">): string | undefined {
  const value = tagsOf(tags, environment)
    .map(([, text]) => text.trim().toLowerCase())
    .find((text) => text !== "");
  return value;
}

export const isProduction = (environment: string | undefined, { tags }: Pick<AccountRules, "tags">): boolean =>
  environment !== undefined && tags.production.some((word) => fold(word) === fold(environment));

/** The tags whose key is one of `keys`, in the order of `keys`. */
export function tagsOf(tags: Tags, keys: readonly string[]): readonly (readonly [key: string, value: string])[] {
  const entries = Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((entry) => ({ entry, folded: fold(entry[0]) }));
  return keys.map(fold).flatMap((key) => entries.filter(({ folded }) => folded === key).map(({ entry }) => entry));
}

/** What a directory says of an e-mail address; undefined: it knows nobody there. `ChatPerson` is one. */
export interface DirectoryPerson {
  readonly account: string;
  readonly email?: string;
  /** Only a "member" counts. */
  readonly kind: string;
}

interface Subject {
  readonly tags: Tags;
  readonly account: string;
  /** Key of the owner who claimed it. */
  readonly claim?: string;
}

/** Addresses, in lower case, to ask the directory for before it can be said who the owner is. */
export interface Lookup {
  readonly lookup: readonly string[];
}

/** What the directory answered so far, by lower-case address. */
export type Answers = ReadonlyMap<string, DirectoryPerson | undefined>;

export type ResolveOwner = (subject: Subject, answers?: Answers) => Ownership | Lookup;

/** A tag's values come from anybody who may tag: what they can do is choose among the configured owners, nothing else. */
export function ownerResolver(rules: OwnerRules): ResolveOwner {
  const known = directoryOf(rules);
  return ({ tags, account, claim }, answers = new Map()) => {
    if (claim !== undefined && Object.hasOwn(rules.owners, claim))
      return { owner: claim, source: "claim", via: "claimed" };
    const home = accountRule(rules, account);
    const meanings = tagsOf(tags, rules.tags.owner).flatMap(([key, text]) =>
      valuesOf(text).map((value) => {
        const meant = known.ownersOf(value, answers);
        return "lookup" in meant
          ? { key, value, lookup: meant.lookup, owner: undefined }
          : { key, value, lookup: undefined, owner: theOne(meant.owners, home.owner) };
      }),
    );
    const sure = meanings.findIndex(({ owner }) => owner !== undefined);
    const lookup = meanings.slice(0, sure < 0 ? meanings.length : sure).flatMap((each) => each.lookup ?? []);
    if (lookup.length > 0) return { lookup: [...new Set(lookup)] };
    const found = meanings[sure];
    const unresolved = meanings.flatMap((each) =>
      each.owner === undefined && each.lookup === undefined ? [each.value || "(empty)"] : [],
    );
    return {
      ...(found?.owner === undefined
        ? ofAccount(home, rules)
        : { owner: found.owner, source: "tag" as const, via: `tag ${found.key}=${found.value}` }),
      ...(unresolved.length > 0 && { unresolved: [...new Set(unresolved)].join(", ") }),
    };
  };
}

function ofAccount(home: AccountRule, { owners }: OwnerRules): Pick<Ownership, "owner" | "source" | "via"> {
  if (home.owner !== undefined && Object.hasOwn(owners, home.owner))
    return { owner: home.owner, source: "account", via: `account ${home.name ?? home.id}` };
  const fallback = Object.keys(owners).find((key) => owners[key]?.fallback);
  return fallback === undefined
    ? { source: "nobody", via: "no tag, no account owner" }
    : { owner: fallback, source: "fallback", via: "no tag, no account owner" };
}

/** Somebody in several teams means the account's owner if that is one of them; else nobody is guessed. */
const theOne = (owners: readonly string[], home: string | undefined): string | undefined =>
  owners.length === 1 ? owners[0] : owners.find((owner) => owner === home);

/** Longest tag value of any cloud we read; a longer one is no name. */
const longest = 256;
const address = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

/** Several owners in one value: comma, semicolon or bar between them; AWS allows none of these, so addresses also by blank, slash, colon. */
function valuesOf(text: string): readonly string[] {
  if (text.length > longest) return [`${text.slice(0, 40)}…`];
  const parts = text
    .split(/[,;|]/)
    .flatMap((part) => ((part.match(/@/g)?.length ?? 0) > 1 ? part.split(/[\s/:]+/) : [part]))
    .map((part) =>
      part
        .trim()
        .replaceAll(/\s+/g, " ")
        .replace(/^mailto:/i, ""),
    );
  const filled = parts.filter((part) => part !== "");
  return filled.length > 0 ? filled : [""];
}

/** Every word that means an owner or a person, folded. A word that means several people of different teams stays open. */
function directoryOf({ owners, people, tags }: OwnerRules): {
  ownersOf(value: string, answers: Answers): { readonly owners: readonly string[] } | { readonly lookup: string };
} {
  const teams = Object.entries(owners);
  const teamsOf = (person: string): readonly string[] =>
    teams.filter(([, owner]) => owner.people.includes(person)).map(([key]) => key);
  const words = new Map<string, Set<string>>();
  const add = (word: string | undefined, keys: readonly string[]): void => {
    if (word === undefined || bare(word) === "") return;
    words.set(bare(word), new Set([...(words.get(bare(word)) ?? []), ...keys]));
  };
  for (const [key, { name, tags: values, channel, mention }] of teams)
    for (const word of [key, name, channel, mention?.startsWith("@") ? mention : undefined, ...values])
      add(word, [key]);
  const ownerWords = new Set(words.keys());
  const mail = new Map<string, readonly string[]>();
  for (const [key, { name, email, slack, aliases }] of Object.entries(people)) {
    for (const alias of aliases.filter((each) => address.test(each))) mail.set(alias.toLowerCase(), teamsOf(key));
    if (email !== undefined) mail.set(email.toLowerCase(), teamsOf(key));
    for (const word of [key, name, slack, ...aliases])
      if (word !== undefined && !ownerWords.has(bare(word))) add(word, teamsOf(key));
  }
  const accounts = new Map(
    Object.entries(people).flatMap(([key, { slack }]) => (slack === undefined ? [] : [[slack, teamsOf(key)] as const])),
  );
  const machines = new Set(tags.machines.map(fold));

  return {
    ownersOf(value, answers) {
      const direct = words.get(bare(value));
      if (direct) return { owners: [...direct] };
      const email = value.toLowerCase();
      if (!address.test(email) || machines.has(fold(email.split("@")[0] ?? ""))) return { owners: [] };
      const listed = mail.get(email);
      if (listed) return { owners: listed };
      if (!answers.has(email)) return { lookup: email };
      const person = answers.get(email);
      if (person?.kind !== "member") return { owners: [] };
      return { owners: accounts.get(person.account) ?? mail.get(person.email?.toLowerCase() ?? "") ?? [] };
    },
  };
}

/** `@payments` and `#payments` are how people write a team in a tag. */
const bare = (word: string): string => fold(word.trim().replace(/^[@#]/, ""));

/** The channel, as configured, where an owner's cards go; the admin channel for nobody and for owners without one. */
export function routeOf(
  owner: string | undefined,
  { owners, channels }: Pick<OwnerRules, "owners"> & { readonly channels?: { readonly admin: string } | undefined },
): string | undefined {
  const own = owner !== undefined && Object.hasOwn(owners, owner) ? owners[owner]?.channel : undefined;
  return own ?? channels?.admin;
}

export interface OwnersReport {
  readonly findings: number;
  readonly bySource: Readonly<Record<OwnerSource, number>>;
  /** Most findings first; "" is nobody. */
  readonly byOwner: readonly { readonly owner: string; readonly findings: number }[];
  /** Tag values that mean nobody, most findings first. */
  readonly unresolved: readonly { readonly value: string; readonly findings: number }[];
}

export function ownersReport(findings: Iterable<{ readonly ownership: Ownership }>): OwnersReport {
  const bySource: Record<OwnerSource, number> = { claim: 0, tag: 0, account: 0, fallback: 0, nobody: 0 };
  const owners = new Map<string, number>();
  const values = new Map<string, number>();
  const count = (map: Map<string, number>, key: string): unknown => map.set(key, (map.get(key) ?? 0) + 1);
  let all = 0;
  for (const { ownership } of findings) {
    all++;
    bySource[ownership.source]++;
    count(owners, ownership.owner ?? "");
    for (const value of ownership.unresolved?.split(", ") ?? []) count(values, value);
  }
  const ranked = (map: ReadonlyMap<string, number>): (readonly [string, number])[] =>
    [...map].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return {
    findings: all,
    bySource,
    byOwner: ranked(owners).map(([owner, findings]) => ({ owner, findings })),
    unresolved: ranked(values).map(([value, findings]) => ({ value, findings })),
  };
}
