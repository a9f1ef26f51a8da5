import type { Command, Option } from "commander";
import type { AssetsOptions } from "#cli/assets";
import type { VerifyOptions } from "#cli/audit";
import type { BackupOptions, RestoreOptions } from "#cli/backup";
import type { DatabaseOptions } from "#cli/database";
import type { FindingsOptions } from "#cli/findings";
import type { PlanOptions } from "#cli/plan";
import type { Start } from "#cli/program";
import { severities } from "#domain/check";

/** What the program lends to its parts. */
interface Kit {
  words(flags: string, description: string, known?: readonly string[]): Option;
  configOption(): Option;
  databaseOption(): Option;
}

const statuses = ["open", "snoozed", "accepted", "resolved", "retired"];

/** The bot itself, and what is read from its database. */
export function addReports(program: Command, start: Start, kit: Kit): void {
  const reading = (command: Command): Command =>
    command.addOption(kit.configOption()).addOption(kit.databaseOption()).option("--json", "as JSON");
  program
    .command("demo")
    .description("the whole bot on an embedded cloud and chat, in a browser page; prints its address")
    .option("--port <number>", "absent: a free one")
    .action((options: { port?: string }) => start(async () => (await import("#cli/demo")).run, options));
  program
    .command("start")
    .description("the bot: scheduler and chat")
    .addOption(kit.configOption())
    .action((options: { config?: string }) => start(async () => (await import("#cli/start")).run, options));
  reading(program.command("findings").description("what the last scans found, worst first"))
    .addOption(kit.words("--status <names>", "absent: open", statuses))
    .addOption(kit.words("--severity <names>", "severities", severities))
    .addOption(kit.words("--account <ids>", "accounts, by id or name"))
    .addOption(kit.words("--check <ids>", "checks"))
    .addOption(kit.words("--owner <keys>", 'owners of the configuration, or "nobody"'))
    .action((options: FindingsOptions) => start(async () => (await import("#cli/findings")).run, options));
  reading(
    program.command("summary").description("open findings, and the score beside what it was counted from"),
  ).action((options: DatabaseOptions) => start(async () => (await import("#cli/summary")).run, options));
  reading(program.command("assets").description("the inventory of the last scans"))
    .option("--type <type>", "aws.s3.bucket …")
    .option("--account <id>", "id or name")
    .option("--region <name>")
    .option("--search <text>", "part of a name or a tag")
    .action((options: AssetsOptions) => start(async () => (await import("#cli/assets")).run, options));
  reading(
    program
      .command("plan")
      .description("the exact calls that would fix a finding; changes nothing")
      .argument("<finding>"),
  )
    .option("--fix <id>", "which fix, where there are several")
    .addOption(kit.words("--input <name=value>", "what only a person can say"))
    .action((finding: string, options: Omit<PlanOptions, "finding">) =>
      start(async () => (await import("#cli/plan")).run, { ...options, finding }),
    );
  addAudit(program, start, reading, kit);
  addCopies(program, start, reading);
}

function addCopies(program: Command, start: Start, reading: (command: Command) => Command): void {
  reading(program.command("backup").description("copy the database and check the copy, also while the bot runs"))
    .requiredOption("--output <file>", "where to; never over an existing file")
    .action((options: BackupOptions) => start(async () => (await import("#cli/backup")).run, options));
  reading(
    program
      .command("restore")
      .description("put a backup in the database's place; the bot then starts frozen")
      .argument("<backup>"),
  )
    .option("--replace", "move the database that is there aside")
    .action((backup: string, options: Omit<RestoreOptions, "backup">) =>
      start(async () => (await import("#cli/backup")).runRestore, { ...options, backup }),
    );
}

function addAudit(program: Command, start: Start, reading: (command: Command) => Command, kit: Kit): void {
  const audit = program.command("audit").description("the trail of who did what");
  reading(audit.command("verify").description("walk every link of the chain"))
    .option("--file <file>", "an export instead of the database")
    .addOption(kit.words("--anchor <entry:hash>", "an entry as a message showed it: 1234:9f3c21ab"))
    .action((options: VerifyOptions) => start(async () => (await import("#cli/audit")).verify, options));
  reading(audit.command("export").description("one JSON object a line, verifiable elsewhere")).action(
    (options: DatabaseOptions) => start(async () => (await import("#cli/audit")).exportAll, options),
  );
  reading(audit.command("show").description("one entry").argument("<entry>")).action(
    (entry: string, options: DatabaseOptions) =>
      start(async () => (await import("#cli/audit")).show, { ...options, entry }),
  );
  reading(
    audit.command("erase").description("erase the free texts of an entry; the trail still adds up").argument("<entry>"),
  ).action((entry: string, options: DatabaseOptions) =>
    start(async () => (await import("#cli/audit")).erase, { ...options, entry }),
  );
}
