import { checks } from "#checks";
import { frameworks } from "#checks/frameworks/all";
import type { Framework } from "#checks/frameworks/framework";
import { exitCodes } from "#cli/exit";
import type { Io } from "#cli/io";
import { type JsonOption, pickById, printColumns, printJson } from "#cli/print";

/** `stance frameworks list` */
export async function list({ json }: JsonOption, { stdout }: Io): Promise<number> {
  const all = frameworks.map(coverageOf);
  if (json) await printJson(stdout, all.map(summaryOf));
  else
    await printColumns(stdout, [
      ["FRAMEWORK", "CHECKED", "TITLE"],
      ...all.map(({ id, title, partial, controls }) => [
        id,
        `${controls.filter((one) => one.checks.length > 0).length} of ${controls.length}`,
        partial === null ? title : `${title} (${partial})`,
      ]),
    ]);
  return exitCodes.done;
}

/** `stance frameworks coverage [ID]`: every control, and the checks whose verdict is its own. */
export async function coverage(
  { id, json }: JsonOption & { readonly id: string | undefined },
  { stdout }: Io,
): Promise<number> {
  const wanted = (id === undefined ? frameworks : [pickById("framework", frameworks, id)]).map(coverageOf);
  if (json) await printJson(stdout, wanted);
  else
    await printColumns(stdout, [
      ["CONTROL", "CHECKS", "TITLE"],
      ...wanted.flatMap(({ controls }) =>
        controls.map((one) => [
          one.control,
          one.checks.join(" ") || (one.assessed === "manual" ? "by hand" : "-"),
          one.title,
        ]),
      ),
    ]);
  return exitCodes.done;
}

const coverageOf = ({ id, title, partial, controls }: Framework) => ({
  id,
  title,
  partial: partial ?? null,
  controls: Object.entries(controls).map(([key, control]) => ({
    control: `${id}:${key}`,
    ...control,
    checks: checksOf(`${id}:${key}`),
  })),
});

const summaryOf = ({ id, title, partial, controls }: ReturnType<typeof coverageOf>): object => ({
  id,
  title,
  partial,
  controls: controls.length,
  checked: controls.filter((one) => one.checks.length > 0).length,
  manual: controls.filter(({ assessed }) => assessed === "manual").length,
});

const checksOf = (control: string): readonly string[] =>
  checks.filter(({ controls }) => controls.some((one) => one === control)).map(({ id }) => id);
