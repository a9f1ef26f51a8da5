import { callsText, changeText } from "#cards/calls";
import { checks } from "#checks";
import type { DatabaseOptions } from "#cli/database";
import { withDatabase } from "#cli/database";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { printJson, printLines } from "#cli/print";
import { cloudsFrom } from "#clouds";
import type { Config } from "#config/schema";
import { messageOf, StanceError } from "#domain/errors";
import type { Finding } from "#domain/finding";
import { parseId } from "#domain/ids";
import type { Plan } from "#domain/plan";
import type { AnyRemediation, Values } from "#domain/remediation";
import { isRefusal } from "#domain/remediation";
import { fixAim, makePlan } from "#flows/change";
import { looksAt } from "#flows/look";
import { requireKnown } from "#flows/scan-filter";
import { policyTags } from "#posture/policy";
import { remediations } from "#remediations";
import type { Store } from "#store/store";

export interface PlanOptions extends DatabaseOptions {
  readonly finding: string;
  /** Which fix, where there are several. */
  readonly fix?: string;
  /** `name=value` for what only a person can say. */
  readonly input?: readonly string[];
}

/**
 * `stance plan F-1a2b`: the exact calls that would fix it, from what is live now. Files and changes nothing. With --json
 * the plan, or null when there is nothing to do.
 */
export const run = (options: PlanOptions, io: Io): Promise<number> =>
  withDatabase(options, io, async (store, config) => {
    const finding = findingOf(store, options.finding);
    const remediation = remediationFor(finding, options.fix);
    const given = givenFrom(options.input ?? [], remediation);
    const made = await makePlan(remediation, fixAim(remediation, given), readPort({ store, config, finding, io }));
    if (isRefusal(made)) throw new StanceError("input/invalid", { detail: made.refused });
    if (options.json) await printJson(io.stdout, made === "nothing to do" ? null : made.plan);
    else if (made === "nothing to do")
      await printLines(io.stdout, [`${finding.asset.name} is already as the fix would make it.`]);
    else await printLines(io.stdout, linesOf(finding, remediation, made));
    return exitCodes.done;
  });

function findingOf(store: Store, word: string): Finding {
  const finding = store.finding(parseId(word)?.id ?? word);
  if (finding) return finding;
  const detail = `There is no finding "${word}" in the database. \`stance findings\` lists them.`;
  throw new StanceError("input/invalid", { detail });
}

function remediationFor({ id, check }: Finding, named: string | undefined): AnyRemediation {
  const all: readonly AnyRemediation[] = remediations;
  const ways = all.filter(({ fixes }) => fixes.includes(check));
  if (named !== undefined && ways.length > 0)
    requireKnown(
      "fix",
      [named],
      ways.map((way) => way.id),
    );
  const found = ways.find((way) => named === undefined || way.id === named);
  if (found) return found;
  const guided = checks.find((each) => each.id === check)?.guided ?? "none yet";
  throw new StanceError("input/invalid", {
    detail: `There is no automatic fix for ${id}: ${guided}. \`stance checks show ${check}\` says how to fix it.`,
  });
}

/** As people typed it, through the fix's own parsers. */
function givenFrom(pairs: readonly string[], { id, inputs = {} }: AnyRemediation): Values {
  const typed = new Map<string, string>();
  for (const pair of pairs) {
    const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === "")
      throw new StanceError("input/invalid", { detail: `"${pair}" is no input. Write --input name=value.` });
    typed.set(name, value);
  }
  const names = Object.keys(inputs);
  if (names.length === 0 && typed.size > 0)
    throw new StanceError("input/invalid", { detail: `${id} takes no input. Leave --input out.` });
  requireKnown("input", [...typed.keys()], names);
  return Object.fromEntries(names.map((name) => [name, parsed(name)]));

  function parsed(name: string): unknown {
    try {
      return inputs[name]?.parse(typed.get(name) ?? "");
    } catch (error) {
      throw new StanceError("input/invalid", { detail: `${name}: ${messageOf(error)}`, cause: error });
    }
  }
}

function readPort(from: {
  readonly store: Store;
  readonly config: Config | undefined;
  readonly finding: Finding;
  readonly io: Io;
}): Parameters<typeof makePlan>[2] {
  const { store, config, finding, io } = from;
  const { cloud, account, region, asset } = finding;
  const looks = looksAt(cloudsFrom(config, { env: io.env, now: io.now }), (id) => store.asset(id));
  return {
    async read(names) {
      const look = await looks.read({ ...asset, cloud, account, region }, names);
      return look === "gone" ? "gone" : { ...look, tags: config ? policyTags(look.asset.tags, config) : {} };
    },
  };
}

const linesOf = (
  { id, asset }: Finding,
  { danger }: AnyRemediation,
  { plan, summary }: { readonly plan: Plan; readonly summary: string },
): readonly string[] => [
  `${id} ${asset.name}: ${summary}`,
  `Who may notice: ${danger}`,
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
];
