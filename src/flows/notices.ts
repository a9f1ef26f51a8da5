import { messageOf } from "#domain/errors";
import type { AnyRemediation } from "#domain/remediation";
import type { Bot } from "#flows/bot";
import type { targetOf } from "#flows/execute";

/** Who may notice a fix of one resource, a line for each fact that shows it. What cannot be read is "no data", never nobody. */
export async function noticesOf(
  bot: Bot,
  { notices = {} }: Pick<AnyRemediation, "notices">,
  target: ReturnType<typeof targetOf>,
): Promise<readonly string[]> {
  const asked = Object.entries(notices).flatMap(([fact, notice]) => (notice ? [{ fact, notice }] : []));
  if (asked.length === 0) return [];
  const noData = ({ notice }: (typeof asked)[number], why: string) => `${notice.what}: no data (${why})`;
  try {
    const look = await bot.looks.read(
      target,
      asked.map(({ fact }) => fact),
    );
    if (look === "gone") return asked.map((each) => noData(each, "it is gone"));
    return asked.map((each) => {
      const fact = look.facts[each.fact];
      if (fact?.state !== "known") return noData(each, fact?.reason ?? "the cloud gave no answer");
      return `${each.notice.what}: ${each.notice.tell(fact.value as never, look.asset as never)}`;
    });
  } catch (error) {
    return asked.map((each) => noData(each, messageOf(error)));
  }
}
