import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { ConfigOption } from "#cli/config-check";
import type { DoctorOptions } from "#cli/doctor";
import { exitCodes } from "#cli/exit";
import type { IamPolicyOptions } from "#cli/iam-policy";
import type { Io } from "#cli/io";
import type { OwnersCheckOptions } from "#cli/owners-check";
import type { PolicyTestOptions } from "#cli/policy-test";
import type { JsonOption } from "#cli/print";
import { addReports } from "#cli/program-reports";
import type { ScanCliOptions } from "#cli/scan";
import { version } from "#cli/version";
import { severities } from "#domain/check";
import { messageOf, StanceError } from "#domain/errors";
import { nearest } from "#domain/nearest";
import { redacted } from "#domain/secrets";
import { formatNames, rowStatuses } from "#formats/format";
import { terminalSafe } from "#formats/terminal-safe";

/** What a subcommand does; answers the exit code. */
export type Action<Options> = (options: Options, io: Io) => Promise<number>;
/** Loads what a subcommand needs only when it runs: `--help` must not wait for a cloud's SDK. */
export type Start = <Options>(load: () => Promise<Action<Options>>, options: Options) => Promise<void>;

/** Runs one command line; answers the exit code. Never throws. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.done;
  const { program, written } = makeProgram(io, async (load, options) => {
    code = await (await load())(options, io);
  });
  try {
    await program.parseAsync([...argv], { from: "user" }).catch((error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
      code = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    });
    await written();
    return code;
  } catch (error) {
    await io.stderr.write(`stance: ${describe(error, io)}\n`);
    return error instanceof StanceError && error.code === "usage/unknown" ? exitCodes.usage : exitCodes.failed;
  }
}

function describe(error: unknown, io: Io): string {
  if (io.env["STANCE_DEBUG"] && error instanceof Error) {
    const cause = error.cause === undefined ? "" : `\ncaused by ${describe(error.cause, io)}`;
    return redacted(`${error.stack ?? error.message}${cause}`);
  }
  const message = messageOf(error).split("\n").map(terminalSafe).join("\n");
  return error instanceof StanceError ? message : `internal error: ${message}\nSTANCE_DEBUG=1 shows where it happened.`;
}

function makeProgram(io: Io, start: Start): { readonly program: Command; readonly written: () => Promise<void> } {
  let written: Promise<void> = Promise.resolve();
  const to = (out: Io["stdout"]) => (text: string) => {
    written = written.then(() => out.write(text));
  };
  const program = new Command("stance")
    .description(
      "ChatOps bot for cloud security posture: it scans, tells the right people, and fixes what they approve.",
    )
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show the help of a command")
    .configureHelp({ showGlobalOptions: false })
    .exitOverride()
    .configureOutput({
      writeOut: to(io.stdout),
      writeErr: to(io.stderr),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
  addScan(program, start);
  addCatalogue(program, start);
  addSetup(program, start);
  addReports(program, start, { words, configOption, databaseOption });
  return { program, written: () => written };
}

function addScan(program: Command, start: Start): void {
  program
    .command("scan")
    .description("read the clouds, run the checks, print the verdicts")
    .addOption(words("--cloud <names>", "clouds: aws"))
    .addOption(words("--account <ids>", "accounts, by id or name"))
    .addOption(words("--region <names>", 'regions; "global" for account-wide assets'))
    .addOption(words("--service <names>", "services: s3, iam, ec2 …"))
    .addOption(words("--check <ids>", "checks, by id; * stands for anything"))
    .addOption(words("--category <names>", "categories: internet-exposed, encryption …"))
    .addOption(words("--severity <names>", "severities", severities))
    .addOption(words("--framework <ids>", "frameworks or controls: cis-aws-3.0, cis-aws-3.0:2.1.4"))
    .addOption(words("--status <names>", "print these verdicts only (table: fail and unknown)", rowStatuses))
    .addOption(new Option("--format <name>", "how to print").choices(formatNames).default("table"))
    .option("--output <file>", "write there instead of to standard output: whole or not at all, for your eyes only")
    .option("--coverage <file>", "write what was tried and what could not be read, as JSON")
    .option("--database <file>", "keep assets, findings and coverage there; nothing is posted")
    .option("--config <file>", "configuration; absent: stance.yml if there is one, else the credentials at hand")
    .option("--exit-code", "end with 3 if anything failed, with 4 if something could not be read")
    .addHelpText("after", scanNotes)
    .action((options: ScanCliOptions) => start(async () => (await import("#cli/scan")).run, options));
}

const scanNotes = `
Lists are separated by commas; an option may be repeated. Filters combine with AND.

Exit codes: 0 done · 1 bad input or internal error · 2 usage · with --exit-code also 3 something failed ·
4 nothing failed, but something could not be read

Examples:
  stance scan --cloud aws
  stance scan --cloud aws --region eu-west-1 --severity critical,high --exit-code
  stance scan --config stance.yml --format json-ocsf --output findings.json --coverage coverage.json`;

function addCatalogue(program: Command, start: Start): void {
  const checks = program.command("checks").description("what is checked");
  checks
    .command("list")
    .description("list all checks")
    .option("--json", "as JSON")
    .action((options: JsonOption) => start(async () => (await import("#cli/checks")).list, options));
  checks
    .command("show")
    .description("show one check: risk, controls, how to fix")
    .argument("<id>")
    .option("--json", "as JSON")
    .action((id: string, options: JsonOption) =>
      start(async () => (await import("#cli/checks")).show, { ...options, id }),
    );
  const remediations = program.command("remediations").description("what Stance can fix");
  remediations
    .command("list")
    .description("list all fixes")
    .option("--json", "as JSON")
    .action((options: JsonOption) => start(async () => (await import("#cli/remediations")).list, options));
  remediations
    .command("show")
    .description("show one fix: what it changes, who may notice, what it needs")
    .argument("<id>")
    .option("--json", "as JSON")
    .action((id: string, options: JsonOption) =>
      start(async () => (await import("#cli/remediations")).show, { ...options, id }),
    );
  const frameworks = program.command("frameworks").description("benchmarks that the checks cover");
  frameworks
    .command("list")
    .description("list frameworks and how many of their controls are checked")
    .option("--json", "as JSON")
    .action((options: JsonOption) => start(async () => (await import("#cli/frameworks")).list, options));
  frameworks
    .command("coverage")
    .description("list the controls that are checked, and by which checks")
    .argument("[id]", "a framework")
    .option("--json", "as JSON")
    .action((id: string | undefined, options: JsonOption) =>
      start(async () => (await import("#cli/frameworks")).coverage, { ...options, id }),
    );
}

function addSetup(program: Command, start: Start): void {
  program
    .command("config")
    .description("the configuration")
    .command("check")
    .description("say what is wrong with it, every error at once, or what it amounts to")
    .addOption(configOption())
    .action((options: ConfigOption) => start(async () => (await import("#cli/config-check")).run, options));
  program
    .command("owners")
    .description("who owns what")
    .command("check")
    .description("count open findings by owner and by how the owner is known; list tags that name nobody")
    .addOption(configOption())
    .addOption(databaseOption())
    .option("--json", "as JSON")
    .action((options: OwnersCheckOptions) => start(async () => (await import("#cli/owners-check")).run, options));
  program
    .command("policy")
    .description("who may approve what")
    .command("test")
    .description("say who could approve a change, from the configuration alone")
    .addOption(configOption())
    .requiredOption("--account <name>", "account, by id or name")
    .addOption(new Option("--severity <name>", "of the finding").choices(severities).default("high"))
    .option("--owner <key>", "the team that owns the resource")
    .addOption(words("--tag <key=value>", "tags of the resource"))
    .option("--fix <id>", "the fix; absent: an acceptance")
    .option("--asked-by <person>", "who asks, a key of `people`")
    .option("--json", "as JSON")
    .action((options: PolicyTestOptions) => start(async () => (await import("#cli/policy-test")).run, options));
  program
    .command("doctor")
    .description("say what of the set-up works from here, and what does not")
    .addOption(configOption())
    .action((options: DoctorOptions) => start(async () => (await import("#cli/doctor")).run, options));
  program
    .command("iam-policy")
    .description("print the least AWS policy that Stance needs")
    .option("--read", "of the read role: everything the checks look at")
    .option("--remediation <id>", "of the write role, for one fix")
    .action((options: IamPolicyOptions) => start(async () => (await import("#cli/iam-policy")).run, options));
}

const configOption = (): Option => new Option("--config <file>", "configuration; absent: stance.yml");
const databaseOption = (): Option => new Option("--database <file>", "absent: the configuration's");

/** A list of words: repeated, or separated by commas. */
function words(flags: string, description: string, known?: readonly string[]): Option {
  return new Option(flags, known ? `${description}: ${known.join(", ")}` : description).argParser(
    (text: string, before: readonly string[] | undefined) => {
      const given = text.split(",").map((word) => word.trim());
      for (const word of given) {
        if (word === "") throw new InvalidArgumentError("There is an empty word in it.");
        if (known && !known.includes(word)) {
          const close = nearest(word, known);
          throw new InvalidArgumentError(
            `"${word}" is none of ${known.join(", ")}.${close ? ` Did you mean ${close}?` : ""}`,
          );
        }
      }
      return [...(before ?? []), ...given];
    },
  );
}
