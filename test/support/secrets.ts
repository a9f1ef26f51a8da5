import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { dice } from "#test/support/company";

/** One made-up credential: the text as it might be thrown, and the part of it that nobody may read. */
export interface Seeded {
  readonly kind: string;
  readonly text: string;
  readonly secret: string;
}

const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const letters = `${capitals}${capitals.toLowerCase()}`;
const digits = "0123456789";
const base64 = `${letters}${digits}+/`;
const urlSafe = `${letters}${digits}-_`;
const hex = `${digits}abcdef`;

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

type Dice = ReturnType<typeof dice>;
type Maker = (some: (alphabet: string, length: number) => string, random: Dice) => Omit<Seeded, "kind">;

const makers: Readonly<Record<string, Maker>> = {
  "AWS key id": (some, random) => {
    const secret = `${random.pick(["AKIA", "ASIA"])}${some(capitals + digits, 16)}`;
    return { text: `The security token of ${secret} is invalid`, secret };
  },
  "AWS secret key": (some) => {
    const secret = some(base64, 40);
    return { text: `could not sign with ${secret}.`, secret };
  },
  "AWS secret key in an answer": (some) => {
    const secret = some(base64, 40);
    return { text: JSON.stringify({ Credentials: { SecretAccessKey: secret, Expiration: 1 } }), secret };
  },
  "AWS session token": (some) => {
    const secret = `IQoJb3JpZ2lu${some(base64, 300)}==`;
    return { text: `x-amz-security-token: ${secret}`, secret };
  },
  "Slack bot token": (some) => {
    const secret = `xoxb-${some(digits, 12)}-${some(digits, 13)}-${some(letters + digits, 24)}`;
    return { text: `invalid_auth: ${secret}`, secret };
  },
  "Slack app token": (some) => {
    const secret = `xapp-1-A${some(capitals + digits, 10)}-${some(digits, 13)}-${some(hex, 64)}`;
    return { text: `fetch failed {token:${secret}}`, secret };
  },
  "JSON web token": (some) => {
    const part = (length: number): string => some(urlSafe, length);
    const secret = `eyJ${part(33)}.eyJ${part(80)}.${part(43)}`;
    return { text: `token ${secret} expired`, secret };
  },
  "private key": (some) => {
    const secret = some(base64, 64);
    const [begin = "", , end = ""] = [pem.split("\n")[0], secret, pem.trim().split("\n").at(-1)];
    return { text: `bad key\n${begin}\n${secret}\n${some(base64, 64)}\n${end}\n`, secret };
  },
  "Bearer header": (some) => {
    const secret = some(`${urlSafe}.~`, 48);
    return { text: `Authorization: Bearer ${secret}\r\nHost: example.com`, secret };
  },
  "Basic header": (some) => {
    const secret = Buffer.from(`bot:${some(letters + digits, 20)}`).toString("base64");
    return { text: `{ authorization: 'Basic ${secret}' }`, secret };
  },
  "presigned address": (some) => {
    const secret = some(hex, 64);
    return {
      text: `GET https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=${secret}&x=1`,
      secret,
    };
  },
  "shared access signature": (some) => {
    const secret = encodeURIComponent(`${some(base64, 43)}=`);
    return { text: `https://acct.blob.core.windows.net/c?sv=2024-11-04&sp=r&sig=${secret}`, secret };
  },
  "password in an address": (some) => {
    const secret = some(`${letters}${digits}!$*`, 18);
    return { text: `connect postgres://stance:${secret}@db.internal:5432/posture`, secret };
  },
  "password in JSON in a string": (some) => {
    const secret = some(`${letters}${digits} !`, 18).trim();
    return { text: JSON.stringify({ body: JSON.stringify({ user: "x", password: secret }) }), secret };
  },
};

export const kinds = Object.keys(makers);

/** So many credentials, of every kind in turn, the same for the same dice. */
export function seeded(count: number, random: Dice): readonly Seeded[] {
  const some = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join("");
  return Array.from({ length: count }, (_, i) => {
    const [kind = "", make] = Object.entries(makers)[i % kinds.length] ?? [];
    if (!make) throw new Error("no kind");
    return { kind, ...make(some, random) };
  });
}

/** A value without any shape, as people choose them. */
export const shapeless = (): string => randomBytes(16).toString("hex");
