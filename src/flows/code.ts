import { codeCard, codeText } from "#cards/code";
import type { CodeView } from "#cards/views";
import { managedBy } from "#cards/words";
import type { Card } from "#domain/card";
import type { Finding } from "#domain/finding";
import type { AnyRemediation } from "#domain/remediation";
import type { Bot } from "#flows/bot";
import { planFinding } from "#flows/requests";

const most = 5;

/** The fix of these findings as code, from what is live now. Asks for nothing and changes nothing. */
export async function codeFor(
  bot: Bot,
  id: string,
  { fix, findings }: { readonly fix: AnyRemediation; readonly findings: readonly Finding[] },
): Promise<Card> {
  const items: CodeView["items"][number][] = [];
  for (const finding of findings.slice(0, most)) {
    const planned = await planFinding(bot, finding, { named: fix.id });
    const manager = managedBy("refused" in planned ? finding.tags : planned.asset.tags);
    const said =
      "refused" in planned
        ? { refused: planned.refused }
        : {
            code: codeText(
              planned.remediation.code(planned.asset as never, planned.goal as never),
              manager ?? "Terraform",
              planned.asset,
            ),
          };
    items.push({ finding, ...said, ...(manager !== undefined && { manager }) });
  }
  return codeCard({ id, verb: fix.verb, items });
}
