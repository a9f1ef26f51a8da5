import { callsText, changeText } from "#cards/calls";
import { checks } from "#checks";
import { configIfAny } from "#cli/config";
import type { DatabaseOptions } from "#cli/database";
import { withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printJson, printLines } from "#cli/print";
import { cloudsFrom } from "#clouds";
import { StanceError } from "#domain/errors";
import { isRefusal } from "#domain/remediation";
import { fixAim, makePlan } from "#flows/change";
import { givenOf } from "#flows/execute";
import { looksAt } from "#flows/look";
import { policyTags } from "#posture/policy";
import { remediations } from "#remediations";

export interface PlanOptions extends DatabaseOptions {
  readonly finding: string;
  /** `name=value` for what only a person can say. */
  readonly input?: readonly string[];
}

/** `stance plan F-1a2b`: the exact calls that would fix it, from what is live now. Files and changes nothing. */
export const run = (options: PlanOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store) => {
    const finding = store.finding(options.finding.replace(/^f-/i, "F-"));
    if (!finding)
      throw new StanceError("input/invalid", { detail: `There is no finding ${options.finding} in the database.` });
    const remediation = remediations.find(({ fixes }) => fixes.some((check) => check === finding.check));
    const check = checks.find(({ id }) => id === finding.check);
    if (!remediation)
      throw new StanceError("input/invalid", {
        detail: `There is no automatic fix for ${finding.id}: ${check?.guided ?? "none yet"}. \`stance checks show ${finding.check}\` says how to fix it.`,
      });
    const config = configIfAny(options.config, io);
    const looks = looksAt(cloudsFrom(config, { env: io.env, now: io.now }), (id) => store.asset(id));
    const target = { ...finding.asset, cloud: finding.cloud, account: finding.account, region: finding.region };
    const given = Object.fromEntries(
      (options.input ?? []).map((pair) => [pair.split("=")[0] ?? "", pair.slice(pair.indexOf("=") + 1)]),
    );
    const made = await makePlan(remediation, fixAim(remediation, givenOf(remediation, given)), {
      async read(names) {
        const look = await looks.read(target, names);
        return look === "gone" ? "gone" : { ...look, tags: config ? policyTags(look.asset.tags, config) : {} };
      },
    });
    if (made === "nothing to do") {
      await printLines(io.stdout, [`${finding.asset.name} is already as the fix would make it.`]);
      return exitCodes.done;
    }
    if (isRefusal(made)) throw new StanceError("input/invalid", { detail: made.refused });
    const { plan, summary } = made;
    if (options.json) await printJson(io.stdout, plan);
    else
      await printLines(io.stdout, [
        `${finding.id} ${finding.asset.name}: ${summary}`,
        `Who may notice: ${remediation.danger}`,
        "",
        ...plan.changes.map(changeText),
        "",
        "Calls:",
        ...callsText(plan.calls).split("\n"),
        "",
        "Undo:",
        ...(typeof plan.undo === "string" ? [plan.undo] : callsText(plan.undo).split("\n")),
        "",
        `plan ${plan.hash}`,
        "Nothing was changed or asked for: fixes are asked for and approved in chat.",
      ]);
    return exitCodes.done;
  });
