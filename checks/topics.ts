import type { Topic } from "#domain/check";

/** What people are told, once for all checks that share it. The words follow the noun: "3 S3 buckets can be read by …". */
export const topics = {
  "public-bucket": {
    one: "S3 bucket",
    many: "S3 buckets",
    state: same("can be read by anyone on the internet", "could be read by anyone on the internet"),
    means: "Anyone who has or guesses an address can download the files.",
  },
  "bucket-block": {
    one: "S3 bucket",
    many: "S3 buckets",
    state: doNot("block public access"),
    means: "A policy or ACL set by mistake would open the files to everyone at once.",
  },
  "account-block": {
    one: "AWS account",
    many: "AWS accounts",
    state: doNot("block public access to S3"),
    means: "Every bucket, new ones too, can be opened to everyone by one mistake.",
  },
  "open-admin-ports": {
    one: "security group",
    many: "security groups",
    state: {
      one: "lets anyone on the internet reach admin ports",
      many: "let anyone on the internet reach admin ports",
      past: "let anyone on the internet reach admin ports",
    },
    means: "Machines all over the internet try passwords and known holes on these ports day and night.",
  },
  "volume-default": {
    one: "region",
    many: "regions",
    state: doNot("encrypt new volumes"),
    means: "A volume that somebody creates without thinking of it is readable to whoever gets hold of a copy.",
  },
  "volume-encryption": {
    one: "volume",
    many: "volumes",
    state: areNot("encrypted"),
    means: "Whoever gets hold of a snapshot can read the data.",
  },
  "flow-logs": {
    one: "VPC",
    many: "VPCs",
    state: doNot("record network traffic"),
    means: "After a break-in nobody could say what was reached and what left.",
  },
  "database-encryption": {
    one: "database",
    many: "databases",
    state: areNot("encrypted"),
    means: "Whoever gets hold of a snapshot can read the data.",
  },
  "database-address": {
    one: "database",
    many: "databases",
    state: {
      one: "has a public address",
      many: "have public addresses",
      past: "had public addresses",
    },
    means: "One open rule in a security group is then enough to let everyone try to sign in.",
  },
  "database-reachable": {
    one: "database",
    many: "databases",
    state: same("can be reached by anyone on the internet", "could be reached by anyone on the internet"),
    means: "Anyone can try passwords and known holes on it; only the sign-in protects the data.",
  },
  "root-keys": {
    one: "AWS account",
    many: "AWS accounts",
    state: {
      one: "has access keys for its root user",
      many: "have access keys for their root users",
      past: "had access keys for their root users",
    },
    means: "Whoever gets hold of such a key can do everything, and no policy can stop it.",
  },
  "console-mfa": {
    one: "IAM user",
    many: "IAM users",
    state: same("can sign in with a password alone", "could sign in with a password alone"),
    means: "A guessed or stolen password is enough to get in.",
  },
  "unused-keys": {
    one: "IAM user",
    many: "IAM users",
    state: {
      one: "has an access key that nobody uses",
      many: "have access keys that nobody uses",
      past: "had access keys that nobody used",
    },
    means: "Nobody would notice if such a key were stolen and used.",
  },
  "password-policy": {
    one: "AWS account",
    many: "AWS accounts",
    state: {
      one: "lets people choose weak passwords",
      many: "let people choose weak passwords",
      past: "let people choose weak passwords",
    },
    means: "Short, simple or old passwords are guessed sooner.",
  },
  "account-trail": {
    one: "AWS account",
    many: "AWS accounts",
    state: doNot("record everything that is done in all regions"),
    means: "Somebody could act in a region that nobody watches, and leave no trace.",
  },
} as const satisfies Readonly<Record<string, Topic>>;

function same(now: string, past: string): Topic["state"] {
  return { one: now, many: now, past };
}
function doNot(words: string): Topic["state"] {
  return { one: `does not ${words}`, many: `do not ${words}`, past: `did not ${words}` };
}
function areNot(words: string): Topic["state"] {
  return { one: `is not ${words}`, many: `are not ${words}`, past: `were not ${words}` };
}
