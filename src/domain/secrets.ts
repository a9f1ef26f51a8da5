/** What credentials look like, and how they are kept out of every text that leaves the process. */

/** Published shapes of credentials, wherever they stand. */
export const credentialShapes: readonly { readonly shape: RegExp; readonly what: string }[] = [
  { shape: /xox[a-z](?:\.xox[a-z])?-[\w-]{8,}/, what: "a Slack token" },
  { shape: /xapp-\d-[\w-]{8,}/, what: "a Slack app token" },
  { shape: /hooks\.slack\.com\/(?:services|workflows|triggers)\/\w[\w/-]*/, what: "a Slack webhook" },
  { shape: /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/, what: "an AWS access key" },
  { shape: /gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}/, what: "a GitHub token" },
  {
    // Also one whose end was cut off.
    shape:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^]*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|[^]*)/,
    what: "a private key",
  },
];

/** Shapes that are told by what they are, but too plain to call a mistake in a file that people write. */
const looseShapes: readonly RegExp[] = [
  // JSON Web Tokens, signed or encrypted.
  /eyJ[\w-]{1,2048}(?:\.[\w-]*){2,4}/,
  // Google's access tokens and API keys.
  /ya29\.[\w.-]{20,}|AIza[\w-]{35}/,
  // Session tokens of AWS, and its secret keys: 40 characters, capitals and small letters.
  /(?:IQoJ|FwoG|FQoG)[A-Za-z0-9/+]{60,}={0,2}/,
  /(?:(?<![A-Za-z0-9/+])|(?<=\\[nrt]))(?=[A-Za-z0-9/+]{0,39}[A-Z])(?=[A-Za-z0-9/+]{0,39}[a-z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/,
];

/** Names whose values are secret: in queries (`sig=…`), settings (`password=…`), headers and JSON. */
const secretName =
  "(?:secret|passw(?:or)?d|passphrase|token|signature|credentials?|authorization|cookie|api[_-]?key|access[_-]?key(?:id)?|account[_-]?key|private[_-]?key|external[_-]?id|\\bsig|\\bpwd)";

const contexts: readonly { readonly pattern: RegExp; readonly kept: string }[] = [
  // https://user:password@host, and a token in the user's place.
  { pattern: /(:\/\/)[^\s/?#"']+@/g, kept: "$1[secret]@" },
  {
    pattern: /\b((?:[Bb]earer|BEARER)\s+|(?:[Bb]asic|BASIC)\s+(?=\S*[A-Z0-9=]))(?!\[secret\])[\w.~+/=-]{8,}/g,
    kept: "$1[secret]",
  },
  { pattern: new RegExp(`(${secretName})=(?!\\[secret\\])[^\\s&"'<>,;()\\\\]+`, "gi"), kept: "$1=[secret]" },
  // "name": "value" and name="value", also where the quotes are escaped because it is JSON in a string.
  {
    pattern: new RegExp(`(${secretName}(?:\\\\*["'])?\\s*[:=]\\s*(\\\\*["']))(?!\\[secret\\])[^]*?(?=\\2|$)`, "gi"),
    kept: "$1[secret]",
  },
  // Name: value. Prose follows a colon as well, so the value has a digit in it.
  {
    pattern: new RegExp(`(${secretName}\\s*:\\s+)(?=\\S*\\d)(?!\\[secret\\])[^\\s"',;]{8,}`, "gi"),
    kept: "$1[secret]",
  },
];

const shapes = new RegExp(
  [...credentialShapes.map(({ shape }) => shape), ...looseShapes].map(({ source }) => source).join("|"),
  "g",
);

/** Whether a key's value is one to hide, whatever it looks like. */
export const isSecretName = (name: string): boolean => new RegExp(`${secretName}$`, "i").test(name);

/**
 * Values that were read from where the configuration says a secret is. For the whole process: what was read once must not
 * be shown anywhere, and a list handed around would miss the place that matters.
 */
const known = new Set<string>();
let knownPattern: RegExp | undefined;

/** Shorter ones would black out words; nobody guards anything with five letters. */
const shortest = 6;

/** From now on this value appears in no text: not in a log, not in an answer. */
export function keepSecret(value: string): void {
  if (value.length < shortest) return;
  // As it stands, as it stands in JSON, and as it stands in an address.
  for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) known.add(form);
  const longestFirst = [...known].sort((a, b) => b.length - a.length);
  knownPattern = new RegExp(
    longestFirst.map((each) => each.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"),
    "g",
  );
}

/** The text without what looks like a credential, and without what is known to be one. */
export function redacted(text: string): string {
  let clean = knownPattern === undefined ? text : text.replaceAll(knownPattern, "[secret]");
  clean = clean.replaceAll(shapes, "[secret]");
  for (const { pattern, kept } of contexts) clean = clean.replaceAll(pattern, kept);
  return clean;
}
