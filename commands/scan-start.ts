import { answerCard } from "#cards/answers";
import { unlessMay } from "#flows/audit";
import { defineCommand } from "#flows/command";
import type { ScanFilter } from "#flows/scan-filter";
import { selectChecks } from "#flows/scan-filter";
import { closeHeld, scanFor } from "#flows/scan-on-demand";

export const command = defineCommand({
  id: "scan.start",
  word: "scan",
  usage: "scan [account=…] [region=…] [service=…] [check=…]",
  summary: "look at the clouds again now",
  example: "scan account=payments-prod",
  daily: true,
  verb: "scan",
  async run(bot, invocation) {
    const { args, actor } = invocation;
    const { close, account, region, service, check } = args.options;
    if (close !== undefined) {
      const refused = await unlessMay(bot, actor, "rollout", { verb: "scan close", subject: close });
      if (refused) return { card: refused };
      const closed = await closeHeld(bot, close, actor.human.id);
      return {
        card: answerCard(
          closed === undefined
            ? "Nothing is held there any more: a newer scan has looked since."
            : `${closed} findings of ${close} were closed.`,
        ),
      };
    }
    const list = (text: string | undefined): readonly string[] | undefined =>
      text?.split(",").map((each) => each.trim());
    const filter: ScanFilter = Object.fromEntries(
      Object.entries({
        accounts: list(account),
        regions: list(region),
        services: list(service),
        checks: list(check),
      }).filter(([, words]) => words !== undefined),
    );
    selectChecks(bot.checks, filter);
    const what = [account, region, service, check].filter((each) => each !== undefined).join(", ");
    return { card: scanFor(bot, invocation, filter, what === "" ? "everything" : what) };
  },
});
