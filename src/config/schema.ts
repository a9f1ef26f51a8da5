import { z } from "zod";
import type { Severity } from "#domain/check";
import { severities } from "#domain/check";
import { retention } from "#domain/retention";

/** The one description of `stance.yml`: validation, the JSON Schema for editors and the docs come from it. */

const accountId = z.string().regex(/^\d{12}$/, "an AWS account id has 12 digits, in quotes");
const key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, "use lower-case letters, digits and hyphens, beginning with a letter or digit");
const channelName = z
  .string()
  .regex(/^(#[^\s#]+|[CG][A-Z0-9]{6,})$/, 'write the name as "#team-payments" (in quotes), or the channel\'s id');
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time as "09:00"');
const zone = z.string().refine(isZone, "is not a time zone; write one as Europe/Berlin");
const roleArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    "write the role's ARN: arn:aws:iam::123456789012:role/name",
  );
const roleName = z.string().regex(/^[\w+=,.@-]{1,64}$/, "write the role's name alone, the same in every account");

export const secretSchema = z
  .union(
    [
      z.strictObject({
        env: z.string().regex(/^[A-Za-z_]\w*$/, "write the name of an environment variable"),
      }),
      z.strictObject({ file: z.string().min(1) }),
    ],
    "a secret is never written here; write { env: NAME } or { file: PATH }: the variable or the file that holds it",
  )
  .describe("A secret, never written here: `{ env: NAME }` or `{ file: PATH }`, the variable or file that holds it.");

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const isAddress = (host: string): boolean => z.union([z.ipv4(), z.ipv6()]).safeParse(host).success;

/** Addresses at which clouds hand out credentials to whoever asks from inside. */
const inward = /^(?:169\.254\.|\[fe80:|\[fd00:ec2:|\[::ffff:a9fe:|metadata\.google\.internal$)/i;

type Chosen = { [K in keyof typeof retention]: (typeof retention)[K] extends { least: number } ? K : never };

/** Of what a person might want to keep longer or shorter. */
function keptDays(name: Chosen[keyof Chosen]) {
  const { what, days, least } = retention[name];
  return z.int().min(least).max(36_500).default(days).describe(`${what}.`);
}

export const accountSchema = z.strictObject({
  id: accountId.describe("The 12 digits, in quotes: without them YAML reads a number and drops leading zeros."),
  name: z.string().min(1).describe("What people call the account."),
  role: roleArn.optional().describe("ARN of the read role to assume. Absent: the credentials at hand."),
  externalId: secretSchema.optional().describe("ExternalId of the roles' trust policies: `{ env: NAME }`."),
  writeRole: roleArn.optional().describe("ARN of the role fixes run under. Absent: this account is read only."),
  environment: z.string().min(1).optional().describe("prod, staging, dev… What is shown is the asset's own tag first."),
  owner: key.optional().describe("Owner of everything here that no tag gives to somebody else."),
  owners: z
    .array(key)
    .optional()
    .describe("Further owners whose tag counts here where a policy says `owner`. A tag can choose no others."),
});

const organization = z.strictObject({
  organization: z
    .strictObject({
      role: roleName.describe("Name of the read role in every member account."),
      externalId: secretSchema.optional().describe("ExternalId of the roles' trust policies: `{ env: NAME }`."),
      writeRole: roleName.optional().describe("Name of the write role in every member account. Absent: read only."),
      exclude: z.array(accountId).default([]).describe("Ids of accounts to leave out."),
    })
    .describe("All active accounts that AWS Organizations lists."),
  known: z
    .array(accountSchema.partial({ name: true }))
    .default([])
    .describe("What the configuration adds for single members: environment, owner, roles of their own."),
});

export const ownerSchema = z.strictObject({
  name: z.string().min(1).describe("What the team is called in messages."),
  channel: channelName.optional().describe("Where its cards and digest go. Absent: the admin channel."),
  tags: z.array(z.string().min(1)).default([]).describe("Tag values that mean this team, besides its key and name."),
  people: z.array(key).default([]).describe("Members, keys of `people`."),
  mention: z
    .string()
    .min(1)
    .optional()
    .describe('Who a live card mentions: a person\'s key, or a chat group as "@handle". Absent: nobody.'),
  approvers: z.array(key).default([]).describe("Groups that a policy's `owner` means for this team."),
  fallback: z.boolean().optional().describe("Owns what no tag and no account gives to somebody. One team at most."),
});

export const personSchema = z.strictObject({
  name: z.string().min(1).describe("What they are called in messages and in the audit."),
  email: z
    .email("write an address as ana@example.com")
    .optional()
    .describe("Finds their chat account, and their tags."),
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]+$/, "write the member id: U… (in Slack: profile, ⋮, Copy member ID)")
    .optional()
    .describe("Slack member id, U…; else found by e-mail."),
  roles: z
    .array(z.enum(["reader", "member", "approver", "auditor", "admin"]))
    .min(1)
    .default(["member"])
    .describe("What they may do. To approve, they must also be in an approver group."),
  aliases: z.array(z.string().min(1)).default([]).describe("Other values an owner tag may carry for this person."),
});

export const groupSchema = z.strictObject({
  name: z.string().min(1).describe("What the group is called in messages."),
  people: z.array(key).default([]).describe("Members, keys of `people`."),
  slack: z
    .string()
    .regex(/^(@[^\s@]+|S[A-Z0-9]+)$/, 'write the user group as "@handle" (in quotes), or its id S…')
    .optional()
    .describe('A Slack user group, as "@handle" or S…: its members, read live.'),
});

export const policySchema = z.strictObject({
  severity: z.array(z.enum(severities)).min(1).optional().describe("Only findings this bad."),
  environment: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Only accounts of this environment. An asset's tag can make it stricter, never laxer."),
  account: z.array(z.string().min(1)).min(1).optional().describe("Only these accounts, by id or name."),
  remediation: z.array(z.string().min(1)).min(1).optional().describe("Only these fixes, by id."),
  approvers: z.array(key).min(1).describe("Groups, or `owner`: the groups of the team that owns the resource."),
  need: z.int().min(1).max(5).default(1).describe("How many different people. Tier 3 fixes need two in any case."),
});

const daysBySeverity = (days: Readonly<Record<Severity, number>>, most: number) => {
  const of = (severity: Severity) => z.int().min(1).max(most).default(days[severity]).describe(`For ${severity}.`);
  return z
    .strictObject({ critical: of("critical"), high: of("high"), medium: of("medium"), low: of("low") })
    .prefault({});
};

/** What pipelines and half-filled forms leave in owner tags. */
const machines = "terraform cloudformation pulumi ansible jenkins ci devops root admin unknown none n/a tbd".split(" ");

export const configSchema = z.strictObject({
  accounts: z
    .union(
      [z.literal("organization"), z.array(accountSchema).min(1), organization],
      "write a list of accounts (- id: …), or organization: { role: NAME } with the read role of all members",
    )
    .describe(
      "A list of accounts; or `organization: {…}` for all of AWS Organizations, with `known` for single members; or the " +
        "word `organization` alone: all of them, read through roles named `StanceRead`, no fixes.",
    ),
  aws: z
    .strictObject({
      regions: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe("Only these, as far as they are enabled. Absent: all enabled ones."),
      homeRegion: z.string().min(1).default("us-east-1").describe("Where account-wide calls go."),
      endpoint: z
        .url({ protocol: /^https?$/, error: "write an address as https://localhost:4566" })
        .refine(
          (url) => !URL.canParse(url) || !inward.test(new URL(url).hostname),
          "gives out a machine's own credentials; it is no endpoint",
        )
        .optional()
        .describe("A custom endpoint, for emulators. `AWS_ENDPOINT_URL` says the same."),
      allow_writes_to_custom_endpoint: z
        .boolean()
        .default(false)
        .describe("Without it, a custom endpoint is for reading: fixes are refused."),
    })
    .prefault({})
    .describe("How AWS is read."),
  slack: z
    .strictObject({
      mode: z.enum(["socket", "http"]).default("socket").describe("Socket Mode needs no public address."),
      port: z.int().min(1).max(65535).default(3000).describe("HTTP mode: where Slack's requests arrive."),
      botToken: secretSchema.default({ env: "SLACK_BOT_TOKEN" }).describe("The bot token, xoxb-…"),
      appToken: secretSchema.default({ env: "SLACK_APP_TOKEN" }).describe("Socket Mode: the app-level token, xapp-…"),
      signingSecret: secretSchema.default({ env: "SLACK_SIGNING_SECRET" }).describe("HTTP mode: the signing secret."),
      team: z
        .string()
        .regex(/^[TE][A-Z0-9]+$/, "write the workspace's id: T…")
        .optional()
        .describe("The workspace's id, T…; people of any other are refused. Absent: the token's."),
    })
    .optional()
    .describe("Absent: no chat; the command line alone."),
  channels: z
    .strictObject({
      admin: channelName.describe("The one channel that hears from a new database."),
      approvals: channelName.optional().describe("Where approvals are asked for. Absent: the admin channel."),
      times: z
        .record(
          channelName,
          z.strictObject({
            digest: clockTime.optional().describe("When its daily digest comes."),
            zone: zone.optional().describe("Its time zone."),
            hours: z
              .strictObject({
                from: clockTime.describe("When its people begin."),
                to: clockTime.describe("When they end."),
              })
              .optional()
              .describe("Its working hours."),
          }),
        )
        .default({})
        .describe("Per channel, where it differs from `hours`."),
    })
    .optional()
    .describe("Channels that are nobody's own. Needed with `slack`."),
  hours: z
    .strictObject({
      zone: zone.default("UTC").describe("Time zone, as Europe/Berlin."),
      from: clockTime.default("08:00").describe("When people begin."),
      to: clockTime.default("16:00").describe("When they end, on the same day."),
      days: z
        .array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))
        .min(1)
        .default(["mon", "tue", "wed", "thu", "fri"])
        .describe("Working days; digests come on these."),
      digest: clockTime.default("09:00").describe("When the daily digest comes."),
    })
    .prefault({})
    .describe("Working hours and the digest's time, where a channel says nothing else."),
  owners: z.record(key, ownerSchema).default({}).describe("Teams that own things, by a key of your choice."),
  people: z.record(key, personSchema).default({}).describe("People, by a key of your choice."),
  groups: z.record(key, groupSchema).default({}).describe("Groups that may approve, by a key of your choice."),
  tags: z
    .strictObject({
      owner: z
        .array(z.string().min(1))
        .default(["owner", "team", "owner-email", "owned-by", "service-owner", "contact"])
        .describe("Tag keys that name an owner, the most telling first."),
      environment: z
        .array(z.string().min(1))
        .default(["environment", "env", "stage"])
        .describe("Tag keys that name an environment."),
      production: z
        .array(z.string().min(1))
        .default(["prod", "production", "prd", "live"])
        .describe("Environments that are production."),
      machines: z
        .array(z.string().min(1))
        .default(machines)
        .describe("Values that name no person or team: never looked up."),
    })
    .prefault({})
    .describe("Tags are compared without case, hyphens, underscores, dots, slashes, colons and blanks."),
  policies: z.array(policySchema).default([]).describe("The first that matches says who approves. None: nobody may."),
  scan: z
    .strictObject({
      every: z.int().min(5).max(1440).default(360).describe("Minutes between scans."),
      checks: z
        .strictObject({
          exclude: z.array(z.string().min(1)).default([]).describe("Ids of checks to leave out."),
        })
        .prefault({})
        .describe("Which checks run."),
    })
    .prefault({})
    .describe("What is scanned, and how often."),
  limits: z
    .strictObject({
      cardsPerChannelAndDay: z.int().min(1).default(3).describe("The rest folds into the digest."),
      mentionsPerPersonAndDay: z.int().min(0).default(1).describe("Over all findings."),
      brakeCards: z.int().min(1).default(20).describe("A scan that would post more asks the admin channel first."),
      brakePeople: z.int().min(1).default(10).describe("A scan that would mention more people asks first."),
      resolveShare: z
        .number()
        .min(0)
        .max(1)
        .default(0.3)
        .describe("A scan that would close more than this share of an account's findings, and `resolveCount`, asks."),
      resolveCount: z.int().min(0).default(20).describe("See `resolveShare`."),
      approvalHours: z.int().min(1).max(80).default(8).describe("Working hours until a request expires."),
      changesPerHourAndAccount: z
        .int()
        .min(1)
        .default(20)
        .describe("What is approved beyond it waits for its turn. Undoing is not counted."),
      fastUndoMinutes: z
        .int()
        .min(0)
        .default(60)
        .describe("How long the requester or an approver can undo without a new approval."),
      undoDays: z.int().min(0).default(30).describe("How long an undo is offered."),
      snoozeDays: daysBySeverity({ critical: 7, high: 14, medium: 30, low: 90 }, 365).describe(
        "The longest snooze in days, by severity.",
      ),
      snoozes: z.int().min(0).default(2).describe("How often in a row a finding may be snoozed. 0: not at all."),
      acceptDays: daysBySeverity({ critical: 30, high: 90, medium: 180, low: 365 }, 1095).describe(
        "The longest acceptance of a risk in days, by severity.",
      ),
      acceptAlone: z
        .array(z.enum(["medium", "low"]))
        .default(["medium", "low"])
        .describe(
          "Severities whose risk a member of the owning team may accept alone, in accounts of that team. Critical and high " +
            "need somebody else in any case.",
        ),
    })
    .prefault({})
    .describe("How much the bot may say and do before it asks."),
  retention: z
    .strictObject({
      findings: keptDays("findings"),
      events: keptDays("events"),
      assets: keptDays("assets"),
      units: keptDays("units"),
      vanished: keptDays("vanished"),
      messages: keptDays("messages"),
      clicks: keptDays("clicks"),
    })
    .prefault({})
    .describe("Days until what is over is deleted from the database. The audit trail never is."),
  database: z.string().min(1).default("stance.sqlite").describe("The SQLite file, on a local disk."),
  web: z
    .strictObject({
      port: z.int().min(0).max(65535).optional().describe("Where they are served. Absent: nowhere; 0: any free port."),
      host: z
        .string()
        .refine(isAddress, "is not an address of this machine; write 127.0.0.1, or 0.0.0.0 for all of them")
        .default("127.0.0.1")
        .describe("At which address. 0.0.0.0 in a container; who reaches it reads counts and times, no names."),
    })
    .prefault({})
    .describe("The bot's own pages: `/healthz`, `/readyz`, `/metrics`. `STANCE_WEB_PORT` says the port too."),
});

export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
export type AccountConfig = z.output<typeof accountSchema>;
export type OwnerConfig = z.output<typeof ownerSchema>;
export type PersonConfig = z.output<typeof personSchema>;
export type GroupConfig = z.output<typeof groupSchema>;
export type PolicyConfig = z.output<typeof policySchema>;
export type SecretConfig = z.output<typeof secretSchema>;
